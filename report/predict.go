package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Prediction is the gain that more cores than were measured would give. The
// gains that it goes on from are those at the row's workers; where these are
// fewer than the cores, it supposes that more of them would scale as these did.
type Prediction struct {
	P int `json:"p"`

	// Model is by the universal scalability law, the doubt about its
	// coefficients, the noise and Amdahl's law in the interval. Unknown below
	// 6 numbers of cores.
	Model Interval `json:"model"`

	// Ceiling is by software efficiency and the ceiling: at best both stay, the
	// ceiling growing with the cores; at worst the machine has no more to give
	// and the efficiency falls by as much with every further doubling as it
	// did with the last. Unknown if the ceiling was not measured, or if the cores
	// that were measured do not help: then nothing tells from which on they would. Its bounds
	// are not of 95 %, but as far as either supposition goes: a job whose
	// overhead grows faster and faster can end below.
	Ceiling Interval `json:"ceiling"`

	noCeiling string `json:"-"` // why Ceiling is unknown
}

// predict predicts twice and four times the most cores of the curve. There are
// none, and why says it, if there is one number of cores only, or if cores do
// not help and no model knows better.
func predict(curve []Scaled, law USL) (all []Prediction, why string) {
	if len(curve) < 2 {
		return nil, "one core tells nothing of more"
	}
	before, last := lastDoubling(curve)
	help := pays(last.Gain) || math.IsNaN(last.Gain.Low) && last.Gain.Value >= matters
	if !help && !law.Drawable() {
		return nil, fmt.Sprintf("the gain from %d cores, × %v, is too small or too noisy to go on from", last.P, last.Gain)
	}
	for _, times := range []int{2, 4} {
		p := Prediction{P: times * last.P, Model: unknown, Ceiling: unknown}
		if help {
			p.Ceiling, p.noCeiling = beyond(before, last, times), "which was not measured"
		} else {
			p.noCeiling = "because the measured cores are not shown to help"
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

// lastDoubling is the last of the curve and the one that is nearest to half of its
// cores. The one before the last may be too near: noise between 224 and 256 cores is
// there to the tenth power at 1024.
func lastDoubling(curve []Scaled) (before, last Scaled) {
	last = curve[len(curve)-1]
	return slices.MinFunc(curve[:len(curve)-1], func(a, b Scaled) int {
		off := func(s Scaled) float64 { return math.Abs(math.Log2(float64(last.P)/float64(s.P)) - 1) }
		return cmp.Compare(off(a), off(b))
	}), last
}

// beyond is the gain from times as many cores as the last of the curve. The
// value goes on as the last step went.
func beyond(before, last Scaled, times int) Interval {
	if math.IsNaN(last.Ceiling.Value) || math.IsNaN(before.Ceiling.Value) {
		return unknown
	}
	software, was := last.Gain.over(last.Ceiling), before.Gain.over(before.Ceiling)
	// Steps of the curve may be other than doublings.
	steps := math.Log(float64(times)) / math.Log(float64(last.P)/float64(before.P))
	fall := func(now, then float64) float64 { return math.Pow(min(now/then, 1), steps) }
	growth := math.Pow(last.Ceiling.Value/before.Ceiling.Value, steps)
	growth = min(max(growth, 1), float64(times))
	return Interval{
		Value: software.Value * fall(software.Value, was.Value) * last.Ceiling.Value * growth,
		Low:   last.Gain.Low * fall(software.Low, was.High),
		High:  max(last.Gain.Value, min(last.Gain.High, float64(last.P))) * float64(times),
	}
}
