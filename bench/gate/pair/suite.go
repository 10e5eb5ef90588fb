package pair

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

// defaultWorkloads are independent work, memory, a lock, and waiting.
var defaultWorkloads = []workloads.Workload{workloads.Ep, workloads.Nstream, workloads.Counter, workloads.Sleepers}

// buildSuite builds the command of both sides, which measures its own workloads.
func (p *Pair) buildSuite(ctx context.Context) (err error) {
	chosen := p.o.Workloads
	if chosen == nil {
		chosen = defaultWorkloads
	}
	has, sums := map[string][]string{}, map[string][sha256.Size]byte{}
	for _, s := range p.sides() {
		p.o.Say(fmt.Sprintf("building overlap of %s", s.name))
		has[s.name], sums[s.name], err = p.buildCommand(ctx, s)
		if err = p.tolerate(ctx, s, err); err != nil {
			return err
		}
	}
	identical := !p.baseGone && sums["base"] == sums["head"] && !p.sameCommit()
	if identical {
		p.Identical = []string{"overlap"}
	}
	var shared, others []workloads.Workload
	for _, w := range chosen {
		base, head := slices.Contains(has["base"], bench.BenchmarkName(w)), slices.Contains(has["head"], bench.BenchmarkName(w))
		switch {
		case base && head && !identical:
			shared = append(shared, w)
		case head:
			others = append(others, w)
			if !base && !p.baseGone {
				p.Added = append(p.Added, w.Name)
			}
		case base:
			p.Removed = append(p.Removed, w.Name)
		}
	}
	grid := sweep.Grid{Executors: []string{"pool"}, Size: workloads.Small, Levels: p.o.Levels, Workers: p.workers(), Workloads: shared}
	p.add(grid.Lines())
	if grid.Workloads = others; len(p.o.Demands) > 0 {
		p.HeadOnly = p.efficiencyPoints(grid.Lines())
	}
	return nil
}

// add adds the points of curves that a check needs: it compares gains, so on more
// than one core it leaves out those whose workers are not as many as the cores,
// and the serial program, of which no task overlaps another.
func (p *Pair) add(points []sweep.Point) {
	for _, point := range points {
		cores := min(point.Cores, point.Procs)
		fits := cores == 1 || point.Workers == 0 || point.Workers == cores
		if fits && point.Executor != bench.SerialExecutor {
			p.Points = append(p.Points, point)
		}
	}
}

// buildCommand makes the command of a side, and lists its benchmarks.
func (p *Pair) buildCommand(ctx context.Context, s *side) (benchmarks []string, sum [sha256.Size]byte, err error) {
	if s.work, err = scratch.Make("", "build"); err != nil {
		return nil, sum, fmt.Errorf("binaries: %w", err)
	}
	binary := filepath.Join(s.work.Path, "overlap.exe")
	args := append([]string{"build", "-o", binary}, reproducible...)
	o, err := overlay.Make(ctx, s.command(), s.work.Path)
	switch {
	case errors.Is(err, overlay.ErrUnfit):
		p.note("%s: %v", s.name, err)
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
	s.sampler = sweep.Processes{Command: []string{binary, p.o.SampleVerb}, Placement: p.o.CPUs, SampleTime: tryTime, Timeout: hangTime}
	if sum, err = sweep.SumProgram(binary); err != nil {
		return nil, sum, err
	}
	list := exec.CommandContext(ctx, binary, p.o.SampleVerb, "-test.list=^Benchmark")
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
func (p *Pair) workers() []int {
	list := []int{1}
	for _, l := range p.o.Levels {
		list = append(list, min(l.Cores, l.Procs))
	}
	return sweep.Unique(list)
}

// choose makes points of the benchmarks. Those of which nothing runs in parallel
// have one each: their curves would cost as much as those of others, and be flat.
func (p *Pair) choose(ctx context.Context, shared []sweep.Benchmark) error {
	top := len(p.o.Levels) - 1
	if top > 0 && p.o.Curves == Auto && len(shared) > 0 {
		p.o.Say(fmt.Sprintf("looking for what runs in parallel among %s", table.Count(len(shared), "benchmark")))
	}
	for _, b := range shared {
		levels := p.o.Levels
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
func (p *Pair) curve(ctx context.Context, b sweep.Benchmark, sides ...*side) (bool, error) {
	if len(p.o.Levels) == 1 || p.o.Curves != Auto {
		return len(p.o.Levels) > 1 && p.o.Curves == Always, nil
	}
	return p.parallel(ctx, b, sides)
}

// parallel reports whether a benchmark may run in parallel, on one of the sides: it
// starts goroutines while it is timed, or keeps more than one CPU busy, as one
// does whose goroutines were there before. Where goroutines are not counted, by
// a Go version before 1.26, every benchmark may.
func (p *Pair) parallel(ctx context.Context, b sweep.Benchmark, sides []*side) (bool, error) {
	top := sweep.Suite{Benchmarks: []sweep.Benchmark{b}, Levels: p.o.Levels[len(p.o.Levels)-1:], Workers: p.workers()}.Lines()
	for _, s := range sides {
		asked := *s.foreign
		asked.Env = append(slices.Clone(asked.Env), overlay.AskVariable+"=1")
		for turn := range 3 {
			r, err := asked.Sample(ctx, top[len(top)-1], 0, turn+1)
			if ctx.Err() != nil {
				return false, context.Cause(ctx)
			}
			if err != nil {
				return true, nil // measuring it will show what is wrong
			}
			begun, counted := r.Value(overlay.GoroutinesUnit)
			if busy, ok := r.Value("cpus-busy"); !counted || begun > 0 || !ok || busy > 1.15 {
				return true, nil
			}
		}
	}
	return false, nil
}
