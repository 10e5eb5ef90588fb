package analyse

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/law"
)

// Class is what the two gains of a row say together.
type Class string

// The classes. They rest on the measurement alone, not on what the workload claims
// to be, and each on intervals that show it; see the margins. Noise hides the class
// of an Undecided row.
const (
	Scales      Class = "scales"       // cores help, and give more than four fifths of what they could
	Stalls      Class = "stalls"       // cores help, and give less than that
	Shares      Class = "shares"       // cores help, but even separate programs lose a quarter of them
	Waits       Class = "waits"        // workers help, because one leaves the core idle; cores do not
	Overlaps    Class = "overlaps"     // workers help for another or an unknown reason; cores do not
	Mixes       Class = "mixes"        // both help
	Contends    Class = "contends"     // some number of workers hurts, and neither is shown to help
	Serial      Class = "serial"       // neither helps: one worker on one core is enough
	Scheduled   Class = "scheduled"    // an open loop: a schedule determines the throughput
	OneCore     Class = "one core"     // nothing was measured on more
	WorkersOnly Class = "workers only" // neither gain is known, see partialRow
	Undecided   Class = "cannot tell"
)

// judgeGains sets the Class and the Verdict: the class, the reason with the numbers
// that it rests on, the advice if it saves cores, and doubts.
func (r *Row) judgeGains() {
	r.Class = r.class()
	defer func() { r.Verdict = r.inItsWords(r.Verdict) }()
	r.Verdict = fmt.Sprintf("%s: %s", r.Class, r.reason())
	if r.Class == Undecided {
		return
	}
	if r.Class != Scheduled && r.Advice.Cores > 0 && r.Advice.Cores < r.P {
		r.Verdict += fmt.Sprintf("; enough: %s, which %s", r.Advice, r.Advice.LossText())
	}
	r.Verdict += r.doubts()
}

func (r Row) class() Class {
	workers, cores := r.WorkersHelp(), r.CoresHelp()
	_, due := r.due()
	switch {
	case due:
		return Scheduled
	case r.P == 1 && r.maxWorkers() <= 1:
		return OneCore // even if others disturbed it: nothing can be compared
	case r.disturbed:
		return Undecided
	case r.P == 1:
		return OneCore
	case math.IsNaN(r.Speedup.Low) || r.maxWorkers() < r.P:
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
	case Hurts(r.Worst) && (r.WorstWorkers > 1 || r.Workers == 0):
		return Contends
	case r.Advice.Cores == 1 && r.Advice.Workers <= 1 && (isNothing(r.FromCores()) || Hurts(r.FromCores())):
		return Serial
	}
	return Undecided
}

// classOfCores returns the class of a row where cores help and workers do not.
func (r Row) classOfCores() Class {
	switch {
	case below(r.share(), acceptable):
		return Stalls
	case r.Ceiling.High < 0.75*float64(r.P):
		return Shares
	case r.coresBring(func(gain interval.Interval) bool { return gain.Over(r.goal()).Low > acceptable }):
		return Scales
	}
	return Undecided
}

// coresBring reports whether something is shown of the gain from cores. Where
// workers may hurt on one core, it must be true of the speedup as well, because
// that may be what cores give, see FromCores.
func (r Row) coresBring(shown func(interval.Interval) bool) bool {
	return shown(r.FromCores()) && (r.Concurrency.Low > 1/negligible || shown(r.Speedup))
}

// share is the gain from cores as a share of what they could give.
func (r Row) share() interval.Interval { return r.FromCores().Over(r.goal()) }

// reason is what the class rests on.
func (r Row) reason() string {
	switch r.Class {
	case Scheduled:
		l, _ := r.due()
		return fmt.Sprintf("items arrive on a schedule, so latency counts, not throughput: the 99th percentile is %s at %s items a second, with %s on %s",
			table.ShortTime(l.P99.Value), table.Number(l.Load), table.Count(l.Workers, "worker"), table.Count(l.P, "core"))
	case Undecided:
		return r.undecided()
	case OneCore:
		return r.oneCore()
	case Mixes:
		return r.workersGive() + "; " + r.moreCores() + r.best() + r.shortfall()
	case Waits:
		return r.workersGive() + ", because their waiting overlaps; " + r.moreCores() + r.best()
	case Overlaps:
		why := ", and the file does not say why; "
		if r.soloBusy() >= mostlyBusy {
			why = ", although one keeps it busy: together they need less CPU time; "
		}
		return r.workersGive() + why + r.moreCores() + r.best()
	case Shares:
		if r.Kind == "memory" {
			return r.bandwidth()
		}
		return fmt.Sprintf("even separate programs get only %s× from %d cores; this workload gets %s×", short(r.Ceiling), r.P, short(r.Speedup))
	case Scales, Stalls:
		return r.scales() + r.best() + r.shortfall()
	case Contends:
		few, many := r.CoresText(1), r.cores("run")
		if r.Workers > 0 {
			few, many = table.Count(max(1, r.few), "worker")+" "+r.AtCoresText(1), fmt.Sprintf("%d workers %s run", r.WorstWorkers, r.AtCoresText(r.P))
		}
		return fmt.Sprintf("%s at %s× the speed of %s%s%s", many, short(r.Worst), few, r.limit(r.WorstWorkers), r.best())
	}
	switch {
	case r.Kind == "memory" && r.Ceiling.High < 0.75*float64(r.P):
		return r.bandwidth()
	case r.Workers == 0:
		return r.moreCores() + r.limit(0) + r.best()
	}
	cost := ""
	if Hurts(r.Parallelism) {
		cost = "; " + r.moreCores()
	}
	return "neither workers nor cores help" + cost + r.limit(r.Workers) + r.best()
}

