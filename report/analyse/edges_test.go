package analyse

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"overlap/internal/interval"
	"overlap/report/load"
)

// due is the row of one load of an open loop, under so many workers.
func due(change func(*Row), loadFiles float64, workers ...int) Row {
	r := Row{Workload: "Request", Executor: "pool", P: 2}
	change(&r)
	for _, w := range workers {
		r.Latencies = append(r.Latencies, Latency{Workers: w, P: 2, Arrivals: true, Load: loadFiles})
	}
	return r
}

// Loads are compared at the number of workers that most of them share, and only
// within an executor and machine.
func TestLoadsOfOneLoop(t *testing.T) {
	same := func(*Row) {}
	a := Analysis{Rows: []Row{due(same, 1, 1, 4), due(same, 2, 1, 4), due(same, 3, 1)}}
	served := a.Served()
	if len(served) != 1 || len(served[0].Latencies) != 3 || served[0].Latencies[2].Workers != 1 {
		t.Errorf("%+v, want three loads at one worker", served)
	}
	for name, other := range map[string]func(*Row){
		"executor": func(r *Row) { r.Executor = "spawn" },
		"machine":  func(r *Row) { r.machine = "b" },
	} {
		a.Rows = []Row{due(same, 1, 1), due(other, 2, 1)}
		if served := a.Served(); len(served) != 0 {
			t.Errorf("%+v under another %s", served, name)
		}
		a.Rows = append(a.Rows, due(same, 3, 1), due(other, 4, 1))
		if served := a.Served(); len(served) != 2 || served[0].Holds(a.Rows[1]) || !served[1].Holds(a.Rows[3]) {
			t.Errorf("%+v, want one for each %s", served, name)
		}
	}
}

// One quantile is enough to know that times count from when an item was due.
func TestOneQuantileOfArrivals(t *testing.T) {
	for unit, of := range map[string]func(Latency) interval.Interval{
		"p50-ns/arrival": func(l Latency) interval.Interval { return l.P50 },
		"p99-ns/arrival": func(l Latency) interval.Interval { return l.P99 },
	} {
		d, err := load.Read(strings.NewReader("BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op 7 p50-ns/task 7 p99-ns/task 9 "+unit+"\n"), "run.txt")
		if err != nil {
			t.Fatal(err)
		}
		l := Analyze(d).Rows[0].Latencies[0]
		if !l.Arrivals || math.Abs(of(l).Value-9e-9) > 1e-15 || !math.IsNaN(l.P50.Value+l.P99.Value) {
			t.Errorf("%s: %+v", unit, l)
		}
	}
}

// Half is unknown if the efficiency is unknown at one size. The workers are enough
// for all cores, even if fewer were measured, too.
func TestHalfOfUnknownEfficiency(t *testing.T) {
	h := half([]Grain{{Task: 1, Efficiency: interval.Interval{Value: 0.2, Low: math.NaN(), High: math.NaN()}}, {Task: 2, Efficiency: interval.Interval{Value: 0.8, Low: math.NaN(), High: math.NaN()}}})
	if math.Abs(h.Value-math.Sqrt2) > 1e-9 || !math.IsNaN(h.Low) || !math.IsNaN(h.High) {
		t.Errorf("n½ %v of single samples", h)
	}
	var b strings.Builder
	for i, size := range []string{"1us", "1ms"} {
		tasks := []float64{1000, 1}[i]
		fmt.Fprintf(&b, "BenchmarkG/executor=serial/workers=1/cores=1/variant=%s 1 1000000 ns/op %v items/s\n", size, tasks*1000)
		for _, at := range []string{"workers=1/cores=1/variant=%s", "workers=1/cores=2/variant=%s-2", "workers=2/cores=2/variant=%s-2"} {
			fmt.Fprintf(&b, "BenchmarkG/executor=pool/"+at+" 1 2000000 ns/op\n", size)
		}
	}
	d, err := load.Read(strings.NewReader(b.String()), "run.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range Analyze(d).Crossovers {
		got = append(got, fmt.Sprintf("%d on %d", c.Workers, c.P))
	}
	if strings.Join(got, ", ") != "1 on 1, 2 on 2" {
		t.Errorf("workers %v", got)
	}
}

func TestRivalsDifferInTheExecutorOnly(t *testing.T) {
	r := Row{Workload: "Ep", Executor: "pool", Size: "medium"}
	for _, c := range []struct {
		change func(*Row)
		want   bool
	}{
		{func(r *Row) { r.Executor = "spawn" }, true},
		{func(r *Row) { r.Weak = true }, false},
		{func(r *Row) { r.machine = "b" }, false},
		{func(r *Row) { r.Size = "small" }, false},
		{func(r *Row) { r.Variant = "x" }, false},
		{func(r *Row) { r.Package = "p" }, false},
		{func(r *Row) { r.Workload = "Ep2" }, false},
	} {
		o := r
		if c.change(&o); r.SameButExecutor(o) != c.want {
			t.Errorf("%+v differs in the executor only: %v", o, !c.want)
		}
	}
	r.Workload, r.variant = "My pool x", " small pool"
	if got := r.Work(); got != "my pool x small" && got != "My pool x small" {
		t.Errorf("the work is %q", got)
	}
}

// A command has a dot for characters that control a terminal, and still finds its
// line.
func TestShowHidesControlCharacters(t *testing.T) {
	if _, err := exec.LookPath("grep"); err != nil {
		t.Skip("there is no grep")
	}
	for _, sign := range []string{"\u200b", "\u202e", "\u009b"} {
		text := "BenchmarkA" + sign + "b/executor=pool/workers=1/cores=1 1 5 ns/op\n"
		path := filepath.Join(t.TempDir(), "run.txt")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		d, err := load.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		a := Analyze(d)
		command := exec.Command("sh", "-c", a.Show(a.Rows[0]))
		command.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
		if out, err := command.Output(); err != nil || string(out) != text {
			t.Errorf("%q prints %q, %v", command.Args, out, err)
		}
	}
}

// Samples under pressure cannot contradict an expectation.
func TestPressureContradictsNothing(t *testing.T) {
	for pressure, want := range map[string]Outcome{"0.01": NotMet, "0.5": TooNoisy} {
		var b strings.Builder
		b.WriteString("expect: Ep=flat\n")
		for i := range 12 {
			for _, at := range []string{"workers=1/cores=1 1 10", "workers=2/cores=1 1 10", "workers=1/cores=2-2 1 10", "workers=2/cores=2-2 1 5"} {
				fmt.Fprintf(&b, "BenchmarkEp/executor=pool/%s.%02d ns/op %s pressure\n", at, i, pressure)
			}
		}
		d, err := load.Read(strings.NewReader(b.String()), "run.txt")
		if err != nil {
			t.Fatal(err)
		}
		if e := Analyze(d).Rows[0].Expected; e.Outcome != want {
			t.Errorf("pressure %s: %s (%s), want %s", pressure, e, e.Reason, want)
		}
	}
}
