package report_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"overlap/report/analyse"
	"overlap/report/load"
)

// point is a measurement: a time in ms, and units as a file writes them.
type point struct {
	name  string
	ms    float64
	units string
}

const (
	one   = "Job/executor=pool/workers=1/cores=1"
	two   = "Job/executor=pool/workers=2/cores=2-2"
	crowd = "Job/executor=pool/workers=64/cores=2-2"
	plain = "1 tasks-inflight 1 cpus-busy 1e-06 gc-cpus 1e-06 runq-cpus 1e-06 idle-cpus 1e-06 goroutines-locked 1e-06 goroutines-runnable"
)

func lines(rounds int, points ...point) string {
	var b strings.Builder
	for range rounds {
		for _, p := range points {
			fmt.Fprintf(&b, "Benchmark%s 1 %g ns/op %s\n", p.name, 1e6*p.ms, p.units)
		}
	}
	return b.String()
}

// rowOf is the row of a file that has the two points and what a row needs
// besides: some workers both on one core and on two.
func rowOf(t testing.TB, rounds int, base, p point) analyse.Row {
	t.Helper()
	text := lines(rounds, base, p)
	if frame := strings.Replace(base.name, "cores=1", "cores=2", 1) + "-2"; frame != p.name {
		text += lines(1, point{name: frame, ms: 10, units: ""})
	}
	d, err := load.Read(strings.NewReader(text), "test")
	if err != nil {
		t.Fatal(err)
	}
	a := analyse.Analyze(d)
	if len(a.Rows) != 1 {
		t.Fatalf("%d rows, %v", len(a.Rows), a.Warnings)
	}
	return a.Rows[0]
}

func stackOf(t *testing.T, rounds int, base, p point) analyse.Stack {
	t.Helper()
	stacks := rowOf(t, rounds, base, p).Stacks
	if len(stacks) != 2 {
		t.Fatalf("%s: %d stacks, want those of the baseline and of the point", p.units, len(stacks))
	}
	return stacks[1]
}

