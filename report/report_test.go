package report_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overlap/internal/racing"
	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

// file writes a result file of rounds samples of each point, whose times are
// given in milliseconds and vary by a factor that all points of a round share.
type file struct {
	kinds  string
	times  map[string]float64 // name of a point, "×2" after it for copies → ms
	order  []string
	rounds int
	extra  string // further units
}

func (f *file) add(name string, ms float64) {
	if f.times == nil {
		f.times = map[string]float64{}
	}
	f.times[name] = ms
	f.order = append(f.order, name)
}

func (f *file) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "host: h\nkinds: %s\n", f.kinds)
	for round := range f.rounds {
		drift := 1 + 0.1*math.Sin(float64(round))
		for i, name := range f.order {
			base, copies, _ := strings.Cut(name, " ×")
			if copies == "" {
				copies = "1"
			}
			noise := 1 + 0.005*math.Sin(float64(3*round+7*i))
			fmt.Fprintf(&b, "copies: %s\nBenchmark%s 1 %.3f ns/op %s\n", copies, base, 1e6*f.times[name]*drift*noise, f.extra)
		}
	}
	return b.String()
}

func (f *file) save(t *testing.T) string {
	t.Helper()
	return save(t, f.text())
}

func save(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.txt")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func analyze(t *testing.T, path string) *analyse.Analysis {
	t.Helper()
	d, err := load.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return analyse.Analyze(d)
}

// sweep is what a sweep of one workload on two cores would write: t(w, p) in
// milliseconds, and the slices that give the ceiling h.
func sweep(name string, t func(w, p int) float64, h float64) *file {
	f := &file{rounds: 12, extra: "1.5 tasks-inflight 0.5 cpus-busy"}
	for _, w := range []int{1, 2, 16, 64} {
		f.add(fmt.Sprintf("%s/executor=pool/workers=%d/cores=1", name, w), t(w, 1))
		f.add(fmt.Sprintf("%s/executor=pool/workers=%d/cores=2-2", name, w), t(w, 2))
	}
	f.add(name+"/executor=pool/workers=1/cores=1/slices=2", 10)
	f.add(name+"/executor=pool/workers=1/cores=1/slices=2 ×2", 20/h)
	return f
}

