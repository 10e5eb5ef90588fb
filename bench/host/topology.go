package host

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The formats are those of the kernel's Documentation/ABI/stable/
// sysfs-devices-system-cpu and Documentation/admin-guide/cputopology.rst.
const (
	cpuDir  = "sys/devices/system/cpu"
	nodeDir = "sys/devices/system/node"
)

// usable returns the CPUs that are online and those of them that the process
// may use. mask is the process's own as the kernel told it, and then the truth:
// what files say of this machine may be made up, as LXCFS does, which shows as
// many CPUs as the container has, numbered from 0. Of a copied tree mask is nil.
func usable(t tree, mask []int) (online, allowed []int) {
	online = onlineIn(t)
	if mask != nil {
		if extra := without(mask, online); online != nil && extra != nil {
			t.note("%s/online says %s, but this process may use CPU %s: the kernel's own word counts", cpuDir, FormatList(online), FormatList(extra))
		}
		online = union(online, mask)
		return online, mask
	}
	mask = statusMask(t)
	if online == nil {
		online = mask
	}
	// The mask may name CPUs that are offline, which have no topology.
	if extra := slices.DeleteFunc(without(mask, online), func(id int) bool { return !t.exists(fmt.Sprintf("%s/cpu%d/topology", cpuDir, id)) }); len(extra) > 0 {
		t.note("%s/online says %s, but CPU %s is in the mask and has a topology, as only CPUs online have: it counts as online", cpuDir, FormatList(online), FormatList(extra))
		online = union(online, extra)
	}
	allowed = online
	for _, limit := range []struct {
		what string
		ids  []int
	}{{"the affinity mask", mask}, {"the cpuset", cpuset(t)}} {
		if limit.ids == nil {
			continue
		}
		both := intersect(allowed, limit.ids)
		if both == nil {
			// A process is always allowed somewhere, so what says otherwise is made
			// up, or a copy from elsewhere.
			t.note("none of CPU %s in %s is among those online or allowed elsewhere (%s): it counts alone", FormatList(limit.ids), limit.what, FormatList(allowed))
			allowed, online = limit.ids, union(online, limit.ids)
			continue
		}
		allowed = both
	}
	return online, allowed
}

// onlineIn are the CPUs that the tree says are online: in the file of all, or else
// in that of each, which CPUs that cannot be taken offline lack.
func onlineIn(t tree) (online []int) {
	if online, _ = t.list(cpuDir + "/online"); online != nil {
		return online
	}
	for _, id := range t.numbered(cpuDir, "cpu") {
		if t.text(fmt.Sprintf("%s/cpu%d/online", cpuDir, id)) != "0" {
			online = append(online, id)
		}
	}
	if online == nil {
		for id := range cpuinfoOf(t) {
			online = append(online, id)
		}
		slices.Sort(online)
	}
	t.note("%s/online is missing: all CPUs that have a folder, or a place in proc/cpuinfo, and are not said to be offline count as online", cpuDir)
	return online
}

// statusMask is the affinity mask in the status of the process. It may name CPUs
// that are offline, or that the machine only could have.
func statusMask(t tree) []int {
	for _, form := range []struct {
		key  string
		read func(string) ([]int, error)
	}{{"Cpus_allowed_list:", ParseList}, {"Cpus_allowed:", parseMask}} {
		for line := range strings.Lines(t.text("proc/self/status")) {
			text, ok := strings.CutPrefix(line, form.key)
			if !ok {
				continue
			}
			ids, err := form.read(strings.TrimSpace(text))
			if err != nil {
				t.note("the affinity mask is ignored (%v)", err)
				return nil
			}
			slices.Sort(ids)
			return ids
		}
	}
	t.note("proc/self/status has no affinity mask: all CPUs online count as allowed")
	return nil
}

// union is the members of both, ascending.
func union(a, b []int) []int {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}

// without is the members of a that are not in b.
func without(a, b []int) (rest []int) {
	for _, id := range a {
		if !slices.Contains(b, id) {
			rest = append(rest, id)
		}
	}
	return rest
}

func intersect(a, b []int) (both []int) {
	for _, id := range a {
		if slices.Contains(b, id) {
			both = append(both, id)
		}
	}
	return both
}