// Every case has two cores and a stack that follows from its construction.
func TestStacksOfKnownCases(t *testing.T) {
	calm := point{name: one, ms: 10, units: plain}
	for _, c := range []struct {
		why  string
		base point
		p    point
		want map[string]float64
	}{
		{"the baseline over itself on two cores", calm, point{name: "Job/executor=pool/workers=1/cores=2-2", ms: 10, units: plain},
			map[string]float64{"work": 1, "imbalance": 1}},
		{"5 ms serial, 2.5 ms on both cores", calm, point{name: two, ms: 7.5, units: "1.333333 tasks-inflight 1.333333 cpus-busy 1e-06 gc-cpus 0 runq-cpus 0.666667 idle-cpus 0 goroutines-locked 0 goroutines-runnable"},
			map[string]float64{"work": 4. / 3, "imbalance": 2. / 3}},
		{"the same with 64 workers, of which 62 queue in the parallel half", calm, point{name: crowd, ms: 7.5, units: "22 tasks-inflight 1.333333 cpus-busy 1e-06 gc-cpus 0 runq-cpus 0.666667 idle-cpus 0 goroutines-locked 20.666667 goroutines-runnable"},
			map[string]float64{"work": 4. / 3, "imbalance or runnable": 2. / 3}},
		{"one global lock", calm, point{name: two, ms: 10, units: "2 tasks-inflight 1 cpus-busy 1e-06 gc-cpus 0 runq-cpus 1 idle-cpus 1 goroutines-locked 0 goroutines-runnable"},
			map[string]float64{"work": 1, "locked": 1}},
		{"one global lock, 64 workers, threads that delay each other", calm, point{name: crowd, ms: 10, units: "64 tasks-inflight 1 cpus-busy 1e-06 gc-cpus 0.4 runq-cpus 1 idle-cpus 63 goroutines-locked 0 goroutines-runnable"},
			map[string]float64{"work": 1, "locked": 1}},
		{"a lock and slow wake-ups", calm, point{name: two, ms: 10, units: "2 tasks-inflight 1 cpus-busy 1e-06 gc-cpus 0 runq-cpus 1 idle-cpus 0.75 goroutines-locked 0.25 goroutines-runnable"},
			map[string]float64{"work": 1, "locked": 0.75, "runnable": 0.25}},
		{"a fifth of the CPU time is garbage's, then three tenths", point{name: one, ms: 10, units: "1 tasks-inflight 1 cpus-busy 0.2 gc-cpus 0 runq-cpus"}, point{name: two, ms: 8 / 1.4, units: "2 tasks-inflight 2 cpus-busy 0.6 gc-cpus 0 runq-cpus 0 goroutines-locked 0 goroutines-runnable"},
			map[string]float64{"work": 1.4, "GC": 0.6}},
		{"a hog on half a core", calm, point{name: two, ms: 10 / 1.5, units: "2 tasks-inflight 1.5 cpus-busy 1e-06 gc-cpus 0.5 runq-cpus 0 idle-cpus 0 goroutines-locked 0 goroutines-runnable 0.25 pressure"},
			map[string]float64{"work": 1.5, "run queue": 0.5}},
		{"the same hog, and many threads", calm, point{name: two, ms: 10 / 1.5, units: "2 tasks-inflight 1.5 cpus-busy 1e-06 gc-cpus 9 runq-cpus 0 idle-cpus 0 goroutines-locked 0 goroutines-runnable 0.25 pressure"},
			map[string]float64{"work": 1.5, "run queue": 0.5}},
		{"the same, idle time unknown", calm, point{name: two, ms: 10 / 1.5, units: "2 tasks-inflight 1.5 cpus-busy 1e-06 gc-cpus 9 runq-cpus 0 goroutines-locked 0 goroutines-runnable 0.15 pressure"},
			map[string]float64{"work": 1.5, "run queue": 0.3, "waiting": 0.2}},
		{"threads that delay each other while a core idles", calm, point{name: two, ms: 10 / 1.5, units: "2 tasks-inflight 1.5 cpus-busy 1e-06 gc-cpus 0.4 runq-cpus 0.5 idle-cpus 0 goroutines-locked 0 goroutines-runnable"},
			map[string]float64{"work": 1.5, "waiting": 0.5}},
		{"hypervisor, quota and others", calm, point{name: two, ms: 10, units: "2 tasks-inflight 1 cpus-busy 1e-06 gc-cpus 0.7 runq-cpus 0.3 steal-cpus 0.5 throttled-cpus 0.5 idle-cpus 0 goroutines-locked 0 goroutines-runnable"},
			map[string]float64{"work": 1, "run queue": 1}},
		{"a quota whose group is not ours alone", calm, point{name: two, ms: 10, units: "2 tasks-inflight 1 cpus-busy 1e-06 gc-cpus 0 runq-cpus 7 throttled-cpus 0 goroutines-locked 0 goroutines-runnable"},
			map[string]float64{"work": 1, "run queue": 1}},
		{"memory that gives each of two cores five eighths", calm, point{name: two, ms: 8, units: "2 tasks-inflight 2 cpus-busy 1e-06 gc-cpus 0 runq-cpus 0 goroutines-locked 0 goroutines-runnable"},
			map[string]float64{"work": 1.25, "inflation": 0.75}},
		{"64 sleepers that save wake-ups", point{name: one, ms: 64, units: "1 tasks-inflight 0.02 cpus-busy 1e-06 gc-cpus 0 runq-cpus"}, point{name: crowd, ms: 1, units: "64 tasks-inflight 1.2 cpus-busy 1e-06 gc-cpus 0 runq-cpus 0.8 idle-cpus 0 goroutines-locked 0 goroutines-runnable"},
			map[string]float64{"work": 1.28, "inflation": -0.08, "waiting": 0.8}},
		{"weak scaling: the job doubles and takes as long", point{name: one + "/scaling=weak", ms: 10, units: plain}, point{name: "Job/executor=pool/workers=2/cores=2/scaling=weak-2", ms: 10, units: "2 tasks-inflight 2 cpus-busy 1e-06 gc-cpus 0 runq-cpus 0 goroutines-locked 0 goroutines-runnable"},
			map[string]float64{"work": 2}},
		{"an old file under a little pressure", point{name: one, ms: 10, units: "1 tasks-inflight 1 cpus-busy"}, point{name: two, ms: 8, units: "2 tasks-inflight 1.5 cpus-busy 0.05 pressure"},
			map[string]float64{"work with GC": 1.25, "inflation with GC": 0.25, "run queue": 0.1, "waiting or runnable or locked": 0.4}},
		{"an old file without pressure", point{name: one, ms: 10, units: "1 tasks-inflight 1 cpus-busy"}, point{name: crowd, ms: 8, units: "64 tasks-inflight 1.5 cpus-busy"},
			map[string]float64{"work with GC": 1.25, "inflation with GC": 0.25, "waiting or runnable or imbalance or locked or run queue": 0.5}},
		{"GC unknown at the baseline", point{name: one, ms: 10, units: "1 tasks-inflight 1 cpus-busy"}, point{name: two, ms: 5, units: "2 tasks-inflight 2 cpus-busy 0.5 gc-cpus 0 runq-cpus 0 goroutines-locked 0 goroutines-runnable"},
			map[string]float64{"work with GC": 2}},
		{"GC overstated", calm, point{name: two, ms: 10, units: "2 tasks-inflight 1 cpus-busy 1.5 gc-cpus 0 runq-cpus 0 goroutines-locked 0 goroutines-runnable"},
			map[string]float64{"work": 1, "inflation": -1, "GC": 1, "waiting": 1}},
	} {
		got := stackOf(t, 5, c.base, c.p)
		for _, part := range got.Parts() {
			if math.Abs(part.Cores-c.want[part.Name]) > 1e-4 {
				t.Errorf("%s: %s %.4f, want %.4f", c.why, part.Name, part.Cores, c.want[part.Name])
			}
			delete(c.want, part.Name)
		}
		if len(c.want) > 0 {
			t.Errorf("%s: parts are missing or misnamed: %v, got %v", c.why, c.want, got.Parts())
		}
		if math.Abs(got.Residual) > 1e-4 {
			t.Errorf("%s: residual %.4f of clocks that agree", c.why, got.Residual)
		}
	}
}

