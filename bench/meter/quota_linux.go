package meter

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"overlap/bench/host"
)

// findQuotas returns the directories of the control groups that have a CPU quota.
func findQuotas() []string { return host.QuotaDirs("/") }

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