// topology finds the place of each allowed CPU. Files of other CPUs are read
// for their speed only, which says whether the cores are unequal. A CPU of
// unknown core counts as a core.
func topology(t tree, online, allowed []int) []CPU {
	cpus := make([]CPU, len(allowed))
	nodes := nodesOf(t)
	classes := classesOf(t, online)
	info := cpuinfoOf(t)
	var llcs, cores, packages numbering
	var noCore, noLLC, noNode []int
	for i, id := range allowed {
		dir := fmt.Sprintf("%s/cpu%d", cpuDir, id)
		c := CPU{ID: id, Node: -1, LLC: -1, Core: -1, Thread: -1, Class: classes[id]}
		c.Package = packageOf(t, dir, id, info[id], &packages)
		c.Die = t.numberOr(dir+"/topology/die_id", -1)
		if node, ok := nodes[id]; ok {
			c.Node = node
		} else {
			noNode = append(noNode, id)
		}
		if shared := lastLevel(t, dir, id); shared != "" {
			c.LLC = llcs.of(shared)
		} else {
			noLLC = append(noLLC, id)
		}
		var core string
		if core, c.Thread = coreOf(t, dir, c, info[id]); core != "" {
			c.Core = cores.of(core)
		} else {
			noCore = append(noCore, id)
		}
		cpus[i] = c
	}
	for _, missing := range []struct {
		what string
		ids  []int
	}{{"core", noCore}, {"last-level cache", noLLC}, {"memory node", noNode}} {
		if missing.ids != nil {
			t.note("the %s of CPU %s is unknown", missing.what, FormatList(missing.ids))
		}
	}
	return cpus
}

// numbering gives every new name the next number.
type numbering struct{ names map[string]int }

func (n *numbering) of(name string) int {
	if n.names == nil {
		n.names = map[string]int{}
	}
	if _, ok := n.names[name]; !ok {
		n.names[name] = len(n.names)
	}
	return n.names[name]
}

func (t tree) numberOr(name string, otherwise int) int {
	if n, ok := t.number(name); ok {
		return n
	}
	return otherwise
}

// packageOf is the number of a CPU's package. Firmware that tells none leaves -1:
// then the CPUs in it tell it from others. Without the folder, as in gVisor,
// cpuinfo may have it.
func packageOf(t tree, dir string, id int, info map[string]string, packages *numbering) int {
	if n, ok := t.number(dir + "/topology/physical_package_id"); ok {
		return n
	}
	for _, file := range []string{"package_cpus", "core_siblings"} {
		if ids := t.cpus(dir+"/topology/"+file+"_list", dir+"/topology/"+file); slices.Contains(ids, id) {
			return packages.of(FormatList(ids))
		}
	}
	return max(numberIn(info, "physical id"), numberIn(info, "package")) // the latter on LoongArch
}

// numberIn is the number from 0 that cpuinfo has of a CPU, or -1.
func numberIn(info map[string]string, key string) int {
	if n, err := strconv.Atoi(info[key]); err == nil && n >= 0 && n <= math.MaxInt32 {
		return n
	}
	return -1
}

// coreOf names the core of c by the CPUs in it, because core_id repeats over
// dies and packages on some machines, and over clusters on others. A list that
// lacks the CPU itself is garbage; then core_id must do, with all that the CPU
// is known to be in, or that of cpuinfo. The thread is the CPU's place in the list,
// or -1.
func coreOf(t tree, dir string, c CPU, info map[string]string) (name string, thread int) {
	for _, file := range []string{"core_cpus", "thread_siblings"} {
		ids := t.cpus(dir+"/topology/"+file+"_list", dir+"/topology/"+file)
		if at := slices.Index(ids, c.ID); at >= 0 {
			return FormatList(ids), at
		}
	}
	if id, ok := t.number(dir + "/topology/core_id"); ok {
		cluster := t.numberOr(dir+"/topology/cluster_id", -1)
		return fmt.Sprintf("core %d of %d %d %d", id, c.Package, c.Die, cluster), -1
	}
	if id := max(numberIn(info, "core id"), numberIn(info, "core")); id >= 0 { // the latter on LoongArch
		return fmt.Sprintf("cpuinfo's core %d of %d %s %s", id, c.Package, info["book id"], info["drawer id"]), -1
	}
	return "", -1
}

// lastLevel names the group of CPUs that share the highest cache of a CPU that
// holds data.
func lastLevel(t tree, dir string, cpu int) string {
	highest, shared := 0, ""
	for _, i := range t.numbered(dir+"/cache", "index") {
		cache := fmt.Sprintf("%s/cache/index%d", dir, i)
		level, ok := t.number(cache + "/level")
		if !ok || level <= highest || t.text(cache+"/type") == "Instruction" {
			continue
		}
		if ids := t.cpus(cache+"/shared_cpu_list", cache+"/shared_cpu_map"); slices.Contains(ids, cpu) {
			highest, shared = level, FormatList(ids)
		}
	}
	return shared
}

// nodesOf maps CPUs to memory nodes. Nodes without CPUs, which are memory
// only, do not occur. Of several nodes with the same CPU the first counts.
func nodesOf(t tree) map[int]int {
	nodes := map[int]int{}
	var twice []int
	defer func() {
		if twice != nil {
			t.note("CPU %s is in two memory nodes: the lower one counts", FormatList(slices.Compact(slices.Sorted(slices.Values(twice)))))
		}
	}()
	for _, n := range t.numbered(nodeDir, "node") {
		dir := fmt.Sprintf("%s/node%d/", nodeDir, n)
		for _, id := range t.cpus(dir+"cpulist", dir+"cpumap") {
			if _, ok := nodes[id]; ok {
				twice = append(twice, id)
			} else {
				nodes[id] = n
			}
		}
	}
	return nodes
}

