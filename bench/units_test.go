package bench

import (
	"bytes"
	"context"
	"flag"
	"go/parser"
	"go/token"
	"math"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/primitives"
	"overlap/workloads"
)

// fourJobs is testing.Benchmark with b.N = 4.
func fourJobs(t *testing.T, f func(*testing.B)) testing.BenchmarkResult {
	t.Helper()
	benchtime := flag.Lookup("test.benchtime").Value
	before := benchtime.String()
	if err := benchtime.Set("4x"); err != nil {
		t.Fatal(err)
	}
	defer benchtime.Set(before)
	return testing.Benchmark(f)
}

// sampleWith is one sample of four jobs that each call once with the meter.
func sampleWith(t *testing.T, once func(*meter.Meter)) testing.BenchmarkResult {
	t.Helper()
	return fourJobs(t, func(b *testing.B) {
		m := meter.New(2, []int{0}, 2)
		reading := measure(b, m, runner{once: func() error { once(m); return nil }})
		if err := reading.CheckTasks(); err != nil {
			b.Fatal(err)
		}
		reportUnits(b, reading, fakeJob{}, b.N, b.Elapsed())
	})
}

// A harness that loses a task, or ends one twice, has no time.
func TestALostTaskHasNoTime(t *testing.T) {
	whole := func(m *meter.Meter) { m.TaskEnd(0, m.TaskStart(0)) }
	lost := 0
	for name, c := range map[string]struct {
		once func(*meter.Meter)
		fine bool
	}{
		"whole": {whole, true},
		"lost": {func(m *meter.Meter) {
			if whole(m); lost == 0 {
				m.TaskStart(1)
			}
			lost++
		}, false},
		"twice": {func(m *meter.Meter) { token := m.TaskStart(0); m.TaskEnd(0, token); m.TaskEnd(0, token) }, false},
	} {
		lost = 0
		if r := sampleWith(t, c.once); (r.N > 0) != c.fine {
			t.Errorf("%s: %v", name, r)
		}
	}
}

// hasty is a job that in its second run, the first that is timed, does not wait
// for its task. It lets the task end when it is checked.
type hasty struct {
	fakeJob
	runs    *int
	forget  int // in which run
	started chan struct{}
	end     chan struct{}
}

func (j hasty) Run(ctx context.Context, ex primitives.Executor) error {
	if *j.runs++; *j.runs != j.forget {
		return j.fakeJob.Run(ctx, ex)
	}
	primitives.Submit(ctx, ex, func(context.Context) (int, error) {
		close(j.started)
		<-j.end
		return 0, nil
	})
	<-j.started
	return nil
}

func (j hasty) Check() error {
	if *j.runs == j.forget {
		close(j.end)
	}
	return nil
}

func TestAJobThatDoesNotWaitForItsTaskHasNoTime(t *testing.T) {
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	for _, forget := range []int{0, 2} {
		job := hasty{runs: new(int), forget: forget, started: make(chan struct{}), end: make(chan struct{})}
		w := workloads.Workload{Name: "hasty", SetUp: func(workloads.Params) (workloads.Job, error) { return job, nil }}
		s := &sample{workload: w, executor: "pool", workers: 1, cpus: cpus, procs: []int{runtime.GOMAXPROCS(0)}}
		if r := fourJobs(t, s.run); (r.N > 0) != (forget == 0) {
			t.Errorf("a job that forgets a task in run %d: %v", forget, r)
		}
	}
}

// losing is a probe that does not hear of the end of one task.
type losing struct {
	*meter.Meter
	seen int
}

func (l *losing) TaskEnd(w int, token int64) {
	if l.seen++; l.seen != 5 {
		l.Meter.TaskEnd(w, token)
	}
}

// The same through a real executor, whose jobs have ten tasks each.
func TestATaskLostByAnExecutorHasNoTime(t *testing.T) {
	for _, loses := range []bool{false, true} {
		m := meter.New(1, []int{0}, 1)
		var probe primitives.Probe = m
		if loses {
			probe = &losing{Meter: m}
		}
		x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1, Probe: probe}))
		m.Prepare()
		m.Start()
		if err := (fakeJob{}).Run(t.Context(), x); err != nil {
			t.Fatal(err)
		}
		m.Stop()
		if err := m.Reading().CheckTasks(); (err != nil) != loses {
			t.Errorf("one of ten tasks lost: %t, error: %v", loses, err)
		}
		if err := x.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Zero is written as the least number, what was not measured is not written, and counts
