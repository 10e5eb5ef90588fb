package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"overlap/bench"
	"overlap/bench/gate"
	"overlap/bench/sweep"
)

// sides are those that are there.
func (p *pair) sides() []*side {
	if p.gone {
		return []*side{&p.head}
	}
	return []*side{&p.base, &p.head}
}

// without goes on with head alone if base cannot be built: --min-efficiency is
// about head. Of other errors, and where nothing is demanded, it returns the error.
func (p *pair) without(ctx context.Context, s *side, err error) error {
	if err == nil || s.name != p.base.name || len(p.check.demands) == 0 || ctx.Err() != nil {
		return err
	}
	p.gone, p.baseBroken = true, true
	p.report.Notes = append(p.report.Notes, fmt.Sprintf("base cannot be built, so nothing is compared, and the efficiency of head is judged alone: %v", err))
	return nil
}

// floors adds the benchmarks of head that are compared with nothing, but have a
// least efficiency: those of packages whose test binaries are identical, new ones,
// and those whose own code, or whose base, is another or broken.
func (p *pair) floors(ctx context.Context, head, shared []sweep.Benchmark, identical []string) error {
	if len(p.check.demands) == 0 {
		return nil
	}
	if identical != nil {
		same, omitted, err := p.head.foreign.Search(ctx, cmp.Or(p.check.Bench, "."), p.levels[0], func(pkg string) bool { return !slices.Contains(identical, pkg) })
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
			p.alone = append(p.alone, p.demanded(sweep.Suite{Benchmarks: []sweep.Benchmark{b}, Levels: p.levels, Workers: p.workers()}.Lines())...)
		}
	}
	return nil
}

// demanded are the points of curves that tell an efficiency that is demanded: one
// worker on one core, or as many as the benchmark starts, and as many as the cores.
func (p *pair) demanded(points []sweep.Point) (list []sweep.Point) {
	for _, point := range points {
		cores := min(point.Cores, point.Procs)
		_, asked := p.check.demands[cores]
		fits := point.Workers == 0 || point.Workers == cores
		if (asked || cores == 1) && fits && point.Copies <= 1 && point.Slices <= 1 && point.Executor != bench.SerialExecutor {
			list = append(list, point)
		}
	}
	return list
}

// unjudged adds a problem for each demand that nothing was measured for.
func (c *checkCmd) unjudged(r *gate.Report) {
	for p, least := range c.demands {
		if !slices.ContainsFunc(r.Demands, func(d gate.Demand) bool { return d.Cores == p }) {
			r.Problems = append(r.Problems, gate.Problem{Name: fmt.Sprintf("--min-efficiency %g@%d", least, p), Why: "no benchmark was measured there and on one core: none runs in parallel, or --curves=never left it out"})
		}
	}
}
