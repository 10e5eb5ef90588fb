package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"overlap/bench"
	"overlap/bench/overlay"
	"overlap/bench/sweep"
	"overlap/internal/proc"
	"overlap/internal/scratch"
	"overlap/internal/table"
	"overlap/workloads"
)

// guarded are the workloads that a check of overlap itself compares unless
// others are named: work that needs no other, memory, a lock, and waiting.
var guarded = []string{workloads.Ep.Name, workloads.Nstream.Name, workloads.Counter.Name, workloads.Sleepers.Name}

// prepareSuite builds the command of both sides, which measures its own workloads.
func (p *pair) prepareSuite(ctx context.Context) error {
	names := p.check.Workloads
	if names == nil {
		names = guarded
	}
	chosen, err := sweep.Choose(names, nil)
	if err != nil {
		return flagged(err)
	}
	has, sums := map[string][]string{}, map[string][sha256.Size]byte{}
	for _, s := range p.sides() {
		fmt.Fprintf(p.streams.err, "building overlap of %s\n", s.name)
		has[s.name], sums[s.name], err = p.buildSuite(ctx, s)
		if err = p.without(ctx, s, err); err != nil {
			return err
		}
	}
	identical := !p.gone && sums["base"] == sums["head"] && !p.same()
	if identical {
		p.report.Identical = []string{"overlap"}
	}
	var shared, others []workloads.Workload
	for _, w := range chosen {
		base, head := slices.Contains(has["base"], bench.BenchmarkName(w)), slices.Contains(has["head"], bench.BenchmarkName(w))
		switch {
		case base && head && !identical:
			shared = append(shared, w)
		case head:
			others = append(others, w)
			if !base && !p.gone {
				p.report.Added = append(p.report.Added, w.Name)
			}
		case base:
			p.report.Removed = append(p.report.Removed, w.Name)
		}
	}
	grid := sweep.Grid{Executors: []string{"pool"}, Size: workloads.Small, Levels: p.levels, Workers: p.workers(), Workloads: shared}
	p.add(grid.Lines())
	if grid.Workloads = others; len(p.check.demands) > 0 {
		p.alone = p.demanded(grid.Lines())
	}
	return nil
}

// add adds the points of curves that a check needs: it compares gains, so on more
// than one core it leaves out those whose workers are not as many as the cores,
// and the serial program, of which no task overlaps another.
func (p *pair) add(points []sweep.Point) {
	for _, point := range points {
		cores := min(point.Cores, point.Procs)
		fits := cores == 1 || point.Workers == 0 || point.Workers == cores
		if fits && point.Executor != bench.SerialExecutor {
			p.points = append(p.points, point)
		}
	}
}

// buildSuite makes the command of a side, and lists its benchmarks.
func (p *pair) buildSuite(ctx context.Context, s *side) (benchmarks []string, sum [sha256.Size]byte, err error) {
	if s.work, err = scratch.Make("", "build"); err != nil {
		return nil, sum, fmt.Errorf("binaries: %w", err)
	}
	binary := filepath.Join(s.work.Path, "overlap.exe")
	args := append([]string{"build", "-o", binary}, reproducible...)
	o, err := overlay.Make(ctx, s.command(), s.work.Path)
	switch {
	case errors.Is(err, overlay.ErrUnfit):
		p.report.Notes = append(p.report.Notes, fmt.Sprintf("%s: %v", s.name, err))
	case err != nil:
		return nil, sum, err
	default:
		args = append(args, "-overlay="+o.Path)
	}
	s.relink = func(ctx context.Context, _ string, flags ...string) error {
		_, err := s.command().Run(ctx, append(slices.Concat(args, flags), ownModule)...)
		return err
	}
	if err := s.relink(ctx, ""); err != nil {
		return nil, sum, fmt.Errorf("%s does not build: %w", s.name, err)
	}
	s.sampler = sweep.Processes{Command: []string{binary, sampleVerb}, Placement: p.cpus, SampleTime: tryTime, Timeout: hangTime}
	if sum, err = sweep.SumProgram(binary); err != nil {
		return nil, sum, err
	}
	list := exec.CommandContext(ctx, binary, sampleVerb, "-test.list=^Benchmark")
	var out, said strings.Builder
	list.Stdout, list.Stderr = &out, &said
	if err := proc.Run(list); err != nil {
		if ctx.Err() != nil {
			return nil, sum, context.Cause(ctx)
		}
		return nil, sum, fmt.Errorf("%s does not list its workloads: %w: %s", s.name, err, table.Excerpt(said.String(), 2<<10))
	}
	return strings.Fields(out.String()), sum, nil
}

// workers are the numbers of tasks in progress that a check compares: one, and as
// many as there are cores at each level.
func (p *pair) workers() []int {
	list := []int{1}
	for _, l := range p.levels {
		list = append(list, min(l.Cores, l.Procs))
	}
	return sweep.Unique(list)
}

// choose makes points of the benchmarks. Those of which nothing runs in parallel
// have one each: their curves would cost as much as those of others, and be flat.
func (p *pair) choose(ctx context.Context, shared []sweep.Benchmark) error {
	top := len(p.levels) - 1
	if top > 0 && p.check.Curves == "auto" && len(shared) > 0 {
		fmt.Fprintf(p.streams.err, "looking for what runs in parallel among %s\n", table.Count(len(shared), "benchmark"))
	}
	for _, b := range shared {
		levels := p.levels
		curve, err := p.curve(ctx, b, &p.base, &p.head)
		if err != nil {
			return err
		}
		if !curve {
			levels = levels[:1]
		}
		p.add(sweep.Suite{Benchmarks: []sweep.Benchmark{b}, Levels: levels, Workers: p.workers()}.Lines())
	}
	return nil
}

// curve reports whether a benchmark is to be measured on more than one core.
func (p *pair) curve(ctx context.Context, b sweep.Benchmark, sides ...*side) (bool, error) {
	if len(p.levels) == 1 || p.check.Curves != "auto" {
		return len(p.levels) > 1 && p.check.Curves == "always", nil
	}
	return p.parallel(ctx, b, sides)
}

// parallel reports whether a benchmark may run in parallel, on one of the sides: it
// starts goroutines while it is timed, or keeps more than one CPU busy, as one
// does whose goroutines were there before. Where goroutines are not counted, by
// a Go version before 1.26, every benchmark may.
func (p *pair) parallel(ctx context.Context, b sweep.Benchmark, sides []*side) (bool, error) {
	top := sweep.Suite{Benchmarks: []sweep.Benchmark{b}, Levels: p.levels[len(p.levels)-1:], Workers: p.workers()}.Lines()
	for _, s := range sides {
		asked := *s.foreign
		asked.Env = append(slices.Clone(asked.Env), overlay.AskVariable+"=1")
		for turn := range 3 {
			r, err := asked.Sample(ctx, top[len(top)-1], 0, turn+1)
			if ctx.Err() != nil {
				return false, context.Cause(ctx)
			}
			if err != nil {
				return true, nil // what is wrong with it will be told of its points
			}
			begun, counted := r.Value(overlay.GoroutinesUnit)
			if busy, ok := r.Value("cpus-busy"); !counted || begun > 0 || !ok || busy > 1.15 {
				return true, nil
			}
		}
	}
	return false, nil
}