func TestResidualIsTheDisagreementOfTheClocks(t *testing.T) {
	calm := point{name: one, ms: 10, units: plain}
	rest := " 1e-06 gc-cpus 0 runq-cpus 0 goroutines-locked 0 goroutines-runnable "
	for _, c := range []struct {
		why    string
		rounds int
		units  string
		want   float64
	}{
		{"more CPU time than cores", 3, "2 tasks-inflight 2.3 cpus-busy" + rest, -0.3},
		{"stolen time that the CPU time holds as well", 3, "2 tasks-inflight 2 cpus-busy 0.25 steal-cpus" + rest, -0.25},
		{"a core both busy and idle", 3, "2 tasks-inflight 1.5 cpus-busy 0.9 idle-cpus" + rest, -0.4},
		{"the same, once: that may be a tick", 1, "2 tasks-inflight 1.5 cpus-busy 0.9 idle-cpus" + rest, 0},
		{"more tasks than the lock's goroutines", 3, "2 tasks-inflight 1 cpus-busy 5 goroutines-locked", 0},
		{"cores that others used, and nothing here wanted", 3, "2 tasks-inflight 1 cpus-busy 0.2 idle-cpus" + rest, 0},
	} {
		r := rowOf(t, c.rounds, calm, point{name: two, ms: 10, units: c.units})
		s := r.Stacks[len(r.Stacks)-1]
		if math.Abs(s.Residual-c.want) > 1e-6 {
			t.Errorf("%s: residual %v, want %v", c.why, s.Residual, c.want)
		}
		warned := false
		for _, w := range r.Warnings {
			warned = warned || strings.Contains(w.Error(), "1 of 2 points do not sum to their cores within 2 %, because the clocks disagree: by "+strings.Replace(fmt.Sprintf("%.2f", c.want), "-", "−", 1)+" with 2 workers on 2 cores")
		}
		if warned != (c.want != 0) {
			t.Errorf("%s: warnings %v", c.why, r.Warnings)
		}
	}
}

// Ticks of 10 ms in samples of 40 ms make single readings of idle time wrong by
// a quarter of a core either way, and their mean right.
func TestTicksAreNotADisagreement(t *testing.T) {
	base := lines(1, point{name: one, ms: 10, units: plain}, point{name: "Job/executor=pool/workers=1/cores=2-2", ms: 10, units: ""})
	for _, c := range []struct {
		idle float64
		want bool
	}{{0.5, false}, {1.2, true}} {
		text := base
		for i := range 12 {
			tick := 0.25 * float64(i%3-1)
			text += lines(1, point{name: two, ms: 10 / 1.5, units: fmt.Sprintf("2 tasks-inflight 1.5 cpus-busy %g idle-cpus", c.idle+tick)})
		}
		d, err := load.Read(strings.NewReader(text), "ticks")
		if err != nil {
			t.Fatal(err)
		}
		stacks := analyse.Analyze(d).Rows[0].Stacks
		if s := stacks[len(stacks)-1]; (s.Residual < -0.04) != c.want || math.Abs(s.Idle-c.idle) > 1e-9 {
			t.Errorf("idle %v beside 1.5 busy: %+v", c.idle, s)
		}
	}
}

