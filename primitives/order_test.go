package primitives_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"overlap/primitives"
)

// gated is a task that ends when it is let go, with an error if it fails.
type gated struct {
	gate chan struct{}
	fail bool
	*primitives.Future[int]
}

func newGated(x primitives.Executor, id int, fail bool) gated {
	g := gated{gate: make(chan struct{}), fail: fail}
	g.Future = primitives.Submit(context.Background(), x, func(context.Context) (int, error) {
		<-g.gate
		if g.fail {
			return id, &numbered{id: id}
		}
		return id, nil
	})
	return g
}

type numbered struct{ id int }

func (e *numbered) Error() string { return fmt.Sprint("task ", e.id) }
func (e *numbered) Unwrap() error { return io.EOF }

// see returns when somebody can see that the future has ended.
func (g gated) see(rng *rand.Rand) {
	switch rng.IntN(3) {
	case 0:
		<-g.Done()
	case 1:
		g.Await(context.Background())
	default:
		for g.State() != primitives.Finished {
		}
	}
}

// Futures end in a known order: each is let go when the one before it has been
// seen to end. Callbacks alone cannot tell that order, because the goroutine
// that runs them may be overtaken.
func TestSoakCompositionsNameWhoeverEndedFirst(t *testing.T) {
	for _, name := range []string{"pool", "spawn", "threads"} {
		t.Run(name, func(t *testing.T) {
			x, err := newKind(name, primitives.Config{Workers: 4})
			if err != nil {
				t.Fatal(err)
			}
			for seed := range uint64(soak(60_000) / 12) {
				if err := endInOrder(x, rand.New(rand.NewPCG(seed, 3))); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
			if err := x.Shutdown(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
}

func endInOrder(x primitives.Executor, rng *rand.Rand) error {
	ended := primitives.Submit(context.Background(), primitives.Must(primitives.NewInline(primitives.Config{Workers: 1})), give(-1))
	all := make([]gated, 2+rng.IntN(3))
	members := []*primitives.Future[int]{ended}
	for i := range all {
		all[i] = newGated(x, i, rng.IntN(2) == 0)
		members = append(members, all[i].Future)
	}
	race := primitives.Race(members[1:]...)
	first := primitives.Any(members[1:]...)
	whole := primitives.All(members...)
	joined, order := make(chan struct{}), make(chan []int)
	go func() {
		var got []int
		for i := range primitives.AsCompleted(context.Background(), members) {
			if i == 0 { // it had ended, so it comes first
				close(joined)
			} else {
				got = append(got, i-1)
			}
		}
		order <- got
	}()
	<-joined
	want := rng.Perm(len(all))
	for _, i := range want {
		close(all[i].gate)
		all[i].see(rng)
	}
	if got := <-order; !slices.Equal(got, want) {
		return fmt.Errorf("AsCompleted yields %v, they ended as %v", got, want)
	}
	if got, _ := race.Await(context.Background()); got != want[0] {
		return fmt.Errorf("Race names %d, they ended as %v", got, want)
	}
	value := slices.IndexFunc(want, func(i int) bool { return !all[i].fail })
	if got, err := first.Await(context.Background()); value >= 0 && (err != nil || got != want[value]) || value < 0 && err == nil {
		return fmt.Errorf("Any says %d, %v, they ended as %v", got, err, want)
	}
	failure := slices.IndexFunc(want, func(i int) bool { return all[i].fail })
	_, err := whole.Await(context.Background())
	if e, ok := err.(*numbered); ok != (failure >= 0) || ok && e.id != want[failure] {
		return fmt.Errorf("All says %v, they ended as %v", err, want)
	}
	return nil
}

// What has ended before the composition is made comes first, in the order of
// the arguments, whatever ends while it is made.
func TestCompositionsOfWhatHasEnded(t *testing.T) {
	x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
	ended := primitives.Submit(context.Background(), x, give(1))
	ended.Await(context.Background())
	also := primitives.Submit(context.Background(), x, give(2))
	also.Await(context.Background())
	for range 2000 {
		running := newGated(x, 3, false)
		go close(running.gate)
		if v, _ := primitives.Race(running.Future, ended, also).Await(context.Background()); v == 2 {
			t.Fatal("Race names the second of those that had ended")
		}
		running.Await(context.Background())
		if v, _ := primitives.Race(also, ended).Await(context.Background()); v != 2 {
			t.Fatalf("Race of what has ended names %d", v)
		}
	}
	if err := x.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

// Shutdown of all executors waits for the compositions of their futures.
func TestShutdownWaitsForCompositions(t *testing.T) {
	for range 500 {
		x, y := primitives.Must(primitives.NewPool(primitives.Config{Workers: 2})), primitives.Must(primitives.NewSpawn(primitives.Config{Workers: 2}))
		f, g := newGated(x, 1, false), newGated(y, 2, false)
		whole := primitives.All(primitives.Race(f.Future, g.Future), primitives.Any(f.Future, g.Future))
		go close(f.gate)
		go close(g.gate)
		x.Shutdown(context.Background())
		y.Shutdown(context.Background())
		if s := whole.State(); s != primitives.Finished {
			t.Fatalf("the composition is %v after Shutdown", s)
		}
	}
}
