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
// In the open loop, requests are due at a fixed rate, 1000 a second, answered or
// not (see arrivals). One worker serves at most half of them, since its waits
// alone take 2 ms. A product takes 0.1 to 0.3 ms and so leaves one core idle for
// most of the time: more workers keep up with the rate, and more cores do not help. Other variants raise the rate, and the job in proportion.
//
// Both matrices hold their column numbers, so the product sums to n³(n−1)²/4 (PRK
// dgemm). A slice is fewer requests, in the open loop at a lower rate; weak
// scaling raises the rate. Items are requests.
var Request = Workload{
	Name:     "request",
	Kind:     Mixed,
	Doc:      "requests that wait 1 ms, multiply two 64×64 matrices and wait 1 ms",
	Models:   "a server's handler: read from a service, compute, write to another",
	Source:   "schbench (Mason, 2016): sleep, multiply matrices, sleep; the product is PRK dgemm's; the open loop is wrk2's (Tene, 2013)",
	Limit:    "the waits while there are few workers, then arithmetic",
	Checked:  "the sums of all products exactly, against the closed form n³(n−1)²/4",
	Expect:   Knee,
	Why:      "the waits of some requests overlap with the arithmetic of others until the cores are full",
	Variants: append([]Variant{{"closed", "a worker takes the next request when it has answered the one before", Knee}}, openVariants("request", 1000)...),
	SetUp:    newRequest,
}

// requestInterval is the time between due requests.
const requestInterval = time.Second / 1000

// RequestReply is the sum of a request's product, and how long the request took
// from the piece's start.
type RequestReply struct {
	Sum  float64
	Took time.Duration
}

const (
	requestOrder = 64
	requestSum   = requestOrder * requestOrder * requestOrder * (requestOrder - 1) * (requestOrder - 1) / 4
)

type matrix [requestOrder][requestOrder]float64

// requestColumns is both factors: every element is its column number.
var requestColumns = func() (m matrix) {
	for i := range m {
		for k := range m[i] {
			m[i][k] = float64(k)
		}
	}
	return m
}()

// requestProducts holds buffers that no task uses. They are too large for a new
// goroutine's stack, which would grow in every task of spawn.
var requestProducts = sync.Pool{New: func() any { return new(matrix) }}

type requestJob struct {
	exact[float64]
	arriving[time.Duration, RequestReply] // the wait before and after the product
}

var requestPiece = primitives.Define("workloads.request", func(ctx context.Context, wait time.Duration) (RequestReply, error) {
	return answer(ctx, wait, primitives.Sleep)
})

// answer answers a request. service waits for a service that it needs.
func answer(ctx context.Context, wait time.Duration, service func(context.Context, time.Duration) error) (r RequestReply, err error) {
	start := time.Now()
	if err := service(ctx, wait); err != nil {
		return r, err
	}
	c := requestProducts.Get().(*matrix)
	r.Sum = product(c, &requestColumns, &requestColumns)
	requestProducts.Put(c)
	err = service(ctx, wait)
	r.Took = time.Since(start)
	return r, err
}

func newRequest(p Params) (Job, error) {
	n := p.share(p.pick(8, 64, 1024) * max(p.rateFactor(), 1))
	j := &requestJob{}
	j.items, j.want = n, float64(n)*requestSum
	j.args, j.piece, j.merge = slices.Repeat([]time.Duration{delay}, n), requestPiece, j.add
	j.arrivals = newArrivals(p, n, requestInterval)
	return j, nil
}

func (j *requestJob) add(replies []RequestReply) {
	var got float64
	for i, r := range replies {
		got += r.Sum
		j.noteLatency(i, r.Took)
	}
	j.compare(got)
}

func (j *requestJob) Serial() error {
	var c matrix
	var got float64
	err := j.serial(func(int) error {
		time.Sleep(delay)
		got += product(&c, &requestColumns, &requestColumns)
		time.Sleep(delay)
		return nil
	})
	j.compare(got)
	return err
}

// product sets c to a·b and returns the sum of its elements. All values are
// integers below 2^53, so the sum is exact in any order. It goes eight elements at a time:
// a loop over single ones takes 1.7 times as long at some addresses of its code as at
// others (Xeon, go1.26), so that each build measured another workload.
func product(c, a, b *matrix) float64 {
	sum := 0.0
	for i := range c {
		row := &c[i]
		*row = [requestOrder]float64{}
		for k := range b {
			aik, bk := a[i][k], &b[k]
			for l := 0; l < requestOrder; l += 8 {
				x, y := (*[8]float64)(row[l:]), (*[8]float64)(bk[l:])
				x[0] += float64(aik * y[0])
				x[1] += float64(aik * y[1])
				x[2] += float64(aik * y[2])
				x[3] += float64(aik * y[3])
				x[4] += float64(aik * y[4])
				x[5] += float64(aik * y[5])
				x[6] += float64(aik * y[6])
				x[7] += float64(aik * y[7])
			}
		}
		for _, x := range row {
			sum += x
		}
	}
	return sum
}
