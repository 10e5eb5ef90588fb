package workloads

import (
	"context"

	"overlap/primitives"
)

// Mandelbrot counts, over a square image, the points that stay bounded and the
// steps spent. Rows differ in cost by orders of magnitude, so it shows
// how an executor balances load.
//
// A point is c = (2x/n − 1.5, 2y/n − 1), at most 100 steps while |z|² ≤ 4.
// Large is the 1000×1000 image. Items are points. A slice is every k-th row.
var Mandelbrot = Workload{
	Name: "mandelbrot",
	Kind: CPU,
	Doc:  "points of the Mandelbrot set, a task per few rows of very unequal cost",
	New:  newMandelbrot,
}

const mandelbrotSteps = 100

// MandelbrotCounts is the result: points that stayed bounded, and iterations.
type MandelbrotCounts struct{ Inside, Iterations int }

func (c MandelbrotCounts) plus(o MandelbrotCounts) MandelbrotCounts {
	return MandelbrotCounts{c.Inside + o.Inside, c.Iterations + o.Iterations}
}

type mandelbrotJob struct {
	tally
	n, rows, stride int // the image is n×n; this job has rows rows, stride apart
	rowsPerTask     int
	want            MandelbrotCounts
}

func newMandelbrot(p Params) (Job, error) {
	n, err := Params{Size: p.Size, Workers: p.Workers}.amount(48, 384, 1000)
	if err != nil {
		return nil, err
	}
	rows, err := p.amount(48, 384, 1000)
	if err != nil {
		return nil, err
	}
	j := &mandelbrotJob{n: n, rows: rows, stride: max(p.Slices, 1), rowsPerTask: 3}
	for row := range rows {
		j.want = j.want.plus(mandelbrotRow(row*j.stride, n))
	}
	return j, nil
}

func (j *mandelbrotJob) Run(ctx context.Context, ex primitives.Executor) error {
	tasks := (j.rows + j.rowsPerTask - 1) / j.rowsPerTask
	parts, err := forEach(ctx, ex, tasks, func(_ context.Context, i int) (MandelbrotCounts, error) {
		var c MandelbrotCounts
		for row := i * j.rowsPerTask; row < min((i+1)*j.rowsPerTask, j.rows); row++ {
			c = c.plus(mandelbrotRow(row*j.stride, j.n))
		}
		return c, nil
	})
	if err != nil {
		return err
	}
	add(&j.tally, sum(parts), j.want)
	return nil
}

func (j *mandelbrotJob) Items() int   { return j.rows * j.n }
func (j *mandelbrotJob) Close() error { return nil }

// mandelbrotRow computes one row. The conversions forbid fused multiply-add,
// which would move points across the border of the set.
func mandelbrotRow(row, n int) MandelbrotCounts {
	var c MandelbrotCounts
	ci := 2*float64(row)/float64(n) - 1
	for x := range n {
		cr := 2*float64(x)/float64(n) - 1.5
		var zr, zi, rr, ii float64
		steps := 0
		for ; steps < mandelbrotSteps && rr+ii <= 4; steps++ {
			zi = float64(2*zr*zi) + ci
			zr = rr - ii + cr
			rr, ii = float64(zr*zr), float64(zi*zi)
		}
		c.Iterations += steps
		if steps == mandelbrotSteps {
			c.Inside++
		}
	}
	return c
}
