package report_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

// Whatever a file says, the parts and the residual sum to the cores, no part
// but Inflation is negative, and what is written is JSON.
func TestStacksSumToTheirCores(t *testing.T) {
	units := []string{"tasks-inflight", "cpus-busy", "gc-cpus", "runq-cpus", "steal-cpus", "throttled-cpus", "idle-cpus", "goroutines-locked", "goroutines-runnable", "pressure"}
	value := rapid.OneOf(
		rapid.SampledFrom([]string{"-1", "NaN", "+Inf", "-Inf", "1e308", "-1e308", "0", "1e-06", "1e-300", "1e6", "1e7"}),
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprint(rapid.Float64Range(0, 70).Draw(t, "value")) }),
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprint(rapid.Float64Range(0, 2).Draw(t, "cores")) }),
	)
	told := 0
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		for range rapid.IntRange(1, 4).Draw(t, "rounds") {
			for _, name := range []string{one, "Job/executor=pool/workers=1/cores=2-2", two, crowd, "Job/executor=pool/workers=8/cores=4-2"} {
				ms := rapid.OneOf(rapid.Float64Range(0.1, 100), rapid.SampledFrom([]float64{1e-17, 1e8})).Draw(t, "ms")
				fmt.Fprintf(&text, "Benchmark%s 1 %g ns/op", name, 1e6*ms)
				for _, u := range units {
					if rapid.IntRange(0, 9).Draw(t, "has "+u) > 0 {
						fmt.Fprintf(&text, " %s %s", value.Draw(t, u), u)
					}
				}
				text.WriteByte('\n')
			}
		}
		d, err := load.Read(strings.NewReader(text.String()), "drawn")
		if err != nil {
			t.Fatal(err)
		}
		a := analyse.Analyze(d)
		for _, r := range a.Rows {
			for _, s := range r.Stacks {
				told++
				sum := s.Residual
				for _, x := range []float64{s.Work, s.Inflation, s.GC, s.RunQueue, s.Imbalance, s.Locked, s.Runnable, s.Waiting} {
					if !math.IsNaN(x) {
						sum += x
					}
				}
				if !(math.Abs(sum-float64(s.P)) <= 1e-9*max(1, math.Abs(s.Residual))) {
					t.Fatalf("%+v sums to %v", s, sum)
				}
				for _, x := range []float64{s.Work, s.GC, s.RunQueue, s.Imbalance, s.Locked, s.Runnable, s.Waiting, s.Idle} {
					if x < 0 {
						t.Fatalf("%+v has a negative part", s)
					}
				}
			}
		}
		var out strings.Builder
		if err := write.JSON(&out, a); err != nil || !json.Valid([]byte(out.String())) {
			t.Fatalf("JSON: %v", err)
		}
		if err := write.Stacks(&out, a); err != nil {
			t.Fatal(err)
		}
	})
	if told == 0 {
		t.Error("no stack was ever made")
	}
}

func TestWriteStacks(t *testing.T) {
	d, err := load.Read(strings.NewReader(lines(2,
		point{name: one, ms: 10, units: "1 tasks-inflight 1 cpus-busy 1e-06 gc-cpus"},
		point{name: "Job/executor=pool/workers=1/cores=2-2", ms: 10, units: ""},
		point{name: two, ms: 8, units: "2 tasks-inflight 2 cpus-busy 1e-06 gc-cpus 0 runq-cpus"},
	)), "test")
	if err != nil {
		t.Fatal(err)
	}
	a := analyse.Analyze(d)
	var b strings.Builder
	if err := write.Stacks(&b, a); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Job, in cores",
		"w p work infl.   GC runq imbal. locked runnable waiting resid. saved idle largest loss",
		"1 1 1.00  0.00 0.00    –   0.00      –        –    0.00   0.00  0.00    – –",
		"2 2 1.25  0.75 0.00 0.00   0.00      –        –    0.00   0.00  0.00    – inflation",
		"",
	}
	got := strings.Split(b.String(), "\n")
	for i, line := range want {
		if got[i] != line {
			t.Errorf("line %d is\n%s\nwant\n%s", i, got[i], line)
		}
	}
	var js strings.Builder
	if err := write.JSON(&js, a); err != nil {
		t.Fatal(err)
	}
	var out struct {
		Rows []struct {
			Stacks []struct {
				Workers, P int
				Parts      []analyse.Part
				Residual   float64
				Idle       *float64 `json:"kernel_idle"`
				Largest    string   `json:"largest_loss"`
			}
		}
	}
	if err := json.Unmarshal([]byte(js.String()), &out); err != nil {
		t.Fatal(err)
	}
	if s := out.Rows[0].Stacks[1]; s.Workers != 2 || s.P != 2 || s.Largest != "inflation" || s.Idle != nil || len(s.Parts) != 6 || s.Parts[1].Cores != a.Rows[0].Stacks[1].Inflation {
		t.Errorf("%+v", s)
	}
}
