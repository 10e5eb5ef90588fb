package analyse

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"overlap/internal/interval"
	"overlap/internal/table"
)

// Outcome says whether an expectation holds.
type Outcome string

// The outcomes. An expectation is not met if the whole 95 % interval of some number
// contradicts it. It is met if every number agrees and no interval reaches far
// beyond the limits. Otherwise it is too noisy to tell.
const (
	Met         Outcome = "met"
	NotMet      Outcome = "not met"
	TooSmall    Outcome = "machine too small to tell"
	TooFew      Outcome = "too few workers to tell"
	TooNoisy    Outcome = "too noisy to tell"
	NotMeasured Outcome = "not measured" // a number to compare with
	Unknown     Outcome = "unknown shape"
)

// Expected compares a row with the scaling that its workload declares; zero if it
// declares none.
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

// expected judges the row against the shape that its workload declares. Executors
// that run one task at a time, whatever the cores, are exempt.
func (r Row) expected(shapes map[string]string) Expected {
	name := r.Workload
	if r.Variant != "" {
		name += "/" + r.Variant
	}
	shape := shapes[name]
	if shape == "" || shape == "any" || r.Workers == 0 || r.Executor == "inline" || r.Executor == "loop" {
		return Expected{}
	}
	j := judge{row: r, outcome: Met}
	if j.hold(shape); r.P == 1 {
		j.outcome, j.reason = TooSmall, "only one core was measured"
	}
	if points := r.Lines[len(r.Lines)-1].Points; len(points) == 1 {
		j.outcome, j.reason = TooFew, fmt.Sprintf("only %s was measured", table.Count(points[0].Workers, "worker"))
	}
	if j.outcome == NotMet && r.tainted {
		j.outcome, j.reason = TooNoisy, "based on samples under pressure: "+j.reason
	}
	return Expected{shape, j.outcome, j.reason}
}

// judge collects claims about a row.
type judge struct {
	row     Row
	outcome Outcome
	reason  string
}

// slack is the factor by which an interval may exceed limits that its value keeps.
const slack = 1.3

// claim says that a number is in [low, high].
func (j *judge) claim(what string, i interval.Interval, low, high float64) {
	if i.Low >= low/slack && i.High <= high*slack && i.Value >= low && i.Value <= high {
		return
	}
	limit := fmt.Sprintf("%s is %s, expected at least %.3g", what, i, low)
	if i.Value > high || low == 0 {
		limit = fmt.Sprintf("%s is %s, expected at most %.3g", what, i, high)
	}
	switch {
	case j.outcome == NotMet:
	case math.IsNaN(i.Value):
		j.outcome, j.reason = NotMeasured, what+" was not measured"
	case i.High < low || i.Low > high:
		j.outcome, j.reason = NotMet, limit
	case j.outcome == Met:
		j.outcome, j.reason = TooNoisy, limit
	}
}

// cannotTell makes a met expectation one that this run cannot test.
func (j *judge) cannotTell(why Outcome, format string, args ...any) {
	if j.outcome == Met {
		j.outcome, j.reason = why, fmt.Sprintf(format, args...)
	}
}

// The bounds of "about one" for a gain, and the share of its bound that a
// throughput must reach. They leave room for what the machine, not the workload,
// does to two neighbouring cores.
const (
	aboutOneLow, aboutOneHigh = 0.87, 1.15
	nearly                    = 0.85
)

var infinite = math.Inf(1)

// hold judges the row against a shape of package workloads, which this package
// knows only from the result file.
func (j *judge) hold(shape string) {
	r := j.row
	if limit, ok := strings.CutPrefix(shape, "capped:"); ok {
		n, err := strconv.ParseFloat(limit, 64)
		if err != nil || !(n >= 1) || math.IsInf(n, 0) {
			j.outcome, j.reason = Unknown, "its limit is not a number of at least 1"
			return
		}
		j.capped(n)
		return
	}
	switch shape {
	case "linear", "saturating":
		j.claim("G_c", r.Concurrency, aboutOneLow, aboutOneHigh)
		j.claim("S/H(p)", r.Speedup.Over(r.Ceiling), nearly, infinite)
		if enough := 0.9 * float64(r.P); shape == "saturating" && (r.Ceiling.Value >= enough || r.Speedup.Value >= enough) {
			j.cannotTell(TooSmall, "%d cores do not use all of the bandwidth: S is %s, H(%d) is %s", r.P, r.Speedup, r.P, r.Ceiling)
		}
	case "sublinear":
		j.claim("G_p", r.Parallelism, 1.05, infinite)
		j.claim("S/H(p)", r.Speedup.Over(r.Ceiling), 0, 0.97)
	case "overhead":
		j.claim("the speedup over the serial program", r.OverSerial, 0, 1)
	case "flat":
		j.claim("S", r.Speedup, 0, aboutOneHigh)
	case "retrograde":
		j.claim("S", r.Speedup, 0, aboutOneHigh)
		j.claim("the speedup at "+table.Count(r.WorstWorkers, "worker"), r.Worst, 0, 0.9)
	case "waiting":
		j.claim("G_c/w", r.Concurrency.Over(interval.Exact(float64(r.Workers))), 0.8, 1.1)
		j.claim("G_p", r.Parallelism, aboutOneLow, aboutOneHigh)
	case "overlaps":
		j.claim("G_c", r.Concurrency, 1.1, infinite)
		j.claim("G_p", r.Parallelism, aboutOneLow, aboutOneHigh)
	case "knee":
		j.knee()
	default:
		j.outcome, j.reason = Unknown, "this version does not know the shape"
	}
}

// capped claims that the speedup follows the ceiling up to a limit. Near the
// limit it is lower than either.
func (j *judge) capped(n float64) {
	r := j.row
	// 1/S = 1/H + 1/n, roughly, as for stations in a row, is the least of the
	// usual laws between the two.
	least := 0.95 / (1/r.Ceiling.Value + 1/n)
	if math.IsNaN(least) {
		j.claim("H(p)", r.Ceiling, 1, infinite)
		return
	}
	j.claim("S", r.Speedup, max(0.95, least), 1.1*n)
	if float64(r.P) < n {
		j.cannotTell(TooSmall, "the limit of %.3g shows only on more than %s", n, table.Count(r.P, "core"))
	}
}

// knee claims that the throughput is between the operational bounds at every number
// of workers: at most min(w/(D+Z), p/D), and at least w/(max(1, w/p)·D+Z), as if all
// tasks woke at once and queued for the cores. Work that hardly waits need not gain
// from overlapping.
func (j *judge) knee() {
	j.claim("G_c", j.row.Concurrency, min(1.1, nearly*j.row.Lines[0].Knee()), infinite)
	reached := false
	for _, l := range j.row.Lines {
		p, knee := float64(l.P), l.Knee()
		for _, at := range l.Points {
			w := float64(at.Workers)
			least := w / (max(1, w/p)*l.Demand + l.Residence - l.Demand)
			where := fmt.Sprintf(" of %s on %s", table.Count(at.Workers, "worker"), table.Count(l.P, "core"))
			j.claim("the throughput over its upper bound"+where, at.Throughput.Over(interval.Exact(l.MaxThroughput(w))), 0, 1.15)
			j.claim("the throughput over its lower bound"+where, at.Throughput.Over(interval.Exact(least)), nearly*nearly, infinite)
			reached = reached || w >= knee
		}
	}
	if !reached {
		j.cannotTell(TooFew, "the knee is at %s a core, above all numbers measured", table.Amount(math.Round(j.row.Lines[0].Knee()), "worker"))
	}
}
