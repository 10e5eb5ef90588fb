package host

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// The formats are those of the kernel's Documentation/ABI/stable/
// sysfs-devices-system-cpu and Documentation/admin-guide/cputopology.rst.
const (
	cpuDir  = "sys/devices/system/cpu"
	nodeDir = "sys/devices/system/node"
)

// usable returns the CPUs that are online and those of them that the process
// may use. The kernel keeps masks within cpusets, but a copied tree may hold
// one without the other.
func usable(t tree, mask []int) (online, allowed []int) {
	online, _ = t.list(cpuDir + "/online")
	if online == nil {
		online = t.numbered(cpuDir, "cpu")
		t.note("%s/online is missing: all CPUs that have a folder or are in the mask count as online", cpuDir)
	}
	if mask == nil {
		mask = statusMask(t)
	}
	if online == nil {
		online = mask
	}
	allowed = online
	for _, limit := range [][]int{mask, cpuset(t)} {
		if limit == nil {
			continue
		}
		if both := intersect(allowed, limit); both != nil {
			allowed = both
		} else {
			t.note("none of CPU %s is among those online or allowed elsewhere (%s): that limit is ignored", FormatList(limit), FormatList(allowed))
		}
	}
	return online, allowed
}

// statusMask is the affinity mask in the status of the process.
func statusMask(t tree) []int {
	for line := range strings.Lines(t.text("proc/self/status")) {
		if list, ok := strings.CutPrefix(line, "Cpus_allowed_list:"); ok {
			ids, err := ParseList(strings.TrimSpace(list))
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
	var llcs, cores numbering
	var noCore, noLLC, noNode []int
	for i, id := range allowed {
		dir := fmt.Sprintf("%s/cpu%d", cpuDir, id)
		c := CPU{ID: id, Node: -1, LLC: -1, Core: -1, Thread: -1, Class: classes[id]}
		c.Package = t.numberOr(dir+"/topology/physical_package_id", -1)
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
		if core, c.Thread = coreOf(t, dir, c); core != "" {
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

// coreOf names the core of c by the CPUs in it, because core_id repeats over
// dies and packages on some machines, and over clusters on others. A list that
// lacks the CPU itself is garbage; then core_id must do, with all that the CPU
// is known to be in. The thread is the CPU's place in the list.
func coreOf(t tree, dir string, c CPU) (name string, thread int) {
	for _, file := range []string{"core_cpus_list", "thread_siblings_list"} {
		ids, _ := t.list(dir + "/topology/" + file)
		if at := slices.Index(ids, c.ID); at >= 0 {
			return FormatList(ids), at
		}
	}
	if id, ok := t.number(dir + "/topology/core_id"); ok {
		cluster := t.numberOr(dir+"/topology/cluster_id", -1)
		return fmt.Sprintf("core %d of %d %d %d", id, c.Package, c.Die, cluster), -1
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
		if ids, _ := t.list(cache + "/shared_cpu_list"); slices.Contains(ids, cpu) {
			highest, shared = level, FormatList(ids)
		}
	}
	return shared
}

// nodesOf maps CPUs to memory nodes. Nodes without CPUs, which are memory
// only, do not occur.
func nodesOf(t tree) map[int]int {
	nodes := map[int]int{}
	for _, n := range t.numbered(nodeDir, "node") {
		ids, _ := t.list(fmt.Sprintf("%s/node%d/cpulist", nodeDir, n))
		for _, id := range ids {
			nodes[id] = n
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

// modelIn is the CPU model in cpuinfo; ARM has none and gives numbers instead.
func modelIn(t tree) string {
	info := cpuinfo(t)
	arm := ""
	if info["CPU part"] != "" {
		arm = fmt.Sprintf("ARM implementer %s part %s", info["CPU implementer"], info["CPU part"])
	}
	return oneLine(cmp.Or(info["model name"], info["Model"], info["cpu model"], info["cpu"], arm, "unknown"))
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
