package bench

import (
	"context"
	"errors"
	"flag"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"overlap/bench/host"
	"overlap/primitives"
	"overlap/workloads"
)

func TestCheckLabelFindsWhatDiffers(t *testing.T) {
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	now := runtime.GOMAXPROCS(0)
	for _, c := range []struct {
		s     sample
		procs int
		want  string
	}{
		{sample{workers: 2, cpus: cpus, procs: []int{now}}, now, ""},
		{sample{workers: 2, cpus: cpus, procs: []int{now + 1}}, now, "its label would say one of"},
		{sample{workers: 2, cpus: cpus, procs: []int{now + 1}}, now + 1, "GOMAXPROCS changed from"},
		{sample{executor: "pool", workers: 3, cpus: cpus, procs: []int{now}}, now, "has 2 workers, the label says 3"},
		{sample{workers: 2, cpus: append([]int{99}, cpus...), procs: []int{now}}, now, "the sample is labelled for CPUs"},
	} {
		err := c.s.checkLabel(c.procs, 2)
		if !host.CanBind && strings.Contains(c.want, "CPUs") {
			continue
		}
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.s, err, c.want)
		}
	}
}

// fakeJob runs ten tasks, one of which takes long.
type fakeJob struct{ wrong error }

func (j fakeJob) Run(ctx context.Context, ex primitives.Executor) error {
	var last *primitives.Future[int]
	for i := range 10 {
		last = primitives.Submit(ctx, ex, func(context.Context) (int, error) {
			if i == 0 {
				time.Sleep(20 * time.Millisecond)
			}
			return 0, nil
		})
	}
	_, err := last.Await(ctx)
	return err
}
func (j fakeJob) Serial() error { return nil }
func (j fakeJob) Check() error  { return j.wrong }
func (j fakeJob) Items() int    { return 70 }
func (j fakeJob) Close() error  { return nil }

// benchmark runs one sample of the fake job as testing would.
func benchmark(t *testing.T, procs int, wrong error) testing.BenchmarkResult {
	t.Helper()
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	return benchmarkOn(t, cpus, procs, wrong)
}

// benchmarkOn is benchmark with a label that says these CPUs.
func benchmarkOn(t *testing.T, cpus []int, procs int, wrong error) testing.BenchmarkResult {
	t.Helper()
	benchtime := flag.Lookup("test.benchtime").Value
	before := benchtime.String()
	if err := benchtime.Set("3x"); err != nil {
		t.Fatal(err)
	}
	defer benchtime.Set(before)
	w := workloads.Workload{Name: "fake", SetUp: func(workloads.Params) (workloads.Job, error) { return fakeJob{wrong}, nil }}
	s := &sample{workload: w, executor: "pool", workers: 1, cpus: cpus, procs: []int{procs}}
	return testing.Benchmark(s.run)
}

func TestSampleReportsItsUnits(t *testing.T) {
	r := benchmark(t, runtime.GOMAXPROCS(0), nil)
	if r.N != 3 {
		t.Fatalf("%d jobs, want 3", r.N)
	}
	if got, want := r.Extra["items/s"], 70*3/r.T.Seconds(); math.Abs(got/want-1) > 0.01 {
		t.Errorf("%v items/s, want %v", got, want)
	}
	if p50, p99 := r.Extra["p50-ns/task"], r.Extra["p99-ns/task"]; p50 > 15e6 || p99 < 19e6 {
		t.Errorf("of nine short tasks and one of 20 ms: p50 %v ns, p99 %v ns", p50, p99)
	}
	if q, mean := r.Extra["q50-ns/op"], float64(r.NsPerOp()); q < 19e6 || q > 3*mean {
		t.Errorf("median job %v ns, mean %v ns", q, mean)
	}
}

// A benchmark that fails has no iterations.
func TestAWrongResultHasNoTime(t *testing.T) {
	if r := benchmark(t, runtime.GOMAXPROCS(0), errors.New("wrong")); r.N != 0 {
		t.Errorf("a job that fails its check was timed: %v", r)
	}
}

func TestAFalseLabelHasNoTime(t *testing.T) {
	if r := benchmark(t, runtime.GOMAXPROCS(0)+1, nil); r.N != 0 {
		t.Errorf("a sample at another GOMAXPROCS than its label was timed: %v", r)
	}
}

func TestAFalseMaskHasNoTime(t *testing.T) {
	if !host.CanBind {
		t.Skip("this system has no masks")
	}
	if r := benchmarkOn(t, []int{9999}, runtime.GOMAXPROCS(0), nil); r.N != 0 {
		t.Errorf("a sample on other CPUs than its label was timed: %v", r)
	}
}
