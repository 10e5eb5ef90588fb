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

// childClocks returns the CPU clocks of the children that this process has.
// It needs a kernel that lists them (CONFIG_PROC_CHILDREN, as distributions
// have); without, there are none.
func childClocks() (clocks []clock) {
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
				clocks = append(clocks, clock(^n<<3|2)) // see CPUCLOCK_SCHED in clock_getcpuclockid(3)
			}
		}
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