// are those of a job.
func TestZerosAndGaps(t *testing.T) {
	reading := meter.Reading{
		GCCPUs:      0,
		Steal:       math.NaN(),
		MajorFaults: 10,
		MinorFaults: math.NaN(),
		Idle:        1.5,
		SchedP99:    700,
		TaskP99:     time.Microsecond,
		Pressure:    1e-9,
		Fairness:    math.NaN(),
	}
	r := fourJobs(t, func(b *testing.B) { reportUnits(b, reading, fakeJob{}, b.N, b.Elapsed()) })
	for name, want := range map[string]float64{"gc-cpus": 1e-6, "major-faults/op": 2.5, "gcs/op": 1e-6, "idle-cpus": 1.5, "p99-ns/sched": 700, "p99-ns/task": 1000, "pressure": 1e-6} {
		if got := r.Extra[name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, name := range []string{"steal-cpus", "minor-faults/op", "fairness"} {
		if got, ok := r.Extra[name]; ok {
			t.Errorf("%s is %v although it was not measured", name, got)
		}
	}
	if text := r.String(); strings.Contains(text, " 0.0000000 ") {
		t.Errorf("testing prints a zero: %s", text)
	}
}

// Each unit is the field of its name, counts are those of one of the four jobs, and an
// arrival counts from when it was due.
func TestUnitsAreThoseOfTheReading(t *testing.T) {
	reading := meter.Reading{
		Inflight: 1, CPUsBusy: 2, TaskP50: 3, TaskP99: 4, Jobs: [3]time.Duration{5, 6, 7}, Pressure: 8,
		GCCPUs: 9, RunQueue: 10, Steal: 11, Throttled: 12, Idle: 13, Locked: 14, Runnable: 15, SchedP50: 16, SchedP99: 17,
		Voluntary: 72, Involuntary: 76, MinorFaults: 80, MajorFaults: 84, GCCycles: 88,
		Fairness: 26,
	}
	want := map[string]float64{
		"tasks-inflight": 1, "cpus-busy": 2, "p50-ns/task": 3, "p99-ns/task": 4,
		"q02-ns/op": 5, "q25-ns/op": 6, "q50-ns/op": 7, "pressure": 8,
		"gc-cpus": 9, "runq-cpus": 10, "steal-cpus": 11, "throttled-cpus": 12, "idle-cpus": 13,
		"goroutines-locked": 14, "goroutines-runnable": 15, "p50-ns/sched": 16, "p99-ns/sched": 17,
		"vol-switches/op": 18, "invol-switches/op": 19, "minor-faults/op": 20, "major-faults/op": 21, "gcs/op": 22,
		"p50-ns/arrival": 23, "p99-ns/arrival": 24, "due-items/s": 25,
		"fairness": 26,
	}
	r := fourJobs(t, func(b *testing.B) { reportUnits(b, reading, arrivals{}, b.N, b.Elapsed()) })
	for _, u := range units {
		want, known := want[u.name]
		switch got := r.Extra[u.name]; {
		case u.name == "ns/op", u.name == "items/s": // of the time that passes
		case u.name == "undisturbed-ns/op", u.name == "timings": // a sweep adds them
		case !known:
			t.Errorf("%s has no field in the reading above, and no value in want", u.name)
		case got != want:
			t.Errorf("%s is %v, want %v", u.name, got, want)
		}
	}
}

// arrivals is a job whose items were due before anybody had time for them.
type arrivals struct{ fakeJob }

func (arrivals) DuePerSecond() float64 { return 25 }

func (arrivals) Latencies() (intended, actual workloads.Latency) {
	return workloads.Latency{P50: 23, P99: 24}, workloads.Latency{P50: 1, P99: 2}
}

func (arrivals) Count(bool) {}

// cold is a job that counts the runs that count.
type cold struct {
	fakeJob
	runs    int
	untimed bool
}

func (c *cold) Count(on bool) { c.untimed = !on }

func (c *cold) Serial() error {
	if !c.untimed {
		c.runs++
	}
	return nil
}

func (c *cold) Latencies() (intended, actual workloads.Latency) {
	return workloads.Latency{P50: time.Duration(c.runs), P99: 1}, workloads.Latency{}
}

// The untimed run that warms a sample up is in none of its numbers.
func TestTheWarmUpHasNoArrivals(t *testing.T) {
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	job := &cold{}
	w := workloads.Workload{Name: "cold", SetUp: func(workloads.Params) (workloads.Job, error) { return job, nil }}
	s := &sample{workload: w, executor: SerialExecutor, workers: 1, cpus: cpus, procs: []int{runtime.GOMAXPROCS(0)}}
	benchtime := flag.Lookup("test.benchtime").Value
	before := benchtime.String()
	if err := benchtime.Set("1x"); err != nil {
		t.Fatal(err)
	}
	defer benchtime.Set(before)
	if got := testing.Benchmark(s.run).Extra["p50-ns/arrival"]; got != 1 {
		t.Errorf("the arrivals are those of %v runs, one was timed", got)
	}
}

// Every unit on a line has its two Unit lines, and its row in the manual. Those that
// package meter measures are in the table of its comment, which joins some as in
// "p50-, p99-ns/task".
func TestUnitsAreDescribed(t *testing.T) {
	var out bytes.Buffer
	WriteUnits(&out)
	manual, err := os.ReadFile("../internal/cli/manual/units.md")
	if err != nil {
		t.Fatal(err)
	}
	documented, err := parser.ParseFile(token.NewFileSet(), "meter/meter.go", nil, parser.PackageClauseOnly|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	inTable := func(unit string) bool {
		first, rest, _ := strings.Cut(unit, "-")
		row := regexp.MustCompile(`(?m)^\t.*\b` + first + `\b.*` + rest)
		return row.MatchString(documented.Doc.Text())
	}
	for _, u := range units {
		if u.of != nil && !inTable(u.name) {
			t.Errorf("%s is not in the table of bench/meter/meter.go", u.name)
		}
		if !strings.Contains(out.String(), "Unit "+u.name+" better="+u.better+"\n") || !strings.Contains(out.String(), "Unit "+u.name+" assume=nothing\n") {
			t.Errorf("%s has no Unit lines in\n%s", u.name, out.String())
		}
		if u.better != "lower" && u.better != "higher" {
			t.Errorf("%s is better %q", u.name, u.better)
		}
		if !strings.Contains(string(manual), "`"+u.name+"`") {
			t.Errorf("%s is not in the manual", u.name)
		}
	}
	for name := range sampleWith(t, func(m *meter.Meter) { m.TaskEnd(0, m.TaskStart(0)) }).Extra {
		if !strings.Contains(out.String(), "Unit "+name+" ") {
			t.Errorf("%s is on a line and has no Unit line (on %s)", name, runtime.GOOS)
		}
	}
}
