package sweep_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/workloads"
)

// The test binary is also the sample process, and one that misbehaves.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "sample" {
		misbehave(os.Args[2])
		bench.Sample(os.Args[3:])
	}
	os.Exit(m.Run())
}

func misbehave(how string) {
	switch how {
	case "well":
	case "seven":
		if slices.Contains(os.Args, "-workers=7") {
			fmt.Fprintln(os.Stderr, "seven is too many")
			os.Exit(3)
		}
	case "stuck":
		if slices.Contains(os.Args, "-workers=7") {
			time.Sleep(time.Hour)
		}
	case "exit":
		fmt.Fprintln(os.Stderr, "out of order")
		os.Exit(3)
	case "killed":
		p, _ := os.FindProcess(os.Getpid())
		p.Kill()
		time.Sleep(time.Minute)
	case "garbage":
		fmt.Println("\x00\xff Benchmark \n BenchmarkEp/x 1 nonsense")
		os.Exit(0)
	case "flood":
		line := strings.Repeat("x", 1<<16)
		for range 100 {
			fmt.Println(line)
			fmt.Fprintln(os.Stderr, line)
		}
		os.Exit(0)
	case "other":
		fmt.Println("BenchmarkEp/executor=pool/workers=9/cores=1 1 5 ns/op")
		os.Exit(0)
	case "twice":
		fmt.Println("BenchmarkEp/executor=pool/workers=1/cores=1/size=small 1 5 ns/op\nBenchmarkEp/executor=pool/workers=1/cores=1/size=small 1 5 ns/op")
		os.Exit(0)
	case "elsewhere":
		fmt.Println("cpus: 4077\nBenchmarkEp/executor=pool/workers=1/cores=1/size=small 1 5 ns/op")
		os.Exit(0)
	case "timeless":
		fmt.Println("BenchmarkEp/executor=pool/workers=1/cores=1/size=small 1 0 ns/op")
		os.Exit(0)
	case "place":
		// The time is the CPU's number, so the slowest copy is the one on the
		// last CPU, if each has a CPU of its own.
		ids, _ := host.Affinity()
		fmt.Printf("BenchmarkEp/executor=pool/workers=1/cores=1/size=small 1 %d ns/op\n", 100+ids[0])
		if len(ids) != 1 || os.Getenv("GOMAXPROCS") != "1" {
			fmt.Println("--- FAIL\n    ", ids, os.Getenv("GOMAXPROCS"))
			os.Exit(1)
		}
		os.Exit(0)
	case "meet":
		meet()
	case "leak":
		setUp := workloads.Ep.SetUp
		workloads.Ep.SetUp = func(p workloads.Params) (workloads.Job, error) {
			go time.Sleep(time.Hour)
			return setUp(p)
		}
	case "hang":
		time.Sleep(time.Hour)
	}
}

// meet notes when it was ready and when it was let go, in a file of its own; the
// copy on the last CPU comes late.
func meet() {
	ids, _ := host.Affinity()
	time.Sleep(time.Duration(ids[0]) * 50 * time.Millisecond)
	ready := time.Now().UnixNano()
	fmt.Fprintln(os.Stderr, "ready")
	os.Stdin.Read(make([]byte, 1))
	note := fmt.Sprintf("%d %d", ready, time.Now().UnixNano())
	os.WriteFile(fmt.Sprintf("%s/%d", os.Getenv("MEET_DIR"), os.Getpid()), []byte(note), 0o666)
	fmt.Println("BenchmarkEp/executor=pool/workers=1/cores=1/size=small 1 5 ns/op")
	os.Exit(0)
}

func processes(t *testing.T, how string) sweep.Processes {
	t.Helper()
	h, err := host.Read()
	if err != nil {
		t.Fatal(err)
	}
	return sweep.Processes{
		Command:    []string{os.Args[0], "sample", how},
		Placement:  h.OnePerCore(),
		SampleTime: time.Millisecond,
		Timeout:    time.Minute,
	}
}

