package report_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"overlap/report/analyse"
)

func TestAdviceIsTheLeastThatIsEnough(t *testing.T) {
	for _, c := range []struct {
		name string
		time func(w, p int) float64
		want string
	}{
		{"waiter", func(w, p int) float64 { return 64 / float64(w) }, "64 workers on 1 core"},
		{"worker", func(w, p int) float64 { return 8 / float64(min(w, p)) }, "2 workers on 2 cores"},
		{"nearly", func(w, p int) float64 { return 8 - 0.3*float64(min(w, p)-1) }, "1 worker on 1 core"},
		{"hardly", func(w, p int) float64 { return 8 - 0.6*float64(min(w, p)-1) }, "2 workers on 2 cores"},
		{"just not", func(w, p int) float64 { return 8 - 0.48*float64(min(w, p)-1) }, "2 workers on 2 cores"},
		{"hermit", func(w, p int) float64 { return 8 }, "1 worker on 1 core"},
		{"mixer", func(w, p int) float64 { return max(64/float64(w), 8/float64(p)) }, "16 workers on 2 cores"},
	} {
		r := analyze(t, sweep("Known", c.time, 2).save(t)).Rows[0]
		if got := r.Advice.String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if s := r.Advice.Share; !(s.Value >= 0.95 && s.Value <= 1) {
			t.Errorf("%s: %v of the best", c.name, s)
		}
	}
	if got := (analyse.Advice{Cores: 2}).String(); got != "2 cores" {
		t.Error(got)
	}
}

// Noise does not make a point good enough: its value counts, not its bound.
func TestAdviceIsByTheValue(t *testing.T) {
	var b strings.Builder
	for i := range 12 {
		fmt.Fprintf(&b, "BenchmarkX/executor=pool/workers=1/cores=1 1 %f ns/op\n", 1e6*math.Exp(0.1*math.Sin(float64(i))))
		for _, level := range []string{"1", "2-2"} {
			fmt.Fprintf(&b, "BenchmarkX/executor=pool/workers=2/cores=%s 1 %f ns/op\n", level, 0.92e6)
		}
	}
	r := analyze(t, save(t, b.String())).Rows[0]
	if r.Advice.String() != "2 workers on 1 core" || r.Concurrency.Low > 1/0.95 {
		t.Errorf("%v, with a gain of %v", r.Advice, r.Concurrency)
	}
}

// A busy core saves CPU time: the demand is the smallest of all points.
func TestDemandIsTheLeast(t *testing.T) {
	r := analyze(t, sweep("Known", func(w, p int) float64 { return 64 / float64(w) }, 2).save(t)).Rows[0]
	if d := r.Lines[0].Demand; math.Abs(d-0.0005) > 0.00001 {
		t.Errorf("%v s of CPU time, want half of the millisecond of 64 workers", d)
	}
}
