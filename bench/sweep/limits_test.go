package sweep_test

import (
	"errors"
	"slices"
	"testing"

	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/workloads"
)

// Points that need more than the machine has are left out, of the lines and of what
// completes them, and the others stay.
func TestPointsBeyondALimitAreLeftOut(t *testing.T) {
	g := fourCores(t, 1, 4, 100)
	g.Workloads = []workloads.Workload{workloads.Netecho, workloads.Ep}
	all := len(g.FixedPoints())
	if errs := g.LimitErrors(); errs != nil {
		t.Errorf("without limits: %v", errs)
	}
	g.Limits.Files = host.Limit{What: "open files", Setting: "ulimit -n", Max: 100}
	errs := g.LimitErrors()
	if len(errs) != 1 || errs[0].Error() != "netecho with 100 workers under pool needs 240 open files, and ulimit -n allows 100: at most 30 workers" {
		t.Errorf("%v", errs)
	}
	tooMany := func(p sweep.Point) bool { return p.Workload == "Netecho" && p.Workers == 100 }
	if lines := g.FixedPoints(); len(lines) != all-2 || slices.ContainsFunc(lines, tooMany) {
		t.Errorf("%d of %d points:\n%s", len(lines), all, names(lines))
	}
	g.AdaptivePoints(func(same []sweep.Point) (sweep.Point, bool) {
		if slices.ContainsFunc(same, tooMany) {
			t.Errorf("among those to choose from:\n%s", names(same))
		}
		return sweep.Point{}, false
	})
}

// A workload whose processes need more memory together than there is is left out of the
// default set, and an error if it was asked for.
func TestWorkloadsThatNeedTooMuchMemoryAreLeftOut(t *testing.T) {
	g := fourCores(t, 1, 4, 64)
	g.Workloads, g.Size = []workloads.Workload{workloads.Nstream, workloads.Ep}, workloads.Medium
	processes := 0
	for _, p := range g.FixedPoints() {
		if p.Workload == "Nstream" && (p.Slices == 1 || p.Copies > 1) {
			processes += p.Copies
		}
	}
	for available, want := range map[int64]bool{0: false, 1 << 40: false, 1 << 31: true} {
		g.Limits.Memory = available
		errs := g.MemoryErrors()
		var e *sweep.MemoryError
		if found := len(errs) == 1 && errors.As(errs[0], &e); found != want || len(errs) > 1 {
			t.Errorf("%d bytes: %v", available, errs)
		}
		if want && (e.Workload != "nstream" || e.Processes != processes || e.Have != available || e.Need < available/5*4) {
			t.Errorf("%+v, want the %d processes of nstream", e, processes)
		}
	}
}
