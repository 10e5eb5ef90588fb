package primitives

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// oomKills is how many processes the kernel has killed because memory ran out,
// by the file that counts them: of this process's memory cgroup, which its
// children are in, and of the whole machine, which counts also those of cgroups
// that cannot be seen from here. Empty where nobody tells, as on other systems.
//
// The kernel tells the parent of a killed process the signal and not its sender;
// it counts before it sends.
type oomKills map[string]int

// readOOMKills reads the counters below root. Version 2 of cgroups counts in
// memory.events and version 1 in memory.oom_control. Inside a container the
// path of the cgroup may be that outside of it: then its own is at the mount's
// top.
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

// since returns the file that counts more than before, a cgroup's if there is
// one, or "".
func (k oomKills) since(before oomKills) string {
	found := ""
	for _, file := range slices.Sorted(maps.Keys(k)) { // proc before sys
		if was, ok := before[file]; ok && k[file] > was {
			found = file
		}
	}
	return found
}
