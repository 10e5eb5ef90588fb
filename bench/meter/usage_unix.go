//go:build unix

package meter

import (
	"time"

	"golang.org/x/sys/unix"
)

const countsEvents = true

// readUsage is getrusage of this process and of the children that it has waited
// for. getrusage, because /cpu/classes of runtime/metrics stands still until
// the garbage collector runs and guesses afterwards.
func readUsage() (total usage) {
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var u unix.Rusage
		if err := unix.Getrusage(who, &u); err != nil {
			panic("meter: getrusage: " + err.Error()) // no argument of ours can be wrong
		}
		total.cpu += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		total.events[voluntary] += int64(u.Nvcsw)
		total.events[involuntary] += int64(u.Nivcsw)
		total.events[minorFaults] += int64(u.Minflt)
		total.events[majorFaults] += int64(u.Majflt)
	}
	return total
}
