package bench

import (
	"flag"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/workloads"
)

// leaky is a workload whose set-up leaves something behind.
func leaky(leave func()) workloads.Workload {
	return workloads.Workload{Name: "leaky", SetUp: func(workloads.Params) (workloads.Job, error) {
		leave()
		return fakeJob{}, nil
	}}
}

func awaitEnd(end chan struct{}) { <-end }

// oneJob has benchmarks time one job, for the length of a test.
func oneJob(t *testing.T) {
	t.Helper()
	benchtime := flag.Lookup("test.benchtime").Value
	before := benchtime.String()
	if err := benchtime.Set("1x"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { benchtime.Set(before) })
}

// failed reports whether Run fails on w.
func failed(w workloads.Workload) (failed bool) {
	testing.Benchmark(func(b *testing.B) {
		Run(b, w)
		failed = b.Failed()
	})
	return failed
}

func TestRunFailsOnLeaks(t *testing.T) {
	oneJob(t)
	before := flags
	defer func() { flags = before }()
	flags.workers = []int{1}
	end := make(chan struct{})
	defer close(end)
	if !failed(leaky(func() { go awaitEnd(end) })) {
		t.Error("a benchmark that leaves a goroutine behind passed")
	}
	if failed(leaky(func() {})) {
		t.Error("a benchmark that leaves nothing behind failed")
	}
}

// closing runs a sample of w and closes it.
func closing(t *testing.T, w workloads.Workload) error {
	t.Helper()
	oneJob(t)
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	s := &sample{workload: w, executor: "pool", workers: 1, cpus: cpus, procs: []int{runtime.GOMAXPROCS(0)}, before: readHoldings()}
	testing.Benchmark(s.run)
	return s.close()
}

func TestLeaksSayHowManyAndWhere(t *testing.T) {
	end := make(chan struct{})
	defer close(end)
	err := closing(t, leaky(func() {
		for range 3 {
			go awaitEnd(end)
		}
	}))
	if err == nil || !strings.Contains(err.Error(), "goroutines left behind: 3;") || !strings.Contains(err.Error(), "bench.awaitEnd") {
		t.Errorf("of three goroutines that wait: %v", err)
	}
}

func TestChildrenAreLeaks(t *testing.T) {
	child := exec.Command("sleep", "100")
	var started error
	err := closing(t, leaky(func() { started = child.Start() }))
	if started != nil {
		t.Skip(started)
	}
	listed := len(meter.Children()) > 0
	child.Process.Kill()
	child.Wait()
	if !listed {
		t.Skip("this system does not list the children of a process")
	}
	if err == nil || !strings.Contains(err.Error(), "child processes left behind: [") {
		t.Errorf("of a child that sleeps: %v", err)
	}
}

func TestWhatEndsSoonIsNoLeak(t *testing.T) {
	for after, leak := range map[time.Duration]bool{500 * time.Millisecond: false, time.Second - 1: false, 2 * time.Second: true} {
		synctest.Test(t, func(t *testing.T) {
			before := readHoldings()
			go time.Sleep(after)
			start := time.Now()
			err := before.leaks()
			if (err != nil) != leak {
				t.Errorf("a goroutine that ends after %v: %v", after, err)
			}
			if took := time.Since(start); took < min(after, time.Second) || took > min(after, time.Second)+10*time.Millisecond {
				t.Errorf("a goroutine that ends after %v was watched for %v", after, took)
			}
			time.Sleep(after)
		})
	}
}

func TestAnEndDoesNotHideALeak(t *testing.T) {
	end, early := make(chan struct{}), make(chan struct{})
	defer close(end)
	go awaitEnd(early)
	before := readHoldings()
	go awaitEnd(end)
	close(early)
	for now := readHoldings(); len(now.goroutines) > len(before.goroutines); now = readHoldings() {
		time.Sleep(time.Millisecond)
	}
	if err := before.more(readHoldings()); err == nil || !strings.Contains(err.Error(), "left behind: 1;") {
		t.Errorf("one that was there before has ended, one is new: %v", err)
	}
}

func descend(depth int, down *sync.WaitGroup, end chan struct{}) {
	if depth > 0 {
		descend(depth-1, down, end)
		return
	}
	down.Done()
	<-end
}

func TestDeepStacksAreTrimmed(t *testing.T) {
	var down sync.WaitGroup
	before, end := readHoldings(), make(chan struct{})
	for range 50 {
		down.Add(1)
		go descend(40, &down, end)
	}
	defer func() {
		close(end)
		if err := before.leaks(); err != nil {
			t.Error(err)
		}
	}()
	down.Wait()
	err := before.more(readHoldings())
	if err == nil || !strings.Contains(err.Error(), "left behind: 50;") || strings.Count(err.Error(), "\n") > 18 {
		t.Errorf("of 50 goroutines 40 calls deep: %v", err)
	}
}
