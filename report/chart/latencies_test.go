package chart

import (
	"math"
	"strings"
	"testing"

	"overlap/internal/interval"
	"overlap/report/analyse"
)

// The capacity is the most at any load, and the text tells of both ends.
func TestLatencyTellsBothEnds(t *testing.T) {
	p := latencyPanel{name: "request", byLoads: true}
	for i, capacity := range []float64{900, math.NaN(), 1600, 1200} {
		p.list = append(p.list, analyse.Latency{Workers: 16, P: 2, Load: float64(100 * (i + 1)), Capacity: capacity,
			P50: interval.Interval{Value: float64(i + 1)}, P99: interval.Interval{Value: float64(i + 5)}})
	}
	if got := p.capacity(2); got != 1600 {
		t.Errorf("capacity %v, want 1600", got)
	}
	if got := p.capacity(4); !math.IsNaN(got) {
		t.Errorf("capacity %v of cores that were not measured", got)
	}
	const want = "request on 2 cores 1 s, 5 s at 100 items per second and 4 s, 8 s at 400 items per second."
	if got := latencyAlt([]latencyPanel{p}); !strings.HasSuffix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestExcerptBeginsBeyondTheReadable(t *testing.T) {
	for rows, want := range map[int]int{1: 1, 60: 60, 61: analyse.First, 200: analyse.First} {
		a := &analyse.Analysis{Rows: make([]analyse.Row, rows)}
		if got := len(Excerpt(a).Rows); got != want {
			t.Errorf("of %d rows %d are drawn, want %d", rows, got, want)
		}
	}
}

// An interval of which a bound is not known is not drawn to 0.
func TestUnknownBoundsHaveNoBar(t *testing.T) {
	var m measured
	same := func(x float64) float64 { return x }
	m.add(1, interval.Interval{Value: 3, Low: math.NaN(), High: 4}, same)
	m.add(2, interval.Interval{Value: 3, Low: 2, High: math.Inf(1)}, same)
	m.add(3, interval.Interval{Value: math.NaN(), Low: 2, High: 4}, same)
	m.add(4, interval.Interval{Value: 3, Low: 2, High: 4}, same)
	for i, want := range [][3]float64{{1, 3, 3}, {2, 3, 3}, {4, 2, 4}} {
		if m.Len() != 3 || m.x[i] != want[0] || m.low[i] != want[1] || m.high[i] != want[2] {
			t.Fatalf("%+v, want %v at %d", m, want, i)
		}
	}
}
