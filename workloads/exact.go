package workloads

import "fmt"

// tally counts the runs of a job that gave a wrong result.
type tally struct {
	runs, wrong int
	firstWrong  string
	result      any // of the last run, for tests against published values
}

// note counts one run and whether it was right.
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

// last returns the result of the last run.
func (t *tally) last() any { return t.result }

// Close implements Job for jobs that have only memory to release.
func (t *tally) Close() error { return nil }

// exact is the part of a Job whose runs all have the same result. A job must set
// items, want and plain.
type exact[R comparable] struct {
	tally
	items int
	want  R
	plain func() R // what Serial does
}

// Items implements Job.
func (e *exact[R]) Items() int { return e.items }

// Serial implements Job.
func (e *exact[R]) Serial() error {
	e.compare(e.plain())
	return nil
}

// compare notes the result of one run.
func (e *exact[R]) compare(got R) { e.note(got == e.want, got, e.want) }

// compareSum returns a merge that compares the sum of the parts.
func (e *exact[R]) compareSum(plus func(total, part R) R) func(parts []R) {
	return func(parts []R) { e.compare(sum(parts, plus)) }
}

// sum adds parts in their order, so that floating-point totals do not depend on
// when each part was computed.
func sum[T any](parts []T, plus func(total, part T) T) (total T) {
	for _, part := range parts {
		total = plus(total, part)
	}
	return total
}

// total adds numbers.
func total[T int64 | uint64](numbers []T) (t T) {
	for _, n := range numbers {
		t += n
	}
	return t
}
