// Package cause says what took the cores of a benchmark, by line of the user's code. It reads
// what passes of the benchmark recorded, on one core and on several: clocks, CPU profiles, an
// execution trace, profiles of locks and of allocations. It measures nothing.
//
// The account of p cores has these parts:
//
//   - Work, the cores that do what one core does, too: the CPU time of an operation on one
//     core, over the time that an operation takes on all.
//   - CPU time beyond it. The CPU profiles of both are scaled to the CPU times of the passes
//     without a profile, and subtracted line by line (Coarfa, Mellor-Crummey and others 2007,
//     "Scalability analysis of SPMD codes using expectations").
//   - Garbage collection, divided over the lines that allocate, by bytes.
//   - Cores that run nothing. At every instant of the trace at which k processors run no
//     goroutine, k is divided: first to the goroutines that are ready and have not begun yet,
//     which is waking up; then to those that wait, by their line and by the line that ended the
//     wait (Zhou and others 2018, "wPerf", one hop); then, if there are fewer of them than k,
//     to those that run, because there are too few goroutines.
//   - The run queue of the system, in which other programs keep threads, what the hypervisor
//     gives to other guests, and the time for which a CPU quota stops the benchmark.
//   - The rest, which is not attributed. If the clocks know of more than twice the idle cores of
//     the trace, what is beyond that is part of the rest.
//
// A sample of a profile counts as drawn at random: a line with the share q of n samples has
// the standard error √(q(1−q)/n), the sum being known from the clocks. A difference of less
// than three standard errors is not a cause: it goes to the rest.
//
// Builds.Find compares two builds of a benchmark instead, and says which lines take more in
// the newer one.
package cause

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/google/pprof/profile"

	"overlap/internal/table"
)

// Pass is what a pass consumed, in its timed part.
type Pass struct {
	Ops       int
	Wall, CPU time.Duration
	GC        float64 // cores that garbage collection used, NaN if unknown
	RunQueue  float64 // cores that others used while threads of the pass were ready, NaN if unknown
	Stolen    float64 // cores that the hypervisor gave to others
	Stopped   float64 // cores on which the CPU quota kept threads from running
}

// Record is what was recorded of one benchmark. All but the passes may be nil.
type Record struct {
	Cores, Workers int  // of All; Workers is 0 if unknown
	One, All       Pass // without a recording, on one core and on Cores; One has no Ops if one core was not measured

	OneCPU, AllCPU           *profile.Profile
	OneCounters, AllCounters *profile.Profile // of hardware counters
	Trace                    io.Reader        // of package runtime/trace
	Mutex, Block, Allocs     *profile.Profile

	// Modules are the paths of modules and packages whose lines are the user's. What other
	// code does counts for the line that called it.
	Modules []string
}

// Account says where the cores went. Work, the causes and Rest sum to Cores.
type Account struct {
	Cores float64 `json:"cores"`

	// Speedup is how many times as fast all cores are as one; NaN if one was not measured.
	Speedup table.Null `json:"speedup"`

	Work   float64 `json:"work"`   // cores that did the work that one core does, without garbage collection
	Causes []Cause `json:"causes"` // largest first
	Rest   float64 `json:"rest"`   // not attributed; negative if the clocks disagree

	// Warnings say which recordings could not be used.
	Warnings []string `json:"warnings"`

	// Paths are the call paths; nil if one of the CPU profiles is missing.
	Paths *Node `json:"paths,omitempty"`
}

// Kind is what took the cores.
type Kind string

// The kinds that wait for a goroutine, on a line.
const (
	Lock      Kind = "lock"      // sync.Mutex, or a writer of a sync.RWMutex: waiting, spinning and handing over
	Channel   Kind = "channel"   // sending, receiving, select
	Join      Kind = "join"      // sync.WaitGroup, sync.Once
	Signal    Kind = "signal"    // sync.Cond
	Imbalance Kind = "imbalance" // a sync.WaitGroup, after goroutines that began at the same line have ended
	Serial    Kind = "serial"    // one goroutine runs, and the others do not exist at this time
	TooFew    Kind = "too few"   // fewer goroutines than cores, all the time
	Sleep     Kind = "sleep"     // timers
	IO        Kind = "io"        // the network, and files that can be polled
	Syscall   Kind = "syscall"   // a system call that kept the goroutine, but no core
	Start     Kind = "start"     // a new goroutine, until it runs
	Yield     Kind = "yield"     // a goroutine that stopped in favour of others, until it runs again
)

