package meter

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/procfs"
)

// findQuotas returns the folders of the control groups, this process's own and
// those above it that can be seen, that have a CPU quota.
func findQuotas() []string { return quotasIn("/proc", os.Getpid()) }

func quotasIn(proc string, pid int) (dirs []string) {
	fs, err := procfs.NewFS(proc)
	if err != nil {
		return nil
	}
	self, err := fs.Proc(pid)
	if err != nil {
		return nil
	}
	groups, err := self.Cgroups()
	if err != nil {
		return nil
	}
	mounts, err := fs.GetProcMounts(pid)
	if err != nil {
		return nil
	}
	for _, g := range groups {
		for _, m := range mounts {
			if controls(g, m) {
				dirs = append(dirs, withQuota(m, g.Path)...)
			}
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs) // a hierarchy may be mounted twice
}

// controls reports whether the group is one of that mount, and of CPU time.
// Version 2 has one hierarchy, without a list of controllers.
func controls(g procfs.Cgroup, m *procfs.MountInfo) bool {
	if g.HierarchyID == 0 {
		return m.FSType == "cgroup2"
	}
	_, cpu := m.SuperOptions["cpu"]
	return cpu && m.FSType == "cgroup" && slices.Contains(g.Controllers, "cpu")
}

// withQuota returns the folders from that of the group up to the mount point
// that have a quota. In a container the mount may begin below the root.
func withQuota(m *procfs.MountInfo, group string) (dirs []string) {
	below, err := filepath.Rel(m.Root, group)
	if err != nil || below == ".." || strings.HasPrefix(below, "../") {
		return nil
	}
	top := unescape.Replace(m.MountPoint)
	for ; ; below = filepath.Dir(below) {
		if dir := filepath.Join(top, below); hasQuota(dir) {
			dirs = append(dirs, dir)
		}
		if below == "." {
			return dirs
		}
	}
}

// unescape undoes how mountinfo writes blanks, see proc_pid_mountinfo(5).
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

func hasQuota(dir string) bool {
	if text, err := os.ReadFile(filepath.Join(dir, "cpu.max")); err == nil {
		return len(text) > 0 && !strings.HasPrefix(string(text), "max")
	}
	text, err := os.ReadFile(filepath.Join(dir, "cpu.cfs_quota_us"))
	quota, bad := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return err == nil && bad == nil && quota > 0
}

// readThrottled reads for how long each group was held back, on all its CPUs.
func readThrottled(dirs []string) []time.Duration {
	all := make([]time.Duration, len(dirs))
	for i, dir := range dirs {
		all[i] = throttledIn(dir)
	}
	return all
}

func throttledIn(dir string) time.Duration {
	text, err := os.ReadFile(filepath.Join(dir, "cpu.stat"))
	if err != nil {
		return -1
	}
	units := map[string]time.Duration{"throttled_usec": time.Microsecond, "throttled_time": time.Nanosecond}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 && units[key] > 0 {
			return time.Duration(n) * units[key]
		}
	}
	return -1
}
