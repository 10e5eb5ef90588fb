package report

import (
	"fmt"
	"math"
	"strings"
)

// matters is the gain from which on something is said to help, and 1/matters
// the one below which it is said to hurt.
const matters = 1.1

// Class is what the two gains of a row say together.
type Class string

// The classes. They rest on the measurement alone, not on what the workload
// claims to be. Undecided is the class of a row whose noise hides which it is.
const (
	Scales    Class = "scales"    // cores help, workers do not
	Stalls    Class = "stalls"    // so they do, but bring less than four fifths of what they could
	Shares    Class = "shares"    // cores help, but even separate programs lose a quarter of them
	Waits     Class = "waits"     // workers help, because one leaves the core idle; cores do not
	Overlaps  Class = "overlaps"  // workers help, but not by that, or nobody knows by what; cores do not
	Mixes     Class = "mixes"     // both help
	Contends  Class = "contends"  // neither helps, and some number of workers hurts
	Serial    Class = "serial"    // neither helps
	Scheduled Class = "scheduled" // an open loop: the throughput is that of the schedule
	OneCore   Class = "one core"  // nothing was measured on more
	Undecided Class = "cannot tell"
)

// acceptable is the share of what separate programs gain that a program must
// reach to be said to scale (as in the guidelines of the POP project).
const acceptable = 0.8

// judgeGains gives the row its Class and its Verdict: the class, and why, in
// words and with the numbers that it rests on, and the advice if it saves cores.
func (r *Row) judgeGains() {
	if math.IsNaN(r.Speedup.Low) {
		r.Class, r.Verdict = Undecided, "one sample: no verdict"
		return
	}
	r.Class = r.class()
	r.Verdict = fmt.Sprintf("%s: %s", r.Class, r.reason())
	if r.Class != Undecided && r.Class != Scheduled && r.Advice.Cores > 0 && r.Advice.Cores < r.P {
		r.Verdict += "; enough: " + r.Advice.String()
	}
	switch {
	case r.Samples < minSamples:
		r.Verdict += fmt.Sprintf(" (provisional: %d of %d samples)", r.Samples, minSamples)
	case r.Class == Undecided:
	case unsure(r.Concurrency):
		r.Verdict += sureness("G_c", r.Concurrency)
	case r.P > 1 && unsure(r.FromCores()):
		r.Verdict += sureness("G_p", r.FromCores())
	}
}

// sureness says which gain may be on the other side of what matters.
func sureness(name string, i Interval) string {
	if i.Value >= matters {
		return fmt.Sprintf(" (unsure: %s may be below %.1f)", name, matters)
	}
	return fmt.Sprintf(" (unsure: %s may be above %.1f)", name, matters)
}

func (r Row) class() Class {
	workers, cores := helps(r.Concurrency), helps(r.FromCores())
	_, due := r.due()
	switch {
	case due:
		return Scheduled
	case undecided(r.Concurrency) || undecided(r.FromCores()) || r.P > 1 && r.mostWorkers() < r.P:
		return Undecided
	case r.P == 1:
		return OneCore
	case workers && cores:
		return Mixes
	case workers && r.alone() < mostlyBusy:
		return Waits
	case workers:
		return Overlaps
	case cores && r.FromCores().over(r.goal()).High < acceptable:
		return Stalls
	case cores && r.Ceiling.Value < 0.75*float64(r.P):
		return Shares
	case cores:
		return Scales
	case hurts(r.Worst) && (r.WorstWorkers > 1 || r.Workers == 0):
		return Contends
	}
	return Serial
}

