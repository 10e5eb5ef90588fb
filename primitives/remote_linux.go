package primitives

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// ownPath is the running program even if its file was replaced since, as
// a new build does.
func ownPath() (string, error) { return "/proc/self/exe", nil }

// childAttr has the kernel kill the child with the thread that started it:
// the only end that also reaches a stopped child.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// callerAffinity reads the caller's CPU mask and returns a function that puts the
// calling thread under it. A child gets the mask of the thread that forks, and
// that thread may be older than the pinning.
func callerAffinity() func() {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return func() {}
	}
	return func() { unix.SchedSetaffinity(0, &set) } // a failure leaves the mask of the process
}