func TestGainsOfKnownMachines(t *testing.T) {
	wait := func(w, p int) float64 { return 64 / float64(w) }
	for _, c := range []struct {
		name           string
		time           func(w, p int) float64
		ceiling        float64
		workers        int
		gc, gp         float64
		verdict        string
		worst, worstAt float64
	}{
		{"waiter", wait, 2, 64, 64, 1, "waits: 64 workers give 64.0× on one core, because their waiting overlaps; a second core adds nothing (0 ±1 %); enough: 64 workers on 1 core, which loses at most 1 %", 1, 1},
		{"worker", func(w, p int) float64 { return 8 / float64(min(w, p)) }, 1.9, 2, 1, 2, "scales: 2 cores give 2.00× where separate programs get 1.90×", 1, 1},
		{"memory", func(w, p int) float64 { return 8 / min(float64(min(w, p)), 1.3) }, 1.3, 2, 1, 1.3, "shares: even separate programs get only 1.30× from 2 cores; this workload gets 1.30×", 1, 1},
		{"mixer", func(w, p int) float64 { return max(64/float64(w), 8/float64(p)) }, 2, 16, 8, 2, "mixes: 16 workers give 8.00× on one core; a second core adds 100 ±1 %", 1, 1},
		{"fighter", func(w, p int) float64 {
			if p > 1 {
				return map[int]float64{1: 8, 2: 20, 16: 40, 64: 80}[w]
			}
			return 8
		}, 2, 1, 1, 1, "contends: 64 workers on 2 cores run at 0.10× the speed of 1 worker on 1 core; limited by idle cores: 1 of 2 cores, and the file does not say why; enough: 1 worker on 1 core, which loses at most 1 %", 0.1, 64},
		{"wader", func(w, p int) float64 { return 64 / float64(w) * math.Pow(8, float64(p-1)) }, 2, 64, 64, 0.125, "waits: 64 workers give 64.0× on one core, because their waiting overlaps; a second core costs 88 ±1 %; enough: 64 workers on 1 core, which loses nothing", 0.125, 1},
		{"hermit", func(w, p int) float64 { return 8 }, 2, 1, 1, 1, "serial: neither workers nor cores help; with 2 workers limited by idle cores: 1 of 2 cores, and the file does not say why; enough: 1 worker on 1 core, which loses at most 1 %", 1, 1},
	} {
		a := analyze(t, sweep("Known", c.time, c.ceiling).save(t))
		if len(a.Rows) != 1 {
			t.Fatalf("%s: %d rows", c.name, len(a.Rows))
		}
		r := a.Rows[0]
		if r.Workers != c.workers || r.P != 2 {
			t.Errorf("%s: best at %d workers on %d cores, want %d on 2", c.name, r.Workers, r.P, c.workers)
		}
		for what, v := range map[string][2]float64{
			"concurrency gain": {r.Concurrency.Value, c.gc},
			"parallelism gain": {r.Parallelism.Value, c.gp},
			"ceiling":          {r.Ceiling.Value, c.ceiling},
			"worst":            {r.Worst.Value, c.worst},
		} {
			if math.Abs(v[0]/v[1]-1) > 0.02 {
				t.Errorf("%s: %s %.3f, want %.3f", c.name, what, v[0], v[1])
			}
		}
		if r.Verdict != c.verdict {
			t.Errorf("%s: verdict %q, want %q", c.name, r.Verdict, c.verdict)
		}
		if product := r.Concurrency.Value * r.Parallelism.Value; math.Abs(product/r.Speedup.Value-1) > 1e-12 {
			t.Errorf("%s: %v × %v is not %v", c.name, r.Concurrency.Value, r.Parallelism.Value, r.Speedup.Value)
		}
		if i := r.Parallelism; !(i.Low <= i.Value && i.Value <= i.High) || i.HalfWidth() > 0.03*i.Value {
			t.Errorf("%s: interval %+v is wider than the noise that the rounds do not share", c.name, i)
		}
	}
}

func TestTheSmallestOfEquallyGoodWorkers(t *testing.T) {
	a := analyze(t, sweep("Flat", func(w, p int) float64 {
		return map[int]float64{1: 8, 2: 4.1, 16: 4.0, 64: 3.95}[w]
	}, 2).save(t))
	if got := a.Rows[0].Workers; got != 2 {
		t.Errorf("%d workers, want 2: 16 and 64 are less than 5 %% better", got)
	}
}

func TestPressureIsLeftOut(t *testing.T) {
	quiet := sweep("Quiet", func(w, p int) float64 { return 8 / float64(min(w, p)) }, 2)
	text := quiet.text()
	disturbed := strings.ReplaceAll(text, "cpus-busy", "cpus-busy 0.01 pressure")
	for _, p := range []string{"workers=1/cores=1 1", "workers=2/cores=2-2 1"} {
		line := "BenchmarkQuiet/executor=pool/" + p + " 900000000 ns/op 0.5 cpus-busy 0.4 pressure\n"
		disturbed += "copies: 1\n" + line + line
	}
	want := analyze(t, save(t, text)).Rows[0].Parallelism
	a := analyze(t, save(t, disturbed))
	if got := a.Rows[0].Parallelism; math.Abs(got.Value/want.Value-1) > 0.01 {
		t.Errorf("gain %v with disturbed samples, %v without", got, want)
	}
	if a.LeftOut != 4 {
		t.Errorf("%d samples left out, want 4", a.LeftOut)
	}

	all := strings.ReplaceAll(text, "cpus-busy", "cpus-busy 0.5 pressure")
	a = analyze(t, save(t, all))
	if got := a.Rows[0].Parallelism; math.Abs(got.Value/want.Value-1) > 0.01 {
		t.Errorf("gain %v where every sample is under pressure, want %v", got, want)
	}
	if len(a.Rows[0].Warnings) == 0 || !strings.Contains(a.Rows[0].Warnings[0].Error(), "pressure") {
		t.Errorf("no warning: %v", a.Rows[0].Warnings)
	}
}

