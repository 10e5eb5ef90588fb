package workloads

import (
	"context"

	"overlap/primitives"
)

// Mandelbrot counts, over a square image, the points that stay bounded and the
// steps spent. A point is c = (2x/n − 1.5, 2y/n − 1), at most 100 steps while
// |z|² ≤ 4.
//
// Large is the 1000×1000 image. A slice is every k-th row. Weak scaling repeats
// the image. Items are points.
var Mandelbrot = Workload{
	Name:    "mandelbrot",
	Kind:    CPU,
	Doc:     "points of the Mandelbrot set, a task per few rows of very unequal cost",
	Models:  "rendering, and loops whose iterations differ in cost by orders of magnitude",
	Source:  "the Computer Language Benchmarks Game's mandelbrot, with counts instead of a picture",
	Limit:   "floating-point arithmetic in registers, and the balance of the tasks",
	Checked: "points inside and iterations exactly, against the serial program",
	Expect:  Linear,
	Why:     "rows are independent, and there are many more of them than cores to even out their costs",
	SetUp:   newMandelbrot,
}

const mandelbrotSteps = 100

// MandelbrotCounts is the result: points that stayed bounded, and iterations.
type MandelbrotCounts struct{ Inside, Iterations int64 }

func (c MandelbrotCounts) plus(o MandelbrotCounts) MandelbrotCounts {
	return MandelbrotCounts{c.Inside + o.Inside, c.Iterations + o.Iterations}
}

// MandelbrotRows is the argument of a piece: rows of the n×n image, Stride
// apart.
type MandelbrotRows struct{ N, First, Rows, Stride int64 }

var mandelbrotPiece = primitives.Define("workloads.mandelbrot", func(_ context.Context, r MandelbrotRows) (c MandelbrotCounts, err error) {
	for i := range r.Rows {
		c = c.plus(mandelbrotRow(int(r.First+i*r.Stride), int(r.N)))
	}
	return c, nil
})

type mandelbrotJob struct {
	exact[MandelbrotCounts]
	divided[MandelbrotRows, MandelbrotCounts]
}

func newMandelbrot(p Params) (Job, error) {
	const rowsPerPiece = 3
	n, stride, images := p.pick(48, 384, 1000), p.Slices, p.copies()
	rows := (n + stride - 1) / stride
	j := &mandelbrotJob{}
	j.items, j.piece, j.merge = images*rows*n, mandelbrotPiece, j.compareSum(MandelbrotCounts.plus)
	for range images {
		for row := 0; row < rows; row += rowsPerPiece {
			j.args = append(j.args, MandelbrotRows{int64(n), int64(row * stride), int64(min(rowsPerPiece, rows-row)), int64(stride)})
		}
	}
	j.plain = func() (c MandelbrotCounts) {
		for range images {
			for row := 0; row < n; row += stride {
				c = c.plus(mandelbrotRow(row, n))
			}
		}
		return c
	}
	j.want = j.plain()
	return j, nil
}

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
		c.Iterations += int64(steps)
		if steps == mandelbrotSteps {
			c.Inside++
		}
	}
	return c
}
