package meter

import "time"

// demand is a reading of the clocks that tell who had the CPUs.
type demand struct {
	known   bool          // whether the system tells
	own     time.Duration // CPU time of this process
	busy    time.Duration // CPU time of everybody on our CPUs, in ticks of 10 ms
	delayed time.Duration // run-queue delay of this process's threads
	stolen  time.Duration // time that the hypervisor gave to others
}

// lost is the time between two readings in which this process wanted a CPU
// and somebody else had it. Run-queue delay alone would blame others for the
// threads that this process itself wakes onto a busy CPU (a contended lock
// does); the CPU time of others alone is counted in coarse ticks, and harms
// nobody while a CPU is idle. Both must be there.
func (from demand) lost(to demand) time.Duration {
	others := (to.busy - from.busy) - (to.own - from.own)
	delayed := to.delayed - from.delayed
	return max(0, min(others, delayed)) + max(0, to.stolen-from.stolen)
}
