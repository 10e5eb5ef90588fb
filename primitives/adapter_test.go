package primitives_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"overlap/primitives"
)

// later is a Starter that runs tasks when the test says so.
type later struct {
	runs []func()
	err  error
}

func (l *later) Start(_ context.Context, run func()) error {
	if l.err == nil {
		l.runs = append(l.runs, run)
	}
	return l.err
}

func TestAdapterRunsWhatItsStarterStarts(t *testing.T) {
	var s later
	x := primitives.Must(primitives.NewAdapter(&s, primitives.Config{Workers: 2}))
	var order []int
	submit := func(i int) *primitives.Future[int] {
		return primitives.Submit(t.Context(), x, func(context.Context) (int, error) { order = append(order, i); return i, nil })
	}
	a, b := submit(1), submit(2)
	if a.State() != primitives.Pending || x.Stats().Queued != 2 {
		t.Errorf("before they are started: %v, %+v", a.State(), x.Stats())
	}
	s.runs[1]()
	s.runs[0]()
	if !slices.Equal(order, []int{2, 1}) {
		t.Errorf("order %v, want that of the starter", order)
	}
	for _, f := range []*primitives.Future[int]{a, b} {
		if _, err := f.Await(t.Context()); err != nil {
			t.Error(err)
		}
	}

	s.err = errors.New("no room")
	if _, err := submit(3).Await(t.Context()); err != s.err {
		t.Errorf("refused: %v", err)
	}
	if st := x.Stats(); st != (primitives.Stats{Finished: 2, Cancelled: 1}) {
		t.Errorf("stats %+v", st)
	}
	if err := x.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := submit(4).Await(t.Context()); err != primitives.ErrShutdown {
		t.Errorf("after Shutdown: %v", err)
	}
}

func TestAdapterShutsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s later
		x := primitives.Must(primitives.NewAdapter(&s, primitives.Config{Workers: 2}))
		single := primitives.Submit(t.Context(), x, give(1))
		batch := primitives.SubmitN(t.Context(), x, 3, func(_ context.Context, i int) (int, error) { return i, nil })
		over := make(chan error)
		go func() { over <- x.ShutdownNow(context.Background()) }()
		synctest.Wait()
		if _, err := batch.At(2).Await(t.Context()); err != primitives.ErrShutdown {
			t.Errorf("batch: %v", err)
		}
		select {
		case <-over:
			t.Error("it did not wait for the tasks that its starter has")
		default:
		}
		for _, run := range s.runs {
			run()
		}
		if _, err := single.Await(t.Context()); err != primitives.ErrShutdown {
			t.Errorf("single: %v", err)
		}
		if err := <-over; err != nil {
			t.Error(err)
		}
		if st := x.Stats(); st != (primitives.Stats{Cancelled: 4}) {
			t.Errorf("stats %+v", st)
		}
	})
}
