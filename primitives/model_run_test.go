package primitives_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"overlap/primitives"
)

// compare returns the first difference between executor and model.
func (w *world) compare() string {
	var want primitives.Stats
	skipped := 0
	for k, s := range w.tasks {
		f := w.futures[k]
		if f.State() != s.state || isDone(f) != s.done {
			return fmt.Sprintf("task %d is %v, the model's is %v", k, f.State(), s.state)
		}
		if !s.done {
			continue
		}
		if v, err := f.Await(context.Background()); fmt.Sprint(err) != fmt.Sprint(s.err) || s.runs && err == nil && v != k {
			return fmt.Sprintf("task %d: %d, %v, want %v", k, v, err, s.err)
		}
	}
	for k, s := range w.tasks {
		if s.done && w.heard[k] != s.heard {
			return fmt.Sprintf("task %d: %d of %d callbacks", k, w.heard[k], s.heard)
		}
		switch {
		case s.skips: // it has not run, but has a value: either count will do
			skipped++
		case s.state == primitives.Running:
			want.Running++
		case s.state == primitives.Pending:
			want.Queued++
		case s.state == primitives.Cancelled:
			want.Cancelled++
		default:
			want.Finished++
		}
	}
	got := w.x.Stats()
	more := got.Finished - want.Finished
	if want.Finished, want.Cancelled = got.Finished, want.Cancelled+skipped-more; more < 0 || more > skipped || got != want {
		return fmt.Sprintf("%+v, want %+v", got, want)
	}
	return ""
}

func TestModel(t *testing.T) {
	for _, name := range []string{"pool", "loop"} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				workers := rapid.IntRange(1, 3).Draw(rt, "workers")
				actions := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) action {
					return action{do: rapid.SampledFrom(deeds).Draw(rt, "do"), arg: rapid.IntRange(0, 30).Draw(rt, "arg")}
				}), 1, 40).Draw(rt, "actions")
				// rapid fails by a panic, which must not happen in the bubble.
				complaint := ""
				synctest.Test(t, func(*testing.T) { complaint = play(name, workers, actions) })
				if complaint != "" {
					rt.Fatal(complaint)
				}
			})
		})
	}
}

func play(name string, workers int, actions []action) (complaint string) {
	x, err := newKind(name, primitives.Config{Workers: workers})
	if err != nil {
		return err.Error()
	}
	w := &world{x: x, workers: workers}
	for i, a := range append(actions, action{do: "shutdown", arg: 0}) {
		complaint = w.act(a)
		synctest.Wait()
		w.settle()
		if complaint == "" {
			complaint = w.compare()
		}
		if complaint != "" {
			complaint = fmt.Sprintf("after step %d, %v: %s", i, a, complaint)
			break
		}
	}
	for _, g := range w.gates {
		g.Set()
	}
	synctest.Wait()
	x.Shutdown(context.Background())
	return complaint
}
