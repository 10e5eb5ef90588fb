package cli_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/primitives"
	"overlap/report/analyse"
	"overlap/report/load"
)

// job is run once for every op: workers is how many tasks it may submit at a
// time, and ms is what a millisecond of computing is in steps of compute.
type job func(ex primitives.Executor, workers, ms int)

var sink [128]uint64 // keeps compute's result alive, a cache line per task

func compute(task, steps int) {
	x := uint64(task + 1)
	for range steps {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	sink[task*16] = x
}

// each submits so many tasks and waits for them.
func each(ex primitives.Executor, tasks int, do func(task int)) {
	ctx := context.Background()
	var all []*primitives.Future[struct{}]
	for i := range tasks {
		all = append(all, primitives.Submit(ctx, ex, func(context.Context) (struct{}, error) {
			do(i)
			return struct{}{}, nil
		}))
	}
	for _, f := range all {
		_, _ = f.Await(ctx) // no task fails
	}
}

func serialHalf(ex primitives.Executor, workers, ms int) {
	each(ex, 1, func(int) { compute(0, 10*ms) })
	each(ex, workers, func(i int) { compute(i, 10*ms/workers) })
}

// globalLock computes almost only under a lock. The pieces are short, because
// the runtime samples every eighth wait; whoever comes takes the next, because
// tasks of fixed shares end at different times; and a little is done outside,
// because who unlocks would otherwise lock again before the other wakes. The
// tasks wait for each other first: one that starts late would be imbalance.
func globalLock(ex primitives.Executor, workers, ms int) {
	var lock sync.Mutex
	var ready sync.WaitGroup
	ready.Add(workers)
	left := 100
	each(ex, workers, func(i int) {
		ready.Done()
		ready.Wait()
		for more := true; more; {
			lock.Lock()
			left--
			more = left > 0
			compute(i, ms/5)
			lock.Unlock()
			compute(i, ms/50)
		}
	})
}

func halves(ex primitives.Executor, workers, ms int) {
	each(ex, workers, func(i int) { compute(i, 20*ms/workers) })
}

func twice(ex primitives.Executor, workers, ms int) {
	each(ex, workers, func(i int) { compute(i, 10*ms) })
}

// falseSharing counts in two counters that share a cache line. The memory system
// makes two workers wait for each other, which the clocks cannot tell from work.
func falseSharing(ex primitives.Executor, workers, ms int) {
	var line [2]atomic.Int64
	each(ex, workers, func(i int) {
		for range 4 * ms / workers {
			line[i%2].Add(1)
		}
	})
}

// node is garbage that the collector has to walk through while it lives.
type node struct{ left, right *node }

func tree(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{left: tree(depth - 1), right: tree(depth - 1)}
}

func garbage() job {
	live := tree(17)
	return func(ex primitives.Executor, workers, _ int) {
		each(ex, workers, func(int) {
			for range 64 / workers {
				runtime.KeepAlive(tree(10))
			}
		})
		runtime.KeepAlive(live)
	}
}

// sample measures one sample as package bench does, and writes it as a line of
// the benchmark format.
func sample(t *testing.T, w io.Writer, workers, procs, ms int, do job) {
	t.Helper()
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
	m := meter.New(workers, cpus, procs)
	ex, err := primitives.New("pool", primitives.Config{Workers: workers, Probe: m})
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Shutdown(context.Background())
	do(ex, workers, ms)
	runtime.GC() // its CPU time counts when a cycle ends
	m.Prepare()
	m.Start()
	began := time.Now()
	const jobs = 2
	for range jobs {
		do(ex, workers, ms)
		m.Lap()
	}
	wall := time.Since(began)
	m.Stop()
	fmt.Fprintf(w, "BenchmarkCase/executor=pool/workers=%d/cores=%d-%d %d %d ns/op%s\n",
		workers, len(cpus), procs, jobs, wall.Nanoseconds()/jobs, line(m.Reading()))
}

// line is the units of a sample that stacks are made of.
func line(r meter.Reading) (s string) {
	for _, u := range []struct {
		value float64
		unit  string
	}{
		{r.Inflight, "tasks-inflight"}, {r.CPUsBusy, "cpus-busy"}, {r.GCCPUs, "gc-cpus"}, {r.RunQueue, "runq-cpus"},
		{r.Steal, "steal-cpus"}, {r.Throttled, "throttled-cpus"}, {r.Idle, "idle-cpus"},
		{r.Locked, "goroutines-locked"}, {r.Runnable, "goroutines-runnable"}, {r.Pressure, "pressure"},
	} {
		if !math.IsNaN(u.value) {
			s += fmt.Sprintf(" %g %s", u.value, u.unit)
		}
	}
	return s
}

// hogs starts two processes that compute for each CPU, and returns what ends them.
// A shell between leaves them to others: the CPU time of children is the meter's
// own. They end by themselves if the test does not live to end them.
func hogs(t *testing.T) (stop func()) {
	t.Helper()
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("sh"); err != nil || runtime.GOOS != "linux" || len(cpus) > 8 {
		t.Skip("it needs Linux, a shell, and few CPUs to keep busy")
	}
	var all []*os.Process
	for range 2 * len(cpus) {
		pid, err := exec.Command("sh", "-c", "ulimit -t 20; (while :; do :; done) >/dev/null 2>&1 & echo $!").Output()
		if err != nil {
			t.Fatal(err)
		}
		id, err := strconv.Atoi(strings.TrimSpace(string(pid)))
		if err != nil {
			t.Fatal(err)
		}
		hog, err := os.FindProcess(id)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, hog)
	}
	return func() {
		for _, hog := range all {
			_ = hog.Kill() // it cannot have ended
		}
	}
}

