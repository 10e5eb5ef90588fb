package pair

import (
	"context"
	"slices"

	"overlap/bench"
	"overlap/bench/sweep"
)

// tolerate returns an error of a side, or nil if that is base, and head can be
// judged without it because an efficiency is demanded.
func (p *Pair) tolerate(ctx context.Context, s *side, err error) error {
	if err == nil || s.name != p.base.name || len(p.o.Demands) == 0 || ctx.Err() != nil {
		return err
	}
	p.baseGone, p.BaseBroken = true, true
	p.note("base cannot be built, so nothing is compared, and the efficiency of head is judged alone: %v", err)
	return nil
}

// findHeadOnly adds the benchmarks of head that are compared with nothing, if an
// efficiency is demanded: those of packages with identical test binaries, new ones,
// and those with other code of their own or a broken base.
func (p *Pair) findHeadOnly(ctx context.Context, head, shared []sweep.Benchmark, identical []string) error {
	if len(p.o.Demands) == 0 {
		return nil
	}
	if identical != nil {
		same, omitted, err := p.head.foreign.Search(ctx, p.bench(), p.o.Levels[0], func(pkg string) bool { return !slices.Contains(identical, pkg) })
		if err != nil {
			return err
		}
		for _, o := range omitted {
			p.problem(o.Name, "head: "+o.Why)
		}
		head = slices.Concat(head, same)
	}
	for _, b := range head {
		if slices.ContainsFunc(shared, func(s sweep.Benchmark) bool { return s.Package == b.Package && s.Title() == b.Title() }) {
			continue
		}
		curve, err := p.curve(ctx, b, &p.head)
		if err != nil {
			return err
		}
		if curve {
			p.HeadOnly = append(p.HeadOnly, p.efficiencyPoints(sweep.Suite{Benchmarks: []sweep.Benchmark{b}, Levels: p.o.Levels, Workers: p.workers()}.Lines())...)
		}
	}
	return nil
}

// efficiencyPoints are the points that a demanded efficiency follows from: one
// worker on one core, or as many as the benchmark starts, and as many as the cores.
func (p *Pair) efficiencyPoints(points []sweep.Point) (list []sweep.Point) {
	for _, point := range points {
		cores := min(point.Cores, point.Procs)
		_, asked := p.o.Demands[cores]
		fits := point.Workers == 0 || point.Workers == cores
		if (asked || cores == 1) && fits && point.Copies <= 1 && point.Slices <= 1 && point.Executor != bench.SerialExecutor {
			list = append(list, point)
		}
	}
	return list
}
