package analyse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overlap/internal/interval"
	"overlap/report/law"
	"overlap/report/load"
)

// timed is a point and the milliseconds of its samples.
type timed struct {
	name string
	ms   []float64
}

// steady is a point whose samples vary by a thousandth.
func steady(name string, ms float64) timed { return spreadBy(name, ms, 0.001) }

// spreadBy is a point of 12 samples that vary by a share, the same for the same
// name.
func spreadBy(name string, ms, share float64) timed {
	rng := rand.New(rand.NewPCG(uint64(len(name)), uint64(ms*1e6)))
	p := timed{name: name}
	for range 12 {
		p.ms = append(p.ms, ms*math.Exp(share*rng.NormFloat64()))
	}
	return p
}

// wobbly is a point of 12 samples around a time, whose geometric mean it is.
func wobbly(name string, ms, share float64) timed {
	p := timed{name: name}
	for i := range 12 {
		p.ms = append(p.ms, ms*math.Exp(share*float64(1-2*(i%2))))
	}
	return p
}

// read is the analysis of a file with these points.
func read(t *testing.T, points ...timed) *Analysis {
	t.Helper()
	var b strings.Builder
	for i := range 12 {
		for _, p := range points {
			name, copies, _ := strings.Cut(p.name, " ×")
			if copies == "" {
				copies = "1"
			}
			fmt.Fprintf(&b, "copies: %s\nBenchmarkEp/executor=%s 1 %.6f ns/op\n", copies, name, 1e6*p.ms[i])
		}
	}
	d, err := load.Read(strings.NewReader(b.String()), "run.txt")
	if err != nil {
		t.Fatal(err)
	}
	a := Analyze(d)
	if len(a.Rows) == 0 {
		t.Fatalf("no rows: %v", a.Warnings)
	}
	return a
}

// A loss that may be noise does not count: an interval that reaches the limit is
// not beyond it.
func TestLimitsNeedWholeIntervals(t *testing.T) {
	uneven := []Stack{{Workers: 4, P: 2, Imbalance: 0.3, ready: true}}
	for _, c := range []struct {
		about  string
		change func(*Row)
		class  Class
		loss   bool
	}{
		{"0.775 of the ceiling, perhaps 0.84", func(r *Row) { r.Parallelism = interval.Interval{Value: 1.55, Low: 1.44, High: 1.68} }, Undecided, false},
		{"0.775 of the ceiling", func(r *Row) { r.Parallelism = near(1.55) }, Stalls, true},
		{"0.84 of the ceiling, perhaps 0.78", func(r *Row) { r.Parallelism = interval.Interval{Value: 1.68, Low: 1.56, High: 1.8} }, Undecided, false},
		{"0.84 of the ceiling", func(r *Row) { r.Parallelism = near(1.68) }, Scales, true},
		{"0.93 of the ceiling, perhaps 0.97", func(r *Row) { r.Parallelism = interval.Interval{Value: 1.86, Low: 1.79, High: 1.94} }, Scales, false},
		{"0.93 of the ceiling", func(r *Row) { r.Parallelism = near(1.86) }, Scales, true},
		{"0.97 of the ceiling", func(r *Row) { r.Parallelism = near(1.94) }, Scales, false},
	} {
		r := judged(near(1), near(1), near(1), func(r *Row) { r.Stacks = uneven; c.change(r) })
		if r.Class != c.class || strings.Contains(r.Verdict, "limited by") != c.loss {
			t.Errorf("%s: %s", c.about, r.Verdict)
		}
	}
}

// Fewer cores are the best only if the difference is beyond noise.
func TestBestCoresNeedMoreThanNoise(t *testing.T) {
	for _, c := range []struct {
		top  interval.Interval
		want bool
	}{{interval.Interval{Value: 1.3, Low: 0.95, High: 1.8}, false}, {interval.Interval{Value: 1.3, Low: 1.2, High: 1.4}, true}, {interval.Interval{Value: 1.04, Low: 1.03, High: 1.05}, false}} {
		r := judged(near(1), near(1), near(1), func(r *Row) {
			r.P, r.Scaling = 4, []law.GainAt{{P: 1, Gain: interval.Exact(1)}, {P: 2, Gain: c.top}, {P: 4, Gain: near(1)}}
		})
		if strings.Contains(r.Verdict, "best on 2 cores") != c.want {
			t.Errorf("%v on 2 cores: %s", c.top, r.Verdict)
		}
	}
}

