// Package bench runs one point of the grid as a benchmark under testing.B and
// is honest about what it measured.
//
// A point is workload × executor × workers × cores × GOMAXPROCS × size, and
// all of it is in the benchmark's name:
//
//	BenchmarkEp/executor=pool/workers=8/cores=2-2
//
// cores is the number of CPUs in the affinity mask of the process, the last
// number is GOMAXPROCS (1 if absent). A sample whose reality differs from its
// label fails. One op is one whole job of fixed size, so ns/op is the wall
// time of a job split over the workers.
//
// Affinity cannot change once the Go runtime has started, so one process
// measures one number of cores; package sweep starts a process per sample.
package bench

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/primitives"
	"overlap/workloads"
)

// Run benchmarks w at every combination of the -executors and -workers flags
// (see Main), each as a sub-benchmark named after its point.
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
	for _, executor := range flags.executors {
		for _, workers := range flags.workers {
			if executor == "inline" && workers > 1 {
				continue
			}
			s := &sample{workload: w, executor: executor, workers: workers, cpus: cpus, procs: procs}
			// testing runs the first iteration of a sub-benchmark before it
			// applies the first value of -cpu (go.dev/issue/49980), and with
			// -benchtime=1x that iteration is the result.
			runtime.GOMAXPROCS(procs[0])
			b.Run(s.name(), s.run)
			if err := s.close(); err != nil {
				b.Errorf("%s: %v", s.name(), err)
			}
		}
	}
}

// sample is one sub-benchmark. testing calls run several times, with growing
// b.N and for every value of -cpu and -count; the job is set up once.
type sample struct {
	workload workloads.Workload
	executor string
	workers  int
	cpus     []int // the affinity mask
	procs    []int // the values of -cpu
	job      workloads.Job
	began    bool // run has been called before
}

func (s *sample) name() string {
	return Point{
		Executor: s.executor,
		Workers:  s.workers,
		Cores:    len(s.cpus),
		Size:     flags.size,
		Slices:   flags.slices,
	}.parts()
}

func (s *sample) setUp() (err error) {
	if s.job == nil {
		s.job, err = s.workload.New(workloads.Params{Size: flags.size, Workers: s.workers, Slices: flags.slices})
	}
	return err
}

func (s *sample) close() error {
	if s.job == nil {
		return nil
	}
	return s.job.Close()
}

// run is the b.N form on purpose: b.Loop would measure the first value of -cpu
// at the GOMAXPROCS of the last.
func (s *sample) run(b *testing.B) {
	if err := s.setUp(); err != nil {
		b.Fatal(err)
	}
	procs := runtime.GOMAXPROCS(0)
	if !s.began && procs != s.procs[0] {
		b.Fatalf("GOMAXPROCS is %d before the first timing, the label will say %d", procs, s.procs[0])
	}
	s.began = true
	m := meter.New(s.workers, s.cpus, procs)
	ex, err := primitives.New(s.executor, primitives.Config{Workers: s.workers, Probe: m})
	if err != nil {
		b.Fatal(err)
	}
	// Not b.Context(): a context that can end costs every task a timer and a
	// select, and the process is ended from outside.
	ctx := context.Background()
	defer ex.Shutdown(ctx)
	if flags.barrier {
		if err := meet(); err != nil {
			b.Fatal(err)
		}
	}

	m.Prepare()
	b.ResetTimer()
	m.Start() // behind ResetTimer, which stops the world
	for range b.N {
		if err := s.job.Run(ctx, ex); err != nil {
			b.Fatal(err)
		}
		m.Lap()
	}
	m.Stop()
	b.StopTimer()
	reading := m.Reading()

	if err := s.job.Check(); err != nil {
		b.Fatal(err)
	}
	if err := s.checkLabel(procs, ex); err != nil {
		b.Fatal(err)
	}
	report(b, reading, s.job.Items())
}

// checkLabel compares what was measured with what the name will say.
func (s *sample) checkLabel(procs int, ex primitives.Executor) error {
	if !slices.Contains(s.procs, procs) {
		return fmt.Errorf("the sample ran at GOMAXPROCS %d, its label would say one of %v", procs, s.procs)
	}
	if now := runtime.GOMAXPROCS(0); now != procs {
		return fmt.Errorf("GOMAXPROCS changed from %d to %d during the sample", procs, now)
	}
	if ex.Workers() != s.workers {
		return fmt.Errorf("executor %s has %d workers, the label says %d", s.executor, ex.Workers(), s.workers)
	}
	return host.CheckThreads(s.cpus)
}
