//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package host

import (
	"math"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// resourceLimits are the limits of getrlimit. The soft limit of open files is what the
// Go runtime has raised it to, as it does in every program of Go. The limit of
// processes counts threads on Linux, and does not hold for root there; elsewhere it is
// not known how much of it is used.
func resourceLimits(t tree) Limits {
	l := Limits{Files: rlimit("open files", unix.RLIMIT_NOFILE, "ulimit -n")}
	if runtime.GOOS != "linux" {
		l.Processes = rlimit("processes", unix.RLIMIT_NPROC, "ulimit -u")
	} else if uid := os.Geteuid(); uid != 0 {
		if l.Tasks = rlimit("threads", unix.RLIMIT_NPROC, "ulimit -u"); l.Tasks.Setting != "" {
			l.Tasks.Used = userTasks(t, uid)
		}
	}
	return l
}

func rlimit(what string, resource int, setting string) Limit {
	var r unix.Rlimit
	if unix.Getrlimit(resource, &r) != nil || uint64(r.Cur) > math.MaxInt32 {
		return Limit{}
	}
	return Limit{What: what, Setting: setting, Max: int(r.Cur)}
}
