package history

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"overlap/internal/table"
)

// z95 is the half-width of a 95 % interval in standard errors.
const z95 = 1.959963984540054

// shown are the quantities that make series, in the order in which they are shown.
var shown = []Quantity{Time, MeanTime, Speedup, Bytes, Allocs}

// compare orders metrics as they are shown.
func (m Metric) compare(n Metric) int {
	return cmp.Or(cmp.Compare(m.Package, n.Package), cmp.Compare(m.Name, n.Name), slices.Index(shown, m.Quantity)-slices.Index(shown, n.Quantity))
}

// edge is one ratio of a series, pooled from all entries of a pair of commits.
type edge struct {
	base, commit int
	log, err     float64
	blocks       int
}

// chain makes the series. entries are in the order of their commits.
func (h *History) chain(entries []Entry, o Options) {
	index := map[string]int{}
	for i, c := range h.Commits {
		index[c.Hash] = i
	}
	edges := map[Metric][]edge{}
	heads := map[Metric]float64{}
	metrics := map[string][]Metric{} // by package
	for _, e := range entries {
		base, commit := index[e.Base], index[e.Commit]
		for _, r := range e.Results {
			if !slices.Contains(shown, r.Quantity) || o.Bench != nil && !o.Bench.MatchString(r.fullName()) {
				continue
			}
			if edges[r.Metric] == nil {
				metrics[r.Package] = append(metrics[r.Package], r.Metric)
			}
			if r.Head > 0 && r.Head <= math.MaxFloat64 {
				heads[r.Metric] = r.Head
			}
			edges[r.Metric] = append(edges[r.Metric], edge{base, commit, math.Log(r.Ratio.Value), math.Log(r.Ratio.High/r.Ratio.Low) / (2 * z95), e.Blocks})
		}
		for _, pkg := range e.Identical {
			for _, m := range metrics[pkg] {
				edges[m] = append(edges[m], edge{base: base, commit: commit, blocks: e.Blocks})
			}
		}
	}
	dropped := 0
	for _, m := range slices.SortedFunc(maps.Keys(edges), Metric.compare) {
		single, n := combine(edges[m])
		s := Series{Metric: m, Head: heads[m], Points: points(rebase(single)), Steps: []Step{}}
		if m.Quantity == MeanTime {
			h.Means = append(h.Means, s)
			continue
		}
		dropped += n
		h.Series = append(h.Series, s)
	}
	if dropped > 0 {
		h.Notes = append(h.Notes, fmt.Sprintf("left out: %s of commits that were also compared with a nearer base", table.Count(dropped, "ratio")))
	}
}

// combine pools the edges of each pair of commits into one. If a commit has several
// bases, only the edge from the nearest stays: using the others would mean fitting
// levels to the whole graph, for little more precision. edges are sorted by commit and
// base.
func combine(edges []edge) (single []edge, dropped int) {
	for len(edges) > 0 {
		n := 1
		for n < len(edges) && edges[n].commit == edges[0].commit && edges[n].base == edges[0].base {
			n++
		}
		e := pool(edges[:n])
		if last := len(single) - 1; last >= 0 && single[last].commit == e.commit {
			single[last] = e
			dropped++
		} else {
			single = append(single, e)
		}
		edges = edges[n:]
	}
	return single, dropped
}

// rebase turns edges that share a base, such as those of commits that were all
// compared with one release, into edges from commit to commit: otherwise each would
// report again what changed since that base. Neighbouring edges then share an error,
// but are treated as independent, so intervals of levels are too wide, not too narrow.
func rebase(edges []edge) []edge {
	list := slices.Clone(edges)
	for i := 1; i < len(edges); i++ {
		e, before := edges[i], edges[i-1]
		if e.base == before.base {
			list[i] = edge{before.commit, e.commit, e.log - before.log, math.Hypot(e.err, before.err), min(e.blocks, before.blocks)}
		}
	}
	return list
}

// pool returns the mean of the edges of one pair, weighted by the inverse of their
// variances. Counted ratios have no error and outweigh all others.
func pool(edges []edge) edge {
	e := edges[0]
	if len(edges) == 1 {
		return e
	}
	e.log, e.err, e.blocks = 0, 0, 0
	exact := slices.ContainsFunc(edges, func(x edge) bool { return x.err == 0 })
	weights := 0.0
	for _, x := range edges {
		e.blocks += x.blocks
		w := 1.0
		switch {
		case exact && x.err > 0:
			continue
		case !exact:
			w = 1 / (x.err * x.err)
		}
		e.log += w * x.log
		weights += w
	}
	e.log /= weights
	if !exact {
		e.err = 1 / math.Sqrt(weights)
	}
	return e
}

// maxLog limits the logarithm of a level. Only a damaged file exceeds it, and the
// exponential would be infinite.
const maxLog = 300

// points chains the edges. An edge from another base than the point before it starts
// a segment: at the level of that base if it is known, otherwise at the level before
// it, as a gap.
func points(edges []edge) (list []Point) {
	type place struct{ log, variance float64 }
	known := map[int]place{}
	level, last := 0.0, -1
	for _, e := range edges {
		from, ok := known[e.base]
		if !ok {
			from = place{log: level}
		}
		if e.base != last {
			start := Point{Commit: e.base, Base: -1, Gap: !ok && last >= 0}
			start.setLevel(from.log, from.variance)
			list = append(list, start)
			known[e.base] = from
		}
		from.log = max(-maxLog, min(maxLog, from.log+e.log))
		from.variance += e.err * e.err
		p := Point{Commit: e.commit, Base: e.base, Ratio: ratioOf(e.log, e.err), log: e.log, err: e.err, blocks: e.blocks}
		p.setLevel(from.log, from.variance)
		list = append(list, p)
		known[e.commit] = from
		level, last = from.log, e.commit
	}
	return list
}

func (p *Point) setLevel(log, variance float64) {
	r := ratioOf(log, math.Sqrt(variance))
	p.Level, p.Low, p.High = r.Value, r.Low, r.High
}

func ratioOf(log, err float64) *Ratio {
	return &Ratio{math.Exp(log), math.Exp(max(-2*maxLog, log-z95*err)), math.Exp(min(2*maxLog, log+z95*err))}
}
