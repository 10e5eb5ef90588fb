//go:build !linux

package host

import "runtime"

// CanBind says whether this system can bind a process to CPUs.
const CanBind = false

// Affinity returns the numbers of all CPUs: this system has no masks that a
// program without cgo could read.
func Affinity() ([]int, error) {
	ids := make([]int, runtime.NumCPU())
	for i := range ids {
		ids[i] = i
	}
	return ids, nil
}

// CheckThreads finds nothing where nothing can be bound.
func CheckThreads([]int) error { return nil }

// Start calls start. The process can run on every CPU; GOMAXPROCS alone
// bounds its parallelism.
func Start(_ []int, start func() error) error { return start() }

// Rebind does nothing where nothing can be bound.
func Rebind(int, []int) error { return nil }

// alike makes CPUs of unknown place. cores is the number of physical cores by the
// system; if it is the number of CPUs, each is a core of its own.
func alike(ids []int, cores int) []CPU {
	cpus := make([]CPU, len(ids))
	for i, id := range ids {
		cpus[i] = CPU{ID: id, Package: -1, Die: -1, Node: -1, LLC: -1, Core: -1, Thread: -1}
		if cores == len(ids) {
			cpus[i].Core, cpus[i].Thread = i, 0
		}
	}
	return cpus
}
