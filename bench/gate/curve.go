package gate

import (
	"math"
	"slices"

	"overlap/bench/sweep"
)

// parallelism returns how many CPUs a point can use.
func parallelism(p sweep.Point) int { return max(1, min(p.Cores, p.Procs)) }

// curve identifies the points of a benchmark that differ only in workers and CPUs.
type curve struct {
	pkg, workload, executor, size, variant string
	weak                                   bool
	slices                                 int
}

func curveOf(p sweep.Point) curve {
	return curve{p.Package, p.Workload, p.Executor, string(p.Size), p.Variant, p.Weak, max(p.Slices, 1)}
}

// onOneCPU returns the curve's point with a number of workers on one CPU, or nil. Where
// processes cannot be bound one CPU means a GOMAXPROCS of 1; a mask of one CPU
// is preferred.
func onOneCPU(points []*judged, c curve, workers int) (best *judged) {
	for _, pt := range points {
		if curveOf(pt.Point) != c || pt.Workers != workers || pt.Copies > 1 || pt.Procs > 1 {
			continue
		}
		if best == nil || pt.Cores < best.Cores {
			best = pt
		}
	}
	return best
}

// baseline returns the reference point of speedups: one worker on one CPU, or as many
// workers as the benchmark starts by itself.
func baseline(points []*judged, c curve) *judged {
	if b := onOneCPU(points, c, 1); b != nil {
		return b
	}
	return onOneCPU(points, c, 0)
}

// gains returns the tests of how the benchmarks scale.
func gains(points []*judged) (list []*test) {
	for _, pt := range points {
		c := curveOf(pt.Point)
		base, same := baseline(points, c), onOneCPU(points, c, pt.Workers)
		if pt.Copies > 1 || base == nil || base == pt {
			continue
		}
		if parallelism(pt.Point) == 1 {
			if pt == same {
				list = append(list, pt.gain(ConcurrencyGain, 1, base))
			}
			continue
		}
		s := pt.gain(Speedup, 1, base)
		e := *s
		e.Quantity, e.same = Efficiency, s
		e.Base, e.Head = s.Base/float64(s.Cores), s.Head/float64(s.Cores)
		list = append(list, s, &e)
		if same != nil && same != base {
			list = append(list, pt.gain(ParallelismGain, 1, same))
		}
		if t := pt.software(points, base); t != nil {
			list = append(list, t)
		}
	}
	return list
}

// gain returns the test of the time at a reference over the time at the point. Two
// further points multiply and divide it: see sign. It rests on undisturbed blocks.
func (pt *judged) gain(q Quantity, factor float64, ref *judged, more ...*judged) *test {
	factor *= weakFactor(pt, ref)
	points := append([]*judged{pt, ref}, more...)
	if slices.ContainsFunc(points, func(p *judged) bool { return p.level == nil }) {
		return emptyTest(pt.change(q), points...)
	}
	t := &test{Change: pt.change(q), points: points, isGain: true, gain: gainOf(factor, pt.level.Quantile(), points...)}
	t.Blocks = len(pt.undisturbed.blocks)
	for i, p := range points {
		t.tested.Terms, t.tested.Signs = append(t.tested.Terms, p.level), append(t.tested.Signs, sign(i))
		t.Blocks = min(t.Blocks, len(p.undisturbed.blocks))
	}
	t.size = t.tested
	// Levels at different quantiles are not those of one curve: the point's own
	// serves for all.
	log := math.Log(factor)
	for i, term := range t.tested.Terms {
		log += t.tested.Signs[i] * math.Log(term.BaseAt(pt.level.Quantile()))
	}
	t.Base = math.Exp(log)
	t.Head = math.Exp(log + t.tested.Estimate())
	return t
}

// weakFactor returns how much more work a point does than its reference, if the job grows
// with the workers.
func weakFactor(pt, ref *judged) float64 {
	if !pt.Weak {
		return 1
	}
	return float64(max(pt.Workers, 1)) / float64(max(ref.Workers, 1))
}

// software returns the test of the speedup over the ceiling H(p) = p·t1/tp, where t1 is
// the time of one copy alone and tp the time of p copies at once, each on one CPU. It
// returns nil if they were not measured. A copy may be the job or a p-th of it.
func (pt *judged) software(points []*judged, base *judged) *test {
	p := parallelism(pt.Point)
	for _, copies := range points {
		like := copies.Package == pt.Package && copies.Workload == pt.Workload && copies.Size == pt.Size && copies.Variant == pt.Variant
		whole := copies.Slices <= 1 || copies.Slices == p
		if !like || !whole || copies.Weak || copies.Copies != p || parallelism(copies.Point) != 1 {
			continue
		}
		switch one := oneOf(points, copies.Point); one {
		case nil:
		case base: // its time cancels out
			return pt.gain(SoftwareEfficiency, 1/float64(p), copies)
		default:
			return pt.gain(SoftwareEfficiency, 1/float64(p), base, copies, one)
		}
	}
	return nil
}

// oneOf returns the point that runs one copy of what p runs many copies of, or nil.
func oneOf(points []*judged, p sweep.Point) *judged {
	for _, pt := range points {
		q := pt.Point
		if q.Copies <= 1 {
			if q.Copies = p.Copies; q == p {
				return pt
			}
		}
	}
	return nil
}