// The kinds that use CPU time which one core does not need, on a line.
const (
	Readers   Kind = "readers"   // the readers' counts of a sync.RWMutex
	Atomic    Kind = "atomic"    // atomic operations
	Memory    Kind = "memory"    // plain code became so slow that only cache lines or memory that cores share explain it
	Slower    Kind = "slower"    // plain code takes longer: memory, cache, clock, or another thread on the core
	Allocator Kind = "allocator" // allocating, without garbage collection
	Maps      Kind = "map"       // growing maps
	Pool      Kind = "pool"      // sync.Pool
	GC        Kind = "gc"        // garbage collection, by the lines that allocate, and waiting for it
	Harness   Kind = "harness"   // package testing, as when it hands out the operations of RunParallel
	RunQueue  Kind = "run queue" // other programs, on no line
	Steal     Kind = "steal"     // other guests of the hypervisor, on no line
	Quota     Kind = "quota"     // the CPU quota, on no line
)

// Cause is a line, or a pair of lines, that took cores.
type Cause struct {
	Kind  Kind    `json:"kind"`
	Cores float64 `json:"cores"`
	Wake  float64 `json:"wake"` // of Cores, from the moment that a goroutine was ready until it ran
	CPU   float64 `json:"cpu"`  // of Cores, CPU time: spinning, handing over, or all of it

	// Line is the user's line, zero if none is known. From and Until are the first and the
	// last line of the range, within one function, that it may be: a processor charges what is
	// slow to a later instruction of the loop. They are Line.Line where that is exact.
	Line  Line   `json:"line,omitzero"`
	From  int    `json:"from,omitempty"`
	Until int    `json:"until,omitempty"`
	Path  []Line `json:"path,omitempty"` // who called Line, the innermost first, in the user's modules

	Holder *Line `json:"holder,omitempty"` // whose unlock, send or done ended the wait, or, if that has no line, where its goroutine began; nil if nobody's
	// In and HolderIn are the functions of other modules that the lines call, and that wait and
	// end the wait; empty if the lines do so themselves.
	In       string `json:"in,omitempty"`
	HolderIn string `json:"holder_in,omitempty"`

	During Kind  `json:"during,omitempty"` // what the holder itself waited for meanwhile; empty if it ran
	At     *Line `json:"at,omitempty"`     // where the holder spent most of that time; nil if unknown

	Mutual bool `json:"mutual,omitempty"` // the holder, too, waits for the line

	Growth float64 `json:"growth,omitempty"` // CPU time of the line for an operation, over that on one core; 0 if one core has none

	// Without is the speedup to expect without the cause; NaN if one core was not measured.
	Without table.Null `json:"speedup_without"`

	CrossCheck

	Counters *Counters `json:"counters,omitempty"` // nil without enough samples

	Text string `json:"text"` // all of this in words
}

// CrossCheck is what the profiles of the runtime say of the same lines.
type CrossCheck struct {
	Mutex table.Null `json:"mutex_profile_share"` // of the delays of the mutex profile that is the holder's, NaN if unknown
	Block table.Null `json:"block_profile_share"` // of the delays of the block profile that is the line's, NaN if unknown
}

// Line is a line of source code.
type Line struct {
	Function string `json:"function"` // with its package, as in "example.com/m.(*T).Get"
	File     string `json:"file"`
	Line     int    `json:"line"`
}

// without predicts the speedup, over its own time on one core, of a benchmark without a
// cause: all of its cores do work. Where one core is busy all the time, a core that works is
// a speedup of one; where it also waits, several workers may gain as much as there are. It is
// NaN if others had the cores: what they took is not the program's.
func (a Account) without(c Cause, r Record) table.Null {
	switch {
	case r.others() > disturbed*a.Cores:
		return table.Null(math.NaN())
	case r.One.busy() < 0.9 || math.IsNaN(float64(a.Speedup)):
		most := max(a.Cores, float64(r.Workers), float64(a.Speedup))
		return min(table.Null(most), a.Speedup*table.Null((a.Work+c.Cores)/a.Work))
	}
	return table.Null(min(a.Cores, a.Work+c.Cores))
}

