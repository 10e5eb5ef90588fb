package report

import (
	"fmt"
	"math"

	"overlap/internal/table"
)

// runs compares the runs of go test that a file holds one behind the other. They
// are pooled as one set of samples, as benchstat pools them; but a README often
// has one from before a change and one from after it.
type runs struct {
	n     int  // so far
	fresh bool // no result since the last beginning
	of    map[*record]*runTimes
}

// runTimes are the sums of a benchmark's times in its first and its last run.
type runTimes struct {
	run   [2]int
	sum   [2]float64
	times [2]int
}

// farApart is the quotient of two runs' times that noise alone seldom makes.
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
		t = &runTimes{run: [2]int{r.n, r.n}}
		r.of[rec] = t
	}
	i := 1
	if t.run[0] == r.n {
		i = 0
	} else if t.run[1] != r.n {
		t.run[1], t.sum[1], t.times[1] = r.n, 0, 0
	}
	t.sum[i] += sec
	t.times[i]++
}

// warning says that the runs may not be of one code; empty if nothing shows it.
func (r *runs) warning() string {
	far, name, apart := farApart, "", 0
	for rec, t := range r.of {
		if t.times[1] == 0 {
			continue
		}
		ratio := t.sum[1] / float64(t.times[1]) / (t.sum[0] / float64(t.times[0]))
		if q := math.Max(ratio, 1/ratio); q > farApart {
			apart++
			if first := table.Printable(rec.names[0]); q > far || q == far && first < name {
				far, name = q, first
			}
		}
	}
	if apart == 0 {
		return ""
	}
	what := "the times of " + name
	if apart > 1 {
		what = fmt.Sprintf("the times of %d benchmarks, of which %s the most,", apart, name)
	}
	return fmt.Sprintf("it holds %d runs of go test, and between the first and the last %s differ %.3g×; they are pooled as one set of samples: if the code changed in between, write each run to a file of its own and put them side by side with --col .file", r.n, what, far)
}
