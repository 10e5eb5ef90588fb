package analyse

import (
	"fmt"
	"math"
	"testing"

	"overlap/internal/interval"
	"overlap/report/load"
)

// near returns a value with an interval of 1 %.
func near(x float64) interval.Interval {
	return interval.Interval{Value: x, Low: x / 1.01, High: x * 1.01}
}

func TestKneeIsWhereTheBoundsMeet(t *testing.T) {
	if knee := (Line{P: 4, Residence: 0.05, Demand: 0.01}).Knee(); math.Abs(knee-20) > 1e-12 {
		t.Errorf("at %v workers", knee)
	}
}

// Every limit of every shape, with a number on either side of it.
func TestLimitsOfTheShapes(t *testing.T) {
	row := func(gc, gp, h float64) Row {
		return Row{P: 2, Workers: 4, Concurrency: near(gc), Parallelism: near(gp), Speedup: near(gc * gp), Ceiling: near(h), Worst: near(1), WorstWorkers: 1, OverSerial: near(1)}
	}
	with := func(r Row, change func(*Row)) Row {
		change(&r)
		return r
	}
	worst := func(x float64) func(*Row) { return func(r *Row) { r.Worst = near(x) } }
	over := func(x float64) func(*Row) { return func(r *Row) { r.OverSerial = near(x) } }
	for i, c := range []struct {
		shape string
		row   Row
		want  Outcome
	}{
		{"linear", row(1, 1.75, 2), Met},
		{"linear", row(1, 1.65, 2), NotMet},
		{"linear", row(1.12, 1.9, 2), Met},
		{"linear", row(1.2, 1.9, 2), NotMet},
		{"linear", row(0.9, 2, 2), Met},
		{"linear", row(0.84, 2.2, 2), NotMet},
		{"linear", row(1, 1.9, math.NaN()), NotMeasured},
		{"saturating", row(1, 1.5, 1.6), Met},
		{"saturating", row(1, 1.5, 1.75), Met},
		{"saturating", row(1, 1.6, 1.85), TooSmall},
		{"saturating", row(1, 1.3, math.NaN()), NotMeasured},
		{"sublinear", row(1, 1.1, 2), Met},
		{"sublinear", row(1, 1.02, 2), NotMet},
		{"sublinear", row(1, 1.9, 2), Met},
		{"sublinear", row(1, 2, 2), NotMet},
		{"overhead", with(row(1, 1, 2), over(0.95)), Met},
		{"overhead", with(row(1, 1, 2), over(1.05)), NotMet},
		{"overhead", with(row(1, 1, 2), over(math.NaN())), NotMeasured},
		{"flat", row(1, 1.12, 2), Met},
		{"flat", row(1, 1.2, 2), NotMet},
		{"retrograde", with(row(1, 1.1, 2), worst(0.85)), Met},
		{"retrograde", with(row(1, 1.1, 2), worst(0.95)), NotMet},
		{"retrograde", with(row(1, 1.3, 2), worst(0.85)), NotMet},
		{"waiting", row(3.3, 1, 2), Met},
		{"waiting", row(3.1, 1, 2), NotMet},
		{"waiting", row(4.3, 1, 2), Met},
		{"waiting", row(4.6, 1, 2), NotMet},
		{"waiting", row(4, 1.2, 2), NotMet},
		{"waiting", row(4, 0.84, 2), NotMet},
		{"overlaps", row(1.2, 1, 2), Met},
		{"overlaps", row(1.05, 1, 2), NotMet},
		{"overlaps", row(2, 1.2, 2), NotMet},
		{"capped:1.8", row(1, 1.8, 2), Met},
		{"capped:1.8", row(1, 1.95, 2), Met},
		{"capped:1.8", row(1, 2.05, 2), NotMet},
		{"capped:1.8", row(1, 0.85, 2), NotMet},
		{"capped:5", row(1, 1.9, 2), TooSmall},
		{"capped:5", row(1, 1.3, 2), NotMet},
		{"capped:5", row(1, 1.9, math.NaN()), NotMeasured},
		{"capped:-1", row(1, 1.9, 2), Unknown},
	} {
		j := judge{row: c.row, outcome: Met}
		if j.hold(c.shape); j.outcome != c.want {
			t.Errorf("%d: %s: G_c %s, G_p %s, H %s: %s (%s), want %s", i, c.shape, c.row.Concurrency, c.row.Parallelism, c.row.Ceiling, j.outcome, j.reason, c.want)
		}
	}
}

