package main

import (
	"context"
	"sync"

	"github.com/alitto/pond/v2"
	"github.com/bytedance/gopkg/util/gopool"
	"github.com/gammazero/workerpool"
	"github.com/panjf2000/ants/v2"
	"github.com/samber/lo"
	"github.com/samber/mo"
	"github.com/sourcegraph/conc"
	"golang.org/x/sync/errgroup"

	"overlap/primitives"
)

// The sides that submit one task that returns the answer and wait for it.
// Pools have two workers. With a library that has no results, the caller has to capture a
// variable, and the closure counts as an allocation of that library.

var background = context.Background()

func give(context.Context) (int, error) { return answer, nil }

func ourPool(workers int) (primitives.Executor, func()) {
	x := primitives.Must(primitives.NewPool(primitives.Config{Workers: workers}))
	return x, func() { _ = x.Shutdown(background) } // background never ends, so that there is no error
}

func submitResult(env) (*body, error) {
	x, stop := ourPool(2)
	return &body{stop: stop, run: answers(func() (int, error) {
		return primitives.Submit(background, x, give).Await(background)
	})}, nil
}

func submitHelp(env) (*body, error) {
	x, stop := ourPool(2)
	return &body{stop: stop, run: answers(func() (int, error) {
		return primitives.Submit(background, x, give).RunOrAwait(background)
	})}, nil
}

// submitFloor is hand-written code for this case only: no errors, no cancellation, no
// allocations.
func submitFloor(env) (*body, error) {
	type request struct {
		task  func(context.Context) (int, error)
		reply chan int
	}
	queue := make(chan request, 1024)
	for range 2 {
		go func() {
			for r := range queue {
				v, _ := r.task(background)
				r.reply <- v
			}
		}()
	}
	replies := sync.Pool{New: func() any { return make(chan int, 1) }}
	return &body{stop: func() { close(queue) }, run: answers(func() (int, error) {
		reply := replies.Get().(chan int)
		queue <- request{give, reply}
		v := <-reply
		replies.Put(reply)
		return v, nil
	})}, nil
}

func submitLo(env) (*body, error) {
	return &body{run: answers(func() (int, error) {
		return <-lo.Async(func() int { return answer }), nil
	})}, nil
}

func submitMo(env) (*body, error) {
	return &body{run: answers(func() (int, error) {
		return mo.NewFuture(func(resolve func(int), _ func(error)) { resolve(answer) }).Collect()
	})}, nil
}

func submitPond(env) (*body, error) {
	p := pond.NewResultPool[int](2)
	return &body{stop: p.StopAndWait, run: answers(func() (int, error) {
		return p.Submit(func() int { return answer }).Wait()
	})}, nil
}

// submitConc uses a WaitGroup: every wait would need a new conc pool, at twice the cost.
func submitConc(env) (*body, error) {
	return &body{run: answers(func() (int, error) {
		var v int
		var g conc.WaitGroup
		g.Go(func() { v = answer })
		g.Wait()
		return v, nil
	})}, nil
}

func submitErrgroup(env) (*body, error) {
	return &body{run: answers(func() (int, error) {
		var v int
		var g errgroup.Group
		g.Go(func() error { v = answer; return nil })
		err := g.Wait()
		return v, err
	})}, nil
}

func submitAnts(env) (*body, error) {
	p, err := ants.NewPool(2)
	if err != nil {
		return nil, err
	}
	return &body{stop: p.Release, run: answers(func() (int, error) {
		var v int
		var done sync.WaitGroup
		done.Add(1)
		err := p.Submit(func() { v = answer; done.Done() })
		if err != nil {
			return 0, err
		}
		done.Wait()
		return v, nil
	})}, nil
}

func submitGopool(env) (*body, error) {
	p := gopool.NewPool("peers", 2, gopool.NewConfig())
	return &body{run: answers(func() (int, error) {
		var v int
		var done sync.WaitGroup
		done.Add(1)
		p.Go(func() { v = answer; done.Done() })
		done.Wait()
		return v, nil
	})}, nil
}

func submitWorkerpool(env) (*body, error) {
	p := workerpool.New(2)
	return &body{stop: p.StopWait, run: answers(func() (int, error) {
		var v int
		p.SubmitWait(func() { v = answer })
		return v, nil
	})}, nil
}

func submitGoroutine(env) (*body, error) {
	return &body{run: answers(func() (int, error) {
		result := make(chan int, 1)
		go func() { result <- answer }()
		return <-result, nil
	})}, nil
}
