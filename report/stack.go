package report

import (
	"fmt"
	"math"

	"overlap/internal/table"
)

// Tolerance is the share of P within which the parts of a stack must sum to P.
const Tolerance = 0.02

// Stack says what the P cores of a point did while it was measured, in cores.
// It follows the speedup stacks of Eyerman, Du Bois and Eeckhout (2012), who
// count cycles of threads inside a simulator; here the kernel's clocks and the
// Go runtime's tell, as means over the samples. The parts and the Residual sum
// to P exactly. A part that the file cannot tell is NaN and inside another one,
// whose name among the Parts then says so: it is never a false zero.
type Stack struct {
	Workers, P int // P is the smaller of cores and GOMAXPROCS

	// Work is S·(A₁−GC₁): the cores that would be busy if every job took the
	// CPU time that it takes with one worker on one core. A is cpus-busy, ₁
	// marks that baseline, and S is X/X₁ (the scaled speedup with weak
	// scaling: it counts the work that one worker would have had, and Work
	// the CPU time of that). For work that never waits Work is the speedup.
	// That is where it departs from Eyerman, whose first part is the speedup
	// itself: the speedup of waiting work can be far above P, because it
	// costs no core to wait.
	Work float64

	// Inflation is A − GC − Work: what the same jobs cost in CPU time beyond
	// the baseline, in cache misses, spinning and switching. It is negative
	// where they cost less.
	Inflation float64

	// GC is gc-cpus, at most A: the runtime estimates it from wall time and
	// overstates it when others run. NaN if not measured here or at the
	// baseline; then Work and Inflation hold it, and always that of child
	// processes.
	GC float64

	// RunQueue is what others took while it was wanted: other processes, the
	// hypervisor and the quota. See runQueue. If NaN, Waiting holds it.
	RunQueue float64

	// Imbalance is cores for which no task was in progress: P − L, where L is
	// tasks-inflight. That is exact up to P workers. Beyond, L hides that the
	// tasks are many now and few then, and ready tasks are mostly those that
	// queue for busy cores; so the share of the ready ones (see Locked) is
	// counted here, too.
	Imbalance float64

	// Locked, Runnable and Waiting are cores that were free while tasks were
	// in progress that did not run: waiting for a lock (goroutines-locked);
	// ready and not yet woken (goroutines-runnable); and the rest, which wait
	// for timers, files, networks, channels and futures. The free cores are
	// split in the proportion of these tasks, which is exact up to P workers
	// and a convention beyond, where any of the waiting tasks could have used
	// the core. Runnable is NaN beyond P workers. Where a unit is missing,
	// its part is NaN and Waiting holds it.
	Locked, Runnable, Waiting float64

	// Residual is P minus the parts: what the clocks disagree by. It is below
	// 0 if the CPU time and the stolen time exceed P, or if the kernel saw
	// more idle time on the cores than they leave (idle-cpus, where it counts
	// just these cores). Idle time comes in ticks of 10 ms, a quarter of a
	// short sample, so only what lies outside the 95 % interval counts. In a
	// file without idle and stolen time only CPU time beyond P can show.
	Residual float64

	// Idle is idle-cpus, NaN if not measured or not of P cores. It is no
	// part, but a check on four: Imbalance, Locked, Runnable and Waiting exceed
	// it by the time in which other programs used cores that nothing here
	// wanted, or by CPU time of the jobs that the meter missed.
	Idle float64

	ready     bool    // goroutines-runnable was measured
	throttled float64 // of RunQueue, what the CPU quota took; NaN if not measured
}

// Part is one part of a stack.
type Part struct {
	Name  string  `json:"name"`  // work, inflation, GC, run queue, imbalance, locked, runnable, waiting, or several of them
	Cores float64 `json:"cores"` // mean over the samples
}

// Parts are the parts that can be told, Work first. A part that holds others
// is named after all of them.
func (s Stack) Parts() []Part {
	work, inflation, imbalance, waiting := "work", "inflation", "imbalance", "waiting"
	if math.IsNaN(s.GC) {
		work, inflation = "work with GC", "inflation with GC"
	}
	if math.IsNaN(s.Runnable) {
		if s.ready {
			imbalance = "imbalance or runnable"
		} else {
			waiting += " or runnable"
		}
	}
	if !s.ready && s.Workers > s.P {
		waiting += " or imbalance"
	}
	if math.IsNaN(s.Locked) {
		waiting += " or locked"
	}
	if math.IsNaN(s.RunQueue) {
		waiting += " or run queue"
	}
	all := []Part{
		{work, s.Work}, {inflation, s.Inflation}, {"GC", s.GC}, {"run queue", s.RunQueue},
		{imbalance, s.Imbalance}, {"locked", s.Locked}, {"runnable", s.Runnable}, {waiting, s.Waiting},
	}
	told := all[:0]
	for _, p := range all {
		if !math.IsNaN(p.Cores) {
			told = append(told, p)
		}
	}
	return told
}

