package workloads

import (
	"context"
	"fmt"
	"math"

	"overlap/primitives"
)

// Spectral is the power method of spectral-norm: ten times u = AᵀA·(AᵀA·u). The
// elements of A are computed when they are needed. A phase is one product of A or
// Aᵀ with a vector, 40 a job. A task computes some rows of it, and the next phase
// needs all of them.
//
// Medium is n = 500 and small n = 100, with published results; large is n = 2000.
// A slice computes the first rows of every product. Weak scaling has as many
// problems as workers, all in one phase. Items are elements of A.
var Spectral = Workload{
	Name:        "spectral",
	Kind:        CPU,
	Doc:         "spectral norm of an infinite matrix's corner: 40 matrix–vector products, one after the other",
	Models:      "iterative solvers: short parallel phases with a barrier after each",
	Source:      "the Computer Language Benchmarks Game's spectral-norm",
	Limit:       "floating-point division, and the balance of the tasks in each phase",
	Checked:     "the norm and the vector's length exactly, against the serial program",
	Expect:      Linear,
	Why:         "a phase has many more tasks than there are cores and is much longer than a barrier",
	NoProcesses: "its tasks share vectors",
	SetUp:       newSpectral,
}

const (
	spectralRounds = 10
	// spectralRows is how many rows a task computes. Their results, of 8 bytes
	// each, fill whole cache lines (of up to 128 bytes).
	spectralRows = 16
)

// spectralResult is the norm, and the square of v's length: the norm alone would
// be the same to nine digits after fewer rounds, or for Aᵀ.
type spectralResult struct{ norm, square float64 }

func (r spectralResult) String() string { return fmt.Sprintf("%.9f, v·v %.9e", r.norm, r.square) }

// spectralProblem holds the vectors of one problem: u and v of the power method,
// and t between the two products of one AᵀA.
type spectralProblem struct{ u, v, t []float64 }

type spectralJob struct {
	exact[spectralResult]
	rows, tasks int // tasks of one phase of one problem
	problems    []spectralProblem
}

func newSpectral(p Params) (Job, error) {
	n := p.pick(100, 500, 2000)
	rows := (n + p.Slices - 1) / p.Slices
	j := &spectralJob{rows: rows, tasks: (rows + spectralRows - 1) / spectralRows}
	j.items = p.copies() * 4 * spectralRounds * rows * n
	for range p.copies() {
		j.problems = append(j.problems, spectralProblem{make([]float64, n), make([]float64, n), make([]float64, n)})
	}
	j.want = j.serial(j.problems[0])
	return j, nil
}

func (j *spectralJob) Run(ctx context.Context, ex primitives.Executor) error {
	for _, p := range j.problems {
		p.reset()
	}
	for round := range 2 * spectralRounds {
		if err := j.phase(ctx, ex, round, spectralProblem.rows); err != nil {
			return err
		}
		if err := j.phase(ctx, ex, round, spectralProblem.columns); err != nil {
			return err
		}
	}
	got := j.want
	for _, p := range j.problems {
		if r := p.result(); r != j.want {
			got = r
		}
	}
	j.compare(got)
	return nil
}

// phase runs one product of every problem and returns when all are done.
func (j *spectralJob) phase(ctx context.Context, ex primitives.Executor, round int, product func(p spectralProblem, round, first, end int)) error {
	return doEach(ctx, ex, j.tasks*len(j.problems), func(i int) {
		first := i % j.tasks * spectralRows
		product(j.problems[i/j.tasks], round, first, min(first+spectralRows, j.rows))
	})
}

func (j *spectralJob) Serial() error {
	for _, p := range j.problems {
		j.compare(j.serial(p))
	}
	return nil
}

func (j *spectralJob) serial(p spectralProblem) spectralResult {
	p.reset()
	for round := range 2 * spectralRounds {
		p.rows(round, 0, j.rows)
		p.columns(round, 0, j.rows)
	}
	return p.result()
}

// reset clears the values of the run before, so that a part that is lost is
// detected.
func (p spectralProblem) reset() {
	for i := range p.u {
		p.u[i], p.v[i], p.t[i] = 1, 0, 0
	}
}

// rows computes the elements [first, end) of t = A·u, or of A·v in odd rounds.
func (p spectralProblem) rows(round, first, end int) {
	x := p.u
	if round%2 == 1 {
		x = p.v
	}
	for i := first; i < end; i++ {
		sum := 0.0
		for k, xk := range x {
			sum += float64(spectralElement(i, k) * xk)
		}
		p.t[i] = sum
	}
}

// columns computes the elements [first, end) of v = Aᵀ·t, or of u in odd rounds.
func (p spectralProblem) columns(round, first, end int) {
	y := p.v
	if round%2 == 1 {
		y = p.u
	}
	for i := first; i < end; i++ {
		sum := 0.0
		for k, tk := range p.t {
			sum += float64(spectralElement(k, i) * tk)
		}
		y[i] = sum
	}
}

func spectralElement(i, k int) float64 {
	return 1 / float64((i+k)*(i+k+1)>>1+i+1)
}

// result returns the square root of u·v / v·v, and v·v.
func (p spectralProblem) result() spectralResult {
	uv, vv := 0.0, 0.0
	for i, v := range p.v {
		uv += float64(p.u[i] * v)
		vv += float64(v * v)
	}
	return spectralResult{math.Sqrt(uv / vv), vv}
}
