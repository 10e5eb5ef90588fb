package primitives_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anishathalye/porcupine"

	"overlap/primitives"
)

// soak is how many operations of each kind the tests of linearizability and order
// check: the number given, a third of it in short, a million in a soak.
func soak(few int) int {
	if os.Getenv("OVERLAP_SOAK") != "" {
		return 1_000_000
	}
	if testing.Short() {
		return few / 3
	}
	return few
}

// history records operations with the times of their call and return. The
// clock is a counter: it is as monotonic as a clock and finer.
type history struct {
	clock atomic.Int64
	mu    sync.Mutex
	ops   []porcupine.Operation
}

func (h *history) record(kind string, call func() any) {
	from := h.clock.Add(1)
	out := call()
	h.add(kind, out, from, h.clock.Add(1))
}

func (h *history) add(kind string, out any, from, to int64) {
	h.mu.Lock()
	h.ops = append(h.ops, porcupine.Operation{Input: kind, Output: out, Call: from, Return: to})
	h.mu.Unlock()
}

func (h *history) check(m porcupine.Model) error {
	if porcupine.CheckOperationsTimeout(m, h.ops, 10*time.Second) != porcupine.Illegal {
		return nil
	}
	text := "not linearizable:"
	for _, o := range h.ops {
		text += fmt.Sprintf("\n\t%v -> %v in [%d, %d]", o.Input, o.Output, o.Call, o.Return)
	}
	return fmt.Errorf("%s", text)
}

type event interface {
	Set()
	Clear()
	IsSet() bool
	Wait()
	WaitContext(context.Context) error
}

// eventModel: a Wait returns at a moment when the flag is up, and gives up at
// one when it is down.
var eventModel = porcupine.Model{
	Init: func() any { return false },
	Step: func(state, in, out any) (bool, any) {
		set := state.(bool)
		switch in {
		case "set":
			return true, true
		case "clear":
			return true, false
		case "isset":
			return out == set, set
		}
		return (out == nil) == set, set
	},
	DescribeOperation: func(in, out any) string { return fmt.Sprint(in, out) },
}

// eventHistory runs rounds of concurrent operations on e, in a bubble.
//
// A lost wake-up is a Wait that is missing from the history, so porcupine
// cannot see it. Two rules find it when the bubble is at rest: while the flag
// is up nobody waits; and whoever was surely waiting (durably blocked) before a
// round with a Set is waiting no longer, even if the flag is down again.
func eventHistory(e event, seed uint64) (*history, error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	h := &history{}
	wait := func(kind int) {
		h.record("wait", func() any {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+kind)*time.Millisecond)
			defer cancel()
			switch kind {
			case 0:
				e.Wait()
				return nil
			case 1:
				go cancel() // any moment now
			}
			if err := e.WaitContext(ctx); err != nil {
				return "gave up"
			}
			return nil
		})
	}
	var waiting atomic.Int64
	for range 4 {
		old := []*atomic.Bool{}
		for range rng.IntN(4) {
			kind, ended := rng.IntN(3), &atomic.Bool{}
			if kind == 0 {
				waiting.Add(1)
				old = append(old, ended)
			}
			go func() {
				wait(kind)
				if kind == 0 {
					waiting.Add(-1)
				}
				ended.Store(true)
			}()
		}
		surely := !e.IsSet()
		if rng.IntN(2) == 0 {
			synctest.Wait()
		} else {
			surely = false
		}
		sets := 0
		for range 1 + rng.IntN(3) {
			var kinds []int
			for range 1 + rng.IntN(4) {
				kinds = append(kinds, rng.IntN(4))
				if kinds[len(kinds)-1] == 0 {
					sets++
				}
			}
			go func() {
				for _, kind := range kinds {
					switch kind {
					case 0:
						h.record("set", func() any { e.Set(); return nil })
					case 1:
						h.record("clear", func() any { e.Clear(); return nil })
					case 2:
						h.record("isset", func() any { return e.IsSet() })
					case 3:
						wait(1)
					}
				}
			}()
		}
		synctest.Wait()
		if n := waiting.Load(); e.IsSet() && n > 0 {
			return h, fmt.Errorf("the flag is up and %d wait", n)
		}
		for _, ended := range old {
			if surely && sets > 0 && !ended.Load() {
				return h, fmt.Errorf("one who waited before Set waits on")
			}
		}
	}
	time.Sleep(time.Second) // those with timeouts give up
	h.record("set", func() any { e.Set(); return nil })
	synctest.Wait()
	if waiting.Load() > 0 {
		return h, fmt.Errorf("the flag is up for good and somebody waits")
	}
	return h, h.check(eventModel)
}

// checkEvents returns the first complaint about many histories.
func checkEvents(t *testing.T, operations int, make func() (event, func())) (complaint error) {
	for seed := uint64(0); operations > 0 && complaint == nil; seed++ {
		synctest.Test(t, func(t *testing.T) {
			e, rescue := make()
			h, err := eventHistory(e, seed)
			complaint = err
			if err != nil {
				rescue()
			}
			time.Sleep(time.Second)
			h.mu.Lock() // those who have been rescued may be writing
			operations -= len(h.ops)
			h.mu.Unlock()
		})
	}
	return complaint
}

func TestSoakEventIsLinearizable(t *testing.T) {
	err := checkEvents(t, soak(20_000), func() (event, func()) {
		e := &primitives.Event{}
		return e, e.Set
	})
	if err != nil {
		t.Error(err)
	}
}
