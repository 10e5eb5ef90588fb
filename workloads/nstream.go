package workloads

import (
	"context"
	"fmt"

	"overlap/primitives"
)

// Nstream is the nstream kernel of the Parallel Research Kernels, STREAM's triad
// with an update. The arrays exceed the caches of most machines: near the size of
// the cache, two cores look more than twice as fast as one. Items are elements,
// of 32 bytes of traffic each. A slice has shorter arrays.
var Nstream = Workload{
	Name:        "nstream",
	Kind:        Memory,
	Doc:         "PRK nstream: A += B + 3·C over 192 MiB of arrays",
	Models:      "scans of columns and vectors that are larger than the caches",
	Source:      "Parallel Research Kernels (Van der Wijngaart and Mattson, 2014), after STREAM (McCalpin, 1995)",
	Limit:       "memory bandwidth: 32 bytes for two multiplications and additions",
	Checked:     "every element: after k runs A[i] is 8k",
	Expect:      Saturating,
	Why:         "cores help until together they use all of the bandwidth",
	NoProcesses: "its tasks share three arrays",
	Needs:       func(p Params, _ string) Needs { return Needs{Bytes: 3 * 8 * p.amount(1<<12, 1<<23, 1<<25)} },
	SetUp:       newNstream,
}

type nstreamJob struct {
	a, b, c []float64
	tasks   int
	runs    int
}

func newNstream(p Params) (Job, error) {
	n := p.amount(1<<12, 1<<23, 1<<25)
	j := &nstreamJob{a: make([]float64, n), b: make([]float64, n), c: make([]float64, n), tasks: max(16*p.copies(), n>>16)}
	touch(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			j.a[i], j.b[i], j.c[i] = 0, 2, 2
		}
	})
	return j, nil
}

func (j *nstreamJob) Run(ctx context.Context, ex primitives.Executor) error {
	j.runs++
	return doShares(ctx, ex, len(j.a), j.tasks, func(lo, hi int) {
		triad(j.a[lo:hi], j.b[lo:hi], j.c[lo:hi])
	})
}

func (j *nstreamJob) Serial() error {
	triad(j.a, j.b, j.c)
	j.runs++
	return nil
}

// triad handles four elements at a time, which the compiler does not do by
// itself: one core then gets nearly the bandwidth that it gets in C.
func triad(a, b, c []float64) {
	b, c = b[:len(a)], c[:len(a)]
	for len(a) >= 4 && len(b) >= 4 && len(c) >= 4 {
		a[0] += b[0] + float64(3*c[0])
		a[1] += b[1] + float64(3*c[1])
		a[2] += b[2] + float64(3*c[2])
		a[3] += b[3] + float64(3*c[3])
		a, b, c = a[4:], b[4:], c[4:]
	}
	for i := range a {
		a[i] += b[i] + float64(3*c[i])
	}
}

// Check finds a skipped or repeated element of any run: each adds exactly 8.
func (j *nstreamJob) Check() error {
	want := 8 * float64(j.runs)
	for i, got := range j.a {
		if got != want {
			return fmt.Errorf("after %d runs element %d is %v, want %v", j.runs, i, got, want)
		}
	}
	return nil
}

func (j *nstreamJob) Items() int   { return len(j.a) }
func (j *nstreamJob) Close() error { return nil }
