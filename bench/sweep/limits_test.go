package sweep_test

import (
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
