package sweep

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/overlay"
)

// tryNumbers finds out what numbers of goroutines a benchmark can have, with more than its
// own for long enough that all of them take part. One that fails then has state for its own
// number only: on more cores that is another number, and no two points could be compared.
// What takes long to try is not tried: it loses the points that fail.
func (f *Foreign) tryNumbers(ctx context.Context, b *Benchmark, at Level) *Omission {
	if b.Goroutines == 0 || b.Least > 0 || b.Once > time.Second {
		return nil
	}
	more := max(4, 2*(b.Goroutines*at.Procs/2+1))
	name := b.Package + "." + b.Name
	began := time.Now()
	for try := 0; try < 3 && time.Since(began) < time.Second; try++ { // the order in which they begin may hide roles
		out, err := f.try(ctx, b.Package, at, []string{overlay.GoroutinesVariable + "=" + strconv.Itoa(more)}, testFlags(at.Procs, exactPattern(b.Name), "160ms")...)
		if inRunParallel(err) {
			b.Goroutines = 0
			o := omission(name, "other numbers of goroutines are left out", err)
			return &o
		}
		const clearly = 10 // by chance the scheduler prefers some up to several times
		if valueIn(out, overlay.UnevenUnit) > clearly {
			b.Roles, b.Least = true, 2
			return &Omission{Name: name, Why: "odd numbers of goroutines are left out: half of the goroutines do much more operations than the others, as where every second one has another role"}
		}
	}
	if f.haveRoles(ctx, b, at) {
		b.Roles, b.Least = true, 2
		return &Omission{Name: name, Why: "odd numbers of goroutines are left out: an operation takes another time with 1 and 3 goroutines than with 2 and 4, as where every second one has another role"}
	}
	return nil
}

// haveRoles reports whether the time of an operation goes up and down with the number of
// goroutines, three times in a row.
func (f *Foreign) haveRoles(ctx context.Context, b *Benchmark, at Level) bool {
	var first [4]float64
	for try := range 3 {
		var times [4]float64
		for i := range times {
			out, err := f.try(ctx, b.Package, at, []string{overlay.GoroutinesVariable + "=" + strconv.Itoa(i+1)}, testFlags(at.Procs, exactPattern(b.Name), "30ms")...)
			if err != nil {
				return false
			}
			times[i] = valueIn(out, "sec/op")
		}
		if try == 0 {
			first = times
		}
		if !zigzag(times) || (times[1] < times[0]) != (first[1] < first[0]) {
			return false
		}
	}
	return true
}

// zigzag reports whether the times with 1, 2, 3 and 4 goroutines alternate: where half of
// those work for longer, odd numbers have more of these, or fewer.
func zigzag(times [4]float64) bool {
	const clearly = 1.08
	up := 0.0
	for i := range 3 {
		step := times[i+1] / times[i]
		if !(step > clearly) && !(step < 1/clearly) || i > 0 && (step > 1) == (up > 1) {
			return false
		}
		up = step
	}
	return true
}

// inRunParallel reports whether a process failed while goroutines of RunParallel ran: one
// may have waited for another that there was not.
func inRunParallel(err error) bool {
	failed := (*SampleError)(nil)
	return errors.As(err, &failed) && strings.Contains(failed.Output, "testing.(*B).RunParallel")
}

// valueIn is a value of the first result in what a binary printed; 0 if it is not there.
func valueIn(out []byte, unit string) (x float64) {
	for r := benchfmt.NewReader(bytes.NewReader(out), "benchmarks"); r.Scan(); {
		if rec, ok := r.Result().(*benchfmt.Result); ok {
			x, _ = rec.Value(unit)
			break
		}
	}
	return x
}
