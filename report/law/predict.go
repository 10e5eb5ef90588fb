package law

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"overlap/internal/interval"
)

// Prediction is the gain from more cores than were measured. It extrapolates the gains
// at the row's workers; where these are fewer than the cores, it assumes that more
// workers would scale alike.
type Prediction struct {
	P int `json:"p"` // cores

	// Model is the universal scalability law's. Its interval includes the uncertainty
	// of the coefficients, the noise and Amdahl's law. Unknown below 6 core counts.
	Model interval.Interval `json:"model"`

	// Ceiling extrapolates the ceiling and the software efficiency S/H. At best the
	// efficiency stays and the ceiling grows with the cores; at worst the ceiling stays
	// and the efficiency falls with every doubling as it did with the last. The bounds
	// are these two cases and not 95 %: a job with accelerating overhead can end up
	// below. Unknown if the ceiling was not measured or the measured cores do not help.
	Ceiling interval.Interval `json:"ceiling"`

	NoCeiling string `json:"-"` // why Ceiling is unknown
}

// Predict predicts the gain from two and four times the most cores of the curve. If
// it returns none, why says the reason: one core count only, or cores that do not help
// and no model.
func Predict(curve []GainAt, law USL) (all []Prediction, why string) {
	if len(curve) < 2 {
		return nil, "only one core was measured"
	}
	before, last := lastDoubling(curve)
	help := IsWorthwhile(last.Gain) || math.IsNaN(last.Gain.Low) && last.Gain.Value >= LeastGain
	if !help && !law.Drawable() {
		return nil, fmt.Sprintf("the gain from %d cores, × %v, is too small or too noisy to extrapolate", last.P, last.Gain)
	}
	for _, times := range []int{2, 4} {
		p := Prediction{P: times * last.P, Model: interval.Unknown, Ceiling: interval.Unknown}
		if help {
			p.Ceiling, p.NoCeiling = beyond(before, last, times), "which was not measured"
		} else {
			p.NoCeiling = "because the measured cores are not shown to help"
		}
		all = append(all, p)
	}
	if law.Drawable() {
		for i, x := range law.Predict(float64(all[0].P), float64(all[1].P)) {
			all[i].Model = x
		}
	}
	return all, ""
}

// lastDoubling returns the last point of the curve and the one nearest to half of its
// cores. The last but one may be too near: extrapolated to 1024, the noise between 224
// and 256 cores is raised to the tenth power.
func lastDoubling(curve []GainAt) (before, last GainAt) {
	last = curve[len(curve)-1]
	return slices.MinFunc(curve[:len(curve)-1], func(a, b GainAt) int {
		off := func(s GainAt) float64 { return math.Abs(math.Log2(float64(last.P)/float64(s.P)) - 1) }
		return cmp.Compare(off(a), off(b))
	}), last
}

// beyond returns the gain from times as many cores as the last point has. The value
// continues the last step.
func beyond(before, last GainAt, times int) interval.Interval {
	if math.IsNaN(last.Ceiling.Value) || math.IsNaN(before.Ceiling.Value) {
		return interval.Unknown
	}
	software, was := last.Gain.Over(last.Ceiling), before.Gain.Over(before.Ceiling)
	// Steps of the curve may be other than doublings.
	steps := math.Log(float64(times)) / math.Log(float64(last.P)/float64(before.P))
	fall := func(now, then float64) float64 { return math.Pow(min(now/then, 1), steps) }
	growth := math.Pow(last.Ceiling.Value/before.Ceiling.Value, steps)
	growth = min(max(growth, 1), float64(times))
	return interval.Interval{
		Value: software.Value * fall(software.Value, was.Value) * last.Ceiling.Value * growth,
		Low:   last.Gain.Low * fall(software.Low, was.High),
		High:  max(last.Gain.Value, min(last.Gain.High, float64(last.P))) * float64(times),
	}
}
