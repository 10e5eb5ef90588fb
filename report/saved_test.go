package report_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

// Jobs that take less CPU time than their baseline are not shown as more work
// than there are cores, nor as negative inflation: the table says what they
// saved, beside the sum.
func TestSavedTimeIsNoPartOfTheSum(t *testing.T) {
	r := rowOf(t, 3, point{name: one, ms: 10, units: "1 tasks-inflight 0.5 cpus-busy 1e-06 gc-cpus"},
		point{name: two, ms: 2, units: "2 tasks-inflight 0.6 cpus-busy 1e-06 gc-cpus"})
	s := r.Stacks[len(r.Stacks)-1]
	if math.Abs(s.Work-2.5) > 1e-5 || math.Abs(s.Inflation+1.9) > 1e-5 || math.Abs(s.Saved()-1.9) > 1e-5 {
		t.Fatalf("the stack itself is %+v", s)
	}
	cell := func(name string) string { return write.StackCells(s)[slices.Index(write.StackColumns(), name)] }
	for name, want := range map[string]string{"work": "0.60", "inflation": "0.00", "saved": "1.90", "sum": "2.00"} {
		if got := cell(name); got != want {
			t.Errorf("%s is %q, want %q, of %q", name, got, want, write.StackCells(s))
		}
	}
	if len(write.StackCells(s)) != len(write.StackColumns()) {
		t.Errorf("%d cells in %d columns", len(write.StackCells(s)), len(write.StackColumns()))
	}
	if dear := (analyse.Stack{P: 2, Work: 1, Inflation: 0.5}); dear.Saved() != 0 || write.StackCells(dear)[3] != "0.50" {
		t.Errorf("saved %v, cells %q", dear.Saved(), write.StackCells(dear))
	}
}

// Numbers for people have a minus sign, and 0 has none.
func TestStacksHaveMinusSigns(t *testing.T) {
	for x, want := range map[float64]string{-0.3: "−0.30", -0.001: "0.00", math.Copysign(0, -1): "0.00", 12.345: "12.3"} {
		s := analyse.Stack{P: 1, Residual: x}
		if got := write.StackCells(s)[slices.Index(write.StackColumns(), "residual")]; got != want {
			t.Errorf("%v is written as %q, want %q", x, got, want)
		}
	}
}

// The tables of --stack fit the width that a pipe has, also with the longest
// name of a loss.
func TestStacksFitTheTerminal(t *testing.T) {
	d, err := load.Read(strings.NewReader(lines(3,
		point{name: one, ms: 10, units: "1 tasks-inflight 1 cpus-busy 1e-06 gc-cpus 0.01 runq-cpus 0 goroutines-locked 0 goroutines-runnable 0.5 idle-cpus"},
		point{name: "Job/executor=pool/workers=1024/cores=1", ms: 10, units: "1 tasks-inflight 0.5 cpus-busy 0.1 gc-cpus 0.01 runq-cpus 0.1 goroutines-locked 3 goroutines-runnable 0.5 idle-cpus"},
		point{name: "Job/executor=pool/workers=1/cores=2-2", ms: 10, units: ""},
		point{name: "Job/executor=pool/workers=1024/cores=2-2", ms: 8, units: "0.5 tasks-inflight 1 cpus-busy 1e-06 gc-cpus 0.01 runq-cpus 0.1 goroutines-locked 9 goroutines-runnable 0.5 idle-cpus"},
	)), "test")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := write.Stacks(&b, analyse.Analyze(d)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "imbalance or runnable") || !strings.Contains(b.String(), "resid.: residual") {
		t.Fatalf("the table does not have the longest loss, or no word on its headings:\n%s", b.String())
	}
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 100 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}
