package remote

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// ownPath leads to the running program even if a new build has replaced its
// file.
func ownPath() (string, error) { return "/proc/self/exe", nil }

// childAttr makes the kernel kill the child when the thread that started it
// ends: nothing else ends a stopped child, too.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// callerAffinity reads the caller's CPU mask and returns a function that gives
// it to the calling thread. A child gets the mask of the thread that starts it,
// and that thread may be older than the pinning.
func callerAffinity() func() {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return func() {}
	}
	return func() { unix.SchedSetaffinity(0, &set) } // a failure leaves the mask of the process
}
