package report

import (
	"fmt"
	"math"
	"strings"

	"overlap/internal/table"
)

// Class is what the two gains of a row say together.
type Class string

// The classes. They rest on the measurement alone, not on what the workload
// claims to be, and each on intervals that show it; see the margins. Undecided is
// the class of a row of which noise hides what it is.
const (
	Scales      Class = "scales"       // cores help, and bring more than four fifths of what they could
	Stalls      Class = "stalls"       // cores help, and bring less than that
	Shares      Class = "shares"       // cores help, but even separate programs lose a quarter of them
	Waits       Class = "waits"        // workers help, because one leaves the core idle; cores do not
	Overlaps    Class = "overlaps"     // workers help, but not by that, or nobody knows by what; cores do not
	Mixes       Class = "mixes"        // both help
	Contends    Class = "contends"     // some number of workers hurts, and neither is shown to help
	Serial      Class = "serial"       // neither helps: one worker on one core is enough
	Scheduled   Class = "scheduled"    // an open loop: the throughput is that of the schedule
	OneCore     Class = "one core"     // nothing was measured on more
	WorkersOnly Class = "workers only" // neither gain can be told, see partialRow
	Undecided   Class = "cannot tell"
)

// judgeGains gives the row its Class and its Verdict: the class, and why, in
// words and with the numbers that it rests on, and the advice if it saves cores.
func (r *Row) judgeGains() {
	r.Class = r.class()
	r.Verdict = fmt.Sprintf("%s: %s", r.Class, r.reason())
	if r.Class == Undecided {
		return
	}
	if r.Class != Scheduled && r.Advice.Cores > 0 && r.Advice.Cores < r.P {
		r.Verdict += fmt.Sprintf("; enough: %s, which %s", r.Advice, r.Advice.Cost())
	}
	if doubts := r.doubts(); len(doubts) > 0 {
		r.Verdict += " (" + strings.Join(doubts, "; ") + ")"
	}
}

func (r Row) class() Class {
	workers, cores := r.WorkersHelp(), r.CoresHelp()
	_, due := r.due()
	switch {
	case due:
		return Scheduled
	case r.P == 1 && r.mostWorkers() <= 1:
		return OneCore // whoever else was there, nothing can be compared
	case r.disturbed:
		return Undecided
	case r.P == 1:
		return OneCore
	case math.IsNaN(r.Speedup.Low) || r.mostWorkers() < r.P:
		return Undecided
	case workers && cores:
		return Mixes
	case workers && !(r.Parallelism.High < negligible):
		return Undecided
	case workers && r.soloBusy() < mostlyBusy:
		return Waits
	case workers:
		return Overlaps
	case r.impossible():
		return Undecided
	case cores || r.best() != "":
		return r.classOfCores()
	case hurts(r.Worst) && (r.WorstWorkers > 1 || r.Workers == 0):
		return Contends
	case r.Advice.Cores == 1 && r.Advice.Workers <= 1 && (isNothing(r.FromCores()) || hurts(r.FromCores())):
		return Serial
	}
	return Undecided
}

// classOfCores is the class of a row of which cores help and workers do not.
func (r Row) classOfCores() Class {
	switch {
	case below(r.share(), acceptable):
		return Stalls
	case r.Ceiling.High < 0.75*float64(r.P):
		return Shares
	case r.coresBring(func(gain Interval) bool { return gain.over(r.goal()).Low > acceptable }):
		return Scales
	}
	return Undecided
}

// coresBring reports whether something is shown of the gain from cores. Where
// workers may hurt on one core, it must be true of the speedup as well: then that
// may be what cores bring, see FromCores.
func (r Row) coresBring(shown func(Interval) bool) bool {
	return shown(r.FromCores()) && (r.Concurrency.Low > 1/negligible || shown(r.Speedup))
}

// share is what the cores bring of what they could.
func (r Row) share() Interval { return r.FromCores().over(r.goal()) }

// reason is what the class rests on.
func (r Row) reason() string {
	switch r.Class {
	case Scheduled:
		l, _ := r.due()
		return fmt.Sprintf("items come whether served or not, so their latency counts: the 99th percentile is %s at %s a second, with %s on %s",
			ShortTime(l.P99.Value), table.Number(l.Load), table.Count(l.Workers, "worker"), table.Count(l.P, "core"))
	case Undecided:
		return r.undecided()
	case OneCore:
		return r.oneCore()
	case Mixes:
		return fmt.Sprintf("%d workers bring %s× on one core; %s%s%s", r.Workers, short(r.Concurrency), r.moreCores(), r.best(), r.shortfall())
	case Waits:
		return fmt.Sprintf("%s of %d workers' waiting overlapped; %s%s", short(r.Concurrency), r.Workers, r.moreCores(), r.best())
	case Overlaps:
		why := "and the file does not tell why"
		if r.soloBusy() >= mostlyBusy {
			why = "although one keeps it busy: together they take less CPU time"
		}
		return fmt.Sprintf("%d workers bring %s× on one core, %s; %s%s", r.Workers, short(r.Concurrency), why, r.moreCores(), r.best())
	case Shares:
		if r.Kind == "memory" {
			return r.bandwidth()
		}
		return fmt.Sprintf("%d cores are worth %s even to separate programs, and %s to it", r.P, short(r.Ceiling), short(r.Speedup))
	case Scales, Stalls:
		return r.scales() + r.best() + r.shortfall()
	case Contends:
		at := fmt.Sprintf("%s at %s×", r.coresVerb(r.P, "run"), short(r.Worst))
		if r.Workers > 0 {
			at = fmt.Sprintf("%d workers %s run at %s×", r.WorstWorkers, r.Under(r.P), short(r.Worst))
		}
		return r.limit(r.WorstWorkers) + at + r.best()
	}
	switch {
	case r.Kind == "memory" && r.Ceiling.High < 0.75*float64(r.P):
		return r.bandwidth()
	case r.Workers == 0:
		return r.limit(0) + r.moreCores() + r.best()
	}
	cost := ""
	if hurts(r.Parallelism) {
		cost = "; " + r.moreCores()
	}
	return r.limit(r.Workers) + "neither workers nor cores help" + cost + r.best()
}