// Idle time of more CPUs than GOMAXPROCS says nothing about those in use.
func TestIdleTimeOfMoreCPUsIsNotUsed(t *testing.T) {
	d, err := load.Read(strings.NewReader(lines(3,
		point{name: one, ms: 10, units: plain},
		point{name: "Job/executor=pool/workers=1/cores=4-2", ms: 10, units: ""},
		point{name: "Job/executor=pool/workers=2/cores=4-2", ms: 10, units: "2 tasks-inflight 2 cpus-busy 2 idle-cpus 1 runq-cpus"},
	)), "test")
	if err != nil {
		t.Fatal(err)
	}
	if s := analyse.Analyze(d).Rows[0].Stacks[1]; !math.IsNaN(s.Idle) || math.Abs(s.Residual) > 1e-9 || s.P != 2 {
		t.Errorf("%+v", s)
	}
}

func TestStacksLeaveOutSamplesUnderPressure(t *testing.T) {
	quiet := lines(3, point{name: one, ms: 10, units: plain}, point{name: two, ms: 5, units: "2 tasks-inflight 2 cpus-busy 0.01 pressure"})
	loud := lines(1, point{name: two, ms: 50, units: "2 tasks-inflight 0.2 cpus-busy 0.5 gc-cpus 0.9 pressure"})
	d, err := load.Read(strings.NewReader(quiet+loud+lines(1, point{name: "Job/executor=pool/workers=1/cores=2-2", ms: 10, units: ""})), "test")
	if err != nil {
		t.Fatal(err)
	}
	s := analyse.Analyze(d).Rows[0].Stacks[1]
	if math.Abs(s.Work-2) > 1e-6 || !math.IsNaN(s.GC) {
		t.Errorf("%+v", s)
	}
}

func TestNoStackWithoutItsUnits(t *testing.T) {
	full := "2 tasks-inflight 2 cpus-busy"
	for _, c := range []struct {
		why        string
		base, p    string
		baseStack  bool
		pointStack bool
	}{
		{"both", full, full, true, true},
		{"a plain go test file", "", "", false, false},
		{"no baseline", "1 tasks-inflight", full, false, false},
		{"no tasks at the point", full, "2 cpus-busy", true, false},
		{"no CPU time at the point", full, "2 tasks-inflight", true, false},
	} {
		want := map[string]bool{"1/1": c.baseStack, "2/2": c.pointStack}
		r := rowOf(t, 2, point{name: one, ms: 10, units: c.base}, point{name: two, ms: 10, units: c.p})
		got := map[string]bool{"1/1": false, "2/2": false}
		for _, s := range r.Stacks {
			got[fmt.Sprintf("%d/%d", s.Workers, s.P)] = true
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: stacks of %v, want %v", c.why, got, want)
		}
		if !c.baseStack && !c.pointStack && r.Stacks != nil {
			t.Errorf("%s: %v is not nil", c.why, r.Stacks)
		}
	}
}

func TestLargestLoss(t *testing.T) {
	for _, c := range []struct {
		s    analyse.Stack
		want string
	}{
		{analyse.Stack{P: 2, Workers: 2, Work: 1.97, Imbalance: 0.03}, ""},
		{analyse.Stack{P: 2, Workers: 2, Work: 1, Imbalance: 0.3, Locked: 0.7}, "locked"},
		{analyse.Stack{P: 2, Workers: 2, Work: 1, GC: 0.6, RunQueue: 0.4}, "GC"},
		{analyse.Stack{P: 2, Workers: 2, Work: 2.9, Inflation: -1.5, RunQueue: 0.6}, "run queue"},
	} {
		if got := c.s.Largest(); got.Name != c.want {
			t.Errorf("%+v: %q, want %q", c.s, got.Name, c.want)
		}
	}
}
