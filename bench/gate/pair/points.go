package pair

import (
	"context"
	"fmt"
	"slices"

	"overlap/bench"
	"overlap/bench/overlay"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// addPoints adds the points of curves that a check needs to compare gains. On more than one
// core it leaves out those with more or fewer workers than cores, and the serial
// program, which has no overlapping tasks.
func (p *Pair) addPoints(points []sweep.Point) {
	for _, point := range points {
		cores := min(point.Cores, point.Procs)
		fits := cores == 1 || point.Workers == 0 || point.Workers == cores
		if fits && point.Executor != bench.SerialExecutor {
			p.Points = append(p.Points, point)
		}
	}
}

// workerCounts returns the numbers of tasks in progress that a check compares: one, and as
// many as there are cores at each level.
func workerCounts(levels []sweep.Level) []int {
	list := []int{1}
	for _, l := range levels {
		list = append(list, min(l.Cores, l.Procs))
	}
	return sweep.Unique(list)
}

// addBenchmarks adds points of the benchmarks.
func (p *Pair) addBenchmarks(ctx context.Context, shared []sweep.Benchmark) error {
	if len(p.o.Levels) > 1 && p.o.Curves == Auto && len(shared) > 0 {
		p.o.Say(fmt.Sprintf("looking for what runs in parallel among %s", table.Count(len(shared), "benchmark")))
	}
	for _, b := range shared {
		levels, err := p.levelsOf(ctx, b, &p.base, &p.head)
		if err != nil {
			return err
		}
		p.addPoints(p.pointsOf(b, levels))
	}
	return nil
}

// levelsOf returns the degrees of parallelism to measure of a benchmark. One that does not
// run in parallel has the first, and those of its rule: its curve would take as long as any
// other, and be flat.
func (p *Pair) levelsOf(ctx context.Context, b sweep.Benchmark, sides ...*side) ([]sweep.Level, error) {
	levels := p.o.Levels
	curve, err := p.wantsCurve(ctx, b, sides...)
	if err != nil {
		return nil, err
	}
	if !curve {
		levels = levels[:1]
	}
	return p.ruledLevels(levels, b)
}

// pointsOf returns the points of a benchmark at some levels. On one core, too, it has as
// many workers as there are cores at any level.
func (p *Pair) pointsOf(b sweep.Benchmark, levels []sweep.Level) []sweep.Point {
	workers := workerCounts(slices.Concat(p.o.Levels, levels))
	return sweep.ForeignPlan{Benchmarks: []sweep.Benchmark{b}, Levels: levels, Workers: workers}.FixedPoints()
}

// wantsCurve reports whether a benchmark is to be measured on more than one core.
func (p *Pair) wantsCurve(ctx context.Context, b sweep.Benchmark, sides ...*side) (bool, error) {
	if len(p.o.Levels) == 1 || p.o.Curves != Auto {
		return len(p.o.Levels) > 1 && p.o.Curves == Always, nil
	}
	return p.runsInParallel(ctx, b, sides)
}

// runsInParallel reports whether a benchmark may run in parallel, on one of the sides: it
// starts goroutines while it is timed, or keeps more than one CPU busy with those that
// it started before. Go before 1.26 does not count goroutines; there,
// every benchmark counts as one that may.
func (p *Pair) runsInParallel(ctx context.Context, b sweep.Benchmark, sides []*side) (bool, error) {
	top := p.pointsOf(b, p.o.Levels[len(p.o.Levels)-1:])
	for _, s := range sides {
		asked := *s.foreign
		// Without the garbage collector, which begins goroutines and runs on other cores.
		asked.RunEnv = append(slices.Clone(asked.RunEnv), overlay.AskVariable+"=1", "GOGC=off", "GOMEMLIMIT=1GiB")
		for turn := range 3 {
			r, err := asked.Sample(ctx, top[len(top)-1], 0, turn+1)
			if ctx.Err() != nil {
				return false, context.Cause(ctx)
			}
			if err != nil {
				return true, nil // measuring it will show what is wrong
			}
			if !sweep.UsesOneCore(r) {
				return true, nil
			}
		}
	}
	return false, nil
}

// efficiencyPoints returns the points that a demanded efficiency follows from: those with
// as many workers as cores, on one core and on the demanded number, or with as many
// workers as the benchmark starts by itself.
func efficiencyPoints(points []sweep.Point, demands map[int]float64) (list []sweep.Point) {
	for _, point := range points {
		cores := min(point.Cores, point.Procs)
		_, asked := demands[cores]
		fits := point.Workers == 0 || point.Workers == cores
		if (asked || cores == 1) && fits && point.Copies <= 1 && point.Slices <= 1 && point.Executor != bench.SerialExecutor {
			list = append(list, point)
		}
	}
	return list
}
