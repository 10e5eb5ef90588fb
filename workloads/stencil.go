package workloads

import (
	"context"
	"fmt"
	"math"

	"overlap/primitives"
)

// Stencil is the stencil kernel of the Parallel Research Kernels with a star of
// radius 2: out += weights·in for inner points, then in += 1 everywhere. A run is
// one iteration of these two phases; the second begins when the first has ended.
//
// in[i][j] starts as i + j and out as 0. Medium is 2600×2600 points, 103 MiB
// for both grids; all values are multiples of 1/8 below 2^50, so sums are exact
// in any order. A slice is a block of rows. Weak scaling adds rows. Items are
// points, of 40 bytes of traffic each.
var Stencil = Workload{
	Name:        "stencil",
	Kind:        Memory,
	Doc:         "PRK stencil: a star of radius 2 over 103 MiB of grids, two phases with a join between",
	Models:      "simulation of heat, waves or flow, and filters of images: neighbours, then a barrier",
	Source:      "Parallel Research Kernels (Van der Wijngaart and Mattson, 2014)",
	Limit:       "memory bandwidth: 40 bytes for 9 additions and 2 multiplications",
	Checked:     "every point: after k runs out is 2k inside and in is i + j + k; the L1 norm of out is 2k",
	Expect:      Saturating,
	Why:         "cores help until together they use all of the bandwidth",
	NoProcesses: "its tasks share two grids",
	Needs: func(p Params, _ string) Needs {
		return Needs{Bytes: 2 * 8 * p.amount(96, 2600, 8000) * p.pick(48, 2600, 8000)}
	},
	SetUp: newStencil,
}

const stencilRadius = 2

type stencilJob struct {
	in, out    []float64
	rows, n    int // n points in a row
	tasks      int // in a phase
	runs       int
	lastInside int // the row after the last that has all its neighbours
}

func newStencil(p Params) (Job, error) {
	j := &stencilJob{rows: p.amount(96, 2600, 8000), n: p.pick(48, 2600, 8000)}
	j.tasks = min(j.rows, p.amount(16, 104, 400))
	j.lastInside = j.rows - stencilRadius
	j.in, j.out = make([]float64, j.rows*j.n), make([]float64, j.rows*j.n)
	touch(j.rows, func(lo, hi int) {
		clear(j.out[lo*j.n : hi*j.n])
		for k := lo * j.n; k < hi*j.n; k++ {
			j.in[k] = float64(k/j.n + k%j.n)
		}
	})
	return j, nil
}

func (j *stencilJob) Run(ctx context.Context, ex primitives.Executor) error {
	j.runs++
	if err := doShares(ctx, ex, j.rows, j.tasks, j.star); err != nil {
		return err
	}
	return doShares(ctx, ex, j.rows, j.tasks, j.increment)
}

func (j *stencilJob) Serial() error {
	j.runs++
	j.star(0, j.rows)
	j.increment(0, j.rows)
	return nil
}

// star adds the star of every inner point of the rows [lo, hi) to out.
func (j *stencilJob) star(lo, hi int) {
	row := func(i int) []float64 { return j.in[i*j.n : (i+1)*j.n] }
	for i := max(lo, stencilRadius); i < min(hi, j.lastInside); i++ {
		starRow(j.out[i*j.n:(i+1)*j.n], row(i-2), row(i-1), row(i), row(i+1), row(i+2))
	}
}

// starRow adds the stars along one row: up2 to down2 are rows of in. The weights
// are the kernel's, ±1/(2dr) at distance d of radius r. All slices have the same
// length, so that the compiler can omit bounds checks.
func starRow(out, up2, up1, mid, down1, down2 []float64) {
	n := len(out) - 2*stencilRadius
	out, up2, up1, down1, down2 = out[2:2+n], up2[2:2+n], up1[2:2+n], down1[2:2+n], down2[2:2+n]
	left2, left1, right1, right2 := mid[:n], mid[1:1+n], mid[3:3+n], mid[4:4+n]
	for k := range out {
		near := down1[k] - up1[k] + right1[k] - left1[k]
		far := down2[k] - up2[k] + right2[k] - left2[k]
		out[k] += float64(near*0.25) + float64(far*0.125)
	}
}

// increment adds 1 to the rows [lo, hi) of in.
func (j *stencilJob) increment(lo, hi int) {
	in := j.in[lo*j.n : hi*j.n]
	for k := range in {
		in[k]++
	}
}

// Check finds points that any run skipped or repeated, or whose neighbours were
// not all of the same run.
func (j *stencilJob) Check() error {
	for k := range j.in {
		row, column := k/j.n, k%j.n
		var want float64
		if row >= 2 && row < j.lastInside && column >= 2 && column < j.n-2 {
			want = 2 * float64(j.runs)
		}
		if j.out[k] != want || j.in[k] != float64(row+column+j.runs) {
			return fmt.Errorf("after %d runs point %d, %d is %v in and %v out, want %d and %v",
				j.runs, row, column, j.in[k], j.out[k], row+column+j.runs, want)
		}
	}
	if got, want := j.norm(), 2*float64(j.runs); got != want && j.lastInside > stencilRadius {
		return fmt.Errorf("after %d runs the norm is %v, want %v", j.runs, got, want)
	}
	return nil
}

// norm returns the L1 norm of out divided by the number of inner points.
func (j *stencilJob) norm() float64 {
	var sum float64
	for _, x := range j.out {
		sum += math.Abs(x)
	}
	return sum / float64((j.rows-2*stencilRadius)*(j.n-2*stencilRadius))
}

func (j *stencilJob) Items() int   { return len(j.in) }
func (j *stencilJob) Close() error { return nil }
