package meter

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Children returns the ids of the child processes that this process has, with
// those that have ended and were not waited for. It needs a kernel that lists
// them (CONFIG_PROC_CHILDREN, as distributions have); without it, there are none.
func Children() (pids []int) {
	lists, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		panic("meter: " + err.Error()) // the pattern is wrong
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue // a thread that has ended
		}
		for field := range strings.FieldsSeq(string(text)) {
			if pid, err := strconv.ParseInt(field, 10, 32); err == nil {
				pids = append(pids, int(pid))
			}
		}
	}
	return pids
}

// cpuOf returns the CPU time of the child, 0 if it has been waited for: then it is
// in the usage of the children.
func cpuOf(pid int) time.Duration {
	var t unix.Timespec
	clock := ^int32(pid)<<3 | 2 // CPUCLOCK_SCHED, see clock_getcpuclockid(3)
	if unix.ClockGettime(clock, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
