package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

// sweptBy is what a run writes of RunParallel with these throughputs on one core, and the
// same on two, by goroutines.
func sweptBy(throughput map[int]float64) string {
	var b strings.Builder
	b.WriteString("program: goroutines\nplacement: one-per-core\npkg: example.com/x\n")
	for round := range 10 {
		for w, x := range throughput {
			for _, level := range []string{"1", "2-2"} {
				fmt.Fprintf(&b, "BenchmarkGet/workers=%d/cores=%s 1 %g ns/op %d tasks-inflight 0.9 cpus-busy\n", w, level, 1e6/x*(1+0.001*float64(round%3)), w)
			}
		}
	}
	return b.String()
}

func analysisOf(t *testing.T, text string) *analyse.Analysis {
	t.Helper()
	d, err := load.Read(strings.NewReader(text), "test")
	if err != nil {
		t.Fatal(err)
	}
	return analyse.Analyze(d)
}

func TestWorkersOfRunParallelAreCalledGoroutines(t *testing.T) {
	text := sweptBy(map[int]float64{1: 1, 2: 2, 4: 4, 16: 15})
	for program, want := range map[string]string{
		"goroutines": "overlaps: 16 goroutines give 15.0× on one core; enough: 16 goroutines on 1 core",
		"tasks":      "overlaps: 16 workers give 15.0× on one core; enough: 16 workers on 1 core",
	} {
		a := analysisOf(t, strings.Replace(text, "program: goroutines", "program: "+program, 1))
		for _, part := range strings.Split(want, "; ") {
			if len(a.Rows) != 1 || !strings.Contains(a.Rows[0].Verdict, part) {
				t.Errorf("%s: %+v, want %s", program, a.Rows, part)
			}
		}
		if got, want := a.InTheirWords("× workers"), "× "+strings.Replace(program, "tasks", "workers", 1); got != want {
			t.Errorf("the legend has %s, want %s", got, want)
		}
	}
}

// Benchmarks whose goroutines have roles are measured with even numbers of them.
func TestGainsAreOverTheFewestGoroutines(t *testing.T) {
	for _, c := range []struct {
		throughput map[int]float64
		gain       float64
		warning    string
	}{
		{map[int]float64{1: 1, 2: 1, 4: 3}, 3, "[]"},
		{map[int]float64{2: 1, 4: 2, 16: 3, 64: 1}, 3, "[1 goroutine was not measured: G_c and S are over 2 goroutines]"},
	} {
		r := analysisOf(t, sweptBy(c.throughput)).Rows[0]
		said := fmt.Sprint(slices.DeleteFunc(r.Warnings, func(err error) bool { return strings.Contains(err.Error(), "the largest measured") }))
		if gain := r.Concurrency.Value; gain < 0.99*c.gain || gain > 1.01*c.gain || said != c.warning {
			t.Errorf("%v: G_c %v, warnings %s, want %v", c.throughput, r.Concurrency, said, c)
		}
	}
}

func TestUnknownGainsFromWorkersHaveReasons(t *testing.T) {
	const parts = " 0.9 cpus-busy 0.01 runq-cpus\n"
	text := "placement: one-per-core\npkg: example.com/x\n"
	for _, level := range []string{"1", "2-2"} {
		for range 10 {
			text += "BenchmarkAlone/cores=" + level + " 1 100 ns/op 1 tasks-inflight" + parts
			text += "BenchmarkShards/cores=" + level + " 1 100 ns/op 2 tasks-inflight" + parts
			text += "BenchmarkOwn/cores=" + level + " 1 100 ns/op" + parts
			text += "BenchmarkOld/cores=" + level + " 1 100 ns/op 0.9 cpus-busy\n"
		}
	}
	a := analysisOf(t, text)
	var b strings.Builder
	if err := write.Table(&b, a, table.Terminal{}); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(b.String()), " ")
	for want, times := range map[string]int{"Alone: no G_c, because no goroutine begins in it": 1, "Own: G_c is unknown, because goroutines begin in it": 1, "Shards: G_c is unknown, because it runs with no number of goroutines but its own": 1, "Old: ": 0} {
		if strings.Count(got, want) != times {
			t.Errorf("%q is not there %d times:\n%s", want, times, b.String())
		}
	}
	b.Reset()
	if err := write.Stacks(&b, a); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Alone, in cores", "Own: no speedup stack: the file lacks tasks-inflight, which is unknown"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q:\n%s", want, b.String())
		}
	}
}

// Set-up on the timer is in the gains, too.
func TestSetUpOnTheTimerIsAWarning(t *testing.T) {
	text := sweptBy(map[int]float64{1: 1, 4: 4})
	for unit, want := range map[string]bool{" cpus-busy 0.25 setup-share\n": true, " cpus-busy\n": false} {
		r := analysisOf(t, strings.ReplaceAll(text, " cpus-busy\n", unit)).Rows[0]
		if got := strings.Contains(fmt.Sprint(r.Warnings), "set-up on the timer is up to 25 % of the time"); got != want {
			t.Errorf("%q: %v", unit, r.Warnings)
		}
	}
}
