package meter

import (
	"time"

	"golang.org/x/sys/windows"
)

const countsEvents = false

// readUsage is the CPU time of this process.
func readUsage() usage {
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(windows.CurrentProcess(), &created, &exited, &kernel, &user); err != nil {
		panic("meter: GetProcessTimes: " + err.Error()) // no argument of ours can be wrong
	}
	ticks := func(f windows.Filetime) int64 { return int64(f.HighDateTime)<<32 | int64(f.LowDateTime) }
	return usage{cpu: time.Duration(ticks(kernel)+ticks(user)) * 100} // of 100 ns
}
