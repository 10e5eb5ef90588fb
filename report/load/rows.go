package load

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"

	"overlap/internal/table"
)

// rowKeys makes rows of the parts of names that an Input asks for.
type rowKeys struct {
	keys      []string
	row       *benchproc.Projection
	first     map[Point]map[string]string // row → other parts of the name of its first point
	differing map[string]bool             // keys of parts that differ within a row
}

func newRowKeys(row *benchproc.Projection) *rowKeys {
	k := &rowKeys{row: row, first: map[Point]map[string]string{}, differing: map[string]bool{}}
	for _, f := range row.Fields() {
		k.keys = append(k.keys, f.Name)
	}
	return k
}

// has reports whether a part of a name makes a row.
func (k *rowKeys) has(key string) bool {
	return slices.Contains(k.keys, key) || slices.Contains(k.keys, ".fullname") && !strings.HasPrefix(key, ".")
}

// configLabel is what configuration lines add to the name of a result's row.
func (k *rowKeys) configLabel(r *benchfmt.Result) (label string) {
	key := k.row.Project(r)
	for _, f := range k.row.FlattenedFields() {
		if value := key.Get(f); value != "" && f.Name[0] != '/' && f.Name != ".name" && f.Name != ".fullname" {
			label += " " + table.Printable(f.Name+"="+value)
		}
	}
	return label
}

// apply removes from a point what does not make a row, and returns it by key. Serial
// programs, slices and copies stay what they are, as other points are compared with
// them. Weak scaling stays, too, as its times mean something else.
func (k *rowKeys) apply(n *parsedName, configLabel string) (rest map[string]string) {
	rest = map[string]string{}
	label := "*"
	if k.has(".name") || k.has("/") {
		label = n.base
	} else {
		rest[".name"] = n.base
	}
	for _, p := range n.parts {
		switch {
		case !n.foreign && (p.key == "workers" || p.key == "cores" || p.key == "slices" || p.key == "scaling"):
		case !n.foreign && p.key == "executor" && n.Serial():
		case k.has("/" + p.key):
			if n.foreign || p.key != "executor" && p.key != "size" && p.key != "variant" {
				label += p.text
			}
		case p.key == "":
			rest[".fullname"] += "/" + p.text[1:]
		default:
			rest["/"+p.key] = p.value()
			n.merge(p.key)
		}
	}
	label += configLabel
	n.spelling = label + strings.TrimPrefix(n.spelling, n.Workload)
	n.Workload = label
	return rest
}

// merge makes a field of the point the same for all that share a row.
func (n *parsedName) merge(key string) {
	switch {
	case n.foreign:
	case key == "executor":
		n.Executor = "*"
	case key == "size":
		n.Size = "*"
	case key == "variant":
		n.Variant = ""
	}
}

// dropColumns removes the parts that make columns from a name, so that benchmarks in
// several columns have one name.
func (n *parsedName) dropColumns(col *benchproc.Projection) {
	for _, f := range col.Fields() {
		for _, p := range n.parts {
			if n.foreign && p.key != "" && f.Name == "/"+p.key {
				n.Workload = strings.Replace(n.Workload, p.text, "", 1)
				n.spelling = strings.Replace(n.spelling, p.text, "", 1)
			}
		}
	}
}

// compare notes by which keys a point differs from the first of its row: rest is what
// apply returned.
func (k *rowKeys) compare(p Point, rest map[string]string) {
	if p.Serial() {
		return
	}
	first, ok := k.first[p.row()]
	if !ok {
		k.first[p.row()] = rest
		return
	}
	for _, parts := range []map[string]string{first, rest} {
		for key := range parts {
			if first[key] != rest[key] {
				k.differing[key] = true
			}
		}
	}
}

// merged lists the keys by which points of a row differ.
func (k *rowKeys) merged() []string { return slices.Sorted(maps.Keys(k.differing)) }