// COST needs a gain of a tenth, beyond noise, from the fewest workers that are as
// good as the best: among all numbers, one would pass the limit by chance.
func TestCostNeedsMoreThanNoise(t *testing.T) {
	const one, two = "pool/workers=%d/cores=1", "pool/workers=%d/cores=2-2"
	at := func(name string, w int, ms float64) timed { return steady(fmt.Sprintf(name, w), ms) }
	for _, c := range []struct {
		about  string
		serial timed
		w1, w4 float64
		want   float64
	}{
		{"a tenth and more", steady("serial/workers=1/cores=1", 10), 8.9, 8.9, 1},
		{"less than a tenth", steady("serial/workers=1/cores=1", 10), 9.3, 9.3, infinite},
		{"a tenth of the fastest alone", steady("serial/workers=1/cores=1", 10), 9.3, 8.9, infinite},
		{"a tenth that may be noise", spreadBy("serial/workers=1/cores=1", 10, 0.4), 8.9, 8.9, math.NaN()},
		{"nothing that may be a tenth", spreadBy("serial/workers=1/cores=1", 10, 0.4), 10, 10, math.NaN()},
	} {
		a := read(t, c.serial, at(one, 1, c.w1), at(one, 4, c.w4), at(two, 1, c.w1), at(two, 4, c.w1))
		if r := a.Rows[0]; r.Cost != c.want && !(math.IsNaN(r.Cost) && math.IsNaN(c.want)) {
			t.Errorf("%s: COST is %v, want %v; %v over the serial program", c.about, r.Cost, c.want, r.OverSerial)
		}
	}
}

// The fewest workers are as good as the fastest, or nearly as good and not
// distinguishable from it.
func TestFewestMayBeAsGood(t *testing.T) {
	fastest := seriesOf(steady("", 10))
	for _, c := range []struct {
		about string
		one   timed
		want  int
	}{
		{"as good", steady("a", 10.4), 1},
		{"a tenth worse", steady("a", 11), 2},
		{"a tenth worse, in noise", spreadBy("a", 11, 0.15), 1},
		{"a third worse, in noise", spreadBy("a", 13, 0.6), 2},
	} {
		one := seriesOf(c.one)
		if w, ok := fewest(map[int]interval.Series{1: one, 2: fastest}, 1.05, anyWorkers); !ok || w != c.want {
			t.Errorf("%s, %v: %d, want %d", c.about, interval.Quotient(one, fastest), w, c.want)
		}
	}
}

func seriesOf(p timed) (s interval.Series) {
	for i, ms := range p.ms {
		s = append(s, interval.Timing{Round: i + 1, Seconds: ms / 1000})
	}
	return s
}

// A number of workers that was measured at every level becomes the row's only if it
// is within a tenth of the best.
func TestWorkersOfEveryLevelAreNearTheBest(t *testing.T) {
	for _, c := range []struct {
		everywhere float64
		want       int
	}{{10.3, 4}, {10.8, 4}, {11.3, 8}, {13, 8}} {
		a := read(t,
			steady("pool/workers=1/cores=1", 40), steady("pool/workers=4/cores=1", 40), steady("pool/workers=8/cores=1", 40),
			steady("pool/workers=4/cores=2-2", 20),
			steady("pool/workers=4/cores=4-4", c.everywhere), steady("pool/workers=8/cores=4-4", 10))
		if r := a.Rows[0]; r.Workers != c.want {
			t.Errorf("4 workers take %v ms where 8 take 10: the row is of %d, want %d", c.everywhere, r.Workers, c.want)
		}
	}
}

// A point is enough if it is shown to lose less than 5 % against every other point,
// not only those on its own number of cores. A point that is not distinguishable
// from the best need not be enough.
func TestAdviceIsComparedWithEveryPoint(t *testing.T) {
	for _, c := range []struct {
		about string
		one   timed
		want  Advice
	}{
		{"within 5 %", steady("pool/workers=1/cores=1", 9.4), Advice{Workers: 1, Cores: 1}},
		{"told apart", steady("pool/workers=1/cores=1", 9.7), Advice{Workers: 1, Cores: 2}},
		{"not told apart", wobbly("pool/workers=1/cores=1", 9.7, 0.3), Advice{}},
		{"noisy and far behind", wobbly("pool/workers=1/cores=1", 18, 0.3), Advice{Workers: 1, Cores: 2}},
	} {
		a := read(t, c.one, steady("pool/workers=1/cores=2-2", 9.4), steady("pool/workers=2/cores=2-2", 9))
		if got := a.Rows[0].Advice; got.Cores != c.want.Cores || got.Workers != c.want.Workers || math.Abs(got.Share.Value*seriesOf(c.one).Mean()/0.009-1) > 0.01 && got.Cores == 1 {
			t.Errorf("%s: %v, of %v of the best", c.about, got, got.Share)
		}
	}
}