func TestFewSamplesGiveNoVerdict(t *testing.T) {
	f := sweep("Few", func(w, p int) float64 { return 64 / float64(w) }, 2)
	f.rounds = 4
	a := analyze(t, f.save(t))
	if got := a.Rows[0].Verdict; !strings.HasSuffix(got, "(provisional: 4 of 10 samples)") {
		t.Errorf("verdict %q", got)
	}
	if notes := strings.Join(write.PageNotes(a), "\n"); !strings.Contains(notes, "warning: verdicts are provisional") {
		t.Errorf("notes:\n%s", notes)
	}
}

func TestNoiseGivesNoVerdict(t *testing.T) {
	var b strings.Builder
	for round := range 12 {
		for at, ms := range map[string]float64{"1/cores=1": 10, "2/cores=1": 10, "2/cores=2-2": 7} {
			if round%3 == 0 && at != "2/cores=2-2" {
				ms *= 0.2
			}
			fmt.Fprintf(&b, "BenchmarkX/workers=%s 1 %f ns/op\n", at, ms)
		}
	}
	r := analyze(t, save(t, b.String())).Rows[0]
	if i := r.Parallelism; i.Low > 1 || i.High < 1 {
		t.Fatalf("the case is not noisy enough: %v [%v, %v]", i.Value, i.Low, i.High)
	}
	if !strings.HasPrefix(r.Verdict, "cannot tell: too noisy: G_p is") {
		t.Errorf("verdict %q for a gain of %v", r.Verdict, r.Parallelism)
	}
}

func TestOneCoreOnly(t *testing.T) {
	f := &file{rounds: 12}
	f.add("One/executor=pool/workers=1/cores=1", 64)
	f.add("One/executor=pool/workers=64/cores=1", 1)
	r := analyze(t, f.save(t)).Rows[0]
	if r.P != 1 || r.Verdict != "one core: workers help: 64 give 64.0 ±0.1×; no knee up to 64" || r.Parallelism.Value != 1 || len(r.Warnings) == 0 {
		t.Errorf("%+v", r)
	}
}

// Where a process cannot be bound, GOMAXPROCS alone makes the levels.
func TestLevelsByGomaxprocsAlone(t *testing.T) {
	f := &file{rounds: 12}
	for _, w := range []int{1, 8} {
		f.add(fmt.Sprintf("Mac/executor=pool/workers=%d/cores=8", w), 8)
		f.add(fmt.Sprintf("Mac/executor=pool/workers=%d/cores=8-4", w), 8/float64(min(w, 4)))
		f.add(fmt.Sprintf("Mac/executor=pool/workers=%d/cores=8-8", w), 8/float64(w))
	}
	r := analyze(t, f.save(t)).Rows[0]
	if r.P != 8 || r.Workers != 8 || math.Abs(r.Parallelism.Value-8) > 0.2 || len(r.Scaling) != 3 {
		t.Errorf("%+v", r)
	}
}

func TestBounds(t *testing.T) {
	l := analyse.Line{P: 2, Residence: 10, Demand: 1}
	for w, want := range map[float64]float64{1: 0.1, 10: 1, 20: 2, 64: 2} {
		if got := l.MaxThroughput(w); math.Abs(got-want) > 1e-12 {
			t.Errorf("bound of %v workers: %v, want %v", w, got, want)
		}
	}
}

