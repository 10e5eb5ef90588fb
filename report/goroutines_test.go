package report_test

import (
	"fmt"
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
	}
}

func TestRolesOfGoroutinesLeaveEvenNumbers(t *testing.T) {
	for _, c := range []struct {
		why        string
		throughput map[int]float64
		even       bool
		gain       float64
	}{
		{"odd ones read, and reading is fast", map[int]float64{1: 8, 2: 1, 3: 2, 4: 1, 16: 3}, true, 3},
		{"odd ones are slow", map[int]float64{1: 1, 2: 8, 3: 4, 4: 8, 16: 16}, true, 2},
		{"all wait", map[int]float64{1: 1, 2: 2, 3: 3, 4: 4, 16: 15}, false, 15},
		{"all are in each other's way", map[int]float64{1: 4, 2: 3, 3: 2, 4: 1, 16: 0.5}, false, 1},
		{"two are one too many", map[int]float64{1: 4, 2: 3, 3: 2.9, 4: 2.9, 16: 2.9}, false, 1},
		{"nothing", map[int]float64{1: 1, 2: 1, 3: 1, 4: 1, 16: 1}, false, 1},
		{"three were not measured", map[int]float64{1: 8, 2: 1, 4: 1, 16: 3}, false, 1},
	} {
		a := analysisOf(t, sweptBy(c.throughput))
		if len(a.Rows) != 1 {
			t.Errorf("%s: %d rows: %v", c.why, len(a.Rows), a.Warnings)
			continue
		}
		r := a.Rows[0]
		said := strings.Contains(fmt.Sprint(r.Warnings), "odd numbers of goroutines do other work than even ones")
		if gain := r.Concurrency.Value; said != c.even || gain < 0.99*c.gain || gain > 1.01*c.gain {
			t.Errorf("%s: G_c %v at %d, warnings %v, want %v", c.why, r.Concurrency, r.Workers, r.Warnings, c.gain)
		}
		if c.even && len(r.Lines[0].Points) != 3 {
			t.Errorf("%s: %+v", c.why, r.Lines[0].Points)
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
	for _, want := range []string{"Alone, in cores", "Own: no speedup stack: the file lacks tasks-inflight\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q:\n%s", want, b.String())
		}
	}
}
