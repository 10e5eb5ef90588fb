package primitives_test

import (
	"context"
	"fmt"
	"slices"

	"overlap/primitives"
)

// An action is one step of a random program: what to do, and to which task.
type action struct {
	do  string
	arg int
}

var deeds = []string{"submit", "submit", "submit", "submit ended", "then", "recover", "cancel", "release", "release", "listen", "impatient", "batch", "shutdown", "now"}

// simulated is the sequential model: what is known of every task.
type simulated struct {
	state  primitives.State
	err    error
	done   bool // it has ended, with err
	parent int  // the task that it follows, or -1
	mends  bool // it follows an error
	runs   bool // it has been handed to the executor
	skips  bool // it ended because it had nothing to follow
	dead   bool // its context had ended
	heard  int
}

// world is an executor with gated tasks, and its model side by side.
type world struct {
	x       primitives.Executor
	workers int
	tasks   []*simulated
	futures []*primitives.Future[int]
	gates   []*primitives.Event
	heard   []int
	queue   []int // handed to the executor, not started
	closed  bool
	aborted bool
	alive   bool // one of the executor's goroutines is at work
}

func (w *world) running() (n int) {
	for _, s := range w.tasks {
		if s.state == primitives.Running {
			n++
		}
	}
	return n
}

// idle reports whether the executor's goroutines are gone.
func (w *world) idle() bool { return w.closed && w.running() == 0 && len(w.queue) == 0 }

func (w *world) task(k int) func(context.Context) (int, error) {
	gate := w.gates[k]
	return func(context.Context) (int, error) {
		gate.Wait()
		if k%3 == 2 {
			return 0, fmt.Errorf("task %d", k)
		}
		return k, nil
	}
}

func (w *world) add(parent int) (k int, s *simulated) {
	s = &simulated{parent: parent}
	w.tasks = append(w.tasks, s)
	w.gates = append(w.gates, &primitives.Event{})
	w.heard = append(w.heard, 0)
	return len(w.tasks) - 1, s
}

// hand is the model of the executor's intake.
func (w *world) hand(k int, follows bool) {
	if w.aborted || w.closed && (!follows || w.idle() && !w.alive) {
		w.end(k, primitives.Cancelled, primitives.ErrShutdown)
		return
	}
	w.tasks[k].runs = true
	w.queue = append(w.queue, k)
}

// start starts what the workers have room for.
func (w *world) start() {
	for len(w.queue) > 0 && w.running() < w.workers {
		k := w.queue[0]
		w.queue = w.queue[1:]
		switch {
		case w.tasks[k].done:
		case w.tasks[k].dead:
			w.endInside(k, primitives.Cancelled, context.Canceled)
		default:
			w.tasks[k].state = primitives.Running
		}
	}
}

func (w *world) end(k int, state primitives.State, err error) {
	s := w.tasks[k]
	s.state, s.err, s.done = state, err, true
	for i, next := range w.tasks {
		switch {
		case next.parent != k || next.done:
		case next.mends == (err != nil):
			w.hand(i, true)
		default:
			next.skips = true
			w.end(i, primitives.Finished, err)
		}
	}
}

// endInside is end by the executor itself, which may start followers after
// Shutdown.
func (w *world) endInside(k int, state primitives.State, err error) {
	w.alive = true
	w.end(k, state, err)
	w.alive = false
}

func (w *world) act(a action) (complaint string) {
	ctx := context.Background()
	ended, cancel := context.WithCancel(ctx)
	cancel()
	k := -1
	if len(w.tasks) > 0 {
		k = a.arg % len(w.tasks)
	}
	switch a.do {
	case "submit", "submit ended":
		n, s := w.add(-1)
		if s.dead = a.do != "submit"; s.dead {
			ctx = ended
		}
		w.futures = append(w.futures, primitives.Submit(ctx, w.x, w.task(n)))
		w.hand(n, false)
		w.start()
	case "batch":
		first := len(w.tasks)
		for range 1 + a.arg%4 {
			w.add(-1)
		}
		tasks := slices.Clone(w.gates[first:])
		b := primitives.SubmitN(ctx, w.x, len(tasks), func(ctx context.Context, i int) (int, error) { return w.task(first + i)(ctx) })
		for i := range tasks {
			w.futures = append(w.futures, b.At(i))
			w.hand(first+i, false)
		}
		w.start()
	case "shutdown", "now":
		w.closed = true
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if a.do == "shutdown" {
			w.x.Shutdown(ended)
		} else {
			w.aborted = true
			w.x.ShutdownNow(ended)
			pending := w.queue
			w.queue = nil
			for _, k := range pending {
				if !w.tasks[k].done {
					w.end(k, primitives.Cancelled, primitives.ErrShutdown)
				}
			}
		}
		w.start()
	}
	if k < 0 {
		return ""
	}
	f, s := w.futures[k], w.tasks[k]
	switch a.do {
	case "then", "recover":
		n, next := w.add(k)
		task := w.task(n)
		if next.mends = a.do == "recover"; next.mends {
			w.futures = append(w.futures, primitives.Recover(ctx, w.x, f, func(ctx context.Context, _ error) (int, error) { return task(ctx) }))
		} else {
			w.futures = append(w.futures, primitives.Then(ctx, w.x, f, func(ctx context.Context, _ int) (int, error) { return task(ctx) }))
		}
		if s.done && next.mends == (s.err != nil) {
			w.hand(n, true)
		} else if s.done {
			next.skips = true
			w.end(n, primitives.Finished, s.err)
		}
		w.start()
	case "cancel":
		got, want := f.Cancel(), s.state == primitives.Cancelled || s.state == primitives.Pending
		if s.state == primitives.Pending {
			w.end(k, primitives.Cancelled, primitives.ErrCancelled)
			w.start()
		}
		if got != want {
			return fmt.Sprintf("Cancel of task %d: %v", k, got)
		}
	case "release": // only those that run: else the order of their followers would be open
		if s.state == primitives.Running {
			w.gates[k].Set()
		}
	case "listen":
		s.heard++
		f.OnDone(func(int, error) { w.heard[k]++ })
	case "impatient":
		_, err := f.Await(ended)
		if !s.done && err != context.Canceled || s.done && (err == nil) != (s.err == nil) {
			return fmt.Sprintf("impatient Result of task %d: %v", k, err)
		}
	}
	return ""
}

// settle lets the model's released tasks end.
func (w *world) settle() {
	for again := true; again; {
		again = false
		w.start()
		for k, s := range w.tasks {
			if s.state == primitives.Running && !s.done && w.gates[k].IsSet() {
				var err error
				if k%3 == 2 {
					err = fmt.Errorf("task %d", k)
				}
				w.endInside(k, primitives.Finished, err)
				w.start()
				again = true
			}
		}
	}
}
