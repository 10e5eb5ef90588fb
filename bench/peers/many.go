package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alitto/pond/v2"
	"github.com/bytedance/gopkg/util/gopool"
	"github.com/gammazero/workerpool"
	"github.com/panjf2000/ants/v2"
	"github.com/samber/lo"
	"github.com/samber/mo"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"

	"overlap/primitives"
)

// tasks is the number of tasks that one iteration of the sides below runs; an operation
// is one task.
const tasks = 10_000

// kind is what the tasks of a case do; nil is nothing, without even a call.
type kind func(env) func()

func empty(env) func() { return nil }

func sleep(env) func() { return func() { time.Sleep(time.Millisecond) } }

// counted returns the body of a side that runs all tasks n times. all returns how many
// tasks ran, so that lost tasks are detected.
func counted(all func() (int, error), stop func()) *body {
	return &body{ops: tasks, stop: stop, run: timed(func(n int) error {
		for range n {
			ran, err := all()
			if err != nil {
				return err
			}
			if ran != tasks {
				return errWrong
			}
		}
		return nil
	})}
}

// futures submits every task separately and then awaits every future.
func futures(workers int, k kind) func(env) (*body, error) {
	return func(e env) (*body, error) {
		x, stop := ourPool(workers)
		work := k(e)
		task := func(context.Context) (int, error) {
			if work != nil {
				work()
			}
			return 1, nil
		}
		all := make([]*primitives.Future[int], tasks)
		return counted(func() (sum int, err error) {
			for i := range all {
				all[i] = primitives.Submit(background, x, task)
			}
			for _, f := range all {
				v, err := f.Await(background)
				if err != nil {
					return 0, err
				}
				sum += v
			}
			return sum, nil
		}, stop), nil
	}
}

func batch(workers int, k kind) func(env) (*body, error) {
	return func(e env) (*body, error) {
		x, stop := ourPool(workers)
		work := k(e)
		task := func(context.Context, int) (int, error) {
			if work != nil {
				work()
			}
			return 1, nil
		}
		return counted(func() (sum int, err error) {
			results, err := primitives.SubmitN(background, x, tasks, task).Await(background)
			for _, v := range results {
				sum += v
			}
			return sum, err
		}, stop), nil
	}
}

func pondFutures(env) (*body, error) {
	p := pond.NewResultPool[int](2)
	task := func() int { return 1 }
	all := make([]pond.ResultTask[int], tasks)
	return counted(func() (sum int, err error) {
		for i := range all {
			all[i] = p.Submit(task)
		}
		for _, f := range all {
			v, err := f.Wait()
			if err != nil {
				return 0, err
			}
			sum += v
		}
		return sum, nil
	}, p.StopAndWait), nil
}

func loFutures(env) (*body, error) {
	task := func() int { return 1 }
	all := make([]<-chan int, tasks)
	return counted(func() (sum int, err error) {
		for i := range all {
			all[i] = lo.Async(task)
		}
		for _, f := range all {
			sum += <-f
		}
		return sum, nil
	}, nil), nil
}

func moFutures(env) (*body, error) {
	task := func(resolve func(int), _ func(error)) { resolve(1) }
	all := make([]*mo.Future[int], tasks)
	return counted(func() (sum int, err error) {
		for i := range all {
			all[i] = mo.NewFuture(task)
		}
		for _, f := range all {
			v, err := f.Collect()
			if err != nil {
				return 0, err
			}
			sum += v
		}
		return sum, nil
	}, nil), nil
}

func pondGroup(env) (*body, error) {
	p := pond.NewPool(2)
	return counted(func() (int, error) {
		var ran atomic.Int64
		g := p.NewGroup()
		task := func() { ran.Add(1) }
		for range tasks {
			g.Submit(task)
		}
		err := g.Wait()
		return int(ran.Load()), err
	}, p.StopAndWait), nil
}

// The peers below have no results, so that a shared counter shows that all ran.

func concMany(env) (*body, error) {
	return counted(func() (int, error) {
		var ran atomic.Int64
		p := pool.New().WithMaxGoroutines(2)
		task := func() { ran.Add(1) }
		for range tasks {
			p.Go(task)
		}
		p.Wait()
		return int(ran.Load()), nil
	}, nil), nil
}

func errgroupMany(env) (*body, error) {
	return counted(func() (int, error) {
		var ran atomic.Int64
		var g errgroup.Group
		g.SetLimit(2)
		task := func() error { ran.Add(1); return nil }
		for range tasks {
			g.Go(task)
		}
		err := g.Wait()
		return int(ran.Load()), err
	}, nil), nil
}

func antsMany(workers int, k kind) func(env) (*body, error) {
	return func(e env) (*body, error) {
		p, err := ants.NewPool(workers)
		if err != nil {
			return nil, err
		}
		work := k(e)
		return counted(func() (int, error) {
			var ran atomic.Int64
			var done sync.WaitGroup
			done.Add(tasks)
			task := func() {
				if work != nil {
					work()
				}
				ran.Add(1)
				done.Done()
			}
			for range tasks {
				if err := p.Submit(task); err != nil {
					return 0, err
				}
			}
			done.Wait()
			return int(ran.Load()), nil
		}, p.Release), nil
	}
}

func gopoolMany(env) (*body, error) {
	p := gopool.NewPool("peers", 2, gopool.NewConfig())
	return counted(countedBy(p.Go), nil), nil
}

func workerpoolMany(env) (*body, error) {
	p := workerpool.New(2)
	return counted(countedBy(p.Submit), p.StopWait), nil
}

// countedBy runs all tasks through submit, which cannot fail, and counts them.
func countedBy(submit func(func())) func() (int, error) {
	return func() (int, error) {
		var ran atomic.Int64
		var done sync.WaitGroup
		done.Add(tasks)
		task := func() { ran.Add(1); done.Done() }
		for range tasks {
			submit(task)
		}
		done.Wait()
		return int(ran.Load()), nil
	}
}
