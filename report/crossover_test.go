package report_test

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

// grains is a run of a made-up workload of 16 ms in tasks of 250 ns, 1 µs, 4 µs, 16 µs
// (the unnamed variant), 64 µs on p cores, under executors with so many
// nanoseconds of overhead a task. Noise is the spread of a sample.
func grains(p int, noise float64, overheads map[string]float64) string {
	var b strings.Builder
	b.WriteString("kinds: Grain=spawn\n")
	for round := range 12 {
		line := func(name string, seconds, items float64) {
			seconds *= 1 + noise*math.Sin(float64(7*round+len(name)))
			fmt.Fprintf(&b, "BenchmarkGrain/%s 1 %.6f ns/op %.6f items/s\n", name, 1e9*seconds, items/seconds)
		}
		for variant, us := range map[string]float64{"/variant=250ns": 0.25, "/variant=1us": 1, "/variant=4us": 4, "": 16, "/variant=64us": 64} {
			tasks := 16000 / us
			line("executor=serial/workers=1/cores=1"+variant, 0.016, tasks)
			for executor, ns := range overheads {
				took := 0.016 + tasks*ns*1e-9
				line(fmt.Sprintf("executor=%s/workers=1/cores=1%s", executor, variant), took, tasks)
				line(fmt.Sprintf("executor=%s/workers=%d/cores=1%s", executor, p, variant), 2*took, tasks)
				line(fmt.Sprintf("executor=%s/workers=%d/cores=%d%s-%d", executor, p, p, variant, p), took/float64(p), tasks)
			}
		}
	}
	return b.String()
}

// Half of the time is overhead where the task is as long as its overhead.
func TestCrossoverIsTheOverhead(t *testing.T) {
	a := analyze(t, save(t, grains(4, 0, map[string]float64{"pool": 4000, "spawn": 16000, "nothing": 10, "molasses": 1e6})))
	if len(a.Crossovers) != 8 {
		t.Fatalf("%d crossovers, want 4 executors on 1 and on 4 cores", len(a.Crossovers))
	}
	for i, want := range []struct {
		executor, text string
		half, overhead float64
	}{
		{"molasses", "above 64 µs", math.NaN(), 1e-3},
		{"nothing", "below 250 ns", math.NaN(), 1e-8},
		{"pool", "4.0 µs (4.0 µs to 4.0 µs)", 4e-6, 4e-6},
		{"spawn", "16 µs (16 µs to 16 µs)", 16e-6, 16e-6},
	} {
		for _, at := range []struct{ i, p int }{{i, 1}, {i + 4, 4}} {
			c := a.Crossovers[at.i]
			if c.Executor != want.executor || c.P != at.p || c.Workers != at.p || c.String() != want.text {
				t.Errorf("%s with %d workers on %d cores: %v, want %s on %d: %s", c.Executor, c.Workers, c.P, c, want.executor, at.p, want.text)
			}
			if !same(c.Half.Value, want.half) || c.Reached() != (want.executor != "molasses") {
				t.Errorf("%s: n½ %v, reached %t", c.Executor, c.Half, c.Reached())
			}
			if len(c.Grains) != 5 {
				t.Fatalf("%s: %d sizes of task", c.Executor, len(c.Grains))
			}
			for j, g := range c.Grains {
				task := 0.25e-6 * math.Pow(4, float64(j))
				if !same(g.Task, task) || !same(g.Tasks, 0.016/task) || !same(g.Overhead.Value, want.overhead) || !same(g.Efficiency.Value, task/(task+want.overhead)) {
					t.Errorf("%s: task %v: %+v", c.Executor, task, g)
				}
			}
		}
	}
}

// The ceiling is that of the cores, as a share of them: four copies of a slice
// that take a quarter longer than one alone leave 0.8.
func TestCrossoverHasTheCeilingOfItsCores(t *testing.T) {
	text := grains(4, 0, map[string]float64{"pool": 4000})
	for range 12 {
		for _, variant := range []string{"/variant=250ns", "/variant=1us", "/variant=4us", "", "/variant=64us"} {
			name := "BenchmarkGrain/executor=pool/workers=1/cores=1" + variant + "/slices=4"
			text += "copies: 1\n" + name + " 1 4000000 ns/op\ncopies: 4\n" + name + " 1 5000000 ns/op\n"
		}
	}
	a := analyze(t, save(t, text))
	for i, ceiling := range []float64{1, 0.8} {
		for _, g := range a.Crossovers[i].Grains {
			if !same(g.Ceiling.Value, ceiling) {
				t.Errorf("%d cores: ceiling %v, want %v", a.Crossovers[i].P, g.Ceiling, ceiling)
			}
		}
	}
}

