package main

import (
	"context"
	"fmt"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"overlap/primitives"
)

// system is a way to run many tasks at once.
type system struct {
	name       string
	file       string // of a system in another language, with its mode
	mode       string
	maxWorkers int    // 0 is no limit
	why        string // the reason of maxWorkers
	wait       sleeper
	start      func(workers int) (all runner, stop func())
}

// runner runs n tasks and returns when all are done. Each has to return want.
type runner func(n, want int, do func(context.Context) (int, error)) error

// systems returns all systems in the order of the tables.
func systems() []*system {
	return []*system{
		{name: "overlap", wait: primitives.Sleep, start: startOverlap},
		{name: "goroutines", wait: plainSleep, start: startGoroutines},
		{name: "cpp-async", file: "cpp/tasks.cpp", mode: "async"},
		{name: "cpp-tbb", file: "cpp/tasks.cpp", mode: "tbb"},
		{name: "rust-rayon", file: "rust/tasks.rs", mode: "rayon"},
		{name: "rust-tokio", file: "rust/tasks.rs", mode: "tokio"},
		{name: "python-threads", file: "python/tasks.py", mode: "threads"},
		{name: "python-processes", file: "python/tasks.py", mode: "processes"},
		{name: "python-asyncio", file: "python/tasks.py", mode: "asyncio"},
		{name: "node-async", file: "node/tasks.mjs", mode: "async"},
		{name: "node-workers", file: "node/tasks.mjs", mode: "workers", maxWorkers: 64,
			why: "each worker is a thread with an engine and a heap of its own"},
	}
}

// language returns the directory of the file of the system; "go" if it has none.
func (s *system) language() string {
	if s.file == "" {
		return "go"
	}
	return path.Dir(s.file)
}

// levels are the numbers of workers with which systems are measured.
var levels = []int{1, 2, 8, 64, 256}

// levels returns the numbers of workers that the system can have.
func (s *system) levels() (can []int) {
	for _, w := range levels {
		if s.maxWorkers == 0 || w <= s.maxWorkers {
			can = append(can, w)
		}
	}
	return can
}

// limit returns a note about numbers of workers that are left out; "" if none is.
func (s *system) limit() string {
	if s.maxWorkers == 0 {
		return ""
	}
	return fmt.Sprintf("%s: at most %d workers, because %s.", s.name, s.maxWorkers, s.why)
}

func plainSleep(_ context.Context, d time.Duration) error {
	time.Sleep(d)
	return nil
}

func startOverlap(workers int) (runner, func()) {
	x, stop := ourPool(workers)
	return func(n, want int, do func(context.Context) (int, error)) error {
		results, err := primitives.SubmitN(background, x, n, func(ctx context.Context, _ int) (int, error) { return do(ctx) }).Await(background)
		if err != nil {
			return err
		}
		for _, got := range results {
			if got != want {
				return fmt.Errorf("%w: got %d, want %d", errWrong, got, want)
			}
		}
		return nil
	}, stop
}

// startGoroutines is code without a library: a goroutine for each task, and a channel
// that limits how many run.
func startGoroutines(workers int) (runner, func()) {
	return func(n, want int, do func(context.Context) (int, error)) error {
		var right atomic.Int64
		var all sync.WaitGroup
		room := make(chan struct{}, workers)
		for range n {
			room <- struct{}{}
			all.Go(func() {
				if got, err := do(background); err == nil && got == want {
					right.Add(1)
				}
				<-room
			})
		}
		all.Wait()
		if right := right.Load(); right != int64(n) {
			return fmt.Errorf("%w: %d of %d tasks", errWrong, int64(n)-right, n)
		}
		return nil
	}, func() {}
}

// findChore and findSystem serve a child process.

func findChore(name string) (*chore, error) {
	for _, c := range chores() {
		if c.name == name {
			return c, nil
		}
	}
	return nil, fmt.Errorf("no task %q; --list shows them", name)
}

func findSystem(name string) (*system, error) {
	for _, s := range systems() {
		if s.name == name && s.start != nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("no system %q in Go", name)
}

// arguments returns the arguments of the programs of all languages: mode, task, time,
// amount and result of a task, numbers of workers.
func (s *system) arguments(c *chore, box time.Duration) []string {
	amount := c.amount(s.language())
	args := []string{s.mode, strings.TrimPrefix(c.name, "task-"), fmt.Sprint(max(1, box.Milliseconds())), fmt.Sprint(amount), fmt.Sprint(c.want(amount))}
	for _, w := range s.levels() {
		args = append(args, fmt.Sprint(w))
	}
	return args
}
