package sweep_test

import (
	"slices"
	"strings"
	"testing"

	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/workloads"
)

// machine is a host of n cores without SMT.
func machine(n int) host.Host {
	h := host.Host{Name: "test"}
	for id := range n {
		h.CPUs = append(h.CPUs, host.CPU{ID: id, Core: id})
	}
	return h
}

func levels(t *testing.T, h host.Host, cores, procs []int) []sweep.Level {
	t.Helper()
	l, err := sweep.Levels(h.OnePerCore(), h.Cores(), cores, procs)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLevels(t *testing.T) {
	if !host.CanBind {
		t.Skip("levels are those of a system that can bind")
	}
	for _, c := range []struct {
		n            int
		cores, procs []int
		want         []sweep.Level
	}{
		{1, nil, nil, []sweep.Level{{1, 1}}},
		{2, nil, nil, []sweep.Level{{1, 1}, {2, 2}}},
		{6, nil, nil, []sweep.Level{{1, 1}, {2, 2}, {4, 4}, {6, 6}}},
		{8, []int{3, 1}, nil, []sweep.Level{{1, 1}, {3, 3}}},
		{4, []int{1, 2}, []int{2, 1}, []sweep.Level{{1, 1}, {1, 2}, {2, 1}, {2, 2}}},
	} {
		if got := levels(t, machine(c.n), c.cores, c.procs); !slices.Equal(got, c.want) {
			t.Errorf("%d cores, --cores %v, --procs %v: %v, want %v", c.n, c.cores, c.procs, got, c.want)
		}
	}
	if _, err := sweep.Levels([]int{0, 1}, 2, []int{3}, nil); err == nil || !strings.Contains(err.Error(), "Cores: 3 are too many: there are 2 CPUs to use (0-1)") {
		t.Errorf("3 of 2 cores: %v", err)
	}
}

func TestLevelsCountCoresNotThreads(t *testing.T) {
	if !host.CanBind {
		t.Skip("levels are those of a system that can bind")
	}
	h := machine(4)
	for i := range h.CPUs {
		h.CPUs[i].Core = i % 2 // two threads a core
	}
	if got, want := levels(t, h, nil, nil), []sweep.Level{{1, 1}, {2, 2}}; !slices.Equal(got, want) {
		t.Errorf("levels %v, want %v", got, want)
	}
	if got, want := levels(t, h, []int{4}, nil), []sweep.Level{{4, 4}}; !slices.Equal(got, want) {
		t.Errorf("asked for all threads: %v, want %v", got, want)
	}
}

func TestWorkers(t *testing.T) {
	for n, want := range map[int][]int{
		2:   {1, 2, 4, 16, 64},
		8:   {1, 2, 4, 8, 16, 64},
		256: {1, 2, 4, 8, 16, 32, 64, 128, 256},
	} {
		if got := sweep.Workers(levels(t, machine(n), nil, nil)); host.CanBind && !slices.Equal(got, want) {
			t.Errorf("%d cores: %v, want %v", n, got, want)
		}
	}
}

func names(points []sweep.Point) string {
	var b strings.Builder
	for _, p := range points {
		b.WriteString(p.String() + "\n")
	}
	return b.String()
}

func TestGridOfFourCores(t *testing.T) {
	if !host.CanBind {
		t.Skip("levels are those of a system that can bind")
	}
	g := sweep.Grid{
		Workloads: []workloads.Workload{workloads.Ep},
		Executors: []string{"pool", "inline"},
		Workers:   []int{1, 2, 16},
		Levels:    levels(t, machine(4), nil, nil),
		Size:      workloads.Medium,
	}
	const want = `Ep/executor=pool/workers=1/cores=1
Ep/executor=pool/workers=2/cores=1
Ep/executor=pool/workers=16/cores=1
Ep/executor=pool/workers=2/cores=2-2
Ep/executor=pool/workers=1/cores=4-4
Ep/executor=pool/workers=2/cores=4-4
Ep/executor=pool/workers=16/cores=4-4
Ep/executor=inline/workers=1/cores=1
Ep/executor=inline/workers=1/cores=4-4
Ep/executor=serial/workers=1/cores=1
Ep/executor=pool/workers=1/cores=1/slices=2
Ep/executor=pool/workers=1/cores=1/slices=2 ×2
Ep/executor=pool/workers=1/cores=1/slices=4
Ep/executor=pool/workers=1/cores=1/slices=4 ×4
`
	if got := names(g.FixedPoints()); got != want {
		t.Errorf("lines:\n%s\nwant:\n%s", got, want)
	}
	// inline has one worker and is nobody's best here.
	bestIs := func(workers int) func([]sweep.Point) (sweep.Point, bool) {
		return func(same []sweep.Point) (sweep.Point, bool) {
			i := slices.IndexFunc(same, func(p sweep.Point) bool {
				return p.Executor == "pool" && p.Workers == workers && p.Cores == 4
			})
			if i < 0 {
				return sweep.Point{}, false
			}
			return same[i], true
		}
	}
	if got, want := names(g.AdaptivePoints(bestIs(16))), "Ep/executor=pool/workers=16/cores=2-2\n"; got != want {
		t.Errorf("parallelism line of 16 workers: %q, want %q", got, want)
	}
	if got := names(g.AdaptivePoints(bestIs(2))); got != "" {
		t.Errorf("the diagonal has 2 workers on 2 cores already, but: %q", got)
	}
}
