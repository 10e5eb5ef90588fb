package host

import (
	"os"

	"golang.org/x/sys/unix"
)

// resourceLimits are those of getrlimit. That of processes counts threads here, and
// does not hold for root.
func resourceLimits(t tree) Limits {
	l := Limits{Files: openFiles()}
	if uid := os.Geteuid(); uid != 0 {
		if l.Tasks = rlimit("threads", "ulimit -u", unix.RLIMIT_NPROC); l.Tasks.Name != "" {
			l.Tasks.Used = userTasks(t, uid)
		}
	}
	return l
}
