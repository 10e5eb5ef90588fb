package host

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const cpuinfoFile = "proc/cpuinfo"

// cpuinfo returns the first value of each key.
func cpuinfo(t tree) map[string]string {
	info := map[string]string{}
	for line := range strings.Lines(t.text(cpuinfoFile)) {
		key, value, ok := strings.Cut(line, ":")
		if key = strings.TrimSpace(key); ok && info[key] == "" {
			info[key] = strings.TrimSpace(value)
		}
	}
	return info
}

// processors returns what cpuinfo says of each CPU online, by its number. LXCFS counts
// the CPUs of a container from 0, so that its file says nothing about the CPUs with
// these numbers.
func processors(t tree) map[int]map[string]string {
	list := map[int]map[string]string{}
	if lxcfs(t, cpuinfoFile) {
		return list
	}
	var now map[string]string
	for line := range strings.Lines(t.text(cpuinfoFile)) {
		key, value, _ := strings.Cut(line, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if key == "processor" || key == "cpu number" { // s390 says the latter
			now = nil
			if id, err := strconv.Atoi(value); err == nil && id >= 0 && id < MaxCPUs {
				now = map[string]string{}
				list[id] = now
			}
		}
		if now != nil {
			now[key] = value
		}
	}
	return list
}

// listedProcessors are the CPUs in cpuinfo, ascending.
func listedProcessors(t tree) []int { return slices.Sorted(maps.Keys(processors(t))) }

// cpuinfoPlace is the place of a CPU by cpuinfo.
type cpuinfoPlace struct {
	physical int   // package, -1 if unknown
	threads  []int // CPUs of the same core, nil if unknown
}

// cpuinfoPlaces are the places in cpuinfo, by CPU: x86 and s390 call them physical
// id and core id, LoongArch and MIPS package and core. It is empty unless it has all
// of the allowed CPUs.
func cpuinfoPlaces(t tree, allowed []int) map[int]cpuinfoPlace {
	list := processors(t)
	for _, id := range allowed {
		if list[id] == nil {
			return nil
		}
	}
	cores := map[string][]int{}
	name := func(p map[string]string) string {
		core := cmp.Or(p["core id"], p["core"])
		if core == "" {
			return ""
		}
		return fmt.Sprintf("%s %s %s %s", p["drawer id"], p["book id"], cmp.Or(p["physical id"], p["package"]), core)
	}
	for _, id := range slices.Sorted(maps.Keys(list)) {
		cores[name(list[id])] = append(cores[name(list[id])], id)
	}
	places := map[int]cpuinfoPlace{}
	for id, p := range list {
		place := cpuinfoPlace{physical: -1}
		if n, err := strconv.Atoi(cmp.Or(p["physical id"], p["package"])); err == nil && n >= 0 {
			place.physical = n
		}
		if core := name(p); core != "" && len(cores[core]) <= maxThreads(p) {
			place.threads = cores[core]
		}
		places[id] = place
	}
	return places
}

// maxThreads is how many CPUs a core can have by the counts of its package. Some
// hypervisors write the same core id for all CPUs; the counts show that.
func maxThreads(p map[string]string) int {
	siblings, err1 := strconv.Atoi(p["siblings"])
	cores, err2 := strconv.Atoi(p["cpu cores"])
	if err1 != nil || err2 != nil || siblings < 1 || cores < 1 {
		return MaxCPUs
	}
	return (siblings + cores - 1) / cores
}

// modelIn is the CPU model in cpuinfo. Some architectures have none and give
// numbers, or a list of their instructions, instead.
func modelIn(t tree) string {
	info := cpuinfo(t)
	for _, key := range []string{"model name", "Model Name", "Model", "cpu model", "cpu"} {
		if name := info[key]; name != "" && name != "unknown" { // as gVisor says
			return oneLine(name)
		}
	}
	part := func(text, key string) string {
		if info[key] == "" {
			return ""
		}
		return " " + text + info[key]
	}
	isa, _, _ := strings.Cut(info["isa"], "_") // what follows may be a page
	switch {
	case info["CPU part"] != "":
		return oneLine("ARM" + part("implementer ", "CPU implementer") + part("part ", "CPU part"))
	case info["uarch"] != "" || isa != "":
		return oneLine("RISC-V " + cmp.Or(info["uarch"], isa))
	case info["vendor_id"] != "":
		return oneLine(info["vendor_id"] + part("family ", "cpu family") + part("model ", "model") + part("machine ", "machine"))
	}
	return oneLine(cmp.Or(info["system type"], info["Hardware"], "unknown"))
}