// Sum is that of the parts. It differs from P by the Residual.
func (s Stack) Sum() (sum float64) {
	for _, p := range s.Parts() {
		sum += p.Cores
	}
	return sum
}

// Largest is the part other than Work that has the most cores: what limits the
// point. The Part is empty if none has more than the Tolerance.
func (s Stack) Largest() (largest Part) {
	for _, p := range s.Parts()[1:] {
		if p.Cores > max(largest.Cores, Tolerance*float64(s.P)) {
			largest = p
		}
	}
	return largest
}

// stacks are those of all points of a row, by level and then by workers.
func (d survey) stacks(base, first Point, levels []level) (list []Stack) {
	one := d.usage(first)
	if math.IsNaN(one.busy) {
		return nil // most files of other people: spare the time
	}
	for _, l := range levels {
		for _, w := range d.workersAt(base, l) {
			p := base.at(w, l)
			if s, ok := newStack(p, one, d.usage(p), d.contradiction(p)); ok {
				list = append(list, s)
			}
		}
	}
	return list
}

// newStack is the stack of p, whose usage is u, over the baseline's. It is
// false if the two do not say how many tasks and CPUs were busy, or say what
// no machine can do.
func newStack(p Point, one, u usage, contradiction float64) (Stack, bool) {
	cores := float64(p.Parallelism())
	s := Stack{Workers: p.Workers, P: p.Parallelism(), GC: u.gc, Locked: u.locked, Runnable: u.runnable, Idle: u.idle, ready: !math.IsNaN(u.runnable), throttled: u.throttled}
	if math.IsNaN(one.gc) || math.IsNaN(u.gc) {
		s.GC, one.gc = math.NaN(), 0
	}
	s.Work = one.seconds / u.seconds * (one.busy - one.gc)
	if !(s.Work <= maxPlausible) || math.IsNaN(u.busy) || math.IsNaN(u.inflight) {
		return Stack{}, false
	}
	s.Inflation = u.busy - orZero(s.GC) - s.Work
	s.RunQueue = u.runQueue(cores)
	lost := orZero(s.RunQueue)
	free := max(0, cores-u.busy-lost+contradiction)
	s.Imbalance = min(free, max(0, cores-u.inflight))
	s.split(free-s.Imbalance, u.inflight-(u.busy-orZero(s.GC))-lost)
	s.Residual = cores - s.Sum()
	return s, true
}

// split divides free cores by what the tasks did that were in progress and did
// not run. Locked and Runnable are numbers of goroutines before, and cores
// after.
func (s *Stack) split(free, resting float64) {
	locked, ready := orZero(s.Locked), orZero(s.Runnable)
	share := 0.0
	if all := max(resting, locked+ready); all > 0 {
		share = free / all
	}
	s.Waiting = max(0, free-share*(locked+ready))
	s.Locked *= share
	s.Runnable *= share
	if s.Workers > s.P && s.ready {
		s.Imbalance += s.Runnable
		s.Runnable = math.NaN()
	}
}

// warnOfResidual says so if the parts of a stack do not sum to P.
func (r *Row) warnOfResidual() {
	var worst Stack
	off, size := 0, 0.0
	for _, s := range r.Stacks {
		share := math.Abs(s.Residual) / float64(s.P)
		if share > Tolerance {
			off++
		}
		if share > size {
			worst, size = s, share
		}
	}
	if off > 0 {
		r.warn(fmt.Sprintf("the speedup stacks of %d of %d points do not sum to their cores within %.0f %%, that of %s on %s by %s: the clocks disagree, measure longer samples (--sample)",
			off, len(r.Stacks), 100*Tolerance, table.Count(worst.Workers, "worker"), table.Count(worst.P, "core"), table.Hundredths(worst.Residual)))
	}
}

// stacksByPoint are the stacks of all rows.
func (a *Analysis) stacksByPoint() map[Point]Stack {
	found := map[Point]Stack{}
	for _, r := range a.Rows {
		for _, l := range a.Data.levels(r.base) {
			for _, s := range r.Stacks {
				if p := r.base.at(s.Workers, l); s.P == l.p() {
					found[p] = s
				}
			}
		}
	}
	return found
}
