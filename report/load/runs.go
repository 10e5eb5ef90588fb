package load

import (
	"fmt"

	"overlap/internal/table"
)

// runs compares the runs of go test in a file. They are pooled as one set of samples,
// as benchstat pools them; but a README often has one from before a change and one
// from after it.
type runs struct {
	n     int  // so far
	fresh bool // no result since the last one began
	of    map[*record]*runTimes
}

// runTimes are a benchmark's times in its first and its last run.
type runTimes struct{ first, last times }

type times struct {
	run, n int
	sum    float64
}

func (t times) mean() float64 { return t.sum / float64(t.n) }

// farApart is a ratio of the times of two runs that noise alone seldom makes.
const farApart = 1.5

// begin notes a line that go test prints before its results.
func (r *runs) begin() {
	if !r.fresh {
		r.n, r.fresh = r.n+1, true
	}
}

func (r *runs) add(rec *record, sec float64) {
	r.fresh = false
	if r.n == 0 {
		return
	}
	if r.of == nil {
		r.of = map[*record]*runTimes{}
	}
	t := r.of[rec]
	if t == nil {
		t = &runTimes{first: times{run: r.n}}
		r.of[rec] = t
	}
	into := &t.first
	if t.first.run != r.n {
		into = &t.last
		if into.run != r.n {
			*into = times{run: r.n}
		}
	}
	into.sum += sec
	into.n++
}

// warning reports that the code may have changed between the runs; "" if nothing shows
// it.
func (r *runs) warning() string {
	far, name, apart := farApart, "", 0
	for rec, t := range r.of {
		if t.last.n == 0 {
			continue
		}
		ratio := t.last.mean() / t.first.mean()
		if q := max(ratio, 1/ratio); q > farApart {
			apart++
			if first := table.Printable(rec.names[0]); q > far || q == far && first < name {
				far, name = q, first
			}
		}
	}
	if apart == 0 {
		return ""
	}
	what := fmt.Sprintf("the times of %s differ", name)
	if apart > 1 {
		what = fmt.Sprintf("the times of %d benchmarks differ, those of %s", apart, name)
	}
	return fmt.Sprintf("it holds %d runs of go test, and between the first and the last %s by %.3g×; they are pooled as one set of samples: if the code changed in between, write each run to a file of its own and put them side by side with --col .file", r.n, what, far)
}
