package primitives_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"overlap/primitives"
)

// full returns an executor with one running task and no room, and the event
// that ends the task.
func full(t *testing.T, name string) (primitives.Executor, *primitives.Event) {
	x, err := newKind(name, primitives.Config{Workers: 1, Queue: 1})
	if err != nil {
		t.Fatal(err)
	}
	gate := &primitives.Event{}
	primitives.Submit(t.Context(), x, until(gate, 0))
	synctest.Wait()
	if name != "spawn" {
		primitives.Submit(t.Context(), x, give(0))
	}
	return x, gate
}

func TestFullQueueBlocks(t *testing.T) {
	for _, end := range []string{"room", "context", "shutdown", "now"} {
		for _, name := range concurrent {
			t.Run(end+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					x, gate := full(t, name)
					ctx, cancel := context.WithCancel(t.Context())
					var f *primitives.Future[int]
					go func() { f = primitives.Submit(ctx, x, give(5)) }()
					synctest.Wait()
					if f != nil {
						t.Fatal("a full executor took a task")
					}
					if s := x.Stats(); s.Queued != map[bool]int{true: 1, false: 2}[name == "spawn"] || s.Running != 1 {
						t.Errorf("while it is full: %+v", s)
					}
					want, value := error(nil), 0
					switch end {
					case "room":
						gate.Set()
						value = 5
					case "context":
						cancel()
						want = context.Canceled
					case "shutdown":
						go x.Shutdown(t.Context())
						want = primitives.ErrShutdown
					case "now":
						go x.ShutdownNow(t.Context())
						want = primitives.ErrShutdown
					}
					synctest.Wait()
					if f == nil {
						t.Error("Submit goes on blocking")
					} else if v, err := soon(t, f); v != value || err != want {
						t.Errorf("%d, %v, want %d, %v", v, err, value, want)
					}
					gate.Set()
					cancel()
					shut(t, x)
					if s := x.Stats(); s.Queued+s.Running != 0 {
						t.Errorf("at rest: %+v", s)
					}
				})
			})
		}
	}
}

// A task that exits makes room like any other.
func TestGoexitMakesRoom(t *testing.T) {
	under(t, concurrent, primitives.Config{Workers: 1, Queue: 1}, func(t *testing.T, x primitives.Executor) {
		var futures [4]*primitives.Future[int]
		for i := range futures { // one runs, one is queued, one is blocked in Submit
			futures[i] = primitives.Submit(day(t), x, func(context.Context) (int, error) {
				time.Sleep(time.Second)
				if i == 0 {
					runtime.Goexit()
				}
				return i, nil
			})
		}
		for i, f := range futures[1:] {
			if v, err := soon(t, f); v != i+1 || err != nil {
				t.Errorf("task %d: %d, %v", i+1, v, err)
			}
		}
	})
}

func TestShutdownNowCancelsWhatIsPending(t *testing.T) {
	under(t, queued, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		start := time.Now()
		running := primitives.Submit(t.Context(), x, sleeping(time.Hour))
		synctest.Wait()
		pending := primitives.Submit(t.Context(), x, sleeping(time.Hour))
		batch := primitives.SubmitN(t.Context(), x, 3, func(ctx context.Context, _ int) (int, error) { return sleeping(time.Hour)(ctx) })
		if err := x.ShutdownNow(t.Context()); err != nil {
			t.Error(err)
		}
		if d := time.Since(start); d != time.Hour || running.State() != primitives.Finished {
			t.Errorf("returned after %v, the task is %v", d, running.State())
		}
		for _, f := range []*primitives.Future[int]{pending, batch.At(0), batch.At(2)} {
			if _, err := f.Await(t.Context()); err != primitives.ErrShutdown || f.State() != primitives.Cancelled {
				t.Errorf("%v, %v", f.State(), err)
			}
		}
		late := primitives.Submit(t.Context(), x, give(1))
		if _, err := late.Await(t.Context()); err != primitives.ErrShutdown || late.Done() == nil {
			t.Errorf("submitted late: %v", err)
		}
		if s := x.Stats(); s != (primitives.Stats{Finished: 1, Cancelled: 5}) {
			t.Errorf("%+v", s)
		}
	})
}

// Tasks of a batch whose turn has not come are as pending as others.
func TestShutdownNowCancelsTheRestOfABatch(t *testing.T) {
	under(t, append([]string{"spawn"}, queued...), primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		start := time.Now()
		var b *primitives.Batch[int]
		go func() {
			b = primitives.SubmitN(t.Context(), x, 10, func(ctx context.Context, _ int) (int, error) { return sleeping(time.Hour)(ctx) })
		}()
		time.Sleep(time.Minute)
		x.ShutdownNow(t.Context())
		synctest.Wait()
		if d := time.Since(start); d != time.Hour {
			t.Errorf("returned after %v", d)
		}
		if b == nil {
			t.Fatal("SubmitN goes on blocking")
		}
		if s := x.Stats(); s != (primitives.Stats{Finished: 2, Cancelled: 8}) {
			t.Errorf("%+v", s)
			b.Cancel()
		}
	})
}

// The submission of a batch may fail in the middle; every task ends all the
// same.
func TestBatchThatIsGivenUp(t *testing.T) {
	for _, end := range []string{"context", "shutdown"} {
		t.Run(end, func(t *testing.T) {
			under(t, concurrent, primitives.Config{Workers: 1, Queue: 1}, func(t *testing.T, x primitives.Executor) {
				ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
				defer cancel()
				if end == "shutdown" {
					time.AfterFunc(90*time.Second, func() { x.Shutdown(context.Background()) })
					ctx = t.Context()
				}
				b := primitives.SubmitN(ctx, x, 5, func(context.Context, int) (int, error) {
					return 1, primitives.Sleep(context.Background(), time.Minute)
				})
				time.Sleep(time.Hour)
				for i := range b.Len() {
					if !isDone(b.At(i)) {
						t.Errorf("task %d is %v forever", i, b.At(i).State())
					}
				}
				b.Cancel()
			})
		})
	}
}

// The wait for room keeps nobody's lock: submitters inside and outside of the
// executor come and give up all the time.
func TestSubmittersThatGiveUp(t *testing.T) {
	for _, name := range concurrent {
		t.Run(name, func(t *testing.T) {
			x, err := newKind(name, primitives.Config{Workers: 2, Queue: 2})
			if err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			ended := make(chan struct{})
			for i := range 4 {
				all.Go(func() {
					for j := range 300 {
						ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+(i*j)%40)*time.Microsecond)
						primitives.Submit(ctx, x, func(context.Context) (int, error) {
							for range 3 {
								primitives.Submit(context.Background(), x, give(0))
							}
							return 0, nil
						})
						cancel()
					}
				})
			}
			go func() { all.Wait(); close(ended) }()
			select {
			case <-ended:
			case <-time.After(5 * time.Second):
				t.Fatalf("deadlock: %+v", x.Stats())
			}
			if err := x.Shutdown(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
}
