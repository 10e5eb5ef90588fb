package meter

import "time"

// Used returns the CPU time of this process and of the children that it has waited
// for. ok is false where the system does not count children.
func Used() (cpu time.Duration, ok bool) { return readUsage().cpu, countsEvents }

// StealTime returns how long, since the machine started, the hypervisor has given the CPUs
// to other guests while this one wanted them, summed over the CPUs. ok is false where
// the system does not report it.
func StealTime(cpus []int) (stolen time.Duration, ok bool) {
	d := readClocks(cpus, nil, nil)
	return d.stolen, d.stat
}
