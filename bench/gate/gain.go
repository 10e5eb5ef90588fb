package gate

import (
	"encoding/json"

	"overlap/bench/gate/stat"
	"overlap/internal/table"
)

// Span is the 95 % interval of a gain of one build: nothing where it is not known.
type Span struct{ Low, High float64 }

// MarshalJSON writes null for numbers that are not finite.
func (s Span) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Low  table.Null `json:"low"`
		High table.Null `json:"high"`
	}{table.Null(s.Low), table.Null(s.High)})
}

// over is the span of a cores-th.
func (s Span) over(cores int) Span { return Span{s.Low / float64(cores), s.High / float64(cores)} }

// with is the span with the value in it: head's comes from turns, which the span
// does not know.
func (s Span) with(value float64) Span { return Span{min(s.Low, value), max(s.High, value)} }

// sign is the power of the time of point i in a gain: that of the second point over
// that of the first, times that of the third over that of the fourth.
func sign(i int) float64 {
	if i == 1 || i == 2 {
		return 1
	}
	return -1
}

// gainOf is a gain in times of one build, by the blocks in which others left the CPUs
// alone.
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
