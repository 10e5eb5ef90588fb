package host

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The formats are in the kernel's Documentation/ABI/stable/
// sysfs-devices-system-cpu and Documentation/admin-guide/cputopology.rst.
const (
	cpuDir  = "sys/devices/system/cpu"
	nodeDir = "sys/devices/system/node"
)

// topology finds the place of each allowed CPU. Of other CPUs it reads only the speed,
// which shows whether the cores are unequal. A CPU of unknown core counts as a core.
func topology(t tree, online, allowed []int) []CPU {
	cpus := make([]CPU, len(allowed))
	listed := cpuinfoPlaces(t, allowed)
	packages := t.parts("package", allowed, "physical_package_id", listed, "package_cpus", "core_siblings")
	dies := t.parts("die", allowed, "die_id", nil, "die_cpus")
	nodes := nodesOf(t)
	classes := classesOf(t, online)
	caches := t.groups("last-level cache", allowed, func(id int) []int { return lastLevel(t, id) })
	threads := t.groups("core", allowed, func(id int) []int { return t.siblings(id, "core_cpus", "thread_siblings") })
	listedThreads := t.groups("core", allowed, func(id int) []int { return listed[id].threads })
	var llcs, cores numbering
	var unknown unknowns
	for i, id := range allowed {
		c := CPU{ID: id, Package: packages[id], Die: dies[id], Node: -1, LLC: -1, Core: -1, Thread: -1, Class: classes[id]}
		if node, ok := nodes[id]; ok {
			c.Node = node
		} else if links := t.numbered(fmt.Sprintf("%s/cpu%d", cpuDir, id), "node"); len(links) > 0 {
			c.Node = links[0]
		} else {
			unknown.add("memory node", id)
		}
		if shared, ok := caches[id]; ok {
			c.LLC = llcs.of(shared.name)
		} else {
			unknown.add("last-level cache", id)
		}
		if core, ok := threads[id]; ok {
			c.Core, c.Thread = cores.of(core.name), slices.Index(core.ids, id)
		} else if core, ok := coreByID(t, c); ok {
			c.Core = cores.of(core)
		} else if core, ok := listedThreads[id]; ok {
			c.Core, c.Thread = cores.of(core.name), slices.Index(core.ids, id)
		} else {
			unknown.add("core", id)
		}
		cpus[i] = c
	}
	unknown.note(t)
	return cpus
}

// unknowns are the CPUs with an unknown place, by the name of the place.
type unknowns map[string][]int

func (p *unknowns) add(name string, id int) {
	if *p == nil {
		*p = unknowns{}
	}
	(*p)[name] = append((*p)[name], id)
}

// note notes all that is unknown in one sentence, grouped by CPUs.
func (p unknowns) note(t tree) {
	names := map[string][]string{}
	for _, name := range []string{"core", "last-level cache", "memory node"} {
		if ids := FormatList(p[name]); ids != "" {
			names[ids] = append(names[ids], name)
		}
	}
	var parts []string
	verb := "is"
	for _, ids := range slices.Sorted(maps.Keys(names)) {
		parts = append(parts, "the "+enumerate(names[ids])+" of CPU "+ids)
		if len(parts)+len(names[ids]) > 2 {
			verb = "are"
		}
	}
	if parts != nil {
		t.note("%s %s unknown", enumerate(parts), verb)
	}
}

// enumerate writes a list in words: a, b and c.
func enumerate(list []string) string {
	last := len(list) - 1
	if last < 1 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:last], ", ") + " and " + list[last]
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

// coreByID names the core of c by core_id together with its package, die and cluster,
// because on some machines the number repeats among these.
func coreByID(t tree, c CPU) (name string, ok bool) {
	id, ok := t.number(cpuFile(c.ID, "topology/core_id"))
	cluster := t.numberOr(cpuFile(c.ID, "topology/cluster_id"), -1)
	return fmt.Sprintf("core %d of %d %d %d", id, c.Package, c.Die, cluster), ok
}

// lastLevel returns the CPUs that share the highest data cache of a CPU.
func lastLevel(t tree, cpu int) []int {
	highest, last := 0, ""
	for _, i := range t.numbered(cpuFile(cpu, "cache"), "index") {
		cache := fmt.Sprintf("%s/index%d", cpuFile(cpu, "cache"), i)
		if level, ok := t.number(cache + "/level"); ok && level > highest && t.text(cache+"/type") != "Instruction" {
			highest, last = level, cache
		}
	}
	if last == "" {
		return nil
	}
	return t.cpus(last+"/shared_cpu_list", last+"/shared_cpu_map")
}

// nodesOf maps CPUs to memory nodes. A CPU in more than one is a fault of the
// firmware, or of the copy.
func nodesOf(t tree) map[int]int {
	nodes := map[int]int{}
	var twice []int
	for _, n := range t.numbered(nodeDir, "node") {
		dir := fmt.Sprintf("%s/node%d", nodeDir, n)
		for _, id := range t.cpus(dir+"/cpulist", dir+"/cpumap") {
			if _, ok := nodes[id]; ok {
				twice = append(twice, id)
				continue
			}
			nodes[id] = n
		}
	}
	if len(twice) > 0 {
		t.note("CPU %s is in more than one memory node: the first counts", FormatList(slices.Compact(slices.Sorted(slices.Values(twice)))))
	}
	return nodes
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
