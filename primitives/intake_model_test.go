package primitives_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"overlap/primitives"
)

// queueModel is the sequential model of an executor's queue and of those who
// wait for room in it. Tasks are numbers, in the order of their Submit.
type queueModel struct {
	workers, limit int
	queue          []int // accepted, perhaps cancelled since
	blocked        []int
	running        []int
	ended          map[int]primitives.State
	searched       bool // since it was half empty, in vain, and none was cancelled since
}

func (m *queueModel) submit(k int) {
	if len(m.running) < m.workers {
		m.running = append(m.running, k)
		return
	}
	if m.full() && !m.searched {
		before := len(m.queue)
		m.queue = slices.DeleteFunc(m.queue, func(k int) bool { _, over := m.ended[k]; return over })
		if m.searched = len(m.queue) == before; !m.searched {
			m.refill()
		}
	}
	if m.full() {
		m.blocked = append(m.blocked, k)
	} else {
		m.queue = append(m.queue, k)
	}
}

// full reports whether a submitter must wait; who waited before goes before.
func (m *queueModel) full() bool { return len(m.blocked) > 0 || len(m.queue) >= m.limit }

func (m *queueModel) refill() {
	n := min(max(m.limit-len(m.queue), 0), len(m.blocked))
	m.queue = append(m.queue, m.blocked[:n]...)
	m.blocked = m.blocked[n:]
}

// release ends a running task and starts the next that is not cancelled.
func (m *queueModel) release(k int) {
	m.ended[k] = primitives.Finished
	m.running = slices.DeleteFunc(m.running, func(r int) bool { return r == k })
	for len(m.running) < m.workers {
		next := -1
		switch {
		case len(m.queue) > 0:
			next, m.queue = m.queue[0], m.queue[1:]
			if len(m.queue) <= m.limit/2 {
				m.searched = false
				m.refill()
			}
		case len(m.blocked) > 0:
			next, m.blocked = m.blocked[0], m.blocked[1:]
		default:
			return
		}
		if _, over := m.ended[next]; !over {
			m.running = append(m.running, next)
		}
	}
}

func (m *queueModel) state(k int) primitives.State {
	if s, over := m.ended[k]; over {
		return s
	}
	if slices.Contains(m.running, k) {
		return primitives.Running
	}
	return primitives.Pending
}

// submission is one Submit, on a goroutine of its own.
type submission struct {
	cancel context.CancelFunc
	gate   primitives.Event
	future *primitives.Future[int] // nil while Submit blocks
}

// TestQueueModel plays random programs of submitters who come, wait, give up
// and cancel, and compares who is let in, and when, with the model.
func TestQueueModel(t *testing.T) {
	for _, name := range concurrent {
		t.Run(name, func(t *testing.T) {
			for range 10 { // they are short
				rapid.Check(t, func(rt *rapid.T) {
					c := primitives.Config{Workers: rapid.IntRange(1, 2).Draw(rt, "workers"), Queue: rapid.IntRange(1, 5).Draw(rt, "queue")}
					actions := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) action {
						return action{do: rapid.SampledFrom([]string{"submit", "submit", "submit", "give up", "cancel", "release", "release"}).Draw(rt, "do"), arg: rapid.IntRange(0, 30).Draw(rt, "arg")}
					}), 1, 60).Draw(rt, "actions")
					complaint := ""
					synctest.Test(t, func(*testing.T) { complaint = playQueue(name, c, actions) })
					if complaint != "" {
						rt.Fatal(complaint)
					}
				})
			}
		})
	}
}

func playQueue(name string, c primitives.Config, actions []action) (complaint string) {
	x, err := newKind(name, c)
	if err != nil {
		return err.Error()
	}
	m := &queueModel{workers: c.Workers, limit: c.Queue, ended: map[int]primitives.State{}}
	if name == "spawn" {
		m.limit = 0
	}
	var all []*submission
	for i, a := range actions {
		all = actOnQueue(x, m, all, a)
		synctest.Wait()
		if complaint = compareQueue(m, all); complaint != "" {
			complaint = fmt.Sprintf("after step %d, %v: %s", i, a, complaint)
			break
		}
	}
	for _, s := range all {
		s.cancel()
		s.gate.Set()
	}
	if err := x.Shutdown(context.Background()); err != nil && complaint == "" {
		complaint = err.Error()
	}
	return complaint
}

func actOnQueue(x primitives.Executor, m *queueModel, all []*submission, a action) []*submission {
	pick := func(from []int) int { // -1 if there is none
		if len(from) == 0 {
			return -1
		}
		return from[a.arg%len(from)]
	}
	switch a.do {
	case "submit":
		ctx, cancel := context.WithCancel(context.Background())
		s := &submission{cancel: cancel}
		k := len(all)
		go func() {
			s.future = primitives.Submit(ctx, x, func(context.Context) (int, error) { s.gate.Wait(); return k, nil })
		}()
		m.submit(k)
		return append(all, s)
	case "give up":
		if k := pick(m.blocked); k >= 0 {
			all[k].cancel()
			m.ended[k] = primitives.Cancelled
			m.blocked = slices.DeleteFunc(m.blocked, func(b int) bool { return b == k })
		}
	case "cancel":
		if k := pick(m.queue); k >= 0 {
			all[k].future.Cancel()
			if m.state(k) == primitives.Pending {
				m.ended[k] = primitives.Cancelled
				m.searched = false
			}
		}
	case "release":
		if k := pick(m.running); k >= 0 {
			all[k].gate.Set()
			m.release(k)
		}
	}
	return all
}

func compareQueue(m *queueModel, all []*submission) string {
	for k, s := range all {
		if blocked := s.future == nil; blocked != slices.Contains(m.blocked, k) {
			return fmt.Sprintf("Submit %d blocks: %v; the model's queue is %v, blocked %v", k, blocked, m.queue, m.blocked)
		}
		if s.future != nil && s.future.State() != m.state(k) {
			return fmt.Sprintf("task %d is %v, the model's is %v", k, s.future.State(), m.state(k))
		}
	}
	return ""
}