// A value within its limits is not evidence if its interval is wide.
func TestWideIntervalsMeetNoExpectation(t *testing.T) {
	for _, i := range []interval.Interval{{Value: 1.9, Low: 0.5, High: 7}, {Value: 1.9, Low: math.NaN(), High: math.NaN()}} {
		j := judge{row: Row{P: 2, Concurrency: near(1), Parallelism: i, Speedup: i, Ceiling: near(2)}, outcome: Met}
		if j.hold("linear"); j.outcome != TooNoisy {
			t.Errorf("S %v: %s", i, j.outcome)
		}
	}
}

// The throughput must be between the bounds at every number of workers.
func TestKneeIsBetweenItsBounds(t *testing.T) {
	const residence, demand = 10, 1 // the knee is at 10 workers a core
	line := func(p int, x func(w, p float64) float64, workers ...int) Line {
		l := Line{P: p, Residence: residence, Demand: demand}
		for _, w := range workers {
			l.Points = append(l.Points, LinePoint{w, near(x(float64(w), float64(p)))})
		}
		return l
	}
	upper := func(w, p float64) float64 { return min(w/residence, p/demand) }
	lower := func(w, p float64) float64 { return w / (w*demand/p + residence - demand) }
	all := []int{1, 2, 4, 16, 64}
	for name, c := range map[string]struct {
		x       func(w, p float64) float64
		workers []int
		gc      float64
		want    Outcome
	}{
		"at the upper bound":           {upper, all, 10, Met},
		"at the lower bound":           {lower, all, 8, Met},
		"a second core brings nothing": {func(w, _ float64) float64 { return upper(w, 1) }, all, 10, NotMet},
		"half the slope":               {func(w, p float64) float64 { return min((1+w)/2/residence, p/demand) }, all, 10, NotMet},
		"faster than the bound":        {func(w, p float64) float64 { return 1.3 * upper(w, p) }, all, 10, NotMet},
		"workers give nothing":         {upper, all, 1, NotMet},
		"the knee is not reached":      {upper, []int{1, 2, 4}, 4, TooFew},
		"CPU times were not measured":  {func(float64, float64) float64 { return math.NaN() }, all, 10, NotMeasured},
	} {
		r := Row{P: 2, Concurrency: near(c.gc)}
		r.Lines = []Line{line(1, c.x, c.workers...), line(2, c.x, c.workers...)}
		j := judge{row: r, outcome: Met}
		if j.knee(); j.outcome != c.want {
			t.Errorf("%s: %s (%s), want %s", name, j.outcome, j.reason, c.want)
		}
	}
}

func TestRowsThatAreNotJudged(t *testing.T) {
	row := Row{Workload: "Known", Executor: "pool", P: 2, Workers: 1, Concurrency: near(1), Parallelism: near(1), Speedup: near(1), Ceiling: near(2), tainted: true,
		Lines: []Line{{P: 2, Points: make([]LinePoint, 2)}}}
	for _, c := range []struct {
		executor, shape string
		want            Outcome
	}{
		{"pool", "linear", TooNoisy}, // tainted
		{"inline", "linear", ""},
		{"loop", "linear", ""},
		{"pool", "any", ""},
		{"pool", "", ""},
	} {
		d := &load.Data{Expects: map[string]string{"Known": c.shape}}
		row.Executor = c.executor
		if e := row.expected(d.Expects); e.Outcome != c.want {
			t.Errorf("%s under %s: %s, want %q", c.shape, c.executor, fmt.Sprint(e), c.want)
		}
	}
}
