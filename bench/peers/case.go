package main

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// contest is a piece of work that several sides do. Only sides of the same contest, at
// the same number of cores, are compared.
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
	target float64 // largest ratio that is accepted; 0 is none
	itself bool    // ref is ours again: the ratio shows the error of the tool
}

// budget is what ours may allocate per operation.
type budget struct {
	allocs float64
	bytes  float64 // 0 is no limit
}

// side is one way to do the work.
type side struct {
	name    string // without blanks, slashes and equal signs, for benchmark names
	make    func(env) (*body, error)
	foreign *program // set instead of make for a side in another language
	unit    string   // of a side that gauges something other than time; "" is ns/op
}

// env is what a side depends on.
type env struct {
	cores int
	spin  int // steps of a loop that takes about one microsecond
}

// body is a side ready to be measured.
type body struct {
	ops   int // operations in one iteration; 0 is 1
	run   func(n int) (time.Duration, error)
	gauge func() (float64, error) // set instead of run by a side that has a unit
	stop  func()                  // nil if there is nothing to stop
}

func (c *contest) coreCounts() []int {
	if c.cores == nil {
		return []int{1, 2}
	}
	return c.cores
}

// sides returns ours and the references, each once.
func (c *contest) sides() []side {
	all := []side{c.ours}
	for _, r := range c.rows {
		if !slices.ContainsFunc(all, func(s side) bool { return s.name == r.ref.name }) {
			all = append(all, r.ref)
		}
	}
	return all
}

// find returns the side that a child process measures.
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
	return side{}, fmt.Errorf("case %q has no side %q; --list shows them", contestName, sideName)
}

// again returns the same side under a second name, for an A/A row.
func again(s side) row {
	s.name += ".again"
	return row{ref: s, itself: true}
}

// timed measures the whole of run.
func timed(run func(n int) error) func(int) (time.Duration, error) {
	return func(n int) (time.Duration, error) {
		start := time.Now()
		err := run(n)
		return time.Since(start), err
	}
}

// answer is what every task with a result returns, so that a lost result is detected.
const answer = 7

var errWrong = errors.New("the side returned a wrong result: what it measures is not the work of the case")

// answers measures n calls of op, which all have to return the answer.
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
