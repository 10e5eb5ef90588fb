//go:build unix

package meter

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is the CPU time of this process and of the children that it has
// waited for. getrusage, because /cpu/classes of runtime/metrics stands still
// until the garbage collector runs and guesses afterwards.
func cpuTime() time.Duration {
	var total time.Duration
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var u unix.Rusage
		if err := unix.Getrusage(who, &u); err != nil {
			panic("meter: getrusage: " + err.Error()) // no argument of ours can be wrong
		}
		total += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return total
}
