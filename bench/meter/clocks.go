package meter

import (
	"math"
	"time"
)

// clocks is a reading of the clocks that show who had the CPUs and who waited for
// them.
type clocks struct {
	at        time.Duration         // when it was taken
	own       time.Duration         // CPU time of this process and its children
	stat      bool                  // whether the system reports the next two
	idle      time.Duration         // of our CPUs, waits for a disk included
	stolen    time.Duration         // from our CPUs by the hypervisor, for others
	queued    map[int]time.Duration // run-queue delay by thread; nil: unknown
	throttled []time.Duration       // of each control group with a quota; negative: unknown
}

// span is what happened between two readings.
type span struct {
	wall, own, idle, stolen time.Duration
	delayed                 time.Duration // on run queues, of all threads
	cpus                    int
}

func (from clocks) until(to clocks, cpus int) span {
	return span{
		wall:    to.at - from.at,
		own:     to.own - from.own,
		idle:    max(0, to.idle-from.idle), // the wait for a disk may run backwards
		stolen:  max(0, to.stolen-from.stolen),
		delayed: delay(from.queued, to.queued),
		cpus:    cpus,
	}
}

// delay is by how much the threads were delayed. Threads that ended meanwhile are not
// seen, and a thread with less delay than before is a new one with the same id.
func delay(from, to map[int]time.Duration) (sum time.Duration) {
	for id, d := range to {
		if was := from[id]; was <= d {
			d -= was
		}
		sum += d
	}
	return sum
}

// deniedByOthers is the time in which this process wanted a CPU and others had it. Run-queue
// delay alone would blame others for threads that this process wakes onto a busy CPU,
// as a contended lock does; CPU time of others alone does no harm while a CPU is idle.
// Both must be there.
//
// Others had the time that was neither idle nor ours. The kernel counts that in six fields of
// 10 ms ticks, each rounded down, in which the share of a short sample gets lost. Idle
// time is rounded as well, but does not grow on a CPU that two want, where it matters.
// The error of this method: if this process's threads delay each other while a CPU is
// idle, up to one tick of that delay is counted as taken by others.
//
// The hypervisor's share is part of what others had. Its counter is only a bound: what
// it took in a second adds up to a tick, which then seems to fall into one short
// sample.
func (s span) deniedByOthers() time.Duration { return min(s.takenByOthers(), s.delayed+s.stolen) }

// takenByOthers is the time that was neither idle nor ours.
func (s span) takenByOthers() time.Duration {
	return max(0, s.wall*time.Duration(s.cpus)-s.idle-s.own)
}

// throttled is the CPU time that a quota withheld from the worst of the control groups,
// NaN where none has a quota. A group throttles its subgroups, too, so that a sum would
// count that twice.
func throttled(from, to []time.Duration) float64 {
	worst := math.NaN()
	for i := range min(len(from), len(to)) {
		if from[i] < 0 || to[i] < 0 {
			continue
		}
		if d := float64(max(0, to[i]-from[i])); !(worst >= d) {
			worst = d
		}
	}
	return worst
}
