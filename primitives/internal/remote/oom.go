package remote

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// oomKills is how many processes the kernel has killed because memory ran out,
// by the file that counts them: one for this process's memory cgroup, which its
// children are in, and one for the whole machine, which includes cgroups that
// are not visible from here. It is empty on systems without such files.
//
// The kernel reports to the parent of a killed process the signal, but not its
// sender. It counts before it sends the signal.
type oomKills map[string]int

// readOOMKills reads the counters below root. Version 2 of cgroups counts in
// memory.events and version 1 in memory.oom_control. Inside a container, the
// cgroup's path may be the one outside; its files are then at the top of the
// mount.
func readOOMKills(root string) oomKills {
	kills := oomKills{}
	count := func(file string) {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) == 2 && f[0] == "oom_kill" {
				if n, err := strconv.Atoi(f[1]); err == nil {
					kills["/"+file] = n
				}
			}
		}
	}
	groups, _ := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	for line := range strings.Lines(string(groups)) {
		_, line, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, path, _ := strings.Cut(line, ":")
		for _, dir := range []string{path, "/"} {
			if controllers == "" {
				count(filepath.Join("sys/fs/cgroup", dir, "memory.events"))
				count(filepath.Join("sys/fs/cgroup/unified", dir, "memory.events"))
			} else if slices.Contains(strings.Split(controllers, ","), "memory") {
				count(filepath.Join("sys/fs/cgroup/memory", dir, "memory.oom_control"))
			}
		}
	}
	count("proc/vmstat")
	return kills
}

// since returns the file whose count has risen since before, a cgroup's if there
// is one, or "".
func (k oomKills) since(before oomKills) string {
	found := ""
	for _, file := range slices.Sorted(maps.Keys(k)) { // proc before sys
		if was, ok := before[file]; ok && k[file] > was {
			found = file
		}
	}
	return found
}
