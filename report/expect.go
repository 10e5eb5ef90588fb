package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Outcome says whether an expectation holds.
type Outcome string

// The outcomes. Noise is the benefit of the doubt: an expectation is not met
// only if the whole 95 % interval of some number contradicts it.
const (
	Met      Outcome = "met"
	NotMet   Outcome = "not met"
	TooSmall Outcome = "machine too small to tell"
	TooNoisy Outcome = "too noisy to tell"
)

// Expected is the scaling that a workload declares, held against a row. The
// zero Expected is that of a workload that declares none.
type Expected struct {
	Shape   string
	Outcome Outcome
	Reason  string // the number that decided, in words
}

func (e Expected) String() string {
	if e.Shape == "" {
		return "–"
	}
	return e.Shape + ": " + string(e.Outcome)
}

// expected judges a row. An executor that runs one task at an instant, whatever
// the cores, is not what the expectations are about.
func (d *Data) expected(r Row) Expected {
	name := r.Workload
	if r.Variant != "" {
		name += "/" + r.Variant
	}
	shape := d.Expects[name]
	if shape == "" || shape == "any" || r.Executor == "inline" || r.Executor == "loop" {
		return Expected{}
	}
	j := judge{row: r, outcome: Met}
	j.hold(shape)
	if j.outcome == NotMet && r.tainted {
		j.outcome, j.reason = TooNoisy, "samples under pressure had to be used: "+j.reason
	}
	return Expected{shape, j.outcome, j.reason}
}

// judge collects claims about a row.
type judge struct {
	row     Row
	outcome Outcome
	reason  string
}

// claim says that a number is in [low, high].
func (j *judge) claim(what string, i Interval, low, high float64) {
	if i.Value >= low && i.Value <= high {
		return
	}
	limit := fmt.Sprintf("%s is %s, expected at least %.3g", what, i, low)
	if i.Value > high {
		limit = fmt.Sprintf("%s is %s, expected at most %.3g", what, i, high)
	}
	switch {
	case j.outcome == NotMet:
	case i.High < low || i.Low > high:
		j.outcome, j.reason = NotMet, limit
	case j.outcome == Met:
		j.outcome, j.reason = TooNoisy, limit
	}
}

// tooSmall turns a met expectation into one that this machine cannot test.
func (j *judge) tooSmall(format string, args ...any) {
	if j.outcome == Met {
		j.outcome, j.reason = TooSmall, fmt.Sprintf(format, args...)
	}
}

// The bounds of "about one" for a gain, and how much of its bound a throughput
// must reach. They leave room for what the machine, not the workload, does to
// two cores beside each other.
const (
	aboutOneLow, aboutOneHigh = 0.87, 1.15
	mostOf                    = 0.85
)

var infinite = math.Inf(1)

// hold judges the row against a shape. The shapes are those of package
// workloads, which this package knows by the result file only.
func (j *judge) hold(shape string) {
	r := j.row
	if limit, ok := strings.CutPrefix(shape, "capped:"); ok {
		n, err := strconv.ParseFloat(limit, 64)
		if err != nil || !(n >= 1) {
			j.outcome, j.reason = TooNoisy, "the limit is no number"
			return
		}
		j.capped(n)
		return
	}
	switch shape {
	case "linear":
		j.scales()
	case "saturating":
		j.scales()
		if r.Ceiling.Value >= 0.9*float64(r.P) {
			j.tooSmall("%d cores do not use all of the bandwidth: H(%d) is %s", r.P, r.P, r.Ceiling)
		}
	case "sublinear":
		j.claim("G_p", r.Parallelism, 1.05, infinite)
		j.claim("S/H(p)", r.Speedup.over(j.ceiling()), 0, 0.97)
	case "overhead":
		j.claim("the speedup over the serial program", r.OverSerial, 0, 1)
	case "flat":
		j.claim("S", r.Speedup, 0, aboutOneHigh)
	case "retrograde":
		j.claim("S", r.Speedup, 0, aboutOneHigh)
		j.claim(fmt.Sprintf("the speedup at %d workers", r.WorstWorkers), r.Worst, 0, 0.9)
	case "waiting":
		j.claim("G_c/w", r.Concurrency.over(exact(float64(r.Workers))), 0.8, 1.1)
		j.alike()
	case "overlaps":
		j.claim("G_c", r.Concurrency, 1.1, infinite)
		j.alike()
	case "knee":
		j.knee()
	default:
		j.outcome, j.reason = TooNoisy, "this version does not know the shape"
	}
	if r.P == 1 {
		j.tooSmall("one core was measured")
	}
}

// ceiling is H(p), or p where it was not measured.
func (j *judge) ceiling() Interval {
	if math.IsNaN(j.row.Ceiling.Value) {
		return exact(float64(j.row.P))
	}
	return j.row.Ceiling
}

// scales claims that workers alone bring nothing and cores what the machine
// gives.
func (j *judge) scales() {
	j.claim("G_c", j.row.Concurrency, aboutOneLow, aboutOneHigh)
	j.claim("S/H(p)", j.row.Speedup.over(j.ceiling()), mostOf, infinite)
}

// alike claims that more cores bring nothing, and cost nothing.
func (j *judge) alike() {
	j.claim("G_p", j.row.Parallelism, aboutOneLow, aboutOneHigh)
}

// capped claims that the speedup follows the ceiling up to a limit. Near the
// limit it is lower than either.
func (j *judge) capped(n float64) {
	r := j.row
	h := j.ceiling()
	// 1/S = 1/H + 1/n, roughly, as for stations in a row, is the least of the
	// usual laws between the two.
	least := 0.95 / (1/h.Value + 1/n)
	j.claim("S", r.Speedup, max(0.95, least), 1.1*n)
	if float64(r.P) < n {
		j.tooSmall("the limit of %.3g shows on more than %d cores", n, r.P)
	}
}

// knee claims that the throughput is near its operational bound at the best
// workers, on one core and on all. Tasks that all wake at once queue for the
// cores, and then a task takes up to wD/p + Z: at the knee that is half of the
// bound, and nowhere less.
func (j *judge) knee() {
	j.claim("G_c", j.row.Concurrency, 1.1, infinite)
	for _, l := range j.row.Lines {
		for _, p := range l.Points {
			if p.Workers == j.row.Workers {
				bound := l.Bound(float64(p.Workers))
				j.claim(fmt.Sprintf("X over min(w/(D+Z), p/D) on %d cores", l.P), p.Throughput.over(exact(bound)), 0.5, 1.15)
			}
		}
	}
}
