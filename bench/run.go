// Package bench runs one point of the grid as a benchmark under testing.B and
// is honest about what it measured.
//
// A point is workload × executor × workers × cores × GOMAXPROCS × size, and
// all of it is in the benchmark's name:
//
//	BenchmarkEp/executor=pool/workers=8/cores=2-2
//
// cores is the number of CPUs in the affinity mask of the process, the last
// number is GOMAXPROCS (1 if absent). A sample fails if reality differs from its
// label. One op is one whole job of fixed size, so ns/op is the wall
// time of a job split over the workers.
//
// Affinity cannot change once the Go runtime has started, so one process
// measures one number of cores; package sweep starts a process per sample.
package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/internal/table"
	"overlap/primitives"
	"overlap/workloads"
)

// SerialExecutor is the name under which a workload's plain serial program is
// measured: the baseline of COST (McSherry, Isard and Murray, 2015), which is
// the cores that a parallel program needs to beat it.
const SerialExecutor = "serial"

// CanRun returns nil, or why the workload cannot run under that executor.
func CanRun(w workloads.Workload, executor string) error {
	if executor == SerialExecutor {
		return nil
	}
	return w.CanRunUnder(executor)
}

// Single reports whether the executor has one worker and no more.
func Single(executor string) bool { return executor == SerialExecutor || executor == "inline" }

// lasting reports whether each worker number of the executor stands for the same runner
// throughout. Under spawn a number passes to the next goroutine as soon as it is free,
// and all tasks of a loop run on one goroutine, so their shares say nothing about
// fairness.
func lasting(executor string) bool {
	return executor == "pool" || executor == "threads" || executor == "processes"
}

// Run benchmarks w at every combination of the -executors, -variants and
// -workers flags (see Main), each as a sub-benchmark named after its point.
func Run(b *testing.B, w workloads.Workload) {
	cpus, err := host.Affinity()
	if err != nil {
		b.Fatal(err)
	}
	if err := flags.check(cpus); err != nil {
		b.Fatal(err)
	}
	procs, err := cpuList()
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range samples(w, cpus, procs) {
		if err := CanRun(w, s.executor); err != nil {
			b.Fatal(err)
		}
		// testing runs the first iteration of a sub-benchmark before it
		// applies the first value of -cpu (go.dev/issue/49980). With
		// -benchtime=1x that iteration is the result.
		runtime.GOMAXPROCS(procs[0])
		s.before = readHoldings()
		b.Run(s.name(), s.run)
		if err := s.close(); err != nil {
			b.Errorf("%s: %v", s.name(), err)
		}
	}
}

// samples are the combinations of the flags.
func samples(w workloads.Workload, cpus, procs []int) (list []*sample) {
	for _, executor := range flags.executors {
		for _, variant := range w.Choose(flags.variants) {
			for _, workers := range flags.workers {
				if workers == 1 || !Single(executor) {
					list = append(list, &sample{workload: w, variant: variant, executor: executor, workers: workers, cpus: cpus, procs: procs})
				}
			}
		}
	}
	return list
}

// sample is one sub-benchmark. testing calls run several times, with growing
// b.N and for every value of -cpu and -count; the job is set up once.
type sample struct {
	workload workloads.Workload
	variant  string
	executor string
	workers  int
	cpus     []int // the affinity mask
	procs    []int // the values of -cpu
	job      workloads.Job
	before   holdings // before the set-up
	began    bool     // run has been called before
}

func (s *sample) name() string {
	return Point{
		Executor: s.executor,
		Workers:  s.workers,
		Cores:    len(s.cpus),
		Size:     flags.size,
		Variant:  s.variant,
		Weak:     flags.weak,
		Slices:   flags.slices,
	}.parts()
}

func (s *sample) setUp() (err error) {
	if s.job != nil {
		return nil
	}
	p := workloads.Params{
		Size:    flags.size,
		Workers: s.workers,
		Variant: s.variant,
		Weak:    flags.weak,
		Slices:  flags.slices,
		Dir:     flags.disk,
	}
	if !flags.bySweep { // else the sweep has checked all its points
		if err := Fits(s.workload, p, s.executor, host.ReadLimits()); err != nil {
			return fmt.Errorf("-workers: %w", err)
		}
	}
	s.job, err = s.workload.New(p)
	return err
}