// classesOf tells performance from efficiency cores: by the event sources of
// hybrid Intel CPUs, else by the capacity that the scheduler computes with,
// else by the highest clock. The map is empty if all cores are alike.
func classesOf(t tree, online []int) map[int]string {
	classes := map[int]string{}
	for _, source := range []struct{ name, class string }{
		{"cpu_core", Performance}, {"cpu_atom", Efficiency}, {"cpu_lowpower", Efficiency},
	} {
		ids, _ := t.list("sys/devices/" + source.name + "/cpus")
		for _, id := range ids {
			classes[id] = source.class
		}
	}
	if len(classes) > 0 {
		return classes
	}
	for _, file := range []string{"cpu_capacity", "cpufreq/cpuinfo_max_freq"} {
		speeds := map[int]int{}
		for _, id := range online {
			if speed, ok := t.number(fmt.Sprintf("%s/cpu%d/%s", cpuDir, id, file)); ok && speed > 0 {
				speeds[id] = speed
			}
		}
		if split := widestGap(speeds); split > 0 {
			for id, speed := range speeds {
				classes[id] = Efficiency
				if speed > split {
					classes[id] = Performance
				}
			}
			return classes
		}
	}
	return classes
}

// unequal is the ratio of speeds from which cores are of two classes. The best
// cores of a server chip may clock a few per cent above the others.
const unequal = 1.15

// widestGap returns the speed below the widest gap, as a ratio, or 0 if no gap
// makes two classes.
func widestGap(speeds map[int]int) (below int) {
	var sorted []int
	for _, s := range speeds {
		sorted = append(sorted, s)
	}
	slices.Sort(sorted)
	widest := unequal
	for i := 1; i < len(sorted); i++ {
		if ratio := float64(sorted[i]) / float64(sorted[i-1]); ratio >= widest {
			widest, below = ratio, sorted[i-1]
		}
	}
	return below
}

// cachesIn lists the caches of a CPU, as "L1d 48K".
func cachesIn(t tree, cpu int) (list []string) {
	for _, i := range t.numbered(fmt.Sprintf("%s/cpu%d/cache", cpuDir, cpu), "index") {
		dir := fmt.Sprintf("%s/cpu%d/cache/index%d", cpuDir, cpu, i)
		level, ok := t.number(dir + "/level")
		size := t.line(dir + "/size")
		if !ok || size == "" {
			continue
		}
		letter := map[string]string{"Data": "d", "Instruction": "i"}[t.text(dir+"/type")]
		list = append(list, fmt.Sprintf("L%d%s %s", level, letter, size))
	}
	return list
}

// modelIn is the CPU model in cpuinfo, which every architecture tells in its own
// words: x86, LoongArch (Model Name), boards (Model), MIPS and Alpha (cpu model),
// POWER and SPARC (cpu), RISC-V (uarch, or the instruction set alone). ARM and
// s390 have numbers instead.
func modelIn(t tree) string {
	info := cpuinfo(t)
	coded := ""
	switch {
	case info["CPU part"] != "":
		coded = fmt.Sprintf("ARM implementer %s part %s", info["CPU implementer"], info["CPU part"])
	case info["uarch"] != "":
		coded = info["uarch"]
	case info["isa"] != "":
		coded = "RISC-V " + info["isa"]
	case strings.Contains(info["vendor_id"], "S390"):
		_, machine, _ := strings.Cut(info["processor 0"], "machine = ")
		coded = strings.TrimSpace(info["vendor_id"] + " " + machine)
	}
	return oneLine(cmp.Or(info["model name"], info["Model Name"], info["Model"], info["cpu model"], info["cpu"], coded, "unknown"))
}

// cpuinfoOf is what cpuinfo says of each CPU.
func cpuinfoOf(t tree) map[int]map[string]string {
	all := map[int]map[string]string{}
	var info map[string]string
	for line := range strings.Lines(t.text("proc/cpuinfo")) {
		key, value, _ := strings.Cut(line, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if key == "processor" || key == "cpu number" { // the latter on s390
			if id, err := strconv.Atoi(value); err == nil && id >= 0 && id < MaxCPUs {
				info = map[string]string{}
				all[id] = info
			}
		}
		if info != nil && info[key] == "" {
			info[key] = value
		}
	}
	return all
}

// cpuinfo returns the first value of each key.
func cpuinfo(t tree) map[string]string {
	info := map[string]string{}
	for line := range strings.Lines(t.text("proc/cpuinfo")) {
		key, value, ok := strings.Cut(line, ":")
		if key = strings.TrimSpace(key); ok && info[key] == "" {
			info[key] = strings.TrimSpace(value)
		}
	}
	return info
}
