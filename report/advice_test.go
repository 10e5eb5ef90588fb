package report_test

import (
	"testing"

	"overlap/report"
)

func TestAdviceIsTheLeastThatBringsAlmostAll(t *testing.T) {
	for _, c := range []struct {
		name string
		time func(w, p int) float64
		want string
	}{
		{"waiter", func(w, p int) float64 { return 64 / float64(w) }, "64 workers on 1 core"},
		{"worker", func(w, p int) float64 { return 8 / float64(min(w, p)) }, "2 workers on 2 cores"},
		{"nearly", func(w, p int) float64 { return 8 - 0.3*float64(min(w, p)-1) }, "1 worker on 1 core"},
		{"hardly", func(w, p int) float64 { return 8 - 0.6*float64(min(w, p)-1) }, "2 workers on 2 cores"},
		{"hermit", func(w, p int) float64 { return 8 }, "1 worker on 1 core"},
		{"mixer", func(w, p int) float64 { return max(64/float64(w), 8/float64(p)) }, "16 workers on 2 cores"},
	} {
		r := analyze(t, sweep("Known", c.time, 2).write(t)).Rows[0]
		if got := r.Advice.String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if s := r.Advice.Share; !(s.Value >= 0.95 && s.Value <= 1) {
			t.Errorf("%s: %v of the best", c.name, s)
		}
	}
	if got := (report.Advice{Cores: 2}).String(); got != "2 cores" {
		t.Error(got)
	}
}
