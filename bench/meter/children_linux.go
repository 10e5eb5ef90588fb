package meter

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// clock is the CPU clock of another process.
type clock int32

// Children returns the numbers of the child processes that this process has,
// with those that have ended and were not waited for. It needs a kernel that
// lists them (CONFIG_PROC_CHILDREN, as distributions have); without, there are
// none.
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
		for pid := range strings.FieldsSeq(string(text)) {
			if n, err := strconv.ParseInt(pid, 10, 32); err == nil {
				pids = append(pids, int(n))
			}
		}
	}
	return pids
}

// childClocks returns the CPU clocks of the children that this process has.
func childClocks() (clocks []clock) {
	for _, pid := range Children() {
		clocks = append(clocks, clock(^int32(pid)<<3|2)) // see CPUCLOCK_SCHED in clock_getcpuclockid(3)
	}
	return clocks
}

// read returns the CPU time of the process. One that has been waited for has
// none: it is in that of the children that have been waited for.
func (c clock) read() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(int32(c), &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
