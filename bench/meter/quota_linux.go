package meter

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"overlap/bench/host"
)

// findQuotas returns the directories of the control groups, this process's own and
// those above it that can be seen, that have a CPU quota.
func findQuotas() []string { return quotasOf(host.ThrottleFiles("/")) }

func quotasOf(stats []string) (dirs []string) {
	for _, stat := range stats {
		if dir := filepath.Dir(stat); hasQuota(dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

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
