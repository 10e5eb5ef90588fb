package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"overlap/internal/sampling"
	"overlap/internal/table"
)

// doubts are what a reader should know before believing the class.
func (r Row) doubts() (all []string) {
	if r.Samples < sampling.MinSamples {
		all = append(all, fmt.Sprintf("provisional: %d of %d samples", r.Samples, sampling.MinSamples))
	}
	if r.Class == Scheduled {
		return all
	}
	may := []string{mayBe("G_c", r.Concurrency)}
	if r.P > 1 {
		name, gain := r.coreGain()
		may = append(may, mayBe(name, gain))
	}
	may = slices.DeleteFunc(may, func(text string) bool { return text == "" })
	if len(may) > 0 {
		all = append(all, "unsure: "+strings.Join(may, ", "))
	}
	return all
}

// mayBe says how far a gain may reach that is taken for none, or how little one
// may be that is taken for a gain. It is empty where that changes nothing.
func mayBe(name string, i Interval) string {
	switch {
	case !(i.Low < negligible && negligible < i.High):
		return ""
	case helps(i):
		return fmt.Sprintf("%s may be as little as %.2f", name, i.Low)
	}
	return fmt.Sprintf("%s may be as much as %.2f", name, i.High)
}

// undecided is why nothing can be said, and what would help.
func (r Row) undecided() string {
	if r.disturbed {
		return "other programs had the CPUs: fewer than 3 samples of some points were free of them; stop those, or wait for them (--wait), and measure again"
	}
	if most := r.mostWorkers(); most < r.P {
		how := ""
		if r.Executor != "" {
			how = "; more would tell (--workers)"
		}
		return fmt.Sprintf("at most %s measured %s%s", table.Count(most, "worker"), r.Under(r.P), how)
	}
	known, name, i, near := r.unsettled()
	switch {
	case r.impossible() && r.FromCores().Low > r.possible():
		return r.scales()
	case r.Samples < minSpread:
		return fmt.Sprintf("%s no interval; %d would tell (%s)", r.samplesHave(), sampling.MinSamples, longer(r.swept, sampling.MinSamples))
	case math.IsNaN(i.Low):
		return fmt.Sprintf("%s%s is %s, with too few samples for an interval; %d would tell (%s)", known, name, i, sampling.MinSamples, longer(r.swept, sampling.MinSamples))
	case known == "":
		known = "too noisy: "
	}
	return fmt.Sprintf("%s%s is %s; %s", known, name, i, remedy(r.swept, r.Samples, i, near))
}

// samplesHave begins a sentence about the row's samples.
func (r Row) samplesHave() string {
	if r.Samples == 1 {
		return "1 sample has"
	}
	return table.Count(r.Samples, "sample") + " have"
}

// unsettled names the number that leaves the class open, and says how near to its
// value its bounds would have to be, and what is known without it.
func (r Row) unsettled() (known, name string, i Interval, near float64) {
	name, gain := r.coreGain()
	i = gain
	switch {
	case helps(r.Concurrency):
		known = fmt.Sprintf("%d workers bring %s× on one core, but ", r.Workers, short(r.Concurrency))
	case r.coresBring(helps) || r.best() != "":
		if i = r.share(); i.Low > acceptable {
			name, i = "S", r.Speedup.over(r.goal())
		}
		goal := fmt.Sprintf("H(%d)", r.P)
		if math.IsNaN(r.Ceiling.Value) {
			goal = fmt.Sprint(r.P)
		}
		near = math.Log(i.Value / acceptable)
		if near < 0 {
			near /= -certain
		}
		return fmt.Sprintf("%s %s×, but whether %s/%s is above %.1f is open: ", r.coresVerb(r.P, "give"), short(gain), name, goal, acceptable), "it", i, near
	case helps(gain):
		name, i = "S", r.Speedup
	case isNothing(gain):
		name, i = r.rival()
	}
	return known, name, i, distance(i)
}

// rival is the gain of the point that may be furthest above one worker on one core.
func (r Row) rival() (name string, gain Interval) {
	name, gain = "G_c", r.Concurrency
	for _, c := range r.Grid {
		if !(c.Gain.High <= gain.High) {
			name, gain = fmt.Sprintf("the gain of %s %s", table.Count(c.Workers, "worker"), r.Under(level{c.Cores, c.Procs}.p())), c.Gain
		}
	}
	for _, s := range r.Scaling {
		if r.Workers == 0 && !(s.Gain.High <= gain.High) {
			name, gain = fmt.Sprintf("the gain of %s", r.On(s.P)), s.Gain
		}
	}
	return name, gain
}

// distance is how near to a gain its bounds must be, in logarithms, to show that it
// is one or that it is nothing.
func distance(i Interval) float64 {
	size := math.Abs(math.Log(i.Value))
	if size < math.Log(negligible) {
		return math.Log(negligible) - size
	}
	return size / certain
}

// maxSamples is how many anybody takes of a point.
const maxSamples = 1000

// remedy says about how many samples would bring the bounds of a number that rests
// on n of them within a distance of its value, in logarithms, if they spread as
// these do. It is a guess, as the value will be another one then.
func remedy(swept bool, n int, i Interval, distance float64) string {
	now := 1.96 / sampling.StudentsT(float64(n-1), 1) * math.Log(i.High/i.Value)
	wanted := max(math.Ceil(float64(n)*now*now/distance/distance), float64(n+1), sampling.MinSamples)
	if !(wanted <= maxSamples) {
		return fmt.Sprintf("%d samples that spread like these would not tell; a quieter machine may", maxSamples)
	}
	return fmt.Sprintf("about %.0f samples would tell (%s), or a quieter machine", wanted, longer(swept, int(wanted)))
}
