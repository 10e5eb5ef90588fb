package bench

import (
	"fmt"

	"overlap/workloads"
)

// Point is one configuration of the grid.
type Point struct {
	Workload string // as in a benchmark's name: Ep
	Executor string // empty: the benchmark knows no executors
	Workers  int    // maximum number of tasks in progress; 0: the benchmark decides
	Cores    int    // CPUs in the affinity mask
	Procs    int    // GOMAXPROCS
	Size     workloads.Size
	Variant  string // of the workload; empty is its first
	Weak     bool   // the job grows with the workers
	Slices   int    // above 1: one of this many equal shares of the job
}

// Name is the point as a result file names it, without the word Benchmark:
//
//	Ep/executor=pool/workers=8/cores=2-2
func (p Point) Name() string {
	name := p.Workload + "/" + p.parts()
	if p.Procs != 1 {
		name += fmt.Sprintf("-%d", p.Procs)
	}
	return name
}

// parts is the name of the sub-benchmark. It leaves out the medium size, the first
// variant, strong scaling and the whole job. A benchmark that is not of this suite
// has no executor, and no workers unless their number was set.
func (p Point) parts() string {
	s := fmt.Sprintf("cores=%d", p.Cores)
	if p.Workers > 0 {
		s = fmt.Sprintf("workers=%d/", p.Workers) + s
	}
	if p.Executor != "" {
		s = fmt.Sprintf("executor=%s/", p.Executor) + s
	}
	if p.Size != "" && p.Size != workloads.Medium {
		s += fmt.Sprintf("/size=%s", p.Size)
	}
	if p.Variant != "" {
		s += "/variant=" + p.Variant
	}
	if p.Weak {
		s += "/scaling=weak"
	}
	if p.Slices > 1 {
		s += fmt.Sprintf("/slices=%d", p.Slices)
	}
	return s
}