func TestRowsAreInTheOrderOfTheirTasks(t *testing.T) {
	var rows []string
	for _, r := range analyze(t, save(t, grains(2, 0, map[string]float64{"pool": 4000}))).Rows {
		rows = append(rows, r.Name())
	}
	if got := strings.Join(rows, ", "); got != "grain, grain 250ns, grain 1us, grain 4us, grain 64us" {
		t.Error(got)
	}
}

// same allows for the digits in a file, and for what is nothing to another.
func same(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-5*math.Abs(b)
}

// Between two sizes the efficiency is taken to go straight over their logarithm:
// with 2 µs of overhead it is 1/3 at 1 µs and 2/3 at 4 µs.
func TestCrossoverBetweenSizes(t *testing.T) {
	a := analyze(t, save(t, grains(2, 0, map[string]float64{"pool": 2000})))
	if c := a.Crossovers[1]; !same(c.Half.Value, 2e-6) {
		t.Errorf("n½ is %v, want 2 µs", c.Half)
	}
}

func TestCrossoverHasAnInterval(t *testing.T) {
	a := analyze(t, save(t, grains(2, 0.2, map[string]float64{"pool": 2000, "quick": 260, "slow": 64000})))
	for i, want := range []struct{ low, high bool }{{true, true}, {false, true}, {true, false}} {
		c := a.Crossovers[i]
		for _, g := range c.Grains {
			if !(g.Efficiency.Low < g.Efficiency.Value && g.Efficiency.Value < g.Efficiency.High) || !(g.Overhead.Low < g.Overhead.Value && g.Overhead.Value < g.Overhead.High) {
				t.Errorf("%s at %v: %v, overhead %v", c.Executor, g.Task, g.Efficiency, g.Overhead)
			}
		}
		if h := c.Half; h.Low > 0 != want.low || !math.IsInf(h.High, 1) != want.high || h.Low >= h.Value || h.High <= h.Value {
			t.Errorf("%s: n½ %+v", c.Executor, h)
		}
		if text := c.String(); strings.Contains(text, "below 2") == want.low || strings.Contains(text, "above 6") == want.high {
			t.Errorf("%s: %s", c.Executor, text)
		}
	}
}