// S/H compares the speedup, not the gain from cores, with the ceiling.
func TestExpectationsAreOfTheSpeedup(t *testing.T) {
	for _, c := range []struct {
		shape  string
		gc, gp float64
		want   Outcome
	}{
		{"linear", 1.12, 1.6, Met},
		{"linear", 0.9, 1.75, NotMet},
		{"sublinear", 0.9, 2.1, Met},
		{"sublinear", 1.12, 1.8, NotMet},
	} {
		j := judge{row: Row{P: 2, Workers: 4, Concurrency: near(c.gc), Parallelism: near(c.gp), Speedup: near(c.gc * c.gp), Ceiling: near(2)}, outcome: Met}
		if j.hold(c.shape); j.outcome != c.want {
			t.Errorf("%s: G_c %v, G_p %v: %s (%s), want %s", c.shape, c.gc, c.gp, j.outcome, j.reason, c.want)
		}
	}
}

// The interval of a value within its limits may reach a little beyond them.
func TestSlackOfAnExpectation(t *testing.T) {
	for _, c := range []struct {
		beyond float64
		want   Outcome
	}{{1, Met}, {1.25, Met}, {1.4, TooNoisy}} {
		for _, i := range []interval.Interval{{Value: 1, Low: 0.9 / c.beyond, High: 1}, {Value: 1, Low: 1, High: 1.1 * c.beyond}} {
			j := judge{outcome: Met}
			if j.claim("it", i, 0.9, 1.1); j.outcome != c.want {
				t.Errorf("%v of 0.9 to 1.1: %s, want %s", i, j.outcome, c.want)
			}
		}
	}
}

// Samples of files that differ in how busy the machine was before each are of
// one build on one machine: their rounds stay.
func TestLoadDoesNotSplitBuilds(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for i := range 2 {
		text := fmt.Sprintf("host: h\nload: %d\n", i)
		for round := range 6 {
			drift := 1 + 0.3*float64(round%3+i)
			text += fmt.Sprintf("# sample: {\"round\":%d}\nBenchmarkEp/executor=pool/workers=1/cores=1 1 %.1f ns/op\n", round+1, 100*drift)
			text += fmt.Sprintf("# sample: {\"round\":%d}\nBenchmarkEp/executor=pool/workers=1/cores=2-2 1 %.1f ns/op\n", round+1, 50*drift)
		}
		paths = append(paths, filepath.Join(dir, fmt.Sprint(i, ".txt")))
		if err := os.WriteFile(paths[i], []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	d, err := load.Load(paths...)
	if err != nil {
		t.Fatal(err)
	}
	a := Analyze(d)
	for _, w := range a.Warnings {
		if strings.Contains(w.Error(), "differ in") {
			t.Error(w)
		}
	}
	if g := a.Rows[0].Parallelism; g.HalfWidth() > 0.01 {
		t.Errorf("the rounds of the files are no pairs: G_p %v", g)
	}
}

// Separate programs may seem to gain a little more than there are cores.
func TestCeilingAboveTheCoresIsReported(t *testing.T) {
	for _, c := range []struct {
		high float64
		want bool
	}{{2.05, false}, {2.3, true}} {
		a := read(t, steady("pool/workers=1/cores=1", 10), steady("pool/workers=2/cores=1", 10), steady("pool/workers=1/cores=2-2", 10), steady("pool/workers=2/cores=2-2", 5),
			steady("pool/workers=1/cores=1/slices=2", 10), steady("pool/workers=1/cores=1/slices=2 ×2", 20/c.high))
		said := false
		for _, w := range a.Rows[0].Warnings {
			said = said || strings.Contains(w.Error(), "the ceiling is above the number of cores")
		}
		if said != c.want {
			t.Errorf("H(2) is %v: %v", a.Rows[0].Ceiling, a.Rows[0].Warnings)
		}
	}
}