// Jobs that are made to lose their second core in one known way show that way
// as their largest loss, and a fifth of the cores at least. Other programs may take the cores, which is not a fault
// of the job, so the run queue counts in its own case only. They can also make
// tasks end unevenly: a case has three tries, and fails only if it was wrong
// while they took little.
func TestStacksOfRealJobs(t *testing.T) {
	if runtime.NumCPU() < 2 {
		t.Skip("one CPU has no core to lose")
	}
	began := time.Now()
	const steps = 1 << 20
	compute(0, steps)
	ms := max(1, int(steps*float64(time.Millisecond)/float64(time.Since(began))))
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	for _, c := range []struct {
		name string
		do   job
		want string
		hog  bool
	}{
		{"serial half", serialHalf, "imbalance", false},
		{"global lock", globalLock, "blocked", false},
		{"garbage", garbage(), "GC", false},
		{"twice the work", twice, "inflation", false},
		{"false sharing", falseSharing, "inflation", false},
		{"hog", halves, "run queue", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var quiet []string
			for range 3 {
				s := realStack(t, c.do, ms, c.hog)
				if math.Abs(s.Sum()+s.Residual-2) > 1e-9 {
					t.Fatalf("%+v does not sum to 2 cores", s)
				}
				largest := largestLoss(s, c.hog)
				left := 2.0
				if !c.hog {
					left -= s.RunQueue
				}
				locked := c.want != "blocked" || s.Locked > left/10
				sums := math.Abs(s.Residual) <= 2*analyse.Tolerance
				if largest.Name == c.want && largest.Cores > left/5 && locked && sums {
					t.Logf("%v, residual %.3f", s.Parts(), s.Residual)
					return
				}
				if c.hog || s.RunQueue < 0.2 {
					quiet = append(quiet, fmt.Sprintf("%s of %v, residual %.2f", largest.Name, s.Parts(), s.Residual))
				}
			}
			if quiet == nil {
				t.Skip("other programs took a tenth of the cores each time")
			}
			t.Errorf("the largest loss, and a fifth of the cores, is not %s but\n%s", c.want, strings.Join(quiet, "\n"))
		})
	}
}

// realStack is the stack of two workers on two cores.
func realStack(t *testing.T, do job, ms int, hog bool) analyse.Stack {
	t.Helper()
	var text strings.Builder
	for range 2 {
		sample(t, &text, 1, 1, ms, do)
		sample(t, &text, 1, 2, ms, do)
		stop := func() {}
		if hog {
			stop = hogs(t)
		}
		sample(t, &text, 2, 2, ms, do)
		stop()
	}
	d, err := load.Read(strings.NewReader(text.String()), "measured")
	if err != nil {
		t.Fatal(err)
	}
	a := analyse.Analyze(d)
	if len(a.Rows) != 1 || len(a.Rows[0].Stacks) != 3 {
		t.Fatalf("no stacks of\n%s\n%v", text.String(), a.Warnings)
	}
	return a.Rows[0].Stacks[2]
}

// largestLoss takes together what tasks in progress waited for: the runtime's
// samples of lock waits are too few here to tell them from wake-ups each time.
func largestLoss(s analyse.Stack, hog bool) (largest analyse.Part) {
	losses := map[string]float64{"inflation": s.Inflation, "GC": s.GC, "imbalance": s.Imbalance, "blocked": s.Locked + s.Waiting}
	if !math.IsNaN(s.Runnable) {
		losses["blocked"] += s.Runnable
	}
	if hog {
		losses["run queue"] = s.RunQueue
	}
	for name, cores := range losses {
		if cores > largest.Cores {
			largest = analyse.Part{Name: name, Cores: cores}
		}
	}
	return largest
}
