//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package host

import (
	"math"

	"golang.org/x/sys/unix"
)

// openFiles is the soft limit, which the Go runtime has raised as far as it may: it
// does so in every program of Go, and children begin with what it was before.
func openFiles() Limit { return rlimit("open files", "ulimit -n", unix.RLIMIT_NOFILE) }

func rlimit(what, name string, resource int) Limit {
	var r unix.Rlimit
	if unix.Getrlimit(resource, &r) != nil || uint64(r.Cur) > math.MaxInt32 {
		return Limit{}
	}
	return Limit{What: what, Name: name, Max: int(r.Cur)}
}