// A half that seems to be beyond the sizes that were measured may be between them.
func TestCrossoverBeyondTheSizesMayBeWithinThem(t *testing.T) {
	grain := func(task float64, efficiency interval.Interval) analyse.Grain {
		return analyse.Grain{Task: task, Efficiency: efficiency}
	}
	for want, c := range map[string]analyse.Crossover{
		"above 4.0 µs (2.0 µs to above 4.0 µs)": {
			Grains: []analyse.Grain{grain(1e-6, between(0.2, 0.1)), grain(4e-6, between(0.4, 0.2))},
			Half:   interval.Interval{Value: math.NaN(), Low: 2e-6, High: math.Inf(1)},
		},
		"below 1.0 µs (below 1.0 µs to 2.0 µs)": {
			Grains: []analyse.Grain{grain(1e-6, between(0.6, 0.4)), grain(4e-6, between(0.9, 0.8))},
			Half:   interval.Interval{Value: math.NaN(), Low: 0, High: 2e-6},
		},
		"above 4.0 µs": {
			Grains: []analyse.Grain{grain(4e-6, between(0.4, 0.3))},
			Half:   interval.Interval{Value: math.NaN(), Low: math.Inf(1), High: math.Inf(1)},
		},
	} {
		if got := c.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// What cannot be told has no crossover, and nothing breaks.
func TestNoCrossover(t *testing.T) {
	whole := grains(2, 0, map[string]float64{"pool": 2000})
	for name, text := range map[string]string{
		"one size":                    strings.NewReplacer("=250ns", "=w", "=1us", "=x", "=4us", "=y", "=64us", "=z").Replace(whole),
		"only one size":               regexp.MustCompile(`(?m)^Bench.*(=250ns|=1us|=64us|cores=\d(-\d)? ).*\n`).ReplaceAllString(whole, ""),
		"no items":                    strings.ReplaceAll(whole, "items/s", "things/s"),
		"no serial program":           strings.ReplaceAll(whole, "executor=serial", "executor=plain"),
		"weak":                        strings.ReplaceAll(whole, "/cores=", "/scaling=weak/cores="),
		"negative":                    strings.NewReplacer("=250ns", "=250", "=1us", "=-1us", "=4us", "=0s", "=64us", "=1e999h").Replace(whole),
		"slices":                      strings.ReplaceAll(whole, "/cores=", "/slices=2/cores="),
		"a serial program on 2 cores": regexp.MustCompile(`(?m)(executor=serial/workers=1/cores=)1(\S*)`).ReplaceAllString(whole, "${1}2$2-2"),
	} {
		d, err := load.Read(strings.NewReader(text), name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := analyse.Analyze(d).Crossovers; len(got) > 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// An executor with one worker has none on many cores.
func TestCrossoverOfOneWorkerIsOnOneCore(t *testing.T) {
	a := analyze(t, save(t, strings.ReplaceAll(grains(2, 0, map[string]float64{"inline": 2000}), "workers=2/cores=2", "workers=1/cores=2")))
	if len(a.Crossovers) != 1 || a.Crossovers[0].P != 1 {
		t.Errorf("%d crossovers: %+v", len(a.Crossovers), a.Crossovers)
	}
}

// Where more cores were measured than there were workers for, it is on fewer.
func TestCrossoverHasAWorkerForEachCore(t *testing.T) {
	text := grains(2, 0, map[string]float64{"pool": 2000})
	for line := range strings.Lines(text) {
		if strings.Contains(line, "cores=2") {
			text += strings.NewReplacer("cores=2", "cores=8", "-2 ", "-8 ").Replace(line)
		}
	}
	if a := analyze(t, save(t, text)); len(a.Crossovers) != 2 || a.Crossovers[1].P != 2 || a.Rows[0].P != 8 {
		t.Errorf("%d crossovers: %+v", len(a.Crossovers), a.Crossovers)
	}
}

func TestCrossoversAreWritten(t *testing.T) {
	a := analyze(t, save(t, grains(2, 0, map[string]float64{"pool": 4000, "spawn": 1e6})))
	const want = "n½, the smallest task of grain of which half the time of 2 cores is work: pool 4.0 µs (4.0 µs to 4.0 µs); spawn above 64 µs"
	if notes := strings.Join(write.PageNotes(a), "\n"); !strings.Contains(notes, "\n"+want+"\n") || !strings.Contains(notes, "of 1 core is") {
		t.Errorf("%s\nlacks\n%s", notes, want)
	}
	var b strings.Builder
	if err := write.JSON(&b, a); err != nil {
		t.Fatal(err)
	}
	var out struct {
		Crossovers []struct {
			Executor string
			P        int
			Half     *struct{ Value float64 }
			Reached  bool
			Grains   []struct {
				Task, Tasks float64
				Efficiency  struct{ Value float64 }
			}
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &out); err != nil {
		t.Fatal(err)
	}
	pool, spawn := out.Crossovers[2], out.Crossovers[3]
	if pool.P != 2 || pool.Half == nil || !same(pool.Half.Value, 4e-6) || !pool.Reached || len(pool.Grains) != 5 || pool.Grains[0].Tasks != 64000 || !same(pool.Grains[4].Task, 64e-6) || !same(pool.Grains[2].Efficiency.Value, 0.5) {
		t.Errorf("%+v", pool)
	}
	if spawn.Executor != "spawn" || spawn.Half != nil || spawn.Reached {
		t.Errorf("%+v", spawn)
	}
}

func TestShortTimes(t *testing.T) {
	for seconds, want := range map[float64]string{0: "0", 42e-9: "42 ns", 999.7e-9: "1.0 µs", 1.26e-6: "1.3 µs", 9.97e-6: "10 µs", 16e-6: "16 µs", 0.25e-3: "250 µs", 2e-3: "2.0 ms", 3: "3.0 s", -2e-6: "−2.0 µs"} {
		if got := table.ShortTime(seconds); got != want {
			t.Errorf("%v s: %s, want %s", seconds, got, want)
		}
	}
}

// A row has the fairness of its best point.
func TestFairnessIsOfTheBestPoint(t *testing.T) {
	f := sweep("Ep", func(w, p int) float64 { return 8 / float64(min(w, p)) }, 2)
	text := strings.ReplaceAll(f.text(), "workers=2/cores=2-2 1 ", "workers=2/cores=2-2 1 0.75 fairness ")
	if a := analyze(t, save(t, text)); a.Rows[0].Fairness != 0.75 {
		t.Errorf("%v, want 0.75", a.Rows[0].Fairness)
	}
	var b strings.Builder
	if err := write.JSON(&b, analyze(t, save(t, text))); err != nil || !strings.Contains(b.String(), `"fairness": 0.75`) {
		t.Errorf("%v: %s", err, b.String())
	}
	if a := analyze(t, f.save(t)); !math.IsNaN(a.Rows[0].Fairness) {
		t.Errorf("%v, want none", a.Rows[0].Fairness)
	}
}
