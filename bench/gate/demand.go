package gate

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// bootstraps is how many resamples an interval of one build rests on.
const bootstraps = 1000

// demand compares head's efficiency with the floors that the user set. Of
// several points on so many CPUs a benchmark's best counts: nobody means that
// one worker should use four.
func demand(points []*judged, o Options) (list []Demand, notes []string) {
	for _, p := range slices.Sorted(maps.Keys(o.Demands)) {
		best := map[curve]*Demand{}
		var missing []string
		var order []curve
		for _, pt := range points {
			c := curveOf(pt.Point)
			if c.slices > 1 || pt.Copies > 1 {
				continue
			}
			if _, known := best[c]; !known {
				best[c] = nil
				order = append(order, c)
			}
			base := baseline(points, c)
			if base == nil || parallelism(pt.Point) != p || base == pt {
				continue
			}
			if d := pt.efficiency(base, o); best[c] == nil || d.Value > best[c].Value {
				best[c] = &d
			}
		}
		for _, c := range order {
			if d := best[c]; d != nil {
				list = append(list, *d)
			} else {
				missing = append(missing, c.title())
			}
		}
		if len(missing) > 0 {
			notes = append(notes, fmt.Sprintf("efficiency at %d cores is not demanded of what was not measured there and on one core: %s", p, strings.Join(missing, ", ")))
		}
	}
	return list, notes
}

func (c curve) title() string {
	if c.pkg != "" {
		return c.pkg + "." + c.workload
	}
	return c.workload
}

// efficiency is that of head at the point, with its interval.
func (pt *judged) efficiency(base *judged, o Options) Demand {
	c := pt.change(Efficiency)
	p := c.Cores
	d := Demand{Benchmark: c.Benchmark, Point: c.Point, Cores: p, Least: o.Demands[p], Verdict: CannotTell}
	q := pt.time.terms[0].how.q
	factor := 1 / float64(p)
	if pt.Weak {
		factor *= float64(max(pt.Workers, 1)) / float64(max(base.Workers, 1))
	}
	d.Value = factor * math.Exp(base.clock.headQuantile(q, nil)-pt.clock.headQuantile(q, nil))
	rng := rand.New(rand.NewPCG(o.Seed, stream(pt.Point, Efficiency)))
	logs := make([]float64, bootstraps)
	for i := range logs {
		logs[i] = base.clock.headQuantile(q, rng) - pt.clock.headQuantile(q, rng)
	}
	slices.Sort(logs)
	d.Low = factor * math.Exp(logs[bootstraps*25/1000])
	d.High = factor * math.Exp(logs[bootstraps*975/1000-1])
	if n := min(len(pt.blocks), len(base.blocks)); leastP(n) > .05 {
		d.Low, d.High = 0, math.Inf(1)
	}
	switch {
	case d.High < d.Least:
		d.Verdict = Worse
	case d.Low >= d.Least:
		d.Verdict = Same
	}
	return d
}

// headQuantile is the log of the q quantile of head's slices, of blocks drawn
// with replacement by rng if it is not nil.
func (c *clock) headQuantile(q float64, rng *rand.Rand) float64 {
	weight := make([]int, len(c.head))
	for k := range weight {
		if rng == nil {
			weight[k] = 1
		} else {
			weight[rng.IntN(len(weight))]++
		}
	}
	all := 0
	for slot, n := range c.perSlot() {
		if c.isHead(int32(slot)) {
			all += n * weight[slot/4]
		}
	}
	want := rank(q, all)
	for _, v := range c.slices {
		if c.isHead(v.slot) {
			if want -= weight[v.slot/4]; want <= 0 {
				return v.log
			}
		}
	}
	return math.NaN()
}

func (c *clock) perSlot() []int {
	n := make([]int, len(c.halfOf))
	for _, v := range c.slices {
		n[v.slot]++
	}
	return n
}
