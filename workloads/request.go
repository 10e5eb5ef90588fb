package workloads

import (
	"context"
	"slices"
	"sync"
	"time"

	"overlap/primitives"
)

// Request is what most servers do: wait (1 ms), compute (a 64×64 matrix
// product), wait again (1 ms). One core serves other requests while one waits,
// so workers help until the core is full, and then cores help.
//
// With both matrices filled with their column numbers the product sums to
// n³(n−1)²/4 (PRK dgemm). A slice is fewer requests. Items are requests.
var Request = Workload{
	Name:    "request",
	Kind:    Mixed,
	Doc:     "requests that wait 1 ms, multiply two 64×64 matrices and wait 1 ms",
	Models:  "a server's handler: read from a service, work on what came, write to another",
	Source:  "schbench (Mason, 2016): sleep, multiply matrices, sleep; the product is PRK dgemm's",
	Limit:   "the waits while there are few workers, then arithmetic",
	Checked: "the sums of all products exactly, against the closed form n³(n−1)²/4",
	Expect:  Knee,
	Why:     "the waits of some requests overlap with the arithmetic of others until the cores are full",
	SetUp:   newRequest,
}

const (
	requestOrder = 64
	requestSum   = requestOrder * requestOrder * requestOrder * (requestOrder - 1) * (requestOrder - 1) / 4
)

type matrix [requestOrder][requestOrder]float64

// requestColumns is both factors: every element is the number of its column.
var requestColumns = func() (m matrix) {
	for i := range m {
		for k := range m[i] {
			m[i][k] = float64(k)
		}
	}
	return m
}()

// requestProducts are buffers that no task uses: too large for a fresh stack,
// which would grow in every task of spawn.
var requestProducts = sync.Pool{New: func() any { return new(matrix) }}

type requestJob struct {
	tally
	waits []time.Duration // of each request, before and after the product
	want  float64
}

var requestPiece = primitives.Define("workloads.request", func(ctx context.Context, wait time.Duration) (float64, error) {
	if err := primitives.Sleep(ctx, wait); err != nil {
		return 0, err
	}
	c := requestProducts.Get().(*matrix)
	sum := product(c, &requestColumns, &requestColumns)
	requestProducts.Put(c)
	return sum, primitives.Sleep(ctx, wait)
})

func newRequest(p Params) (Job, error) {
	n := p.amount(8, 64, 1024)
	return &requestJob{waits: slices.Repeat([]time.Duration{delay}, n), want: float64(n) * requestSum}, nil
}

func (j *requestJob) Run(ctx context.Context, ex primitives.Executor) error {
	return runPieces(ctx, ex, j)
}

// Split, Piece and Merge implement Divided.
func (j *requestJob) Split() []time.Duration                          { return j.waits }
func (j *requestJob) Piece() *primitives.Func[time.Duration, float64] { return requestPiece }

func (j *requestJob) Merge(sums []float64) {
	var got float64
	for _, s := range sums {
		got += s
	}
	add(&j.tally, got, j.want)
}

func (j *requestJob) Serial() error {
	var c matrix
	var got float64
	for range j.waits {
		time.Sleep(delay)
		got += product(&c, &requestColumns, &requestColumns)
		time.Sleep(delay)
	}
	add(&j.tally, got, j.want)
	return nil
}

func (j *requestJob) Items() int { return len(j.waits) }

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
				row[l] += float64(aik * bk[l])
			}
		}
		for _, x := range row {
			sum += x
		}
	}
	return sum
}