// close ends what the sample set up and returns an error if that leaves something
// behind, which would disturb the next sample. testing has printed the sample's line
// by then, because a job cannot be closed before its last timing; the process fails,
// and with it the point of a sweep.
func (s *sample) close() error {
	if s.job == nil {
		return nil
	}
	return errors.Join(s.job.Close(), s.before.leaks())
}

// run uses b.N because b.Loop would measure the first value of -cpu at the GOMAXPROCS
// of the last.
func (s *sample) run(b *testing.B) {
	if err := s.setUp(); errors.Is(err, errors.ErrUnsupported) && !flags.bySweep {
		b.Skip(err)
	} else if err != nil {
		b.Fatal(err)
	}
	procs := runtime.GOMAXPROCS(0)
	if !s.began && procs != s.procs[0] {
		b.Fatalf("GOMAXPROCS is %d before the first timing, the label will say %d", procs, s.procs[0])
	}
	m := meter.New(s.workers, s.cpus, procs)
	r, err := s.runner(m)
	if err != nil {
		b.Fatal(err)
	}
	defer r.stop()
	if !s.began { // caches, stacks and page tables are cold, and with -benchtime=1x that would be the result
		s.began = true
		if flags.turns == "" { // or the first turn does it
			countLatencies(s.job, false)
			if err := r.once(); err != nil {
				b.Fatal(err)
			}
			countLatencies(s.job, true)
		}
	}
	if flags.barrier {
		if err := meet(); err != nil {
			b.Fatal(err)
		}
	}
	jobs, reading, timed := b.N, meter.Reading{}, time.Duration(0)
	if flags.turns != "" {
		jobs = takeTurns(b, m, r, s.job)
		reading, timed = m.Reading(), m.Timed()
	} else {
		reading = measure(b, m, r)
		timed = b.Elapsed()
	}
	if !lasting(s.executor) {
		reading.Fairness = math.NaN()
	}

	if err := s.job.Check(); err != nil {
		b.Fatal(err)
	}
	if err := reading.CheckTasks(); err != nil {
		b.Fatal(err)
	}
	if err := s.checkLabel(procs, r.workers); err != nil {
		b.Fatal(err)
	}
	reportUnits(b, reading, s.job, jobs, timed)
}

// measure times b.N jobs.
func measure(b *testing.B, m *meter.Meter, r runner) meter.Reading {
	m.Prepare()
	if err := flags.recording.Start(); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	m.Start() // after ResetTimer, which stops the world
	for range b.N {
		if err := r.once(); err != nil {
			b.Fatal(err)
		}
		m.Lap()
	}
	m.Stop()
	b.StopTimer()
	if err := flags.recording.Stop(); err != nil {
		b.Fatal(err)
	}
	return m.Reading()
}

// runner does the job of a sample once, in its executor or as the serial
// program.
type runner struct {
	once    func() error
	workers int
	stop    func()
}

func (s *sample) runner(m *meter.Meter) (runner, error) {
	if s.executor == SerialExecutor {
		return runner{workers: 1, stop: func() {}, once: func() error {
			defer m.TaskEnd(0, m.TaskStart(0))
			return s.job.Serial()
		}}, nil
	}
	ex, err := primitives.New(s.executor, primitives.Config{Workers: s.workers, Probe: m})
	if err != nil {
		return runner{}, err
	}
	// Not b.Context(): a context that can end costs every task a timer and a
	// select, and the process is ended from outside.
	ctx := context.Background()
	return runner{
		once:    func() error { return s.job.Run(ctx, ex) },
		workers: ex.Workers(),
		stop:    func() { _ = ex.Shutdown(ctx) }, // only ctx could fail
	}, nil
}

// checkLabel compares what was measured with what the name will say.
func (s *sample) checkLabel(procs, workers int) error {
	if !slices.Contains(s.procs, procs) {
		return fmt.Errorf("the sample ran at GOMAXPROCS %d, its label would say one of %v", procs, s.procs)
	}
	if now := runtime.GOMAXPROCS(0); now != procs {
		return fmt.Errorf("GOMAXPROCS changed from %d to %d during the sample", procs, now)
	}
	if workers != s.workers {
		return fmt.Errorf("executor %s has %s, the label says %d", s.executor, table.Count(workers, "worker"), s.workers)
	}
	return host.CheckThreads(s.cpus)
}
