package workloads

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"overlap/primitives"
)

// Dgemm is the dgemm kernel of the Parallel Research Kernels: C += A·B with
// square tiles, a task per tile of C, gonum's matrix product on each.
//
// PRK fills A and B with the column number. Here A_ik = i+k and B_kj = k+j, so
// that an element depends on all three indexes and no tile equals another. All
// values are integers below 2^53 for the first million runs.
//
// Large is n = 1024 with tiles of 64, medium 256 with 32, small 64 with 16. A
// slice computes the first rows of C; weak scaling multiplies the rows of A and C
// by the workers. Items are multiply-adds.
var Dgemm = Workload{
	Name:        "dgemm",
	Kind:        CPU,
	Doc:         "PRK dgemm: C += A·B, a task per tile of C",
	Models:      "dense linear algebra and neural networks",
	Source:      "Parallel Research Kernels (Van der Wijngaart and Mattson, 2014), with gonum's kernel",
	Limit:       "floating-point multiplication and addition from the nearest caches",
	Checked:     "every element: after k runs C_ij is k times the closed form",
	Expect:      Linear,
	Why:         "tiles of C are independent, and a tile's operands are used again and again from the caches of its core",
	NoProcesses: "its tasks share three matrices",
	SetUp:       newDgemm,
}

type dgemmJob struct {
	n, rows, tile int // A and C are rows×n, B is n×n
	a, b, c       []float64
	runs          int
}

func newDgemm(p Params) (Job, error) {
	n := p.pick(64, 256, 1024)
	j := &dgemmJob{n: n, rows: p.share(n), tile: p.pick(16, 32, 64)}
	j.a, j.b, j.c = make([]float64, j.rows*n), make([]float64, n*n), make([]float64, j.rows*n)
	for i := range j.a {
		j.a[i] = float64(i/n + i%n)
	}
	for i := range j.b {
		j.b[i] = float64(i/n + i%n)
	}
	return j, nil
}

func (j *dgemmJob) Run(ctx context.Context, ex primitives.Executor) error {
	across := j.n / j.tile
	down := (j.rows + j.tile - 1) / j.tile
	j.runs++
	return doEach(ctx, ex, down*across, func(i int) {
		j.multiply(i/across*j.tile, i%across*j.tile, j.tile)
	})
}

// Serial multiplies in blocks of the size that gonum's own serial product uses.
func (j *dgemmJob) Serial() error {
	const block = 64
	for row := 0; row < j.rows; row += block {
		for column := 0; column < j.n; column += block {
			j.multiply(row, column, block)
		}
	}
	j.runs++
	return nil
}

// multiply adds A·B to the tile of C that begins at row and column. It goes tile
// by tile along the inner dimension, so that a tile of B stays in the nearest
// cache. gonum starts goroutines only for products of 4 blocks of 64×64 or more.
func (j *dgemmJob) multiply(row, column, tile int) {
	n := j.n
	rows := min(tile, j.rows-row)
	c := j.c[row*n+column:]
	for k := 0; k < n; k += tile {
		a, b := j.a[row*n+k:], j.b[k*n+column:]
		gonum.Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, rows, tile, tile, 1, a, n, b, n, 1, c, n)
	}
}

// Check finds a lost, repeated or wrong tile in any run: each run adds
// Σ_k (i+k)(k+j) = n·i·j + (i+j)·Σk + Σk² to C_ij.
func (j *dgemmJob) Check() error {
	n := j.n
	sum, squares := n*(n-1)/2, n*(n-1)*(2*n-1)/6
	for at, got := range j.c {
		row, column := at/n, at%n
		want := float64(j.runs) * float64(n*row*column+(row+column)*sum+squares)
		if got != want {
			return fmt.Errorf("after %d runs C[%d][%d] is %v, want %v", j.runs, row, column, got, want)
		}
	}
	return nil
}

func (j *dgemmJob) Items() int   { return j.rows * j.n * j.n }
func (j *dgemmJob) Close() error { return nil }
