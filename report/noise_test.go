package report_test

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/write"
)

// Noise that hides a difference is not a finding: no row is serial and no point
// enough. An undecided row names its numbers and a remedy.
func TestNoiseIsNotAFinding(t *testing.T) {
	for name, want := range map[string]string{
		"noisy-serial":    "cannot tell: too noisy: G_p is 1.08 ±5.41; measure about 884 samples (-count 884), or on a quieter machine",
		"noisy10":         "cannot tell: too noisy: G_p is 1.07 ±1.69; even 1000 such samples would not decide it; measure on a quieter machine",
		"noisy-no-effect": "cannot tell: too noisy: G_p is 1.01 ±0.70; even 1000 such samples would not decide it; measure on a quieter machine",
		// Sixteen workers hurt on one core, so cores bring S and not G_p.
		"mislabel": "cannot tell: too noisy: S is 1.08 ±0.16; measure about 73 samples (with a larger budget), or on a quieter machine",
	} {
		a := analyze(t, filepath.Join("testdata", "noise", name+".txt"))
		if r := a.Rows[0]; r.Verdict != want || r.Advice.Cores != 0 || !math.IsNaN(r.Advice.Share.Value) {
			t.Errorf("%s:\n%s, enough: %v\nwant\n%s", name, r.Verdict, r.Advice, want)
		}
	}
}

// Two samples give a value without an interval, and the verdict says so.
func TestTwoSamplesHaveNoVerdict(t *testing.T) {
	var b strings.Builder
	for _, ns := range []int{100, 900} {
		fmt.Fprintf(&b, "BenchmarkX 1 %d ns/op\nBenchmarkX-2 1 %d ns/op\n", ns, 1000-ns)
	}
	a := analyze(t, save(t, b.String()))
	var out strings.Builder
	if err := write.Table(&out, a, table.Terminal{}); err != nil {
		t.Fatal(err)
	}
	table, _, _ := strings.Cut(out.String(), "\n\n")
	if strings.Contains(table, "±") || !strings.Contains(table, " 1.00 ") || !strings.Contains(table, "\n  cannot tell: 2 samples cannot give an interval; measure 10 (-count 10)") {
		t.Error(out.String())
	}
}

// trend is samples of a point that slow down by a tenth of their spread each.
func trend(name string, ns float64) (lines []string) {
	for i := range 12 {
		lines = append(lines, fmt.Sprintf("Benchmark%s 1 %f ns/op\n", name, ns*math.Pow(1.05, float64(i))))
	}
	return lines
}

// What a loop around go test -count 1 writes has its samples in turns: those of
// one turn are partners. Of go test -count 12 all of a point come first, and then
// all of the next: these are not paired, although both slow down while they run.
func TestSamplesInTurnsArePartners(t *testing.T) {
	one, two := trend("X", 2000), trend("X-2", 1000)
	gain := func(text string) interval.Interval { return analyze(t, save(t, text)).Rows[0].Parallelism }
	turns := ""
	for i := range one {
		turns += one[i] + two[i]
	}
	if g := gain(turns); math.Abs(g.Value-2) > 1e-6 || g.HalfWidth() > 1e-6 {
		t.Errorf("in turns: %v", g)
	}
	blocks := strings.Join(one, "") + strings.Join(two, "")
	if g := gain(blocks); math.Abs(g.Value-2) > 1e-6 || g.HalfWidth() < 0.2 {
		t.Errorf("one after the other: %v", g)
	}
	const warning = "the samples of each point were taken in one block"
	if warned(analyze(t, save(t, blocks)), warning) != 1 || warned(analyze(t, save(t, turns)), warning) != 0 {
		t.Error("who measures one point after the other is not warned, or who does not is")
	}
	// The samples of another benchmark between them change nothing, nor does one
	// that failed once: then they are taken to be independent.
	if g := gain(strings.ReplaceAll(turns, "BenchmarkX ", "BenchmarkOther 1 5 ns/op\nBenchmarkX ")); g.HalfWidth() > 1e-6 {
		t.Errorf("in turns with another: %v", g)
	}
	if g := gain(strings.Replace(turns, two[4], "", 1)); g.HalfWidth() < 0.2 || math.IsNaN(g.Low) {
		t.Errorf("in turns, of which one lacks a sample: %v", g)
	}
}

// All numbers of a gain are the same, wherever they stand, although the points
// were measured in different rounds.
func TestGainsAreOfTheSameRounds(t *testing.T) {
	var b strings.Builder
	last := map[string]int{"workers=1/cores=1": 10, "workers=2/cores=1": 20, "workers=2/cores=2-2": 30, "workers=1/cores=2-2": 15}
	for round := 1; round <= 30; round++ {
		drift := math.Pow(1.03, float64(round))
		for i, name := range []string{"workers=1/cores=1", "workers=2/cores=1", "workers=2/cores=2-2", "workers=1/cores=2-2"} {
			if round <= last[name] {
				noise := 1 + 0.01*math.Sin(float64(3*round+7*i))
				fmt.Fprintf(&b, "# sample: {\"round\":%d}\nBenchmarkX/executor=pool/%s 1 %f ns/op\n", round, name, []float64{4e6, 2e6, 1e6, 4e6}[i]*drift*noise)
			}
		}
	}
	a := analyze(t, save(t, b.String()))
	r := a.Rows[0]
	for name, g := range map[string][2]float64{"G_c": {r.Concurrency.Value, 2}, "G_p": {r.Parallelism.Value, 2}, "S": {r.Speedup.Value, 4}} {
		if math.Abs(g[0]/g[1]-1) > 0.01 {
			t.Errorf("%s is %.3f, want %v", name, g[0], g[1])
		}
	}
	if r.Samples != 10 {
		t.Errorf("%d samples, want the 10 rounds that all three share", r.Samples)
	}
	if got := r.Scaling[len(r.Scaling)-1].Gain; got != r.Parallelism {
		t.Errorf("by cores it is %+v, in the row %+v", got, r.Parallelism)
	}
	if got := r.Grid[len(r.Grid)-1].Gain; got != r.Speedup {
		t.Errorf("in the grid it is %+v, in the row %+v", got, r.Speedup)
	}
	for _, p := range a.PointsOf(r) {
		if p.Point.Workers == 2 && p.Point.Cores == 2 && p.Gain != r.Speedup {
			t.Errorf("of the point it is %+v, in the row %+v", p.Gain, r.Speedup)
		}
	}
	if product := r.Concurrency.Value * r.Parallelism.Value; math.Abs(product/r.Speedup.Value-1) > 1e-12 {
		t.Errorf("%v is not %v", product, r.Speedup.Value)
	}
}
