package workloads

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"overlap/primitives"
)

// Divided is a Job of independent pieces. They share no memory, so it runs
// unchanged under every executor, in child processes, too.
type Divided[A, R any] interface {
	Job

	// Split returns the arguments of the pieces: small values that primitives
	// can write down as bytes.
	Split() []A

	// Piece is what does one piece. It knows nothing but its argument.
	Piece() *primitives.Func[A, R]

	// Merge takes the results of all pieces, in the order of Split, and notes
	// whether together they are right.
	Merge([]R)
}

// runPieces is the Run of a Divided job.
func runPieces[A, R any](ctx context.Context, ex primitives.Executor, j Divided[A, R]) error {
	args, piece := j.Split(), j.Piece()
	futures := make([]*primitives.Future[R], len(args))
	for i, arg := range args {
		futures[i] = primitives.Call(ctx, ex, piece, arg)
	}
	results, err := collect(futures)
	if err == nil {
		j.Merge(results)
	}
	return err
}

// forEach runs task(0) … task(n-1) as n tasks on ex and returns their results
// in order. It returns the first error in that order, after all have finished:
// a job that fails must not leave tasks behind that run into the next one.
func forEach[T any](ctx context.Context, ex primitives.Executor, n int, task func(ctx context.Context, i int) (T, error)) ([]T, error) {
	return primitives.SubmitN(ctx, ex, n, task).Results(context.Background())
}

// collect waits for all futures and returns their results, and the first error
// in their order.
func collect[T any](futures []*primitives.Future[T]) ([]T, error) {
	results := make([]T, len(futures))
	var first error
	// From the last to the first: whoever waits for the first is woken again
	// for nearly every task, and takes a core from the workers each time.
	for i := len(futures) - 1; i >= 0; i-- {
		v, err := futures[i].Result(context.Background())
		if err != nil {
			first = err
		}
		results[i] = v
	}
	return results, first
}

// touch calls f for equal shares of [0, n), each on a goroutine of its own, and
// returns when all are done. Set-up writes large arrays with it, because memory
// lies near the core that first writes it, and tasks will run on all of them.
func touch(n int, f func(lo, hi int)) {
	shares := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for i := range shares {
		wg.Go(func() { f(i*n/shares, (i+1)*n/shares) })
	}
	wg.Wait()
}

// sum adds parts in their order, so that floating-point totals do not depend on
// who computed which part when.
func sum[T any](parts []T, plus func(total, part T) T) (total T) {
	for _, part := range parts {
		total = plus(total, part)
	}
	return total
}

// tally counts the runs of a job that gave a wrong result.
type tally struct {
	runs, wrong int
	firstWrong  string
	result      any // of the last run, for tests against published values
}

// add notes one run; got and want are compared with ==.
func add[T comparable](t *tally, got, want T) { t.note(got == want, got, want) }

// note notes one run and whether it was right.
func (t *tally) note(right bool, got, want any) {
	t.runs++
	t.result = got
	if !right {
		if t.wrong == 0 {
			t.firstWrong = fmt.Sprintf("got %v, want %v", got, want)
		}
		t.wrong++
	}
}

// Check implements Job.
func (t *tally) Check() error {
	if t.wrong > 0 {
		return fmt.Errorf("%d of %d runs gave a wrong result; the first: %s", t.wrong, t.runs, t.firstWrong)
	}
	return nil
}

// last is the result of the last run.
func (t *tally) last() any { return t.result }

// Close implements Job for jobs that hold nothing but memory.
func (t *tally) Close() error { return nil }