// bandwidth is what the cores give work that streams through memory.
func (r Row) bandwidth() string {
	if 0 < r.Workers && r.Workers < r.P {
		return fmt.Sprintf("memory: even %d separate programs reach %s× the bandwidth of one", r.P, short(r.Ceiling))
	}
	return fmt.Sprintf("memory: %d cores reach %s× the bandwidth of one, separate programs %s×", r.P, short(r.Speedup), short(r.Ceiling))
}

func (r Row) oneCore() string {
	switch {
	case helps(r.Concurrency):
		return fmt.Sprintf("workers help: %d bring %s×%s", r.Workers, r.Concurrency, r.knee())
	case r.Workers <= 1 && r.mostWorkers() == 1:
		return "nothing to compare it with"
	case r.Advice.Workers == 1:
		return "workers do not help"
	}
	name, gain := r.rival()
	return fmt.Sprintf("cannot tell whether workers help: %s is %s", name, gain)
}

// scales says what the cores give. More than they can is no praise: then what
// was measured on one core and on several is not the same work. More than
// separate programs is possible: one that balances its load, or is lucky twice,
// does not wait for the slower core.
func (r Row) scales() string {
	gain := r.FromCores()
	text := fmt.Sprintf("%s %s×", r.coresVerb(r.P, "give"), short(gain))
	if !math.IsNaN(r.Ceiling.Value) {
		text += fmt.Sprintf(" where separate programs get %s×", short(r.Ceiling))
	}
	switch {
	case gain.Low > 1.15*r.possible() || r.impossible():
		text += ", which is more than so many cores can: is it the same work?"
	case pays(gain.over(r.Ceiling)):
		text += ", which wait for the slowest of them"
	}
	if hurts(r.crowded) {
		text += fmt.Sprintf("; more than %s slow it down", table.Count(r.Workers, "worker"))
	}
	return text
}

// possible is the most that cores can bring.
func (r Row) possible() float64 { return max(float64(r.P), orZero(r.Ceiling.Value)) }

// impossible reports whether cores seem to bring more than twice what they can: no
// cache explains that, other work does.
func (r Row) impossible() bool { return r.FromCores().Value > 2*r.possible() }

// best names the parallelism that brings more than the highest.
func (r Row) best() string {
	var top, last Scaled
	for i, s := range r.Scaling {
		if i == 0 || s.Gain.Value > top.Gain.Value {
			top = s
		}
		last = s
	}
	if top.P > 1 && top.P < last.P && helps(top.Gain.over(last.Gain)) {
		return fmt.Sprintf("; best %s: %s×", r.Under(top.P), short(top.Gain))
	}
	return ""
}

// mostlyBusy is the CPU time of one worker on one core from which on it does not
// wait enough for others to gain by.
const mostlyBusy = 0.9

// soloBusy is the share of one core that one worker keeps busy; NaN if unknown.
func (r Row) soloBusy() float64 {
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
	who, s := r.On(r.P), ""
	switch {
	case bool(r.nominal):
		s = "s"
	case r.P == 2:
		who, s = "a second core", "s"
	}
	g := r.Parallelism
	switch change := percent(g); {
	case isNothing(g):
		return fmt.Sprintf("%s add%s nothing (%s)", who, s, change)
	case helps(g) && table.AsFactor(g.Value):
		return fmt.Sprintf("%s bring%s × %s", who, s, g)
	case helps(g):
		return fmt.Sprintf("%s add%s %s", who, s, change)
	case hurts(g):
		return fmt.Sprintf("%s cost%s %s", who, s, strings.TrimPrefix(change, "−"))
	case g.High < 1.005: // "at most 0 %" reads as a limit, and it is a loss that is not quite shown
		return fmt.Sprintf("%s do%s not help (%s)", who, strings.Replace(s, "s", "es", 1), change)
	case table.AsFactor(g.High):
		return fmt.Sprintf("%s bring%s at most × %s (× %s)", who, s, short(exact(g.High)), g)
	default:
		return fmt.Sprintf("%s add%s at most %.0f %% (%s)", who, s, math.Ceil(100*max(0, g.High-1)), change)
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
