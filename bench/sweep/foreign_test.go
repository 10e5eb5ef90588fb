package sweep_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"overlap/bench/host"
	"overlap/bench/sweep"
)

// foreign is a sampler for the module in testdata.
func foreign(t *testing.T) *sweep.Foreign {
	t.Helper()
	if testing.Short() {
		t.Skip("builds test binaries")
	}
	h, err := host.Read()
	if err != nil {
		t.Fatal(err)
	}
	h.Name = "here"
	dir, err := filepath.Abs("testdata/module")
	if err != nil {
		t.Fatal(err)
	}
	f := &sweep.Foreign{Go: "go", Dir: dir, Placement: h.OnePerCore(), SampleTime: time.Millisecond, Timeout: time.Minute, Host: h}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// lowest is one core, or all CPUs at GOMAXPROCS 1 where nothing can be bound.
func lowest(f *sweep.Foreign) sweep.Level {
	if !host.CanBind {
		return sweep.Level{Cores: len(f.Placement), Procs: 1}
	}
	return sweep.Level{Cores: 1, Procs: 1}
}

// only finds the one benchmark that matches and returns its point on one core.
func only(t *testing.T, f *sweep.Foreign, pattern, re string) sweep.Point {
	t.Helper()
	found, _, notes, err := f.Find(t.Context(), pattern, re, lowest(f))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 {
		t.Fatalf("found %v, notes %v", found, notes)
	}
	return sweep.ForeignPlan{Benchmarks: found, Levels: []sweep.Level{lowest(f)}, Workers: []int{3}}.FixedPoints()[0]
}

func TestFindListsBenchmarksAsGoTestWould(t *testing.T) {
	for re, want := range map[string]string{
		".":                       "Serial Parallel Loop Sub/size=100/a_b-4 Sub/size=100/cores=7 Sub/size=1000/a_b-4 Sub/size=1000/cores=7 Workers!",
		"^BenchmarkLoop$":         "Loop",
		"Sub/size=100$":           "Sub/size=100/a_b-4 Sub/size=100/cores=7",
		"Sub/1000/cores|Serial|x": "Serial Sub/size=1000/cores=7",
		"Sub/[|/]|Par(a|/)":       "Parallel",
		"Workers":                 "Workers!",
	} {
		f := foreign(t)
		found, _, notes, err := f.Find(t.Context(), ".", re, lowest(f))
		if err != nil {
			t.Fatalf("%s: %v", re, err)
		}
		var names []string
		for _, b := range found {
			if b.Package != "example.com/foreign" || b.NoCeiling {
				t.Errorf("%+v", b)
			}
			if b.Workers {
				b.Name += "!"
			}
			names = append(names, b.Name)
		}
		var wantNotes []string
		if re == "." {
			wantNotes = []string{"example.com/foreign.BenchmarkSkipped: skipped: not here"}
		}
		if got := strings.Join(names, " "); got != want || !slices.Equal(notes, wantNotes) {
			t.Errorf("%s: found %s, want %s; notes %q", re, got, want, notes)
		}
	}
}

// A check looks for the benchmarks of identical packages after those of others.
func TestASecondSearchKeepsWhatTheFirstFound(t *testing.T) {
	f := foreign(t)
	p := only(t, f, ".", "^BenchmarkLoop$")
	if _, _, err := f.Search(t.Context(), "^BenchmarkSerial$", lowest(f), nil); err != nil {
		t.Fatal(err)
	}
	if f.Expect(p) == 0 {
		t.Errorf("%v is forgotten", p)
	}
}

func TestWorkersThatAreReadBeforeTheBenchmarks(t *testing.T) {
	f := foreign(t)
	if p := only(t, f, "./early", "."); p.Workers != 3 {
		t.Errorf("%d workers, want the 3 of the suite", p.Workers)
	}
}

func TestFindSaysWhatIsWrong(t *testing.T) {
	broken := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/broken\n", "x_test.go": "package broken\n\nvar x = undefined\n"} {
		if err := os.WriteFile(filepath.Join(broken, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ dir, pattern, re, want string }{
		{"", "./internal/z...", ".", "no package matches ./internal/z..."},
		{"", "./nowhere", ".", "directory not found"},
		{"", "./internal/...", ".", "has test files"},
		{"", ".", "Sorial", `no benchmark of . matches "Sorial"`},
		{"", ".", "Serial/[", `"Serial/[" is not a pattern`},
		{"", "-json", ".", "-json"},
		{broken, ".", ".", "undefined: undefined"},
	} {
		f := foreign(t)
		if c.dir != "" {
			f.Dir = c.dir
		}
		if found, _, _, err := f.Find(t.Context(), c.pattern, c.re, lowest(f)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: found %v, error %v, want %q", c.pattern, c.re, found, err, c.want)
		}
	}
}

func TestOneBadBenchmarkHidesNoOther(t *testing.T) {
	t.Setenv("FAIL_AT_ONCE", "1")
	f := foreign(t)
	f.Timeout = 2 * time.Second
	found, _, notes, err := f.Find(t.Context(), "./bad", ".", lowest(f))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, b := range found {
		names = append(names, b.Name)
	}
	if got, want := strings.Join(names, " "), "Fine Garbage Config Goroutine Child"; got != want {
		t.Errorf("found %s, want %s", got, want)
	}
	all := strings.Join(notes, "\n")
	for _, want := range []string{"bad.BenchmarkPanic: left out, or part of it: exit status 2: panic: out of order", "BenchmarkHang: left out, or part of it: no result within 2s: [", "hangHere", "BenchmarkExit: left out", "exit status 7: leaving early", "BenchmarkFails: ", "wrong result", "GOMAXPROCS is 3 at the end"} {
		if !strings.Contains(all, want) {
			t.Errorf("the notes lack %q:\n%s", want, all)
		}
	}
}

func TestForeignSamplesAreWhatTheirPointsSay(t *testing.T) {
	f := foreign(t)
	found, _, _, err := f.Find(t.Context(), ".", ".", lowest(f))
	if err != nil {
		t.Fatal(err)
	}
	levels := []sweep.Level{lowest(f)}
	if n := len(f.Placement); n > 1 {
		levels = append(levels, sweep.Level{Cores: n, Procs: n})
	}
	for _, p := range (sweep.ForeignPlan{Benchmarks: found, Levels: levels, Workers: []int{1, 3}}).FixedPoints() {
		r, err := f.Sample(t.Context(), p, 20, 1)
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		if got := string(r.Name.Full()); got != p.Name() || r.Iters != 20 {
			t.Errorf("%s: the result is %d times %s", p, r.Iters, got)
		}
		cpus := f.Placement[:max(p.Cores, p.Copies)]
		for key, want := range map[string]string{
			"pkg": "example.com/foreign", "host": "here", "go": runtime.Version(), "program": "tasks", "slices": "1",
			"copies": strconv.Itoa(p.Copies), "gomaxprocs": strconv.Itoa(p.Procs), "cpus": host.FormatList(cpus),
		} {
			if got := r.GetConfig(key); got != want {
				t.Errorf("%s: %s: %q, want %q", p, key, got, want)
			}
		}
		if workers, ok := r.Value("workers"); ok != (p.Workload == "Workers") || int(workers) != p.Workers {
			t.Errorf("%s: the benchmark read %v workers", p, workers)
		}
		if _, ok := r.Value("cpus-busy"); !ok && runtime.GOOS != "windows" {
			t.Errorf("%s has no cpus-busy", p)
		}
	}
}

func TestCalibrationTimesAsLongAsASampleTakes(t *testing.T) {
	f := foreign(t)
	p := only(t, f, "./bad", "Fine")
	for range 20 { // beside others the one iteration that calibrates may take as long
		r, err := f.Sample(t.Context(), p, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		if r.Iters > 1 {
			return
		}
	}
	t.Error("1 iteration of a microsecond in 20 samples of a millisecond")
}

func TestMisbehavingBenchmarksCostTheirOwnPoint(t *testing.T) {
	f := foreign(t)
	found, _, _, err := f.Find(t.Context(), "./bad", ".", lowest(f))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"Panic": "panic: out of order", "Hang": "hangHere", "Exit": "exit status 7: leaving early", "ExitZero": "it printed no result",
		"Fails": "wrong result", "Procs": "GOMAXPROCS is 3 at the end, the sample is labelled 1",
		"Fine": "", "Garbage": "", "Config": "", "Goroutine": "", "Child": "",
	}
	for _, b := range found {
		reason, known := want[b.Name]
		if !known {
			t.Errorf("%s was not expected", b.Name)
			continue
		}
		delete(want, b.Name)
		for copies := 1; copies <= min(2, len(f.Placement)); copies++ {
			p := sweep.ForeignPlan{Benchmarks: []sweep.Benchmark{b}, Levels: []sweep.Level{lowest(f)}}.FixedPoints()[0]
			p.Copies = copies
			if f.Timeout = time.Minute; b.Name == "Hang" {
				f.Timeout = time.Second
			}
			r, err := f.Sample(t.Context(), p, 5, 1)
			switch {
			case reason == "" && err != nil:
				t.Errorf("%s: %v", p, err)
			case reason == "" && r.GetConfig("host") != "here":
				t.Errorf("%s: a benchmark says that the host is %s", p, r.GetConfig("host"))
			case reason != "" && (err == nil || !strings.Contains(err.Error(), reason)):
				t.Errorf("%s: %v, %v; want %q", p, r, err, reason)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}

func TestForeignSampleEndsWithItsContext(t *testing.T) {
	f := foreign(t)
	p := only(t, f, "./bad", "Hang")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(sweep.ErrInterrupted)
	if _, err := f.Sample(ctx, p, 5, 1); !errors.Is(err, sweep.ErrInterrupted) && !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestForeignLeavesTheModuleAsItWas(t *testing.T) {
	before := tree(t, "testdata/module")
	f := foreign(t)
	p := only(t, f, ".", "Loop")
	if _, err := f.Sample(t.Context(), p, 1, 1); err != nil {
		t.Fatal(err)
	}
	if after := tree(t, "testdata/module"); after != before {
		t.Errorf("the module changed:\n%s\nwas\n%s", after, before)
	}
	if _, err := f.Sample(t.Context(), sweep.Point{Package: p.Package, Copies: 1}, 1, 1); err == nil {
		t.Error("a benchmark that was not found has a result")
	}
}

func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		b.WriteString(path + " " + info.ModTime().String() + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSuiteOfFourCores(t *testing.T) {
	if !host.CanBind {
		t.Skip("levels are those of a system that can bind")
	}
	suite := sweep.ForeignPlan{
		Benchmarks: []sweep.Benchmark{
			{Package: "p", Name: "Get"},
			{Package: "p", Name: "Put/workers=8/size=4", NoCeiling: true},
			{Package: "p", Name: "Ask", Workers: true},
		},
		Levels:  levels(t, machine(4), nil, nil),
		Workers: []int{1, 2, 16},
	}
	const want = `p.Get/cores=1
p.Get/cores=2-2
p.Get/cores=4-4
p.Get/cores=1 ×2
p.Get/cores=1 ×4
p.Put/workers:8/size=4/cores=1
p.Put/workers:8/size=4/cores=2-2
p.Put/workers:8/size=4/cores=4-4
p.Ask/workers=1/cores=1
p.Ask/workers=2/cores=1
p.Ask/workers=16/cores=1
p.Ask/workers=2/cores=2-2
p.Ask/workers=1/cores=4-4
p.Ask/workers=2/cores=4-4
p.Ask/workers=16/cores=4-4
p.Ask/workers=1/cores=1 ×2
p.Ask/workers=1/cores=1 ×4
`
	if got := names(suite.FixedPoints()); got != want {
		t.Errorf("lines:\n%s\nwant:\n%s", got, want)
	}
	bestIs := func(workers int) func([]sweep.Point) (sweep.Point, bool) {
		return func(same []sweep.Point) (sweep.Point, bool) {
			i := slices.IndexFunc(same, func(p sweep.Point) bool { return p.Workers == workers && p.Cores == 4 })
			return same[max(i, 0)], i >= 0
		}
	}
	if got, want := names(suite.AdaptivePoints(bestIs(16))), "p.Ask/workers=16/cores=2-2\n"; got != want {
		t.Errorf("more: %q, want %q", got, want)
	}
	if got := names(suite.AdaptivePoints(bestIs(7))); got != "" {
		t.Errorf("without a best there is more: %q", got)
	}
	suite.Levels = suite.Levels[1:]
	if got := names(suite.FixedPoints()); strings.Contains(got, "×") {
		t.Errorf("ceilings without one core:\n%s", got)
	}
}

var _ sweep.Sampler = (*sweep.Foreign)(nil)
var _ sweep.Plan = sweep.ForeignPlan{}
