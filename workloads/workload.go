// Package workloads holds the fixed jobs that overlap measures. Each job is
// set up untimed, run timed on a primitives.Executor, and checked untimed: a
// wrong result has no time.
//
// A job is the same work whatever executor and number of workers runs it
// (strong scaling), so the times of its runs can be divided by each other.
package workloads

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"overlap/primitives"
)

// Kind names what limits a workload.
type Kind string

// The kinds of workload. What they predict for the two gains is the reason for
// the classification.
const (
	CPU    Kind = "cpu"    // arithmetic in registers and near caches
	Memory Kind = "memory" // bandwidth or latency of memory
	Lock   Kind = "lock"   // one lock that all workers want
	Wait   Kind = "wait"   // timers, no work at all
	IO     Kind = "io"     // the network or disk, with the kernel's work
	Mixed  Kind = "mixed"  // waiting and arithmetic
)

// Size names how much work a job is.
type Size string

// The sizes. A medium job takes 1–20 ms of CPU on a 3 GHz core, or its tasks
// wait 1 ms each; large is where the published results are.
const (
	Small  Size = "small"
	Medium Size = "medium"
	Large  Size = "large"
)

// Sizes lists the sizes, smallest first.
func Sizes() []Size { return []Size{Small, Medium, Large} }

// Params says which job New makes.
type Params struct {
	Size Size

	// Workers is how many tasks will be in progress at once, for set-up that
	// depends on it (connections, per-worker buffers). It does not change the
	// work. It is at least 1.
	Workers int

	// Slices above 1 makes the job one of that many equal shares of the whole:
	// what a processor that shares nothing would have to do. Zero means 1.
	Slices int
}

// Workload is a named family of jobs. Workloads are values; All lists them.
type Workload struct {
	Name string // lower-case letters
	Kind Kind
	Doc  string // what a job does, in one sentence without a full stop

	// New sets a job up. It may take longer than the job.
	New func(Params) (Job, error)
}

// Job is a fixed amount of work that can be run again and again, one run at a
// time.
type Job interface {
	// Run does the work once, as tasks on ex, and returns when all of it is
	// done. When ctx ends it returns early with an error.
	Run(ctx context.Context, ex primitives.Executor) error

	// Check reports whether every Run since the set-up was right.
	Check() error

	// Items is the amount of useful work in one Run, in the unit that the
	// workload's documentation names. It does not depend on the workers.
	Items() int

	// Close releases what New took.
	Close() error
}

// All returns the workloads in the order in which they are shown.
func All() []Workload {
	return []Workload{Ep, Mandelbrot, Nstream, Counter, Sleepers, Netecho, Request}
}

// Executors lists the executors that run every workload: all but processes,
// which takes no closures.
func Executors() []string {
	return slices.DeleteFunc(primitives.Names(), func(name string) bool { return name == "processes" })
}

// Lookup returns the workload of that name, which is matched without regard to
// case. The error suggests the nearest name.
func Lookup(name string) (Workload, error) {
	all := All()
	for _, w := range all {
		if strings.EqualFold(w.Name, name) {
			return w, nil
		}
	}
	nearest := slices.MinFunc(all, func(a, b Workload) int {
		return cmp.Compare(distance(name, a.Name), distance(name, b.Name))
	})
	names := make([]string, len(all))
	for i, w := range all {
		names[i] = w.Name
	}
	return Workload{}, fmt.Errorf("unknown workload %q: did you mean %q? There are %s",
		name, nearest.Name, strings.Join(names, ", "))
}

// distance is the edit distance of two strings (Levenshtein, 1966), without
// regard to case.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// amount returns the share of the work that p asks for: the whole of its size,
// or one slice of it, rounded up.
func (p Params) amount(small, medium, large int) (int, error) {
	if p.Workers < 1 || p.Slices < 0 {
		return 0, fmt.Errorf("workload set-up with %d workers and %d slices", p.Workers, p.Slices)
	}
	whole := 0
	switch p.Size {
	case Small:
		whole = small
	case Medium:
		whole = medium
	case Large:
		whole = large
	default:
		return 0, fmt.Errorf("unknown size %q: it is one of %s, %s, %s", p.Size, Small, Medium, Large)
	}
	slices := max(p.Slices, 1)
	return (whole + slices - 1) / slices, nil
}

// forEach runs task(0) … task(n-1) as n tasks on ex and returns their results
// in order. It returns the first error in that order, after all have finished:
// a job that fails must not leave tasks behind that run into the next one.
func forEach[T any](ctx context.Context, ex primitives.Executor, n int, task func(ctx context.Context, i int) (T, error)) ([]T, error) {
	futures := make([]*primitives.Future[T], n)
	for i := range futures {
		futures[i] = primitives.Submit(ctx, ex, func(ctx context.Context) (T, error) { return task(ctx, i) })
	}
	results := make([]T, n)
	var first error
	// From the last to the first: whoever waits for the first is woken again
	// for nearly every task, and takes a core from the workers each time.
	for i := n - 1; i >= 0; i-- {
		<-futures[i].Done()
		v, err := futures[i].Result(ctx)
		if err != nil {
			first = err
		}
		results[i] = v
	}
	return results, first
}

// sum adds parts in their order, so that floating-point totals do not depend on
// who computed which part when.
func sum[T interface{ plus(T) T }](parts []T) (total T) {
	for _, part := range parts {
		total = total.plus(part)
	}
	return total
}

// tally counts the runs of a job that gave a wrong result.
type tally struct {
	runs, wrong int
	firstWrong  string
}

// add notes one run; got and want are compared with ==.
func add[T comparable](t *tally, got, want T) {
	t.runs++
	if got != want {
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
