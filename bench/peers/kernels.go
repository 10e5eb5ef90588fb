package main

import (
	"fmt"
	"time"

	"overlap/primitives"
	"overlap/workloads"
)

// kernel is a workload that a C program also does: the size of its medium job, and the
// result as c/kernels.c prints it.
type kernel struct {
	workload string
	size     int
	want     string
	target   float64
}

// serialKernels and parallelKernel have to follow when a workload changes its medium
// size.
var (
	serialKernels = []kernel{
		{"ep", 1 << 18, "205458 1.87319897e+02 -3.79740834e+02", epTarget}, // sums of workloads.Ep, within its tolerance
		{"nqueens", 12, "14200", kernelTarget},                             // OEIS A000170
		{"mandelbrot", 384, "57034 6480610", kernelTarget},                 // of workloads.Mandelbrot
		{"spectral", 500, "1.274224116", kernelTarget},                     // the Benchmarks Game's program
		{"sort", 1 << 17, "6b11fb9f79d38cb5", kernelTarget},                // exclusive or of the input
	}
	parallelKernel = kernel{workload: "nstream", size: 1 << 23, target: memoryTarget} // checks itself
)

// The targets: what a compiler without vectors may cost if arithmetic is the limit; for
// EP, whose logarithm is the same on both sides; and if memory is the limit.
const (
	kernelTarget = 1.5
	epTarget     = 1.1
	memoryTarget = 1.05
)

func kernelContests() []*contest {
	var all []*contest
	for _, k := range serialKernels {
		all = append(all, k.contest([]int{1}, serial(k.workload), "c/kernels.c"))
	}
	return append(all, parallelKernel.contest(nil, pooled(parallelKernel.workload), "c/nstream.c"))
}

func (k kernel) contest(cores []int, make func(env) (*body, error), file string) *contest {
	there := side{name: "c-" + k.workload, foreign: &program{file: file, mode: k.workload, size: k.size, want: k.want}}
	return &contest{name: "kernel-" + k.workload, cores: cores, ours: ours(make), rows: []row{{ref: there, target: k.target}}}
}

// medium sets a workload up. It looks it up by name, so that only the row of a workload
// that does not exist is lost.
func medium(name string, workers int) (workloads.Job, error) {
	w, err := workloads.Lookup(name)
	if err != nil {
		return nil, err
	}
	return w.New(workloads.Params{Size: workloads.Medium, Workers: workers})
}

// serial is the workload as a plain program: only the kernel, without tasks.
func serial(name string) func(env) (*body, error) {
	return func(env) (*body, error) {
		job, err := medium(name, 1)
		if err != nil {
			return nil, err
		}
		return jobs(job, job.Serial, func() {}), nil
	}
}

// pooled is the workload on a pool with a worker per core.
func pooled(name string) func(env) (*body, error) {
	return func(e env) (*body, error) {
		job, err := medium(name, e.cores)
		if err != nil {
			return nil, err
		}
		x := primitives.Must(primitives.NewPool(primitives.Config{Workers: e.cores}))
		run := func() error { return job.Run(background, x) }
		return jobs(job, run, func() { _ = x.Shutdown(background) }), nil
	}
}

// jobs measures n runs of the job and checks the result afterwards.
func jobs(job workloads.Job, once func() error, stop func()) *body {
	all := timed(func(n int) error {
		for range n {
			if err := once(); err != nil {
				return err
			}
		}
		return nil
	})
	run := func(n int) (time.Duration, error) {
		took, err := all(n)
		if err != nil {
			return 0, err
		}
		if err := job.Check(); err != nil {
			return 0, fmt.Errorf("%w: %w", errWrong, err)
		}
		return took, nil
	}
	return &body{run: run, stop: func() { stop(); _ = job.Close() }}
}
