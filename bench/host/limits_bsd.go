//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package host

import "golang.org/x/sys/unix"

// resourceLimits are those of getrlimit. What is used of them is not known.
func resourceLimits(tree) Limits {
	return Limits{Files: openFiles(), Processes: rlimit("processes", "ulimit -u", unix.RLIMIT_NPROC)}
}
