package host

import (
	"fmt"
	"slices"
	"strings"
)

// usable returns the CPUs that are online and those of them that the process may use.
// A mask from the kernel is the truth: the kernel keeps it within the cpuset and the
// CPUs online, whatever the files of LXCFS say in containers. A copied
// tree has only files.
func usable(t tree, mask []int) (online, allowed []int) {
	online = onlineIn(t)
	if mask == nil {
		return usableIn(t, online)
	}
	noteHidden(t, online, without(mask, online))
	return union(online, mask), mask
}

// usableIn is usable in a copied tree, with files of different processes.
func usableIn(t tree, online []int) (_, allowed []int) {
	mask, set := statusMask(t), cpuset(t)
	if len(online) == 0 {
		online = listedProcessors(t)
	}
	switch {
	case mask == nil && set == nil:
		t.note("without an affinity mask in %s, all CPUs online count as allowed", statusFile)
		return online, online
	case mask == nil:
		t.note("without an affinity mask in %s, the CPUs of the cpuset count as allowed", statusFile)
		mask, set = set, nil
	}
	online = union(online, hidden(t, online, mask))
	allowed = intersect(online, mask)
	if len(allowed) == 0 {
		t.note("none of CPU %s in the affinity mask is online: the mask is ignored", FormatList(mask))
		allowed = online
	}
	if set == nil {
		return online, allowed
	}
	within := intersect(allowed, set)
	if len(within) == 0 {
		t.note("the cpuset of the process has none of the CPUs that it may use (%s of %s): it is ignored", FormatList(set), FormatList(allowed))
		return online, allowed
	}
	if lost := without(allowed, set); len(lost) > 0 {
		t.note("CPU %s is in the affinity mask and not in the cpuset of the process: left out", FormatList(lost))
	}
	return online, within
}

// hidden are the CPUs of the mask that are online, although the list of CPUs online
// lacks them, as the list of LXCFS does, which counts from 0. A mask may also name
// CPUs that are offline.
func hidden(t tree, online, mask []int) []int {
	lost := except(without(mask, online), offlineIn(t))
	nodes := nodesOf(t)
	found := except(lost, func(id int) bool {
		_, placed := nodes[id]
		return !placed && !t.described(id) && t.text(cpuFile(id, "online")) != "1"
	})
	if len(lost) == len(mask) || lxcfs(t, cpuDir+"/online") {
		found = lost
	}
	noteHidden(t, online, found)
	if rest := without(lost, found); len(rest) > 0 {
		t.note("CPU %s is in the affinity mask and not online: left out", FormatList(rest))
	}
	return found
}

// noteHidden notes CPUs that the process may use and that are not listed as online.
func noteHidden(t tree, online, hidden []int) {
	switch {
	case len(online) == 0:
		t.note("nothing in %s says which CPUs are online: those that the process may use count", cpuDir)
	case len(hidden) > 0:
		t.note("CPU %s is not listed as online (%s), and the process may use it: the affinity mask counts", FormatList(hidden), FormatList(online))
	}
}

// onlineIn lists the CPUs online. Without the kernel's list, CPUs with a directory
// count; the kernel keeps the directory of a CPU that is offline, but not its
// description.
func onlineIn(t tree) []int {
	off := offlineIn(t)
	if online, _ := t.list(cpuDir + "/online"); len(online) > 0 {
		on := except(online, off)
		if len(on) == 0 || len(on) == len(online) {
			return online
		}
		t.note("CPU %s is listed as online and as offline: it counts as offline", FormatList(without(online, on)))
		return on
	}
	on := except(t.numbered(cpuDir, "cpu"), off)
	if len(on) > 0 {
		t.note("without a list in %s/online, CPUs with a directory there count as online unless they are listed as offline", cpuDir)
	}
	if described := except(on, func(id int) bool { return !t.described(id) }); len(described) > 0 {
		return described
	}
	return on
}

// offlineIn returns a function that reports whether a CPU is said to be offline, by its
// own file or by the list. CPUs that cannot go offline have no file.
func offlineIn(t tree) func(id int) bool {
	list, _ := t.list(cpuDir + "/offline")
	return func(id int) bool {
		return t.text(cpuFile(id, "online")) == "0" || slices.Contains(list, id)
	}
}

// described reports whether the kernel describes the place of a CPU.
func (t tree) described(id int) bool { return t.exists(cpuFile(id, "topology")) }

func cpuFile(id int, name string) string { return fmt.Sprintf("%s/cpu%d/%s", cpuDir, id, name) }

const statusFile = "proc/self/status"

// statusMask is the affinity mask in the status of the process, nil if there is
// none.
func statusMask(t tree) []int {
	values := map[string]string{}
	for line := range strings.Lines(t.text(statusFile)) {
		key, value, _ := strings.Cut(line, ":")
		values[key] = strings.TrimSpace(value)
	}
	for _, form := range []struct {
		key   string
		parse func(string) ([]int, error)
	}{{"Cpus_allowed_list", ParseList}, {"Cpus_allowed", parseMask}} {
		if text := values[form.key]; text != "" {
			ids, err := form.parse(text)
			if err == nil {
				slices.Sort(ids)
				return ids
			}
			t.ignore(statusFile, fmt.Errorf("%s: %w", form.key, err))
		}
	}
	return nil
}

// except returns the CPUs for which out is false.
func except(ids []int, out func(id int) bool) []int {
	return slices.DeleteFunc(slices.Clone(ids), out)
}

func without(a, b []int) []int {
	return except(a, func(id int) bool { return slices.Contains(b, id) })
}

func intersect(a, b []int) []int {
	return except(a, func(id int) bool { return !slices.Contains(b, id) })
}

func union(a, b []int) []int {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}
