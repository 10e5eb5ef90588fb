package chart_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"overlap/report/chart"
	"overlap/report/history"
)

// comparisons of made-up commits: every benchmark but the third is as fast as
// before, the first gets 12 % slower in the middle, the second loses a quarter of
// its speedup, and the third creeps up.
func comparisons(commits, benchmarks int) (entries []history.Entry) {
	r := rand.New(rand.NewPCG(1, uint64(commits)))
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	hash := func(i int) string { return fmt.Sprintf("%07x%033x", 0xabc0000+i*7919, i) }
	for i := range commits {
		e := history.Entry{Base: hash(i), Commit: hash(i + 1), Time: day.AddDate(0, 0, i), Host: "quiet", Blocks: 22}
		for b := range benchmarks {
			time, speedup := 1.0, 1.0
			switch {
			case b == 0 && i == commits/2:
				time = 1.12
			case b == 1 && i == commits/3:
				speedup = 0.75
			case b == 2 && i > commits/2:
				time = 1 + 0.3/float64(commits)
			}
			for i, quantity := range []history.Quantity{history.Time, history.Speedup} {
				x := []float64{time, speedup}[i] * math.Exp(0.004*r.NormFloat64())
				e.Results = append(e.Results, history.Result{
					Metric: history.Metric{Name: fmt.Sprintf("Bench%d/executor=pool/workers=4/cores=2-2", b), Quantity: quantity},
					Ratio:  history.Ratio{Value: x, Low: x * math.Exp(-0.008), High: x * math.Exp(0.008)},
				})
			}
		}
		if commits > 20 && i == commits/5 {
			continue // a gap
		}
		entries = append(entries, e)
	}
	return entries
}

func TestHistory(t *testing.T) {
	for _, x := range []struct{ commits, benchmarks int }{{5, 1}, {40, 3}, {500, 20}} {
		c, ok := chart.History(history.Build(comparisons(x.commits, x.benchmarks), history.Options{}))
		if !ok {
			t.Fatalf("%d commits: no picture", x.commits)
		}
		golden(t, c, chart.Light, fmt.Sprintf("history-%d-light.png", x.commits))
		if x.commits == 40 {
			golden(t, c, chart.Dark, "history-40-dark.png")
		}
	}
}

func TestHistorySaysWhatItLeavesOut(t *testing.T) {
	c, _ := chart.History(history.Build(comparisons(30, 20), history.Options{}))
	if !strings.Contains(c.Caption, "8 more benchmarks left out") {
		t.Errorf("caption %q does not count the benchmarks that are left out", c.Caption)
	}
	if !strings.Contains(c.Alt, "Bench0 (time, pool, 4 workers on 2 cores) +") {
		t.Errorf("alternative text %q does not name the step", c.Alt)
	}
	if _, ok := chart.History(history.Build(nil, history.Options{})); ok {
		t.Error("a picture of nothing")
	}
}

// A page of two million bytes has room for other charts, too.
func TestHistoryOfThousandsIsSmall(t *testing.T) {
	c, _ := chart.History(history.Build(comparisons(3000, 12), history.Options{}))
	svg, err := c.SVG(chart.Light)
	if err != nil || len(svg) > 700_000 {
		t.Errorf("a picture of %d bytes, %v", len(svg), err)
	}
	if bytes.Contains(svg, []byte("NaN")) {
		t.Error("a place that is not a number")
	}
}
