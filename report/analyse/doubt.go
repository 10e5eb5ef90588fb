package analyse

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"overlap/internal/interval"
	"overlap/internal/sampling"
	"overlap/internal/table"
	"overlap/report/load"
)

// doubts lists the reasons to doubt the class, in brackets after a space; empty if
// there are none.
func (r Row) doubts() string {
	var all, unsure []string
	if r.Samples < r.needs() {
		all = append(all, fmt.Sprintf("provisional: %d of %d samples", r.Samples, r.needs()))
	}
	if r.Class != Scheduled {
		unsure = append(unsure, mayBe("G_c", r.Concurrency))
		if r.P > 1 {
			unsure = append(unsure, mayBe(r.coreGain()))
		}
	}
	unsure = slices.DeleteFunc(unsure, func(text string) bool { return text == "" })
	if len(unsure) > 0 {
		all = append(all, "unsure: "+strings.Join(unsure, ", "))
	}
	if len(all) == 0 {
		return ""
	}
	return " (" + strings.Join(all, "; ") + ")"
}

// mayBe warns that a gain could be on the other side of the limit: "may be as much as"
// or "may be as little as". It is empty if the interval excludes the limit.
func mayBe(name string, i interval.Interval) string {
	switch {
	case !(i.Low < negligible && negligible < i.High):
		return ""
	case helps(i):
		return fmt.Sprintf("%s may be as little as %.2f", name, i.Low)
	}
	return fmt.Sprintf("%s may be as much as %.2f", name, i.High)
}

// undecided says why there is no class, and what would help.
func (r Row) undecided() string {
	if r.disturbed {
		return "other programs used the CPUs: some points have fewer than 3 undisturbed samples; stop those programs, or wait for them, and measure again"
	}
	if maxWorkers := r.maxWorkers(); maxWorkers < r.P {
		how := ""
		if r.Executor != "" {
			how = "; measure more"
		}
		return fmt.Sprintf("at most %s measured %s%s", table.Count(maxWorkers, "worker"), r.AtCoresText(r.P), how)
	}
	known, name, i, near := r.unsettled()
	switch {
	case r.impossible() && r.FromCores().Low > r.possible():
		return r.scales()
	case r.Samples < interval.MinForInterval:
		return r.noInterval()
	case math.IsNaN(i.Low):
		return fmt.Sprintf("%s%s is %s, with too few samples for an interval; %s", known, name, i, r.enoughSamples())
	case known == "":
		known = "too noisy: "
	}
	return fmt.Sprintf("%s%s is %s; %s", known, name, i, r.remedy(i, near))
}

// enoughSamples says how to take enough samples.
func (r Row) enoughSamples() string {
	return fmt.Sprintf("measure %d (%s)", r.needs(), longer(r.swept, r.needs()))
}

// noInterval is the reason of a row with fewer than interval.MinForInterval samples.
func (r Row) noInterval() string {
	return fmt.Sprintf("%s cannot give an interval; %s", table.Count(r.Samples, "sample"), r.enoughSamples())
}

// unsettled returns the number that leaves the class open, its name, how near to
// its value its bounds would have to be, and what is known without it.
func (r Row) unsettled() (known, name string, i interval.Interval, near float64) {
	name, gain := r.coreGain()
	i = gain
	switch {
	case helps(r.Concurrency):
		known = r.workersGive() + ", but whether cores help is unclear: "
	case r.coresBring(helps) || r.best() != "":
		if i = r.share(); i.Low > acceptable {
			name, i = "S", r.Speedup.Over(r.goal())
		}
		goal := fmt.Sprintf("H(%d)", r.P)
		if math.IsNaN(r.Ceiling.Value) {
			goal = fmt.Sprint(r.P)
		}
		near = math.Log(i.Value / acceptable)
		if near < 0 {
			near /= -certain
		}
		return fmt.Sprintf("%s %s×, but %s/%s may be above or below %.1f: ", r.cores("give"), short(gain), name, goal, acceptable), "it", i, near
	case helps(gain):
		name, i = "S", r.Speedup
	case isNothing(gain):
		name, i = r.possiblyFastest()
	}
	return known, name, i, distance(i)
}

// possiblyFastest returns the gain of the point that may be the fastest.
func (r Row) possiblyFastest() (name string, gain interval.Interval) {
	name, gain = "G_c", r.Concurrency
	for _, c := range r.Grid {
		if !(c.Gain.High <= gain.High) {
			name, gain = fmt.Sprintf("the gain of %s %s", table.Count(c.Workers, "worker"), r.AtCoresText(load.Level{Cores: c.Cores, Procs: c.Procs}.P())), c.Gain
		}
	}
	for _, s := range r.Scaling {
		if r.Workers == 0 && !(s.Gain.High <= gain.High) {
			name, gain = fmt.Sprintf("the gain of %s", r.CoresText(s.P)), s.Gain
		}
	}
	return name, gain
}

// distance returns how near to a gain its bounds must be, in logarithms, to show
// that it is one or that it is nothing.
func distance(i interval.Interval) float64 {
	size := math.Abs(math.Log(i.Value))
	if size < math.Log(negligible) {
		return math.Log(negligible) - size
	}
	return size / certain
}

// maxSamples is how many samples of a point are practical.
const maxSamples = 1000

// remedy estimates how many samples bring the bounds of a number of the row within
// a distance of its value, in logarithms, if they spread as these do.
func (r Row) remedy(i interval.Interval, distance float64) string {
	n := float64(r.Samples)
	now := 1.96 / sampling.StudentsT(n-1, 1) * math.Log(i.High/i.Value)
	wanted := max(math.Ceil(n*now*now/distance/distance), n+1, float64(r.needs()))
	if !(wanted <= maxSamples) {
		return fmt.Sprintf("even %d such samples would not decide it; measure on a quieter machine", maxSamples)
	}
	return fmt.Sprintf("measure about %.0f samples (%s), or on a quieter machine", wanted, longer(r.swept, int(wanted)))
}