// point is a small point on one core, or on all CPUs where nothing can be bound.
func point(t *testing.T, workers int) sweep.Point {
	t.Helper()
	cores := 1
	if !host.CanBind {
		ids, err := host.Affinity()
		if err != nil {
			t.Fatal(err)
		}
		cores = len(ids)
	}
	return sweep.Point{
		Point:  bench.Point{Workload: "Ep", Executor: "pool", Workers: workers, Cores: cores, Procs: 1, Size: workloads.Small, Slices: 1},
		Copies: 1,
	}
}

func TestSampleIsWhatItsPointSays(t *testing.T) {
	p := point(t, 3)
	calibrated, err := processes(t, "well").Sample(t.Context(), p, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if calibrated.Iters < 1 {
		t.Errorf("calibrated to %d iterations", calibrated.Iters)
	}
	r, err := processes(t, "well").Sample(t.Context(), p, 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(r.Name.Full()); got != p.Name() || r.Iters != 5 {
		t.Errorf("measured %s, %d iterations; want %s, 5", got, r.Iters, p.Name())
	}
	for key, want := range map[string]string{"gomaxprocs": "1", "copies": "1", "slices": "1", "program": "tasks"} {
		if got := r.GetConfig(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

func TestCopiesRunTogetherOnCPUsOfTheirOwn(t *testing.T) {
	s := processes(t, "well")
	if len(s.Placement) < 2 {
		t.Skip("needs two CPUs")
	}
	p := point(t, 1)
	p.Slices, p.Copies = 2, 2
	r, err := s.Sample(t.Context(), p, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(r.Name.Full()); got != p.Name() || r.GetConfig("copies") != "2" {
		t.Errorf("measured %s, copies %s", got, r.GetConfig("copies"))
	}
	if want := host.FormatList(s.Placement[:2]); r.GetConfig("cpus") != want {
		t.Errorf("cpus: %s, want %s", r.GetConfig("cpus"), want)
	}
}

func TestTheSlowestCopyCounts(t *testing.T) {
	s := processes(t, "place")
	if len(s.Placement) < 2 || !host.CanBind {
		t.Skip("needs two CPUs to bind to")
	}
	p := point(t, 1)
	for copies, last := range map[int]int{1: s.Placement[0], 2: max(s.Placement[0], s.Placement[1])} {
		p.Copies = copies
		r, err := s.Sample(t.Context(), p, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := r.Value("sec/op"); int(got*1e9+0.5) != 100+last {
			t.Errorf("%d copies: the time is that of CPU %.0f, want %d", copies, got*1e9-100, last)
		}
	}
}

func TestCopiesWaitForEachOther(t *testing.T) {
	s := processes(t, "meet")
	if len(s.Placement) < 2 || !host.CanBind {
		t.Skip("needs two CPUs to bind to")
	}
	dir := t.TempDir()
	t.Setenv("MEET_DIR", dir)
	p := point(t, 1)
	p.Copies = 2
	if _, err := s.Sample(t.Context(), p, 1, 1); err != nil {
		t.Fatal(err)
	}
	notes, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(notes) != 2 {
		t.Fatalf("%d processes met, %v", len(notes), err)
	}
	var lastReady, firstGone int64 = 0, math.MaxInt64
	for _, note := range notes {
		text, err := os.ReadFile(note)
		if err != nil {
			t.Fatal(err)
		}
		var ready, gone int64
		if _, err := fmt.Sscan(string(text), &ready, &gone); err != nil {
			t.Fatal(err)
		}
		lastReady, firstGone = max(lastReady, ready), min(firstGone, gone)
	}
	if firstGone < lastReady {
		t.Errorf("a copy was let go %v before the other was ready", time.Duration(lastReady-firstGone))
	}
}

func TestMisbehavingSamplesAreErrors(t *testing.T) {
	for how, want := range map[string]string{
		"exit":      "exit status 3: out of order",
		"garbage":   "it printed no result",
		"flood":     "it printed no result",
		"other":     "it measured Ep/executor=pool/workers=9/cores=1",
		"twice":     "it printed more than one result",
		"timeless":  "its result has no time",
		"elsewhere": "it ran on CPUs 4077, not on ",
		"leak":      "goroutines left behind: 1;",
	} {
		for copies := 1; copies <= 2; copies++ {
			s := processes(t, how)
			if copies > len(s.Placement) {
				continue
			}
			p := point(t, 1)
			p.Copies = copies
			if r, err := s.Sample(t.Context(), p, 1, 1); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s, %d copies: %v, %.300v; want %q", how, copies, r, err, want)
			}
		}
	}
}

func TestKilledSampleIsAnError(t *testing.T) {
	if _, err := processes(t, "killed").Sample(t.Context(), point(t, 1), 1, 1); err == nil {
		t.Error("a killed process gave a result")
	}
}

func TestWrongFlagsOfASampleAreReported(t *testing.T) {
	p := point(t, 1)
	p.Cores = len(processes(t, "well").Placement)
	p.Procs = 1
	s := processes(t, "well")
	s.Placement = append(s.Placement, s.Placement...) // more CPUs than there are
	p.Cores++
	if _, err := s.Sample(t.Context(), p, 1, 1); err == nil || !strings.Contains(err.Error(), "the process is bound to") {
		t.Errorf("a sample with fewer CPUs than its label: %v", err)
	}
}

// The one copy of a ceiling is taken on each of the CPUs in turn.
func TestOneCopyTakesEachCPUInTurn(t *testing.T) {
	s := processes(t, "well")
	if !host.CanBind || len(s.Placement) < 2 {
		t.Skip("needs two CPUs to bind to")
	}
	p := point(t, 1)
	p.Slices = 2
	for turn := 1; turn <= 3; turn++ {
		r, err := s.Sample(t.Context(), p, 1, turn)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprint(s.Placement[(turn-1)%2]); r.GetConfig("cpus") != want {
			t.Errorf("turn %d on CPU %s, want %s", turn, r.GetConfig("cpus"), want)
		}
	}
}

func TestHangingSampleEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	p := point(t, 1)
	for copies := 1; copies <= 2; copies++ {
		s := processes(t, "hang")
		if copies > len(s.Placement) {
			continue
		}
		p.Copies = copies
		if _, err := s.Sample(ctx, p, 1, 1); err == nil || !strings.Contains(err.Error(), "deadline exceeded") {
			t.Errorf("%d copies: %v", copies, err)
		}
	}
}

func result(name string) *benchfmt.Result {
	return &benchfmt.Result{
		Config: []benchfmt.Config{{Key: "cpus", Value: []byte("0"), File: true}},
		Name:   benchfmt.Name(name), Iters: 1,
		Values: []benchfmt.Value{{Value: 1e-9, Unit: "sec/op", OrigValue: 1, OrigUnit: "ns/op"}},
	}
}

func entry(name string) sweep.Entry {
	return sweep.Entry{Point: name, Round: 1, Took: time.Second, Result: result(name)}
}

func TestFileGrowsByWholeSamples(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f, err := sweep.Create(dir, "my host/../x", sweep.Header{}, now)
	if err != nil {
		t.Fatal(err)
	}
	if want := dir + "/my-host-..-x/2026-01-02T03-04-05Z.txt"; f.Path() != want {
		t.Errorf("path %s, want %s", f.Path(), want)
	}
	for i := range 3 {
		if err := f.Append(entry(fmt.Sprintf("Ep/workers=%d/cores=1", i+1))); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(f.Path())
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(text), "\nBenchmark"); got != i+1 || text[len(text)-1] != '\n' {
			t.Errorf("after %d samples the file holds %d:\n%s", i+1, got, text)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := sweep.Create(dir, "my host/../x", sweep.Header{}, now)
	if err != nil {
		t.Fatal(err)
	}
	if second.Path() == f.Path() {
		t.Error("a file that exists was opened again")
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(second.Path()); !os.IsNotExist(err) {
		t.Errorf("a file without a sample is left: %v", err)
	}
	for _, name := range []string{"", ".", ".."} {
		f, err := sweep.Create(dir, name, sweep.Header{}, now)
		if err != nil {
			t.Fatal(err)
		}
		if want := dir + "/unnamed/"; !strings.HasPrefix(f.Path(), want) {
			t.Errorf("host %q: %s", name, f.Path())
		}
		f.Close()
	}
}
