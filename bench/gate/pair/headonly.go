package pair

import (
	"context"
	"slices"

	"overlap/bench/sweep"
)

// tolerate returns an error of a side, or nil if that is base, and head can be
// judged alone because an efficiency is demanded.
func (p *Pair) tolerate(ctx context.Context, s *side, err error) error {
	if err == nil || s.name != p.base.name || len(p.o.Demands) == 0 || ctx.Err() != nil {
		return err
	}
	p.baseMissing, p.BaseFailed = true, true
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
		if indexOf(shared, b) >= 0 {
			continue
		}
		curve, err := p.wantsCurve(ctx, b, &p.head)
		if err != nil {
			return err
		}
		if curve {
			p.HeadOnly = append(p.HeadOnly, p.efficiencyPoints(sweep.ForeignPlan{Benchmarks: []sweep.Benchmark{b}, Levels: p.o.Levels, Workers: p.workerCounts()}.FixedPoints())...)
		}
	}
	return nil
}
