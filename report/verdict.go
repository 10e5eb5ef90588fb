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
	Scales    Class = "scales"   // cores help, workers do not
	Shares    Class = "shares"   // cores help, but even separate programs lose a quarter of them
	Waits     Class = "waits"    // workers help, cores do not
	Mixes     Class = "mixes"    // both help
	Contends  Class = "contends" // neither helps, and some number of workers hurts
	Serial    Class = "serial"   // neither helps
	OneCore   Class = "one core" // nothing was measured on more
	Undecided Class = "cannot tell"
)

// judgeGains gives the row its Class and its Verdict: the class, and why, in
// words and with the numbers that it rests on, and the advice if it saves cores.
func (r *Row) judgeGains() {
	if math.IsNaN(r.Speedup.Low) {
		r.Class, r.Verdict = Undecided, "one sample: no verdict"
		return
	}
	r.Class = r.class()
	r.Verdict = fmt.Sprintf("%s: %s", r.Class, r.reason())
	if r.Class != Undecided && r.Advice.Cores > 0 && r.Advice.Cores < r.P {
		r.Verdict += "; enough: " + r.Advice.String()
	}
	switch {
	case r.Samples < minSamples:
		r.Verdict += fmt.Sprintf(" (provisional: %d of %d samples)", r.Samples, minSamples)
	case r.Class != Undecided && (unsure(r.Concurrency) || r.P > 1 && unsure(r.Parallelism)):
		r.Verdict += " (unsure: too noisy)"
	}
}

func (r Row) class() Class {
	workers, cores := helps(r.Concurrency), helps(r.Parallelism)
	switch {
	case undecided(r.Concurrency) || undecided(r.Parallelism):
		return Undecided
	case r.P == 1:
		return OneCore
	case workers && cores:
		return Mixes
	case workers:
		return Waits
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
	case Undecided:
		if undecided(r.Concurrency) {
			return fmt.Sprintf("too noisy: G_c is %s", r.Concurrency)
		}
		return fmt.Sprintf("too noisy: G_p is %s", r.Parallelism)
	case OneCore:
		switch {
		case r.Workers == 0:
			return "nothing to compare it with"
		case helps(r.Concurrency):
			return fmt.Sprintf("workers help: %d bring %s×", r.Workers, r.Concurrency)
		}
		return "workers do not help"
	case Mixes:
		return fmt.Sprintf("%d workers bring %s× on one core; %s%s", r.Workers, short(r.Concurrency), r.moreCores(), r.lost())
	case Waits:
		return fmt.Sprintf("%s of %d workers' waiting overlapped; %s", short(r.Concurrency), r.Workers, r.moreCores())
	case Shares:
		if r.Kind == "memory" {
			return fmt.Sprintf("memory: %d cores reach %s× the bandwidth of one, separate programs %s×", r.P, short(r.Speedup), short(r.Ceiling))
		}
		return fmt.Sprintf("%d cores are worth %s even to separate programs, and %s to it", r.P, short(r.Ceiling), short(r.Speedup))
	case Scales:
		text := fmt.Sprintf("%d cores give %s×", r.P, short(r.Speedup))
		if !math.IsNaN(r.Ceiling.Value) {
			text += fmt.Sprintf(" where separate programs get %s×", short(r.Ceiling))
		}
		return text + r.lost()
	case Contends:
		if r.Workers == 0 {
			return fmt.Sprintf("%s%d cores run at %s×", r.limit(0), r.P, short(r.Worst))
		}
		return fmt.Sprintf("%s%d workers on %d cores run at %s×", r.limit(r.WorstWorkers), r.WorstWorkers, r.P, short(r.Worst))
	}
	if r.Workers == 0 {
		return r.limit(0) + "cores do not help"
	}
	return r.limit(r.enough()) + "neither workers nor cores help"
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

// lost names the largest loss of a row that falls short of its ceiling, or of
// all its cores if there is no ceiling, and nothing of one that reaches it.
func (r Row) lost() string {
	goal := r.Ceiling
	if math.IsNaN(goal.Value) {
		goal = exact(float64(r.P))
	}
	if s, ok := r.stackAt(r.Workers); ok && r.Parallelism.over(goal).High < 0.95 {
		if why := r.limits(s); why != "" {
			return "; " + why
		}
	}
	return ""
}

// limit is what limits the row with that many workers, in front of a reason.
func (r Row) limit(workers int) string {
	if s, ok := r.stackAt(workers); ok {
		if why := r.limits(s); why != "" {
			return why + "; "
		}
	}
	return ""
}

// enough is the smallest number of workers that could use all cores: with fewer
// a core without a task says nothing.
func (r Row) enough() int {
	for _, s := range r.Stacks {
		if s.P == r.P && s.Workers >= r.P {
			return s.Workers
		}
	}
	return r.Workers
}

// stackAt is the stack of that many workers on all cores.
func (r Row) stackAt(workers int) (Stack, bool) {
	for _, s := range r.Stacks {
		if s.P == r.P && s.Workers == workers {
			return s, true
		}
	}
	return Stack{}, false
}

// limits puts the largest loss of a stack into words, if it is a tenth of the
// cores or more.
func (r Row) limits(s Stack) string {
	loss := s.Largest()
	if loss.Cores < 0.1*float64(s.P) {
		return ""
	}
	amount := fmt.Sprintf("%.2g of %d cores", loss.Cores, s.P)
	name, _, _ := strings.Cut(loss.Name, " ")
	switch name {
	case "inflation":
		return fmt.Sprintf("limited by %s: %s go to CPU time that one worker does not need", shared(r.Kind), amount)
	case "GC":
		return fmt.Sprintf("limited by garbage: %s collect it", amount)
	case "run":
		return fmt.Sprintf("limited by others: they took %s", amount)
	case "imbalance":
		if loss.Name != name {
			return fmt.Sprintf("limited by uneven tasks or by waking them: %s have none that runs", amount)
		}
		return fmt.Sprintf("limited by its serial or uneven part: %s have no task", amount)
	case "locked":
		return fmt.Sprintf("limited by the lock: %s blocked", amount)
	case "runnable":
		return fmt.Sprintf("limited by waking: %s have tasks that are ready and do not run yet", amount)
	}
	if name != loss.Name {
		return amount + " idle, the file does not tell why"
	}
	return fmt.Sprintf("limited by waiting: %s have only tasks that wait", amount)
}

// short is a value without its interval.
func short(i Interval) string { return Interval{Value: i.Value, Low: math.NaN()}.String() }

// shared is what tasks that take more CPU time beside each other share. A stack
// cannot tell that; the workload says what limits it.
func shared(kind string) string {
	switch kind {
	case "lock":
		return "the lock"
	case "memory":
		return "memory"
	case "comm":
		return "passing data on"
	case "spawn":
		return "starting tasks"
	}
	return "sharing"
}

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