func TestBadFiles(t *testing.T) {
	good := sweep("Good", func(w, p int) float64 { return 8 }, 2).text()
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "the file is empty"},
		{"blank", "\n \n", "the file is empty"},
		{"cut in half", good[:len(good)/2], "the file was cut in its last line, line"},
		{"not a benchmark file", "hello\nworld\n", "it has no results"},
		{"binary", "\x7fELF\x00\x01\n", "it is not text"},
		{"broken line", good + "BenchmarkGood/workers=1/cores=1 1 12 ns/op 7\n", "is damaged"},
		{"no time", "BenchmarkGood/workers=1/cores=1 1 5 B/op\n", "no time (ns/op)"},
		{"no point", "BenchmarkSort/executor=x/cores=1 1 5 ns/op\n", "benchmark Sort/executor=x/cores=1 does not give its workers= and cores="},
		{"workers", "BenchmarkX/workers=many/cores=1 1 5 ns/op\n", `workers is "many"`},
		{"copies", "copies: -1\nBenchmarkX/workers=1/cores=1 1 5 ns/op\n", `copies is "-1"`},
		{"prose without an end", "hello", "it has no results"},
		{"long line", strings.Repeat("x", 1<<20) + "\n", "it has a line longer than 64 KiB"},
	} {
		path := save(t, c.text)
		_, err := load.Load(path)
		var bad *load.FileError
		if !errors.As(err, &bad) || bad.Path != path || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := load.Load(filepath.Join(t.TempDir(), "none.txt")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func TestNoCommonWorkers(t *testing.T) {
	a := analyze(t, save(t, "BenchmarkX/workers=1/cores=1 1 5 ns/op\nBenchmarkX/workers=4/cores=2-2 1 5 ns/op\n"))
	if len(a.Rows) != 0 || len(a.Warnings) != 1 || !strings.Contains(a.Warnings[0].Error(), "no number of workers was measured both") {
		t.Errorf("rows %v, warnings %v", a.Rows, a.Warnings)
	}
}

func TestRowsOfSeveralExecutorsHaveNamesOfTheirOwn(t *testing.T) {
	f := &file{rounds: 2, kinds: "Ep=cpu"}
	for _, x := range []string{"pool", "spawn"} {
		f.add("Ep/executor="+x+"/workers=1/cores=1", 1)
	}
	a := analyze(t, f.save(t))
	if len(a.Rows) != 2 || a.Rows[0].Name() != "ep pool" || a.Rows[1].Name() != "ep spawn" {
		t.Errorf("rows %v", a.Rows)
	}
}

func TestControlCharactersAreReplaced(t *testing.T) {
	a := analyze(t, save(t, "BenchmarkA\x1b[31m\x01\xff/executor=x/workers=1/cores=1 1 5 ns/op\n"))
	if got := a.Rows[0].Name(); got != "A\uFFFD[31m\uFFFD\uFFFD" {
		t.Errorf("name %q", got)
	}
}

// A number of workers that was measured at every level is preferred to one
// that is slightly better and was not, so that the scaling chart has its
// points.
func TestBestWorkersHaveTheirParallelismLine(t *testing.T) {
	f := &file{rounds: 12}
	for w, ms := range map[int]float64{4: 2, 8: 1.07, 16: 1} {
		f.add(fmt.Sprintf("X/executor=pool/workers=%d/cores=1", w), 8)
		f.add(fmt.Sprintf("X/executor=pool/workers=%d/cores=8-8", w), ms)
	}
	f.add("X/executor=pool/workers=1/cores=1", 8)
	f.add("X/executor=pool/workers=8/cores=4-4", 2)
	r := analyze(t, f.save(t)).Rows[0]
	if r.Workers != 8 || len(r.Scaling) != 3 {
		t.Errorf("%d workers with %d points, want 8 with 3", r.Workers, len(r.Scaling))
	}
}

// The fastest of six numbers of workers that are as fast as each other is
// chance. A speedup at a number chosen by that would be too high, and its
// interval would miss the truth more often than it says.
func TestTheChoiceOfWorkersDoesNotFlatter(t *testing.T) {
	racing.Long(t)
	rng := rand.New(rand.NewPCG(1, 3))
	const trials, truth = 500, 2.0
	bias, covered := 0.0, 0
	for range trials {
		var text strings.Builder
		for range 16 {
			for i := range 7 {
				for p := 1.0; p <= 2; p++ {
					ms := math.Exp(0.2 * rng.NormFloat64())
					if i > 0 {
						ms /= p
					}
					fmt.Fprintf(&text, "BenchmarkX/workers=%d/cores=%v-%v 1 %f ns/op\n", 1<<i, p, p, 1e6*ms)
				}
			}
		}
		d, err := load.Read(strings.NewReader(text.String()), "trial")
		if err != nil {
			t.Fatal(err)
		}
		s := analyse.Analyze(d).Rows[0].Speedup
		bias += math.Log(s.Value/truth) / trials
		if s.Low <= truth && truth <= s.High {
			covered++
		}
	}
	if share := float64(covered) / trials; share < 0.93 || math.Abs(bias) > 0.02 {
		t.Errorf("the speedup is %.1f %% off on average, and %.1f %% of the intervals hold it", 100*bias, 100*share)
	}
}

// The 95 % interval of a quotient that is 1 holds 1 in 95 % of cases, for few
// samples as for many, when half of what moves the samples is shared by the
// round.
func TestIntervalsCoverTheTruth(t *testing.T) {
	racing.Long(t)
	rng := rand.New(rand.NewPCG(1, 1))
	for _, rounds := range []int{3, 5, 10, 20} {
		const trials = 2000
		covered := 0
		for range trials {
			var text strings.Builder
			for range rounds {
				shared := math.Exp(0.1 * rng.NormFloat64())
				for _, name := range []string{"workers=1/cores=1", "workers=1/cores=2-2"} {
					fmt.Fprintf(&text, "BenchmarkX/%s 1 %f ns/op\n", name, 1e6*shared*math.Exp(0.1*rng.NormFloat64()))
				}
			}
			d, err := load.Read(strings.NewReader(text.String()), "trial")
			if err != nil {
				t.Fatal(err)
			}
			if i := analyse.Analyze(d).Rows[0].Parallelism; i.Low <= 1 && 1 <= i.High {
				covered++
			}
		}
		if share := float64(covered) / trials; share < 0.93 || share > 0.97 {
			t.Errorf("%d samples: the interval covers the truth in %.1f %% of cases", rounds, 100*share)
		}
	}
}

// A point that was precise early has fewer samples than the other, and may be
// far quieter.
func TestIntervalsOfUnequalNumbersOfSamplesCoverTheTruth(t *testing.T) {
	racing.Long(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		few, many     int
		quiet, unruly float64
	}{{10, 12, 0.1, 0.1}, {10, 40, 0.01, 0.1}, {3, 20, 0.1, 0.1}} {
		const trials = 2000
		covered := 0
		for range trials {
			var text strings.Builder
			for range c.few {
				fmt.Fprintf(&text, "BenchmarkX/workers=1/cores=1 1 %f ns/op\n", 1e6*math.Exp(c.quiet*rng.NormFloat64()))
			}
			for range c.many {
				fmt.Fprintf(&text, "BenchmarkX/workers=1/cores=2-2 1 %f ns/op\n", 1e6*math.Exp(c.unruly*rng.NormFloat64()))
			}
			d, err := load.Read(strings.NewReader(text.String()), "trial")
			if err != nil {
				t.Fatal(err)
			}
			if i := analyse.Analyze(d).Rows[0].Parallelism; i.Low <= 1 && 1 <= i.High {
				covered++
			}
		}
		if share := float64(covered) / trials; share < 0.93 || share > 0.97 {
			t.Errorf("%+v: the interval covers the truth in %.1f %% of cases", c, 100*share)
		}
	}
}

// rounds writes samples of a point that slows down by 5 % a round, and of one
// that is exactly twice as fast, in the rounds in which each has one.
func rounds(t *testing.T, slow, fast func(round int) bool) analyse.Row {
	t.Helper()
	var text strings.Builder
	for round := 1; round <= 20; round++ {
		ns := 1e6 * math.Pow(1.05, float64(round))
		line := func(name string, ns float64) {
			fmt.Fprintf(&text, "# sample: {\"round\":%d}\nBenchmarkX/executor=pool/workers=1/%s 1 %f ns/op\n", round, name, ns)
		}
		if slow(round) {
			line("cores=1", 2*ns)
		}
		if fast(round) {
			line("cores=2-2", ns)
		}
	}
	d, err := load.Read(strings.NewReader(text.String()), "rounds")
	if err != nil {
		t.Fatal(err)
	}
	return analyse.Analyze(d).Rows[0]
}

// Samples are partners by the rounds that the file tells, not by their places.
func TestRoundsArePaired(t *testing.T) {
	always := func(int) bool { return true }
	if g := rounds(t, always, always).Parallelism; math.Abs(g.Value-2) > 1e-9 || g.High-g.Low > 1e-9 {
		t.Errorf("all rounds: %v", g)
	}
	g := rounds(t, func(r int) bool { return r != 1 }, func(r int) bool { return r != 20 }).Parallelism
	if g.Low > 2+1e-9 || g.High < 2 || g.High-g.Low > 0.5 {
		t.Errorf("each lacks a round: %v, the truth is 2", g)
	}
	r := rounds(t, func(r int) bool { return r%2 == 0 }, func(r int) bool { return r%2 == 1 })
	if g := r.Parallelism; !(g.Low < 2 && g.High > 2) || strings.Contains(r.Verdict, "one sample") {
		t.Errorf("no round in common: %v, %s", g, r.Verdict)
	}
}

func TestTwoMachinesAreNotMixed(t *testing.T) {
	const line = "BenchmarkX/workers=1/cores=1 1 5 ns/op\n"
	a, b := save(t, "host: a\n"+line), save(t, "host: b\n"+line)
	if _, err := (load.Input{Paths: []string{a, b}, Col: "goos"}).Load(); err == nil || !strings.Contains(err.Error(), `host is "b", but "a" in earlier results: put machines side by side with --col host`) {
		t.Errorf("two hosts in a column: %v", err)
	}
	if _, err := load.Load(save(t, "cpu: x\n"+line+"cpu: y\n"+line)); err == nil || !strings.Contains(err.Error(), `cpu is "y", but "x" in earlier results: put machines side by side with --col cpu`) {
		t.Errorf("two processors: %v", err)
	}
	d, err := load.Load(a, save(t, "host: a\n"+line+line))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.Samples(d.Points[0])); n != 3 {
		t.Errorf("%d samples from two files of one host, want 3", n)
	}
}

func TestNoBaseline(t *testing.T) {
	f := &file{rounds: 3}
	f.add("Lost/executor=pool/workers=8/cores=2-2", 1)
	a := analyze(t, f.save(t))
	if len(a.Rows) != 0 || len(a.Warnings) != 1 || !strings.Contains(a.Warnings[0].Error(), "Lost: no measurement with 1 worker on 1 core") {
		t.Errorf("rows %v, warnings %v", a.Rows, a.Warnings)
	}
}

func TestRowsComeInTheOrderOfTheFile(t *testing.T) {
	f := &file{rounds: 2, kinds: "First=cpu Second=wait"}
	for _, name := range []string{"Other", "Second", "First"} {
		f.add(name+"/executor=pool/workers=1/cores=1", 1)
	}
	a := analyze(t, f.save(t))
	var names []string
	for _, r := range a.Rows {
		names = append(names, r.Name()+" "+r.Kind)
	}
	if got, want := strings.Join(names, ", "), "first cpu, second wait, Other "; got != want {
		t.Errorf("rows %q, want %q", got, want)
	}
}

func TestJSONIsWhatTheRowsSay(t *testing.T) {
	f := sweep("Waiter", func(w, p int) float64 { return 64 / float64(w) }, 2)
	f.order = f.order[:len(f.order)-1] // no copies: no ceiling
	a := analyze(t, f.save(t))
	var b strings.Builder
	if err := write.JSON(&b, a); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Rows []struct {
			Workload        string
			ConcurrencyGain struct{ Value, Low, High float64 } `json:"concurrency_gain"`
			Ceiling         *struct{}
			Lines           []struct{ Points []struct{ Workers int } }
		}
		Host map[string]string
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	r := got.Rows[0]
	if r.Workload != "Waiter" || r.ConcurrencyGain.Value != a.Rows[0].Concurrency.Value || r.ConcurrencyGain.Low != a.Rows[0].Concurrency.Low {
		t.Errorf("%+v", r)
	}
	if r.Ceiling != nil {
		t.Error("a ceiling that was not measured is not null")
	}
	if len(r.Lines) != 2 || len(r.Lines[0].Points) != 4 || got.Host["host"] != "h" {
		t.Errorf("%+v", got)
	}
}

func TestTheSameFileGivesTheSameReport(t *testing.T) {
	path := sweep("Same", func(w, p int) float64 { return 64 / float64(w) }, 2).save(t)
	var b [2]strings.Builder
	for i := range b {
		if err := write.JSON(&b[i], analyze(t, path)); err != nil {
			t.Fatal(err)
		}
	}
	if b[0].String() != b[1].String() {
		t.Error("two reports of one file differ")
	}
}
