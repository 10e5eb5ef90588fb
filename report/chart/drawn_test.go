package chart

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"overlap/internal/interval"
	"overlap/report/analyse"
	"overlap/report/law"
)

// mustDraw returns a chart that has something to draw.
func mustDraw(c Chart, ok bool) Chart {
	if !ok {
		panic(c.Name + " has nothing to draw")
	}
	return c
}

func svg(t *testing.T, c Chart) string {
	t.Helper()
	b, err := c.SVG(Light)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// exactly is a value whose interval is not known.
func exactly(x float64) interval.Interval {
	return interval.Interval{Value: x, Low: math.NaN(), High: math.NaN()}
}

// limited is a row with a ceiling at 2, 4 … p cores, which has an interval or not.
func limited(p int, doubt float64) analyse.Row {
	r := analyse.Row{Workload: "Ep", P: p, Concurrency: exactly(1), Parallelism: exactly(2), Speedup: exactly(2)}
	for n := 1; n <= p; n *= 2 {
		h := exactly(0.9 * float64(n))
		if n == 1 {
			h = exactly(1)
		} else if doubt > 0 {
			h.Low, h.High = h.Value/doubt, h.Value*doubt
		}
		r.Ceiling = h
		r.Scaling = append(r.Scaling, law.GainAt{P: n, Gain: exactly(math.Sqrt(float64(n))), Ceiling: h})
		r.Models.Cores = append(r.Models.Cores, law.Efficiency{P: n, OfIdeal: exactly(0.7), OfCeiling: exactly(0.8), Serial: exactly(0.1)})
		r.Models.OverCores.Points = append(r.Models.OverCores.Points, law.Measure{N: float64(n), X: math.Sqrt(float64(n))})
	}
	r.Models.OverCores = law.FitUSL(r.Models.OverCores.Points, law.Relative)
	return r
}

// The ceiling of a row has its interval in every chart that draws it, and only
// then the legend explains one.
func TestCeilingsHaveTheirIntervals(t *testing.T) {
	pictures := func(doubt float64) map[string]string {
		r := limited(64, doubt)
		a := &analyse.Analysis{Rows: []analyse.Row{r}}
		return map[string]string{"gains": svg(t, mustDraw(Gains(a))), "scaling": svg(t, mustDraw(Scaling(a))), "curves": svg(t, curves(r))}
	}
	without := pictures(0)
	for name, with := range pictures(1.2) {
		const words = ">95 % interval<"
		if !strings.Contains(with, words) || strings.Contains(without[name], words) {
			t.Errorf("%s: the legend names an interval that is not drawn, or not one that is", name)
		}
		const sign = 3 // strokes in the legend
		if more := strings.Count(with, "<path") - strings.Count(without[name], "<path"); more <= sign {
			t.Errorf("%s: intervals add %d strokes", name, more)
		}
	}
}

// A ceiling has three strokes more for its interval, unless that would be a blot.
func TestCeilingsOfGainsHaveTheirIntervals(t *testing.T) {
	for doubt, want := range map[float64]int{0: 0, 1.001: 0, 1.2: 3} {
		strokes := func(doubt float64) (n int) {
			var paper recorder.Canvas
			gainBars{t: Light}.row(draw.NewCanvas(&paper, 300, 200), limited(2, doubt), func(x float64) vg.Length { return 100 + 50*vg.Length(x) }, 100)
			for _, action := range paper.Actions {
				if _, ok := action.(*recorder.Stroke); ok {
					n++
				}
			}
			return n
		}
		if got := strokes(doubt) - strokes(0); got != want {
			t.Errorf("an interval of a factor %v has %d strokes, want %d", doubt, got, want)
		}
	}
}

func TestIntervalsOfCeilingsAreInTheFrame(t *testing.T) {
	r := limited(4, 2)
	if _, high := (gainBars{rows: []analyse.Row{r}}).reach(); math.Abs(high-math.Log2(7.2)) > 1e-9 {
		t.Errorf("gains reach to %.3f, want log₂ 7.2", high)
	}
}

// The speedup has its interval in words where there is room.
func TestProductOfGainsHasItsInterval(t *testing.T) {
	r := limited(2, 0)
	r.Speedup = interval.Interval{Value: 1.96, Low: 1.8, High: 2.14}
	picture := func(r analyse.Row) string { return svg(t, mustDraw(Gains(&analyse.Analysis{Rows: []analyse.Row{r}}))) }
	if s := picture(r); !strings.Contains(s, ">1.00 × 2.00 = 1.96 ±0.18<") {
		t.Error("the speedup has no interval")
	}
	r.Concurrency, r.Parallelism, r.Workload = exactly(123456), exactly(123456), strings.Repeat("long", 30)
	r.Speedup = interval.Interval{Value: 987654, Low: 912345, High: 999999}
	if s := picture(r); strings.Contains(s, "±") || !strings.Contains(s, " = 987654<") {
		t.Error("words that leave the picture keep the interval")
	}
}

// waits is a row of that demand and waiting, in seconds.
func waits(demand, waiting float64) analyse.Row {
	r := analyse.Row{Workload: "Request", P: 2, Workers: 64, Ceiling: exactly(math.NaN())}
	for p := 1; p <= 2; p++ {
		l := analyse.Line{P: p, Residence: demand + waiting, Demand: demand}
		for w := 1; w <= 64; w *= 2 {
			x := 0.8 * min(float64(w)/(0.01+0.07), float64(p)/0.01)
			l.Points = append(l.Points, analyse.LinePoint{Workers: w, Throughput: exactly(x)})
			if p == 2 {
				r.Models.OverWorkers.Points = append(r.Models.OverWorkers.Points, law.Measure{N: float64(w), X: x})
			}
		}
		r.Lines = append(r.Lines, l)
		r.Scaling = append(r.Scaling, law.GainAt{P: p, Gain: exactly(float64(p)), Ceiling: exactly(math.NaN())})
	}
	r.Models.OverWorkers = law.FitUSL(r.Models.OverWorkers.Points, law.Relative)
	return r
}

// Bounds are named where they are drawn: they need the CPU time of a job.
func TestBoundsAreNamedWhereTheyAreDrawn(t *testing.T) {
	for _, demand := range []float64{0.01, math.NaN()} {
		r := waits(demand, 0.07)
		a := &analyse.Analysis{Rows: []analyse.Row{r}}
		for _, c := range []Chart{mustDraw(Workers(a)), curves(r)} {
			if named := strings.Contains(svg(t, c), "bound"); named == math.IsNaN(demand) {
				t.Errorf("%s of a demand of %v names a bound: %v", c.Name, demand, named)
			}
			if named := strings.Contains(c.Caption, "knee"); named == math.IsNaN(demand) {
				t.Errorf("%s of a demand of %v explains the knee: %v", c.Name, demand, named)
			}
		}
		if named := strings.Contains(svg(t, curves(r)), ">bound of 2 cores<"); named == math.IsNaN(demand) {
			t.Errorf("of a demand of %v, the legend of the curves has the bound of both cores: %v", demand, named)
		}
		if named := strings.Contains(svg(t, mustDraw(Workers(a))), "min(w/(D+Z), p/D)"); named == math.IsNaN(demand) {
			t.Errorf("the headline of a demand of %v has the bound: %v", demand, named)
		}
	}
	line := bound(waits(0.01, 0.07).Lines[1], 1, 64)
	if first, last := line[0], line[len(line)-1]; len(line) != 3 || first.X != 0 || math.Abs(first.Y-math.Log2(12.5)) > 1e-9 || last.X != 6 || math.Abs(last.Y-math.Log2(200)) > 1e-9 {
		t.Errorf("the bound runs along %v", line)
	}
}

// The limits of the cores are those of work that does not wait.
func TestLimitsOfExecutors(t *testing.T) {
	row := func(p int, gain, ceiling interval.Interval) analyse.Row {
		return analyse.Row{P: p, Concurrency: gain, Ceiling: ceiling}
	}
	none, h := exactly(math.NaN()), interval.Interval{Value: 3.6, Low: 3.4, High: 3.8}
	for _, c := range []struct {
		rows           []analyse.Row
		ideal, ceiling float64
	}{
		{[]analyse.Row{row(1, exactly(1), exactly(1)), row(4, exactly(1.05), h), row(2, none, exactly(1.9))}, 4, 3.6},
		{[]analyse.Row{row(4, none, none), row(4, exactly(1), h), row(4, none, exactly(3.1))}, 4, 3.6},
		{[]analyse.Row{row(4, exactly(1), none)}, 4, math.NaN()},
		{[]analyse.Row{row(1, exactly(1), exactly(1))}, 0, math.NaN()},
		{[]analyse.Row{row(4, exactly(1), h), row(4, exactly(57), h)}, 0, math.NaN()},
		{[]analyse.Row{row(4, interval.Interval{Value: 1.2, Low: 1.0, High: 1.4}, h)}, 4, 3.6},
		{[]analyse.Row{row(4, interval.Interval{Value: 1.3, Low: 1.2, High: 1.4}, h)}, 0, math.NaN()},
	} {
		ideal, ceiling := rivals{rows: c.rows}.limits()
		if ideal != c.ideal || ceiling.Value != c.ceiling && !(math.IsNaN(c.ceiling) && math.IsNaN(ceiling.Value)) {
			t.Errorf("%+v: %v and %v, want %v and %v", c.rows, ideal, ceiling.Value, c.ideal, c.ceiling)
		}
	}
	r := row(4, exactly(1), h)
	r.OverSerial = exactly(1.5)
	side := sideBySide{groups: []rivals{{rows: []analyse.Row{r}}}, t: Light}
	if _, high := side.reach(); high < 2.3 { // with room to the right of 4
		t.Errorf("the ideal is beyond the frame, which ends at 2^%.2f", high)
	}
	if got := len(side.limitEntries()); got != 3 {
		t.Errorf("%d entries, want those of the ideal, the ceiling and its interval", got)
	}
	if alt := executorsAlt(side.groups); !strings.Contains(alt, "ceiling 3.60 ±0.20") {
		t.Error(alt)
	}
}

// A core without a worker is not said to have too little work.
func TestCoresWithoutWorkers(t *testing.T) {
	for _, c := range []struct {
		stack analyse.Stack
		want  string
	}{
		{analyse.Stack{Workers: 1, P: 2, Work: 1, Imbalance: 1}, "no worker 1.00"},
		{analyse.Stack{Workers: 1, P: 64, Work: 0.9, Imbalance: 63.1}, "no worker 63.0"},
		{analyse.Stack{Workers: 3, P: 4, Work: 0.9, Imbalance: 3.1}, "imbalance 3.10"},
		{analyse.Stack{Workers: 4, P: 4, Work: 3, Imbalance: 1}, "imbalance 1.00"},
		{analyse.Stack{Workers: 0, P: 2, Work: 1, Imbalance: 1}, "imbalance 1.00"},
		{analyse.Stack{Workers: 1, P: 2, Work: 0.2, Imbalance: 0.5, Waiting: 1.3}, "waiting 1.30"},
	} {
		c.stack.Runnable = 0
		if got := (stackBar{"x", c.stack}).loss(); !strings.HasPrefix(got, strings.Fields(c.want)[0]) || !strings.HasSuffix(got, c.want[strings.LastIndex(c.want, " "):]) {
			t.Errorf("%d workers on %d cores: %q, want %q", c.stack.Workers, c.stack.P, got, c.want)
		}
	}
	if alt := stackAlt([]stackBar{{"x", analyse.Stack{Workers: 1, P: 2, Work: 1, Imbalance: 1}}}); !strings.Contains(alt, "no worker 1.00") {
		t.Error(alt)
	}
}

// What lies beyond the axes of the plane is drawn at their ends.
func TestDotsOfThePlaneStayInTheFrame(t *testing.T) {
	for _, at := range [][2]float64{{0.001, 1}, {1e9, 1}, {4, 50}, {4, -50}} {
		var paper recorder.Canvas
		c := draw.NewCanvas(&paper, 300, 200)
		p := plot.New()
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.5, 8, 0, 2
		r := analyse.Row{Workload: "x", P: 2, Inflight: exactly(at[0]), CPUsBusy: exactly(at[1])}
		dots{rows: []analyse.Row{r}, t: Light}.Plot(c, p)
		drawn := 0
		for _, action := range paper.Actions {
			fill, ok := action.(*recorder.Fill)
			if !ok {
				continue
			}
			drawn++
			const radius = 4
			for _, comp := range fill.Path {
				if q := comp.Pos; q.X < -radius || q.X > 300+radius || q.Y < -radius || q.Y > 200+radius {
					t.Errorf("%v is drawn at %v", at, q)
				}
			}
		}
		if drawn == 0 {
			t.Errorf("%v is not drawn", at)
		}
	}
}
