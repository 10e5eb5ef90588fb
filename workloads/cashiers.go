package workloads

import (
	"context"
	"fmt"
	"runtime/trace"
	"time"

	"overlap/primitives"
)

// Cashiers illustrates the difference between concurrency and parallelism. Two
// queues of customers stand in a shop; workers are cashiers. Each customer needs a
// scan by the cashier (a fixed number of splitmix64 steps, about 0.25 ms on a
// 3 GHz core), and then a payment, for which both wait (1 ms).
//
// With one core and two workers, one cashier serves both queues: while a customer
// of one queue pays, the cashier scans for the other. Customers of two queues are
// in progress at once, although only one is ever being scanned. That is
// concurrency. With two cores, two customers are scanned at the same instant.
// That is parallelism: two cashiers. Workers bring the first and cores the second,
// and each helps only where the other is not the limit.
//
// Customers come alternately from the queues: A1, B1, A2, B2 … A slice has
// shorter queues. Items are customers.
var Cashiers = Workload{
	Name:    "cashiers",
	Kind:    Mixed,
	Doc:     "customers of two queues: 0.25 ms of scanning, then 1 ms of waiting for the payment",
	Models:  "a shop with two queues, and services that compute and then wait for another",
	Source:  "two queues and one coffee machine, or two (Armstrong, Concurrent and Parallel Programming, 2013)",
	Limit:   "the payments while there are few workers, then the scans",
	Checked: "customers served and the sum of their receipts, per queue, against the serial program",
	Expect:  Knee,
	Why:     "scans overlap with payments until each core scans all the time, with p(D+Z)/D workers, 5 a core",
	SetUp:   newCashiers,
}

// Customer is the argument of a piece: a place in one of the queues, and the
// steps of the scan.
type Customer struct{ Queue, Number, Steps int64 }

// Region returns the type of the customer's region in an execution trace: queue
// and place, such as "customer A1".
func (c Customer) Region() string { return fmt.Sprintf("customer %c%d", rune('A'+c.Queue), c.Number+1) }

// Receipt is the result of a piece.
type Receipt struct {
	Queue    int64
	Checksum uint64
}

// till is the result for one queue.
type till struct {
	Customers int
	Receipts  uint64 // sum of the checksums
}

type cashiersJob struct {
	exact[[2]till]
	divided[Customer, Receipt]
	steps, queue int // scanning steps of a customer, customers in a queue
}

var cashiersPiece = primitives.Define("workloads.cashiers", func(ctx context.Context, c Customer) (Receipt, error) {
	if trace.IsEnabled() { // never in a sample, because it takes time
		defer trace.StartRegion(ctx, c.Region()).End()
	}
	r := Receipt{c.Queue, scan(c)}
	return r, primitives.Sleep(ctx, delay)
})

func newCashiers(p Params) (Job, error) {
	j := &cashiersJob{steps: p.pick(1<<10, 3<<16, 3<<16), queue: p.amount(4, 32, 512)}
	for number := range j.queue {
		for queue := range j.want {
			j.args = append(j.args, Customer{int64(queue), int64(number), int64(j.steps)})
		}
	}
	j.items, j.piece, j.merge = len(j.args), cashiersPiece, j.count
	j.plain = func() [2]till { return j.serial(delay) }
	j.want = j.serial(0)
	return j, nil
}

func (j *cashiersJob) count(receipts []Receipt) {
	var got [2]till
	for _, r := range receipts {
		t := &got[r.Queue]
		t.Customers++
		t.Receipts += r.Checksum
	}
	j.compare(got)
}

// serial serves one queue after the other.
func (j *cashiersJob) serial(payment time.Duration) (tills [2]till) {
	for queue := range tills {
		for number := range j.queue {
			tills[queue].Receipts += scan(Customer{int64(queue), int64(number), int64(j.steps)})
			tills[queue].Customers++
			time.Sleep(payment)
		}
	}
	return tills
}

// scan adds up the numbers of splitmix64 from the customer's own seed.
func scan(c Customer) (checksum uint64) {
	numbers := splitmix(c.Queue<<32 | c.Number)
	for range c.Steps {
		checksum += numbers.next()
	}
	return checksum
}
