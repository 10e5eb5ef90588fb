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
	id, machine   string
	pkg, name     string
	commits       []history.Commit
	places        []place // by cores and workers
	newest, steps int     // the last commit of its newest step, -1 without steps; their number
}

// place is a point of a benchmark, such as workers=4/cores=2-2.
type place struct {
	point                       string
	time, mean, speedup, counts []history.Series // each of at most one quantity, but counts
}

// groupsOf returns the benchmarks of all machines: those with steps first, the newest
// first, then the others by name.
func groupsOf(machines []Machine) (all []*group) {
	ids := map[string]bool{}
	for _, m := range machines {
		of := map[[2]string]*group{}
		var groups []*group
		for _, s := range slices.Concat(m.Series, m.Means) {
			name, point := cutPoint(s.Name)
			g := of[[2]string{s.Package, name}]
			if g == nil {
				g = &group{machine: m.name(), pkg: s.Package, name: history.Metric{Package: s.Package, Name: name}.Title(), commits: m.Commits, newest: -1}
				of[[2]string{s.Package, name}] = g
				groups = append(groups, g)
			}
			g.add(point, s)
		}
		slices.SortStableFunc(groups, func(a, b *group) int {
			return cmp.Or(b.newest-a.newest, table.CompareNames(a.name, b.name), cmp.Compare(a.pkg, b.pkg))
		})
		all = append(all, groups...)
	}
	for _, g := range all {
		slices.SortStableFunc(g.places, func(a, b place) int { return table.CompareNames(a.point, b.point) })
		g.id = identifier(g.name, ids)
	}
	return all
}

func (g *group) add(point string, s history.Series) {
	i := slices.IndexFunc(g.places, func(p place) bool { return p.point == point })
	if i < 0 {
		i = len(g.places)
		g.places = append(g.places, place{point: point})
	}
	list := map[history.Quantity]*[]history.Series{history.Time: &g.places[i].time, history.MeanTime: &g.places[i].mean, history.Speedup: &g.places[i].speedup}[s.Quantity]
	if list == nil {
		list = &g.places[i].counts
	}
	*list = append(*list, s)
	g.steps += len(s.Steps)
	for _, step := range s.Steps {
		g.newest = max(g.newest, step.At[1])
	}
}

// pointOf matches the point at the end of a name.
var pointOf = regexp.MustCompile(`(?:/executor=([^/]+))?(?:/workers=([0-9]+))?/cores=([0-9]{1,6})(?:-([0-9]{1,6}))?$`)

// cutPoint returns the benchmark and its point.
func cutPoint(name string) (benchmark, point string) {
	point = pointOf.FindString(name)
	if point == name {
		return name, ""
	}
	return strings.TrimSuffix(name, point), point
}

// words describe the point: pool, 4 workers on 2 cores.
func (p place) words() string {
	m := pointOf.FindStringSubmatch(p.point)
	if m == nil {
		return ""
	}
	text := m[3] + " cores"
	if m[3] == "1" {
		text = "1 core"
	}
	switch m[2] {
	case "":
	case "1":
		text = "1 worker on " + text
	default:
		text = m[2] + " workers on " + text
	}
	if m[4] != "" && m[4] != m[3] {
		text += ", GOMAXPROCS " + m[4]
	}
	if m[1] != "" {
		text = m[1] + ", " + text
	}
	return text
}

// at returns a quantity with its point in words.
func (p place) at(quantity string) string {
	if words := p.words(); words != "" {
		return quantity + ", " + words
	}
	return quantity
}

// parallelism is how many goroutines of the point can run at the same instant; 0 if its
// name does not say it.
func (p place) parallelism() (n float64) {
	m := pointOf.FindStringSubmatch(p.point)
	if m == nil {
		return 0
	}
	var cores, procs float64
	fmt.Sscan(m[3], &cores)
	fmt.Sscan(m[4], &procs)
	return min(cores, max(1, procs))
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
