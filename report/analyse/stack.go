package analyse

import (
	"math"
	"slices"

	"overlap/internal/table"
	"overlap/report/load"
)

// Tolerance is the share of P within which the parts of a stack must sum to P.
const Tolerance = 0.02

// Stack says what the P cores of a point did while it was measured, in cores. It
// follows the speedup stacks of Eyerman, Du Bois and Eeckhout (2012), who count
// cycles of threads in a simulator; this one takes means over the samples of the
// kernel's clocks and the Go runtime's. The parts and the Residual sum to P
// exactly. A part that was not measured is NaN and inside another one, whose name
// among the Parts then says so: it is never a false zero.
type Stack struct {
	Workers, P int // P is the smaller of cores and GOMAXPROCS

	// Work is S·(A₁−GC₁): the cores that would be busy if every job took the CPU
	// time that it takes with one worker on one core. A is cpus-busy, ₁ marks
	// that baseline, and S is X/X₁; with weak scaling S is the scaled speedup,
	// and Work the CPU time of that much work. For work that never waits Work is
	// the speedup. Eyerman's first part is the speedup itself, but waiting costs
	// no core, so the speedup of work that waits can be far above P.
	Work float64

	// Inflation is A − GC − Work: the CPU time of the same jobs beyond the
	// baseline, in cache misses, spinning and switching. It is negative where
	// they take less.
	Inflation float64

	// GC is gc-cpus, at most A: the runtime estimates it from wall time and
	// overstates it when others run. NaN if not measured here or at the
	// baseline; then it is in Work and Inflation, as that of child processes
	// always is.
	GC float64

	// RunQueue is the cores that others had while they were wanted: other
	// processes, the hypervisor and the quota. See runQueue. If NaN, it is in
	// Waiting.
	RunQueue float64

	// Imbalance is cores for which no task was in progress: P − L, where L is
	// tasks-inflight. That is exact up to P workers. Beyond, L hides that there
	// are many tasks now and few later, and ready tasks mostly queue for busy
	// cores; so the share of the ready ones (see Locked) counts here, too.
	Imbalance float64

	// Locked, Runnable and Waiting are cores that were free while tasks in
	// progress did not run: they waited for a lock (goroutines-locked), were
	// ready and not yet woken (goroutines-runnable), or waited for something
	// else, such as timers, files, networks, channels and futures. The free cores
	// are split in proportion to these tasks. That is exact up to P workers, and
	// a convention beyond, where any waiting task could have used the core.
	// Runnable is NaN beyond P workers. A part whose unit is missing is NaN and
	// in Waiting.
	Locked, Runnable, Waiting float64

	// Residual is P minus the parts: how much the clocks disagree. It is negative
	// if the CPU time and the stolen time exceed P, or if the kernel reports more
	// idle time (idle-cpus of just these cores) than they leave. Idle time comes
	// in ticks of 10 ms, a quarter of a short sample, so only what lies outside
	// the 95 % interval counts. In a file without idle and stolen time only CPU
	// time beyond P can show.
	Residual float64

	// Idle is idle-cpus, NaN if not measured or not of P cores. It checks the sum
	// of Imbalance, Locked, Runnable and Waiting, which exceeds it by the time
	// that other programs used cores that nothing here wanted, and by CPU time of
	// the jobs that the meter missed.
	Idle float64

	point     load.Point
	ready     bool    // goroutines-runnable was measured
	throttled float64 // of RunQueue, what the CPU quota took; NaN if not measured
}

// Part is one part of a stack.
type Part struct {
	Name  string  `json:"name"`  // work, inflation, GC, run queue, imbalance, locked, runnable, waiting, or several of them
	Cores float64 `json:"cores"` // mean over the samples
}

// Parts lists the known parts, Work first. A part that holds others is named
// after all of them.
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
	return slices.DeleteFunc(all, func(p Part) bool { return math.IsNaN(p.Cores) })
}

// Saved returns the CPU time, in cores, that one worker on one core needed and these
// jobs did not: by how much Inflation is below 0. A core that is never idle saves
// wake-ups.
func (s Stack) Saved() float64 { return max(0, -s.Inflation) }

// Sum returns the sum of the parts. It differs from P by the Residual.
func (s Stack) Sum() (sum float64) {
	for _, p := range s.Parts() {
		sum += p.Cores
	}
	return sum
}

// Largest is the largest part other than Work: what limits the point. It is empty
// if no part has more than the Tolerance.
func (s Stack) Largest() (largest Part) {
	for _, p := range s.Parts()[1:] {
		if p.Cores > max(largest.Cores, Tolerance*float64(s.P)) {
			largest = p
		}
	}
	return largest
}

// stacks lists the stacks of all points by level and then by workers.
func (s survey) stacks() (list []Stack) {
	one := s.usage(s.first)
	if math.IsNaN(one.busy) {
		return nil // most files of go test alone: spare the time
	}
	for _, p := range s.points() {
		if stack, ok := newStack(p, one, s.usage(p), s.contradiction(p)); ok {
			list = append(list, stack)
		}
	}
	return list
}

// newStack returns the stack of p, whose usage is u, over the usage of the baseline. It
// returns false if tasks-inflight or cpus-busy was not measured, or if Work is more than
// any machine can do.
func newStack(p load.Point, one, u usage, contradiction float64) (Stack, bool) {
	cores := float64(p.Parallelism())
	s := Stack{point: p, Workers: p.Workers, P: p.Parallelism(), GC: u.gc, Locked: u.locked, Runnable: u.runnable, Idle: u.idle, ready: !math.IsNaN(u.runnable), throttled: u.throttled}
	if math.IsNaN(one.gc) || math.IsNaN(u.gc) {
		s.GC, one.gc = math.NaN(), 0
	}
	s.Work = one.seconds / u.seconds * (one.busy - one.gc)
	if !(s.Work <= load.MaxPlausible) || math.IsNaN(u.busy) || math.IsNaN(u.inflight) {
		return Stack{}, false
	}
	s.Inflation = u.busy - orZero(s.GC) - s.Work
	s.RunQueue = u.runQueue(cores)
	others := orZero(s.RunQueue)
	free := max(0, cores-u.busy-others+contradiction)
	s.Imbalance = min(free, max(0, cores-u.inflight))
	s.split(free-s.Imbalance, u.inflight-(u.busy-orZero(s.GC))-others)
	s.Residual = cores - s.Sum()
	return s, true
}

// split divides free cores in proportion to the tasks in progress that did not run.
// Locked and Runnable are numbers of goroutines before, and cores after.
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

// warnOfResidual warns of stacks that do not sum to their cores.
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
		r.warn("the speedup stacks of %d of %d points do not sum to their cores within %.0f %%, because the clocks disagree: by %s with %s on %s; measure longer samples",
			off, len(r.Stacks), 100*Tolerance, table.Figures(worst.Residual), table.Count(worst.Workers, "worker"), table.Count(worst.P, "core"))
	}
}

// StacksByPoint returns the stacks of all rows.
func (a *Analysis) StacksByPoint() map[load.Point]Stack {
	found := map[load.Point]Stack{}
	for _, r := range a.Rows {
		for _, s := range r.Stacks {
			found[s.point] = s
		}
	}
	return found
}
