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

// quotient is a gain in times: that of the second point over that of the first,
// times that of the third over that of the fourth, if there are so many.
type quotient struct {
	points []*judged
	factor float64
	q      float64 // quantile of the times
}

// sign is the power of the time of point i in the quotient.
func sign(i int) float64 {
	if i == 1 || i == 2 {
		return 1
	}
	return -1
}

// value is the quotient of one build, by the blocks in which others left the CPUs
// alone.
func (g quotient) value(head bool, seed, stream uint64) (float64, Span) {
	gain := stat.Gain{Factor: g.factor, Quantile: g.q}
	for i, pt := range g.points {
		gain.Times = append(gain.Times, stat.GainTime{Times: pt.free.times, Divides: sign(i) < 0, AllHead: pt.headOnly, Lost: pt.free.lost()})
	}
	value, low, high := gain.Value(head, seed, stream)
	return value, Span{low, high}
}

// absolute fills in the intervals of a gain.
func (t *test) absolute(seed, stream uint64) {
	if t.own == nil {
		return
	}
	_, base := t.value(false, seed, stream)
	_, head := t.value(true, seed, stream)
	t.BaseSpan, t.HeadSpan = base.with(t.Base), head.with(t.Head)
}
