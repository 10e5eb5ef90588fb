package historypage

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"overlap/internal/table"
	"overlap/report/history"
)

// group is a benchmark on a machine: all that was measured of it, at all its points.
type group struct {
	id, machine string
	pkg, name   string
	commits     []history.Commit
	places      []place         // by cores and workers
	newest      int             // the last commit of its newest step, -1 without steps
	causes      []history.Cause // what it steps in, with the evidence that is of it
}

// place is a point of a benchmark, such as workers=4/cores=2-2.
type place struct {
	history.Place
	time, mean, speedup, counts []history.Series // each of at most one quantity, but counts
}

// groupsOf returns the benchmarks of all machines: those with steps first, the newest
// first, then the others by name.
func groupsOf(machines []Machine) (all []*group, find func(machine int, of history.Metric) *group) {
	ids := map[string]bool{}
	index := make([]map[history.Metric]*group, len(machines))
	for i, m := range machines {
		of := map[history.Metric]*group{}
		index[i] = of
		var groups []*group
		for _, s := range slices.Concat(m.Series, m.Means) {
			benchmark, at := s.Cut()
			g := of[benchmark]
			if g == nil {
				g = &group{machine: m.name(), pkg: s.Package, name: benchmark.Title(), commits: m.Commits, newest: -1}
				of[benchmark] = g
				groups = append(groups, g)
			}
			g.add(at, s)
		}
		for _, c := range m.Causes {
			shared := map[*group]int{}
			for _, s := range c.Steps {
				benchmark, _ := s.Cut()
				g := of[benchmark]
				at, known := shared[g]
				if !known {
					at = len(g.causes)
					shared[g] = at
					g.causes = append(g.causes, history.Cause{Span: c.Span, Worse: c.Worse})
					g.newest = max(g.newest, c.At[1])
				}
				g.causes[at].Steps = append(g.causes[at].Steps, s)
			}
		}
		slices.SortStableFunc(groups, func(a, b *group) int {
			return cmp.Or(b.newest-a.newest, table.CompareNames(a.name, b.name), cmp.Compare(a.pkg, b.pkg))
		})
		all = append(all, groups...)
	}
	for _, g := range all {
		slices.SortStableFunc(g.places, func(a, b place) int { return table.CompareNames(string(a.Place), string(b.Place)) })
		g.id = identifier(g.name, ids)
	}
	return all, func(machine int, of history.Metric) *group { return index[machine][of] }
}

func (g *group) add(at history.Place, s history.Series) {
	i := slices.IndexFunc(g.places, func(p place) bool { return p.Place == at })
	if i < 0 {
		i = len(g.places)
		g.places = append(g.places, place{Place: at})
	}
	list := map[history.Quantity]*[]history.Series{history.Time: &g.places[i].time, history.MeanTime: &g.places[i].mean, history.Speedup: &g.places[i].speedup}[s.Quantity]
	if list == nil {
		list = &g.places[i].counts
	}
	*list = append(*list, s)
}

// identifier returns one of the page for a name, which addresses can hold and no other
// name has. Those of the page itself have an underscore.
func identifier(name string, used map[string]bool) string {
	base := strings.Trim(notPlain.ReplaceAllString(strings.ToLower(name), "-"), "-")
	base = cmp.Or(base[:min(len(base), 80)], "benchmark")
	id := base
	for n := 2; used[id]; n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	used[id] = true
	return id
}

var notPlain = regexp.MustCompile(`[^a-z0-9]+`)
