package history

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"overlap/internal/table"
)

// z95 is the half-width of a 95 % interval in standard errors.
const z95 = 1.959963984540054

// steady are the quantities that make series, in the order in which they are
// shown.
var steady = []Quantity{Time, Speedup, Bytes, Allocs}

type key struct {
	pkg, name string
	quantity  Quantity
}

// edge is one ratio of a series: all entries of a pair of commits together.
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
	edges := map[key][]edge{}
	var keys []key
	members := map[string][]key{} // of a package
	add := func(k key, e edge) {
		if edges[k] == nil {
			keys = append(keys, k)
			members[k.pkg] = append(members[k.pkg], k)
		}
		edges[k] = append(edges[k], e)
	}
	for _, e := range entries {
		base, commit := index[e.Base], index[e.Commit]
		for _, r := range e.Results {
			k := key{r.Package, r.Name, r.Quantity}
			if slices.Contains(steady, r.Quantity) && (o.Bench == nil || o.Bench.MatchString(strings.TrimPrefix(r.Package+"."+r.Name, "."))) {
				add(k, edge{base, commit, math.Log(r.Ratio.Value), math.Log(r.Ratio.High/r.Ratio.Low) / (2 * z95), e.Blocks})
			}
		}
		for _, pkg := range e.Identical {
			for _, k := range members[pkg] {
				add(k, edge{base: base, commit: commit, blocks: e.Blocks})
			}
		}
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name), slices.Index(steady, a.quantity)-slices.Index(steady, b.quantity))
	})
	dropped := 0
	for _, k := range keys {
		single, n := combine(edges[k])
		dropped += n
		h.Series = append(h.Series, Series{Package: k.pkg, Name: k.name, Quantity: k.quantity, Points: points(successive(single)), Steps: []Step{}})
	}
	if dropped > 0 {
		h.Notes = append(h.Notes, fmt.Sprintf("left out: %s of commits that were compared with a nearer base, too", table.Count(dropped, "ratio")))
	}
}

// combine makes one edge of all of a pair of commits, weighted by the inverse of
// their variances. Of several bases of a commit the nearest stays: edges to the
// others would have to be balanced over the whole graph to tell little more.
// They come sorted by commit and base.
func combine(edges []edge) (single []edge, dropped int) {
	for len(edges) > 0 {
		n := 1
		for n < len(edges) && edges[n].commit == edges[0].commit && edges[n].base == edges[0].base {
			n++
		}
		e := pooled(edges[:n])
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

// successive makes of edges that share a base, as those of commits that were all
// compared with one release, edges from commit to commit: else each would tell
// anew what changed since that base. Their errors share that of the commit
// between; taken for independent, they make levels seem less certain than they
// are.
func successive(edges []edge) []edge {
	list := slices.Clone(edges)
	for i := 1; i < len(edges); i++ {
		e, before := edges[i], edges[i-1]
		if e.base == before.base {
			list[i] = edge{before.commit, e.commit, e.log - before.log, math.Hypot(e.err, before.err), min(e.blocks, before.blocks)}
		}
	}
	return list
}

// pooled is the mean of edges of one pair. Counted ratios, which have no error,
// outweigh all others.
func pooled(edges []edge) edge {
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

// furthest is how far a level may be from the first, as a logarithm: farther, a
// file is garbled, and its exponential would be infinite.
const furthest = 300

// points chains the edges. An edge whose base is not the point before it starts
// a segment: at the base's own level if that is known, else at the level before
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
			start.set(from.log, from.variance)
			list = append(list, start)
			known[e.base] = from
		}
		from.log = max(-furthest, min(furthest, from.log+e.log))
		from.variance += e.err * e.err
		p := Point{Commit: e.commit, Base: e.base, Ratio: ratioOf(e.log, e.err), log: e.log, err: e.err, blocks: e.blocks}
		p.set(from.log, from.variance)
		list = append(list, p)
		known[e.commit] = from
		level, last = from.log, e.commit
	}
	return list
}

func (p *Point) set(log, variance float64) {
	r := ratioOf(log, math.Sqrt(variance))
	p.Level, p.Low, p.High = r.Value, r.Low, r.High
}

func ratioOf(log, err float64) *Ratio {
	return &Ratio{math.Exp(log), math.Exp(max(-2*furthest, log-z95*err)), math.Exp(min(2*furthest, log+z95*err))}
}
