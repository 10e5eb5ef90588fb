package pair

import (
	"context"
	"slices"

	"overlap/bench/sweep"
)

// tolerate returns an error of a side, or nil if that is base, and head can be
// judged alone because an efficiency is demanded.
func (p *Pair) tolerate(ctx context.Context, s *side, err error) error {
	if err == nil || s.name != p.base.name || !p.demanding("") || ctx.Err() != nil {
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
	identical = slices.DeleteFunc(slices.Clone(identical), func(pkg string) bool { return !p.demanding(pkg) })
	if len(identical) > 0 {
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
		demands := p.demands(b)
		if len(demands) == 0 || indexOf(shared, b) >= 0 {
			continue
		}
		levels, err := p.levelsOf(ctx, b, &p.head)
		if err != nil {
			return err
		}
		if len(levels) > 1 {
			p.HeadOnly = append(p.HeadOnly, efficiencyPoints(p.pointsOf(b, levels), demands)...)
		}
	}
	return nil
}
