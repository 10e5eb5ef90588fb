package main

import (
	"sync"
	"sync/atomic"

	"github.com/alitto/pond/v2"
	"github.com/samber/mo"

	"overlap/primitives"
)

// readers runs read in several goroutines at once; read awaits a finished future n times
// and returns the sum of the results. An operation is one read by one of the readers.
func readers(count int, stop func(), read func(n int) (int, error)) *body {
	return &body{ops: count, stop: stop, run: timed(func(n int) error {
		if count == 1 {
			sum, err := read(n)
			return checkReads(sum, n, err)
		}
		errs := make([]error, count)
		var all sync.WaitGroup
		for i := range count {
			all.Go(func() {
				sum, err := read(n)
				errs[i] = checkReads(sum, n, err)
			})
		}
		all.Wait()
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		return nil
	})}
}

func checkReads(sum, n int, err error) error {
	if err == nil && sum != n*answer {
		return errWrong
	}
	return err
}

func doneOurs(count int) func(env) (*body, error) {
	return func(env) (*body, error) {
		x, stop := ourPool(1)
		f := primitives.Submit(background, x, give)
		if _, err := f.Await(background); err != nil {
			return nil, err
		}
		return readers(count, stop, func(n int) (sum int, err error) {
			for range n {
				v, err := f.Await(background)
				if err != nil {
					return 0, err
				}
				sum += v
			}
			return sum, nil
		}), nil
	}
}

func doneMo(count int) func(env) (*body, error) {
	return func(env) (*body, error) {
		f := mo.NewFuture(func(resolve func(int), _ func(error)) { resolve(answer) })
		return readers(count, nil, func(n int) (sum int, err error) {
			for range n {
				v, err := f.Collect()
				if err != nil {
					return 0, err
				}
				sum += v
			}
			return sum, nil
		}), nil
	}
}

func donePond(count int) func(env) (*body, error) {
	return func(env) (*body, error) {
		p := pond.NewResultPool[int](1)
		f := p.Submit(func() int { return answer })
		return readers(count, p.StopAndWait, func(n int) (sum int, err error) {
			for range n {
				v, err := f.Wait()
				if err != nil {
					return 0, err
				}
				sum += v
			}
			return sum, nil
		}), nil
	}
}

// settled is the minimal finished future.
type settled struct {
	state atomic.Uint32
	value int
}

// load is a call because Result is one: a loop around an inlined load would
// measure the loop.
//
//go:noinline
func (s *settled) load() (int, error) {
	if s.state.Load() == 0 {
		return 0, errWrong
	}
	return s.value, nil
}

func doneFloor(count int) func(env) (*body, error) {
	return func(env) (*body, error) {
		s := &settled{value: answer}
		s.state.Store(1)
		return readers(count, nil, func(n int) (sum int, err error) {
			for range n {
				v, err := s.load()
				if err != nil {
					return 0, err
				}
				sum += v
			}
			return sum, nil
		}), nil
	}
}
