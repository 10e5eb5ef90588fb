package gate

import "overlap/bench/gate/stat"

// Span is the 95 % interval of a gain of one build, or the zero Span if it is unknown.
type Span struct{ Low, High float64 }

// over divides the span by the number of cores.
func (s Span) over(cores int) Span { return Span{s.Low / float64(cores), s.High / float64(cores)} }

// with widens the span to include the value: head's value may come from slices timed in
// turns, which the bootstrap does not use.
func (s Span) with(value float64) Span { return Span{min(s.Low, value), max(s.High, value)} }

// sign returns the exponent of time i in a gain of up to four times t₀…t₃:
// t₁/t₀ × t₂/t₃.
func sign(i int) float64 {
	if i == 1 || i == 2 {
		return 1
	}
	return -1
}

// gainOf returns a gain of one build, from the times of undisturbed blocks.
func gainOf(factor, quantile float64, points ...*judged) stat.Gain {
	gain := stat.Gain{Factor: factor, Quantile: quantile}
	for i, pt := range points {
		gain.Times = append(gain.Times, stat.GainTime{Times: pt.undisturbed.times, Divides: sign(i) < 0, AllHead: pt.headOnly, Lost: pt.undisturbed.lostShare()})
	}
	return gain
}

// setSpans sets the intervals of a gain.
func (t *test) setSpans(seed, stream uint64) {
	if !t.isGain {
		return
	}
	_, low, high := t.gain.Value(false, seed, stream)
	t.BaseSpan = Span{low, high}.with(t.Base)
	_, low, high = t.gain.Value(true, seed, stream)
	t.HeadSpan = Span{low, high}.with(t.Head)
}
