package workloads

import (
	"context"
	"fmt"

	"overlap/primitives"
)

// Transpose is the transpose kernel of the Parallel Research Kernels: B += Aᵀ,
// then A += 1, tile by tile. A run is one iteration.
//
// B has m rows of n elements and A has n rows of m. Both start as in the kernel:
// A[j][i] = i·n + j and B = 0. Medium is m = n = 2584, 102 MiB together. That is
// far from the size of last-level caches, near which two cores look more than
// twice as fast as one. A row is 323 cache lines, an odd number, so that a column
// falls into all sets of a cache. A slice is a block of rows of B. Weak scaling
// adds rows. Items are elements, of 32 bytes of traffic each.
var Transpose = Workload{
	Name:        "transpose",
	Kind:        Memory,
	Doc:         "PRK transpose: B += Aᵀ, A += 1, in tiles of 32×32 of two matrices of 51 MiB",
	Models:      "changing the layout of data: matrices, images, tables from rows to columns",
	Source:      "Parallel Research Kernels (Van der Wijngaart and Mattson, 2014)",
	Limit:       "memory bandwidth, and address translation: every tile is on 64 pages",
	Checked:     "every element: after k runs B[i][j] is (i·n + j)k + k(k−1)/2, and A[j][i] is i·n + j + k",
	Expect:      Saturating,
	Why:         "cores help until together they use all of the bandwidth",
	NoProcesses: "its tasks share two matrices",
	Needs: func(p Params, _ string) Needs {
		return Needs{Bytes: 2 * 8 * p.amount(320, 2584, 8024) * p.pick(40, 2584, 8024)}
	},
	SetUp: newTranspose,
}

// transposeTile is the side of a tile: two tiles of 8 KiB fit every first-level
// cache, and all 8 elements of a line are used.
const transposeTile = 32

type transposeJob struct {
	a, b []float64
	m, n int // rows of b, rows of a
	runs int
}

func newTranspose(p Params) (Job, error) {
	j := &transposeJob{m: p.amount(320, 2584, 8024), n: p.pick(40, 2584, 8024)}
	j.a, j.b = make([]float64, j.m*j.n), make([]float64, j.m*j.n)
	touch(j.n, func(lo, hi int) {
		for k := lo * j.m; k < hi*j.m; k++ {
			row, column := k/j.m, k%j.m
			j.a[k] = float64(column*j.n + row)
		}
	})
	touch(len(j.b), func(lo, hi int) { clear(j.b[lo:hi]) })
	return j, nil
}

func (j *transposeJob) Run(ctx context.Context, ex primitives.Executor) error {
	tasks := (j.m + transposeTile - 1) / transposeTile
	j.runs++
	return doEach(ctx, ex, tasks, func(i int) { j.tiles(i * transposeTile) })
}

func (j *transposeJob) Serial() error {
	for row := 0; row < j.m; row += transposeTile {
		j.tiles(row)
	}
	j.runs++
	return nil
}

// tiles does the tiles of B that begin at that row.
func (j *transposeJob) tiles(row int) {
	for column := 0; column < j.n; column += transposeTile {
		j.tile(row, column)
	}
}

// tile does the tile of B at that row and column, and its mirror image in A.
func (j *transposeJob) tile(row, column int) {
	rows := min(row+transposeTile, j.m)
	for c := column; c < min(column+transposeTile, j.n); c++ {
		a := j.a[c*j.m+row : c*j.m+rows]
		b := j.b[row*j.n+c:]
		for r := range a {
			b[r*j.n] += a[r]
			a[r]++
		}
	}
}

// Check finds elements that any run skipped, repeated, or took from another
// place: the values of A differ in every run.
func (j *transposeJob) Check() error {
	k := float64(j.runs)
	for row := range j.m {
		for column := range j.n {
			start := float64(row*j.n + column)
			if got, want := j.a[column*j.m+row], start+k; got != want {
				return fmt.Errorf("after %d runs A[%d][%d] is %v, want %v", j.runs, column, row, got, want)
			}
			if got, want := j.b[row*j.n+column], float64(start*k)+float64(k*(k-1)/2); got != want {
				return fmt.Errorf("after %d runs B[%d][%d] is %v, want %v", j.runs, row, column, got, want)
			}
		}
	}
	return nil
}

func (j *transposeJob) Items() int   { return len(j.b) }
func (j *transposeJob) Close() error { return nil }