// reason is what the class rests on.
func (r Row) reason() string {
	switch r.Class {
	case Scheduled:
		l, _ := r.due()
		return fmt.Sprintf("items come whether served or not, so their latency counts: the 99th percentile is %s at %s a second, with %d workers on %s",
			ShortTime(l.P99.Value), number(l.Load), l.Workers, countOf(l.P, "core"))
	case Undecided:
		return r.doubt()
	case OneCore:
		return r.oneCore()
	case Mixes:
		return fmt.Sprintf("%d workers bring %s× on one core; %s%s%s", r.Workers, short(r.Concurrency), r.moreCores(), r.best(), r.lost())
	case Waits:
		return fmt.Sprintf("%s of %d workers' waiting overlapped; %s%s", short(r.Concurrency), r.Workers, r.moreCores(), r.best())
	case Overlaps:
		why := "and the file does not tell why"
		if r.alone() >= mostlyBusy {
			why = "although one keeps it busy: together they take less CPU time"
		}
		return fmt.Sprintf("%d workers bring %s× on one core, %s; %s%s", r.Workers, short(r.Concurrency), why, r.moreCores(), r.best())
	case Shares:
		if r.Kind == "memory" {
			return r.bandwidth()
		}
		return fmt.Sprintf("%d cores are worth %s even to separate programs, and %s to it", r.P, short(r.Ceiling), short(r.Speedup))
	case Scales, Stalls:
		return r.scales() + r.best() + r.lost()
	case Contends:
		at := fmt.Sprintf("%d cores run at %s×", r.P, short(r.Worst))
		if r.Workers > 0 {
			at = fmt.Sprintf("%d workers on %s", r.WorstWorkers, at)
		}
		return r.limit(r.WorstWorkers) + at + r.best()
	}
	switch {
	case r.Kind == "memory" && r.Ceiling.High < 0.75*float64(r.P):
		return r.bandwidth()
	case r.Workers == 0:
		return r.limit(0) + "cores do not help" + r.best()
	}
	return r.limit(r.Workers) + "neither workers nor cores help" + r.best()
}

// bandwidth is what the cores give work that streams through memory.
func (r Row) bandwidth() string {
	if 0 < r.Workers && r.Workers < r.P {
		return fmt.Sprintf("memory: even %d separate programs reach %s× the bandwidth of one", r.P, short(r.Ceiling))
	}
	return fmt.Sprintf("memory: %d cores reach %s× the bandwidth of one, separate programs %s×", r.P, short(r.Speedup), short(r.Ceiling))
}

// doubt is why nothing can be said.
func (r Row) doubt() string {
	switch {
	case undecided(r.Concurrency):
		return fmt.Sprintf("too noisy: G_c is %s", r.Concurrency)
	case undecided(r.FromCores()):
		return fmt.Sprintf("too noisy: G_p is %s", r.Parallelism)
	}
	return fmt.Sprintf("at most %s measured on %d cores", countOf(r.mostWorkers(), "worker"), r.P)
}

func (r Row) oneCore() string {
	switch {
	case r.Workers == 0:
		return "nothing to compare it with"
	case helps(r.Concurrency):
		return fmt.Sprintf("workers help: %d bring %s×", r.Workers, r.Concurrency)
	}
	return "workers do not help"
}

// scales says what the cores give. More than they can is no praise: then what
// was measured on one core and on several is not the same work. More than
// separate programs is possible: one that balances its load, or is lucky twice,
// does not wait for the slower core.
func (r Row) scales() string {
	gain := r.FromCores()
	text := fmt.Sprintf("%d cores give %s×", r.P, short(gain))
	if !math.IsNaN(r.Ceiling.Value) {
		text += fmt.Sprintf(" where separate programs get %s×", short(r.Ceiling))
	}
	switch {
	case gain.Low > 1.15*max(float64(r.P), orZero(r.Ceiling.Value)):
		text += ", which is more than they can: is it the same work?"
	case helps(gain.over(r.Ceiling)):
		text += ", which wait for the slowest of them"
	}
	if r.worseWithMore() {
		text += fmt.Sprintf("; more than %s slow it down", countOf(r.Workers, "worker"))
	}
	return text
}

