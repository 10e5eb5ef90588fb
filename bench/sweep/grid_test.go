package sweep_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/bench/turns"
	"overlap/internal/sampling"
	"overlap/workloads"
)

var update = flag.Bool("update", false, "write the golden files anew")

// large is a sampler with the costs of starting processes that were measured on two
// cores, 132 ms for each and 4 ms for a copy, one after the other.
type large struct {
	blocks map[string]int // of each point
}

func (l *large) Sample(context.Context, sweep.Point, int, int) (*benchfmt.Result, error) {
	panic("a point was measured alone")
}

func (l *large) TakesTurns() bool { return turns.Supported }

func (l *large) Block(_ context.Context, b sweep.Block) (entries []sweep.Entry, err error) {
	for _, p := range b.Points {
		time.Sleep(132 * time.Millisecond)
		if p.Copies > 1 {
			time.Sleep(time.Duration(p.Copies) * 4 * time.Millisecond)
		}
		l.blocks[p.String()]++
		perJob := time.Second / time.Duration(min(p.Cores, p.Procs, max(p.Workers, 1)))
		entries = append(entries, sweep.Entry{Point: p.String(), Round: b.Number, Result: &benchfmt.Result{
			Name:   benchfmt.Name(p.Name()),
			Iters:  10,
			Values: []benchfmt.Value{{Value: perJob.Seconds(), Unit: "sec/op"}, {Value: 9, Unit: "timings"}},
		}})
	}
	time.Sleep(b.Time)
	return entries, nil
}

// defaults is the grid of overlap run without flags on so many cores.
func defaults(t *testing.T, cores int, of []workloads.Workload) sweep.Grid {
	t.Helper()
	cpus := make([]int, cores)
	for i := range cpus {
		cpus[i] = i
	}
	levels, err := sweep.Levels(cpus, cores, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	g, err := sweep.Settings{Workloads: []string{"ep"}, Executors: []string{"pool"}}.Grid(levels)
	if err != nil {
		t.Fatal(err)
	}
	g.Workloads = of
	g.Limits = host.Limits{} // of this machine
	return g
}

// Whatever the number of cores, the points on which a row rests have enough blocks for a
// verdict within the default budget. The golden files show how many each point has.
func TestEveryRowHasEnoughBlocks(t *testing.T) {
	if !turns.Supported {
		t.Skip("processes cannot take turns on this system")
	}
	for _, c := range []struct {
		cores int
		of    []workloads.Workload
		most  time.Duration
	}{
		{2, workloads.Default(), time.Minute},
		{4, workloads.Default(), 5 * time.Minute},
		{8, workloads.Default(), 5 * time.Minute},
		{16, workloads.Default(), 5 * time.Minute},
		{64, workloads.Default(), 5 * time.Minute},
		{256, workloads.Default(), 5 * time.Minute},
		{2, workloads.All(), 8 * time.Minute},
		{64, workloads.All(), 20 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			g, l := defaults(t, c.cores, c.of), &large{map[string]int{}}
			s := sweep.Settings{}
			s.Complete()
			s.CompleteBudget(g)
			began := time.Now()
			if _, err := sweep.Run(t.Context(), sweep.Config{Plan: g, Sampler: l, Append: keep, Budget: s.Budget, Sample: s.Sample, Seed: 1}); err != nil {
				t.Fatal(err)
			}
			took := time.Since(began).Round(time.Millisecond)
			if took > c.most {
				t.Errorf("%d cores, %d workloads: it takes %v, want at most %v", c.cores, len(c.of), took, c.most)
			}
			key := map[string]bool{}
			for _, p := range g.KeyPoints(func(same []sweep.Point) (sweep.Point, bool) { return firstOn(c.cores, same) }, never) {
				key[p.String()] = true
				if n := l.blocks[p.String()]; n < sampling.MinBlocks {
					t.Errorf("%d cores, %d workloads: %d blocks of %v", c.cores, len(c.of), n, p)
				}
			}
			if len(c.of) == len(workloads.Default()) {
				goldenGrid(t, c.cores, g, l.blocks, key, fmt.Sprintf("%d workloads, budget %v, took %v", len(c.of), s.Budget, took.Round(time.Second)))
			}
		})
	}
}

// firstOn is the point with the fewest workers for all cores.
func firstOn(cores int, same []sweep.Point) (sweep.Point, bool) {
	for _, p := range same {
		if p.Workers >= cores {
			return p, true
		}
	}
	return sweep.Point{}, false
}

func never(_, _ sweep.Point) bool { return false }

// goldenGrid compares the points of the first workload with a file.
func goldenGrid(t *testing.T, cores int, g sweep.Grid, blocks map[string]int, key map[string]bool, head string) {
	t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "%d cores, %s\nblocks of the points of %s (* the row rests on them):\n", cores, head, g.Workloads[0].Name)
	for _, p := range append(g.FixedPoints(), g.AdaptivePoints(func(same []sweep.Point) (sweep.Point, bool) { return firstOn(cores, same) })...) {
		if !strings.EqualFold(p.Workload, g.Workloads[0].Name) {
			continue
		}
		mark := " "
		if key[p.String()] {
			mark = "*"
		}
		fmt.Fprintf(&text, "%3d %s %v\n", blocks[p.String()], mark, p)
	}
	path := filepath.Join("testdata", "grid", fmt.Sprintf("%d.txt", cores))
	if *update {
		if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != text.String() {
		t.Errorf("%s is not as planned now (-update writes it): %v\n%s", path, err, text.String())
	}
}

// A workload whose gains are known is not measured until the budget is spent, but for
// twelve blocks; without a precision it is.
func TestPreciseWorkloadsEndEarly(t *testing.T) {
	if !turns.Supported {
		t.Skip("processes cannot take turns on this system")
	}
	for precision, early := range map[float64]bool{0.02: true, 0: false} {
		synctest.Test(t, func(t *testing.T) {
			g, l := defaults(t, 2, workloads.Default()[:2]), &large{map[string]int{}}
			began := time.Now()
			summary, err := sweep.Run(t.Context(), sweep.Config{Plan: g, Sampler: l, Append: keep, Budget: 10 * time.Minute, Precision: precision, Sample: 10 * time.Millisecond, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); (took < time.Minute) != early || summary.Precise > 0 != early {
				t.Errorf("precision %v: it takes %v, and %d points are precise", precision, took, summary.Precise)
			}
			if n := l.blocks["Ep/executor=pool/workers=1/cores=1"]; early && n != 12 {
				t.Errorf("precision %v: %d blocks", precision, n)
			}
		})
	}
}