// disturbed is the share of the cores that others may have before an account is doubtful.
const disturbed = 0.05

// others is how many cores other programs, and other guests, had.
func (r Record) others() float64 { return max(0, r.All.RunQueue) + max(0, r.All.Stolen) }

// spare is the share of the cores below which a cause is part of the rest.
const spare = 0.002

// Explain computes the account of a record. A recording that is damaged counts as absent,
// with a warning.
func Explain(r Record) (Account, error) {
	if err := r.check(); err != nil {
		return Account{}, err
	}
	a := Account{Cores: float64(r.Cores), Speedup: table.Null(math.NaN()), Warnings: []string{}}
	m := modules(r.Modules)
	busy := r.All.busy()

	cpu := compare(m, r)
	a.Work = busy - cpu.gc
	if r.One.Ops > 0 {
		a.Work = min(a.Work, cpu.needed-cpu.saved)
	}
	causes, collected := cpu.causes, Cause{Kind: GC, Cores: cpu.gc, CPU: cpu.gc}

	lost := 0.0
	for _, c := range []Cause{{Kind: RunQueue, Cores: r.All.RunQueue}, {Kind: Steal, Cores: r.All.Stolen}, {Kind: Quota, Cores: r.All.Stopped}} {
		if c.Cores > 0 {
			lost += c.Cores
			causes = append(causes, c)
		}
	}
	if r.Trace != nil {
		seen, err := readTrace(r.Trace, m, r.Cores, maxEvents)
		if err != nil {
			a.Warnings = append(a.Warnings, fmt.Sprintf("the execution trace: %v", err))
		} else {
			if took := time.Duration(seen.end - seen.start); took < r.All.Wall/10 {
				a.Warnings = append(a.Warnings, fmt.Sprintf("the execution trace has only the first %v; the passes without it took %v", took.Round(time.Millisecond/10), r.All.Wall.Round(time.Millisecond/10)))
			}
			for _, c := range seen.divide().causes(a.Cores-busy-lost+cpu.searching, cpu) {
				if c.Kind == GC && c.Line == (Line{}) {
					collected.join(c)
				} else {
					causes = append(causes, c)
				}
			}
		}
	}
	causes = append(causes, byAllocation(m, r.Allocs, collected)...)
	if r.One.Ops > 0 {
		a.Speedup = table.Null(r.One.Wall.Seconds() / float64(r.One.Ops) / (r.All.Wall.Seconds() / float64(r.All.Ops)))
	}
	if others := r.others(); others > disturbed*a.Cores {
		a.Warnings = append(a.Warnings, fmt.Sprintf("other programs, or other guests, had %s of %v cores, and what they slow down may be named or hidden here: stop them and record again", table.Figures(others), a.Cores))
	}
	a.Causes = merge(causes)
	a.Causes = slices.DeleteFunc(a.Causes, func(c Cause) bool { return c.Cores < spare*a.Cores })
	crossCheck(m, r, a.Causes)
	countEvidence(m, r, a.Causes)
	a.Rest = a.Cores - a.Work
	for i := range a.Causes {
		c := &a.Causes[i]
		a.Rest -= c.Cores
		c.Without, c.Text = a.without(*c, r), c.sentence(a.Cores)
	}
	a.Paths = cpu.paths.finish(a)
	return a, nil
}

// check refuses records from which nothing follows.
func (r Record) check() error {
	valid := func(p Pass) bool {
		return p.Ops > 0 && p.Wall > 0 && p.CPU >= 0 && !(p.GC < 0) && !math.IsInf(p.GC, 0) && !(p.RunQueue < 0) && !math.IsInf(p.RunQueue, 0) &&
			p.Stolen >= 0 && !math.IsInf(p.Stolen, 0) && p.Stopped >= 0 && !math.IsInf(p.Stopped, 0)
	}
	switch {
	case r.Cores < 1 || r.Cores > maxProcs:
		return fmt.Errorf("%d cores: a number from 1 to %d is needed", r.Cores, maxProcs)
	case !valid(r.All):
		return errors.New("the pass on all cores has no operations, no time, or impossible numbers")
	case r.One.Ops != 0 && !valid(r.One):
		return errors.New("the pass on one core has no time or impossible numbers")
	case len(r.Modules) == 0:
		return errors.New("no module: whose lines are to be named?")
	}
	return nil
}