// worseWithMore reports whether workers for all cores do less than the row's fewer.
func (r Row) worseWithMore() bool {
	if r.Workers == 0 || r.Workers >= r.P || len(r.Lines) == 0 {
		return false
	}
	best := unknown
	for _, p := range r.Lines[len(r.Lines)-1].Points {
		if p.Workers == r.Workers {
			best = p.Throughput
		}
		if p.Workers >= r.P {
			return hurts(p.Throughput.over(best))
		}
	}
	return false
}

// best names the parallelism that brings more than the highest.
func (r Row) best() string {
	var top, last Scaled
	for i, s := range r.Scaling {
		if i == 0 || s.Gain.Value > top.Gain.Value {
			top = s
		}
		last = s
	}
	if top.P > 1 && top.P < last.P && almost*top.Gain.Value > last.Gain.Value && top.Gain.Low > last.Gain.Value {
		return fmt.Sprintf("; best on %d cores: %s×", top.P, short(top.Gain))
	}
	return ""
}

// mostlyBusy is the CPU time of one worker on one core from which on it does not
// wait enough for others to gain by.
const mostlyBusy = 0.9

// alone is how busy one worker keeps one core, NaN if the file does not tell.
func (r Row) alone() float64 {
	for _, s := range r.Stacks {
		if s.Workers == 1 && s.P == 1 {
			return s.Work + s.Inflation + orZero(s.GC)
		}
	}
	return math.NaN()
}

// mostWorkers is the most that were measured on all cores, or as many as there
// are cores if the benchmark decides.
func (r Row) mostWorkers() int {
	most := r.P
	if len(r.Lines) > 0 {
		most = 0
		for _, p := range r.Lines[len(r.Lines)-1].Points {
			most = max(most, p.Workers)
		}
	}
	return most
}

// due is the latency since items were due at the most workers on all cores, if
// the row is of an open loop.
func (r Row) due() (last Latency, ok bool) {
	for _, l := range r.Latencies {
		if l.Arrivals && l.P == r.P {
			last, ok = l, true
		}
	}
	return last, ok
}

// goal is what the cores could give: the ceiling, or all of them where it was
// not measured.
func (r Row) goal() Interval {
	if math.IsNaN(r.Ceiling.Value) {
		return exact(float64(r.P))
	}
	return r.Ceiling
}

// moreCores says what the cores beyond the first are worth.
func (r Row) moreCores() string {
	who, s := fmt.Sprintf("%d cores", r.P), ""
	if r.P == 2 {
		who, s = "a second core", "s"
	}
	g := r.Parallelism
	switch change := percent(g); {
	case g.Low > 1:
		return fmt.Sprintf("%s add%s %s", who, s, change)
	case g.High < 1:
		return fmt.Sprintf("%s cost%s %s", who, s, strings.TrimPrefix(change, "−"))
	default:
		return fmt.Sprintf("%s add%s nothing (%s)", who, s, change)
	}
}

// percent is a gain as a change, such as 63 ±10 %.
func percent(g Interval) string {
	change := math.Round(100 * (g.Value - 1))
	sign := ""
	if change < 0 {
		sign = "−"
	}
	return fmt.Sprintf("%s%.0f ±%.0f %%", sign, math.Abs(change), max(1, math.Round(100*g.HalfWidth())))
}

// short is a value without its interval.
func short(i Interval) string { return Interval{Value: i.Value, Low: math.NaN()}.String() }

// helps reports whether a gain matters and is no accident of noise.
func helps(i Interval) bool { return i.Value >= matters && i.Low > 1 }

// hurts reports the same of a loss.
func hurts(i Interval) bool { return i.Value <= 1/matters && i.High < 1 }

// undecided reports whether a gain or loss that would matter may be noise.
func undecided(i Interval) bool {
	return i.Value >= matters && i.Low <= 1 || i.Value <= 1/matters && i.High >= 1
}

// unsure reports whether the interval has both answers in it.
func unsure(i Interval) bool { return i.Low < matters && matters <= i.High }
