package host

import "testing"

// No file overrules the kernel's answer to this process:
// LXCFS counts the CPUs online of a container from 0, or up to its quota.
func TestAffinityIsTheTruth(t *testing.T) {
	const cpus = "sys/devices/system/cpu"
	for name, c := range map[string]struct {
		files  []string
		mask   []int
		online string
		notes  int // about the CPUs online
	}{
		"others online":      {[]string{cpus + "/online", "0"}, []int{1}, "0-1", 1},
		"half online":        {[]string{cpus + "/online", "0-1"}, []int{0, 1, 2, 3}, "0-3", 1},
		"some of each":       {[]string{cpus + "/online", "0-3"}, []int{1, 5}, "0-3,5", 1},
		"said to be offline": {[]string{cpus + "/online", "0-1", cpus + "/cpu1/online", "0"}, []int{0, 1}, "0-1", 2},
		"no list":            {nil, []int{2, 4}, "2,4", 1},
		"garbage":            {[]string{cpus + "/online", "x"}, []int{2, 4}, "2,4", 1},
		"another cpuset":     {[]string{cpus + "/online", "0-7", "proc/self/cgroup", "0::/", "proc/self/mountinfo", "1 1 0:1 / /c rw - cgroup2 c rw", "c/cpuset.cpus.effective", "6-7"}, []int{0, 1}, "0-7", 0},
		"another mask":       {[]string{cpus + "/online", "0-7", "proc/self/status", "Cpus_allowed_list: 0-7"}, []int{2}, "0-7", 0},
	} {
		tree := treeOf(files(c.files...))
		online, allowed := usable(tree, c.mask)
		if FormatList(allowed) != FormatList(c.mask) || FormatList(online) != c.online {
			t.Errorf("%s: allowed %s, online %s; want %s, %s", name, FormatList(allowed), FormatList(online), FormatList(c.mask), c.online)
		}
		notes := tree.notes.lines()
		if name == "garbage" {
			notes = notes[1:] // that of the file
		}
		if len(notes) != c.notes {
			t.Errorf("%s: notes %q, want %d", name, notes, c.notes)
		}
	}
}
