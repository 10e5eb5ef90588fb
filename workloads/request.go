package workloads

import (
	"context"

	"overlap/primitives"
)

// Request is what most servers do: wait (1 ms), compute (a 64×64 matrix
// product), wait again (1 ms). One core serves other requests while one waits,
// so workers help until the core is full, and then cores help.
//
// With both matrices filled with their column numbers the product sums to
// n³(n−1)²/4 (PRK dgemm). Items are requests.
var Request = Workload{
	Name:   "request",
	Kind:   Mixed,
	Doc:    "requests that wait 1 ms, multiply two 64×64 matrices and wait 1 ms",
	Expect: Knee,
	Shares: "buffers",
	SetUp:  newRequest,
}

const requestOrder = 64

type matrix [requestOrder][requestOrder]float64

type requestJob struct {
	tally
	tasks int
	a, b  matrix
	idle  chan *matrix // product buffers that no task uses
}

func newRequest(p Params) (Job, error) {
	tasks := p.amount(8, 64, 1024)
	j := &requestJob{tasks: tasks, idle: make(chan *matrix, p.Workers)}
	for i := range requestOrder {
		for k := range requestOrder {
			j.a[i][k], j.b[i][k] = float64(k), float64(k)
		}
	}
	for range p.Workers {
		j.idle <- new(matrix)
	}
	return j, nil
}

func (j *requestJob) Run(ctx context.Context, ex primitives.Executor) error {
	sums, err := forEach(ctx, ex, j.tasks, func(ctx context.Context, _ int) (float64, error) {
		if err := primitives.Sleep(ctx, delay); err != nil {
			return 0, err
		}
		c := <-j.idle
		sum := product(c, &j.a, &j.b)
		j.idle <- c
		return sum, primitives.Sleep(ctx, delay)
	})
	if err != nil {
		return err
	}
	var got float64
	for _, sum := range sums {
		got += sum
	}
	const n = requestOrder
	add(&j.tally, got, float64(j.tasks)*n*n*n*(n-1)*(n-1)/4)
	return nil
}

// product sets c to a·b and returns the sum of its elements. All values are
// integers below 2^53, so the sum is exact in any order.
func product(c, a, b *matrix) float64 {
	sum := 0.0
	for i := range c {
		row := &c[i]
		*row = [requestOrder]float64{}
		for k := range b {
			aik, bk := a[i][k], &b[k]
			for l := range row {
				row[l] += aik * bk[l]
			}
		}
		for _, x := range row {
			sum += x
		}
	}
	return sum
}

func (j *requestJob) Items() int    { return j.tasks }
func (j *requestJob) Serial() error { return nil }