// workersGive says what the workers give on one core.
func (r Row) workersGive() string {
	return fmt.Sprintf("%d workers give %s× on one core", r.Workers, short(r.Concurrency))
}

// bandwidth says what cores give work that streams through memory.
func (r Row) bandwidth() string {
	if 0 < r.Workers && r.Workers < r.P {
		return fmt.Sprintf("limited by memory: even %d separate programs get only %s× the bandwidth of one", r.P, short(r.Ceiling))
	}
	return fmt.Sprintf("limited by memory: %d cores get %s× the bandwidth of one, separate programs %s×", r.P, short(r.Speedup), short(r.Ceiling))
}

func (r Row) oneCore() string {
	switch {
	case helps(r.Concurrency):
		return fmt.Sprintf("workers help: %d give %s×%s", r.Workers, r.Concurrency, r.knee())
	case r.Workers <= 1 && r.maxWorkers() == 1:
		return "there is nothing to compare it with"
	case r.Advice.Workers == 1:
		return "workers do not help"
	}
	name, gain := r.possiblyFastest()
	return fmt.Sprintf("whether workers help is unclear: %s is %s", name, gain)
}

// scales says what the cores give. More than cores can give is suspicious: the
// points may do different work. More than separate programs get is possible: a
// program that balances its load does not wait for the slower core.
func (r Row) scales() string {
	gain := r.FromCores()
	text := fmt.Sprintf("%s %s×", r.cores("give"), short(gain))
	if !math.IsNaN(r.Ceiling.Value) {
		text += fmt.Sprintf(" where separate programs get %s×", short(r.Ceiling))
	}
	switch {
	case gain.Low > 1.15*r.possible() || r.impossible():
		text += fmt.Sprintf(", which is more than %s can give: check that all points do the same work", r.CoresText(r.P))
	case law.IsWorthwhile(gain.Over(r.Ceiling)):
		text += ", timed by the slowest of them"
	}
	if Hurts(r.crowded) {
		text += fmt.Sprintf("; more than %s slow it down", table.Count(r.Workers, "worker"))
	}
	return text
}

// possible is the largest gain that cores can give.
func (r Row) possible() float64 { return max(float64(r.P), orZero(r.Ceiling.Value)) }

// impossible reports whether cores seem to give more than twice what they can: no
// cache explains that, but different work does.
func (r Row) impossible() bool { return r.FromCores().Value > 2*r.possible() }

// best names fewer cores that are shown to give more than all.
func (r Row) best() string {
	if len(r.Scaling) == 0 {
		return ""
	}
	last := r.Scaling[len(r.Scaling)-1]
	top := slices.MaxFunc(r.Scaling, func(a, b law.GainAt) int { return cmp.Compare(a.Gain.Value, b.Gain.Value) })
	if top.P > 1 && top.P < last.P && helps(top.Gain.Over(last.Gain)) {
		return fmt.Sprintf("; best %s: %s×", r.AtCoresText(top.P), short(top.Gain))
	}
	return ""
}

// mostlyBusy is the share of one core above which one worker does not wait enough
// for others to gain by it.
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

// maxWorkers is the largest number that was measured on all cores, or as many as
// there are cores if the benchmark chooses its workers itself.
func (r Row) maxWorkers() int {
	if len(r.Lines) == 0 {
		return r.P
	}
	points := r.Lines[len(r.Lines)-1].Points
	return points[len(points)-1].Workers
}

// due returns the latency at the most workers on all cores, if the row is of an
// open loop.
func (r Row) due() (last Latency, ok bool) {
	for _, l := range r.Latencies {
		if l.Arrivals && l.P == r.P {
			last, ok = l, true
		}
	}
	return last, ok
}

// goal is what the cores could give: the ceiling, or all of them where it was not
// measured.
func (r Row) goal() interval.Interval {
	if math.IsNaN(r.Ceiling.Value) {
		return interval.Exact(float64(r.P))
	}
	return r.Ceiling
}

// moreCores says what the cores beyond the first give.
func (r Row) moreCores() string {
	who, s, es := r.CoresText(r.P), "s", "es"
	switch {
	case bool(r.nominal):
	case r.P == 2:
		who = "a second core"
	default:
		s, es = "", ""
	}
	g := r.Parallelism
	change := percent(g)
	switch {
	case isNothing(g):
		return fmt.Sprintf("%s add%s nothing (%s)", who, s, change)
	case helps(g) && table.AsFactor(g.Value):
		return fmt.Sprintf("%s give%s × %s", who, s, g)
	case helps(g):
		return fmt.Sprintf("%s add%s %s", who, s, change)
	case Hurts(g):
		return fmt.Sprintf("%s cost%s %s", who, s, strings.TrimPrefix(change, "−"))
	case g.High < 1.005: // "at most 0 %" would read as a limit, but it is a loss that is almost shown
		return fmt.Sprintf("%s do%s not help (%s)", who, es, change)
	case table.AsFactor(g.High):
		return fmt.Sprintf("%s give%s at most × %s (× %s)", who, s, short(interval.Exact(g.High)), g)
	}
	return fmt.Sprintf("%s add%s at most %.0f %% (%s)", who, s, math.Ceil(100*max(0, g.High-1)), change)
}

// percent writes a gain as a change, such as 63 ±10 %.
func percent(g interval.Interval) string {
	change := math.Round(100 * (g.Value - 1))
	sign := ""
	if change < 0 {
		sign = "−"
	}
	return fmt.Sprintf("%s%.0f ±%.0f %%", sign, math.Abs(change), max(1, math.Round(100*g.HalfWidth())))
}

// short writes a value without its interval.
func short(i interval.Interval) string {
	return interval.Interval{Value: i.Value, Low: math.NaN()}.String()
}
