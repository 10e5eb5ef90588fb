package main

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// contest is one piece of work that several sides do. Only sides of one
// contest, at one number of cores, are compared.
type contest struct {
	name   string
	cores  []int // numbers of cores to measure with; nil is 1 and 2
	ours   side
	rows   []row
	budget *budget // nil is none
}

// row is one comparison: ours over ref.
type row struct {
	ref    side
	target float64 // the most that the ratio may be; 0 is none
	itself bool    // ref is ours once more: the ratio shows the error of the tool
}

// budget is what ours may allocate for an operation.
type budget struct {
	allocs float64
	bytes  float64 // 0 is no limit
}

// side is one way to do the work.
type side struct {
	name    string // without blanks, slashes, equal signs: it stands in benchmark names
	make    func(env) (*body, error)
	foreign *program // set instead of make for a side in another language
	unit    string   // of a side that gauges something else than time; "" is ns/op
}

// env is what a side may depend on.
type env struct {
	cores int
	spin  int // steps of the loop that takes about one microsecond
}

// body is a side made ready: whatever is not measured has been done.
type body struct {
	ops   int // operations in one iteration; 0 is 1
	run   func(n int) (time.Duration, error)
	gauge func() (float64, error) // set instead of run by a side that has a unit
	stop  func()                  // nil if nothing must be stopped
}

func (c *contest) coreCounts() []int {
	if c.cores == nil {
		return []int{1, 2}
	}
	return c.cores
}

// sides are ours and the references, each once.
func (c *contest) sides() []side {
	all := []side{c.ours}
	for _, r := range c.rows {
		if !slices.ContainsFunc(all, func(s side) bool { return s.name == r.ref.name }) {
			all = append(all, r.ref)
		}
	}
	return all
}

// find returns the side that a child process is to measure.
func find(all []*contest, contestName, sideName string) (side, error) {
	for _, c := range all {
		if c.name != contestName {
			continue
		}
		for _, s := range c.sides() {
			if s.name == sideName {
				return s, nil
			}
		}
	}
	return side{}, fmt.Errorf("there is no side %q of case %q; --list shows them", sideName, contestName)
}

// again is the same side under a second name, for an A/A row.
func again(s side) row {
	s.name += ".again"
	return row{ref: s, itself: true}
}

// timed times all of run.
func timed(run func(n int) error) func(int) (time.Duration, error) {
	return func(n int) (time.Duration, error) {
		start := time.Now()
		err := run(n)
		return time.Since(start), err
	}
}

// answer is what every task with a result returns, so that a side that loses
// a result is caught.
const answer = 7

var errWrong = errors.New("the side returned a wrong result: what it measures is not the work of the case")

// answers times n calls of op, each of which must return the answer.
func answers(op func() (int, error)) func(int) (time.Duration, error) {
	return timed(func(n int) error {
		sum := 0
		for range n {
			v, err := op()
			if err != nil {
				return err
			}
			sum += v
		}
		if sum != n*answer {
			return errWrong
		}
		return nil
	})
}
