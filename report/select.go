package report

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"

	"overlap/internal/table"
)

// chosen applies the filter to a result, and remembers of what is left out what
// other results are compared with. A filter on units chooses results by their
// time and takes no other unit away: without its pressure, a sample that others
// disturbed would count again.
func (l *loader) chosen(r *benchfmt.Result) bool {
	if m, err := l.filter.Match(r); err == nil && m.Any() {
		if i := slices.IndexFunc(r.Values, func(v benchfmt.Value) bool { return v.Unit == "sec/op" }); i >= 0 && m.Test(i) {
			l.units = l.units || !m.All() && needsMore(r, m)
			l.kept++
			return true
		}
		l.timeless = true
	}
	if !ours(r.Name) {
		return false
	}
	helper := ""
	switch _, parts := r.Name.Parts(); {
	case slices.ContainsFunc(parts, func(p []byte) bool { return string(p) == "/executor=serial" }):
		helper = "COST"
	case slices.ContainsFunc(parts, func(p []byte) bool { return strings.HasPrefix(string(p), "/slices=") }):
		helper = "ceiling"
	default:
		return false
	}
	if l.lost[helper] == nil {
		l.lost[helper] = map[string]bool{}
	}
	l.lost[helper][table.Printable(string(r.Name.Base()))] = true
	return false
}

// needsMore reports whether the filter leaves out units that the report reads.
func needsMore(r *benchfmt.Result, m benchproc.Match) bool {
	for i, v := range r.Values {
		if _, ok := unitIndex[v.Unit]; ok && !m.Test(i) {
			return true
		}
	}
	return false
}

// lostHelpers warns of gains that the filter took what they are compared with.
func (l *loader) lostHelpers() (warnings []error) {
	if l.units {
		warnings = append(warnings, errors.New("the filter chooses results by their time (.unit:sec/op); their other units are read all the same, as they show which samples other programs disturbed"))
	}
	used := map[string]bool{}
	for _, rec := range l.order {
		used[rec.point.Workload] = true
	}
	for _, helper := range []struct{ what, lines, remedy string }{
		{"COST", "serial program", "/executor:serial"},
		{"ceiling", "slices", "/slices:/[0-9]/"},
	} {
		names := slices.DeleteFunc(slices.Sorted(maps.Keys(l.lost[helper.what])), func(name string) bool { return !used[name] })
		if len(names) > 0 {
			warnings = append(warnings, l.needsHelper(helper.lines, enumerate(names), helper.what, helper.remedy))
		}
	}
	return warnings
}

// rowKeys makes rows of the parts of names that were asked for.
type rowKeys struct {
	text   string
	keys   []string
	row    *benchproc.Projection
	first  map[Point]string // row → residue of its first point
	merges []string         // names of parts that differ within a row
}

// newRowKeys refuses what cannot be in a row.
func newRowKeys(text string, row *benchproc.Projection) (*rowKeys, error) {
	k := &rowKeys{text: text, row: row, first: map[Point]string{}}
	for _, f := range row.Fields() {
		k.keys = append(k.keys, f.Name)
	}
	return k, noAxis("Row", row)
}

// has reports whether a part of a name makes a row.
func (k *rowKeys) has(key string) bool {
	return slices.Contains(k.keys, key) || slices.Contains(k.keys, ".fullname") && !strings.HasPrefix(key, ".")
}

// configured is what configuration lines add to the name of a result's row.
func (k *rowKeys) configured(r *benchfmt.Result) (label string) {
	key := k.row.Project(r)
	for _, f := range k.row.FlattenedFields() {
		if value := key.Get(f); value != "" && f.Name[0] != '/' && f.Name != ".name" && f.Name != ".fullname" {
			label += " " + table.Printable(f.Name+"="+value)
		}
	}
	return label
}

// apply takes out of a point what makes no row, and returns it. What a serial
// program, a slice and a copy are stays: other points are compared with them.
// Weak scaling stays, too, as its times mean something else.
func (k *rowKeys) apply(n *named, configured string) (residue string) {
	var out strings.Builder
	label := "*"
	if k.has(".name") || k.has("/") {
		label = n.base
	}
	for _, p := range n.parts {
		switch {
		case !n.foreign && (p.key == "workers" || p.key == "cores" || p.key == "slices" || p.key == "scaling"):
		case !n.foreign && p.key == "executor" && n.Serial():
		case p.key != "" && k.has("/"+p.key), p.key == "" && k.has("/"):
			if n.foreign || p.key != "executor" && p.key != "size" && p.key != "variant" {
				label += p.text
			}
		default:
			out.WriteString("/" + p.text[1:])
			n.merge(p.key)
		}
	}
	if !k.has(".name") && !k.has("/") {
		out.WriteString("/.name=" + n.base)
	}
	label += configured
	n.spelt = label + strings.TrimPrefix(n.spelt, n.Workload)
	n.Workload = label
	return out.String()
}

// merge makes a field of the point the same for all that share a row.
func (n *named) merge(key string) {
	if n.foreign {
		return
	}
	switch key {
	case "executor":
		n.Executor = "*"
	case "size":
		n.Size = "*"
	case "variant":
		n.Variant = ""
	}
}

// sideBySide takes the parts that make columns out of a name, so that what
// stands side by side has one name.
func (n *named) sideBySide(col *benchproc.Projection) {
	for _, f := range col.Fields() {
		for _, p := range n.parts {
			if n.foreign && p.key != "" && f.Name == "/"+p.key {
				n.Workload = strings.Replace(n.Workload, p.text, "", 1)
				n.spelt = strings.Replace(n.spelt, p.text, "", 1)
			}
		}
	}
}

// merged notes what differs between the points of a row.
func (k *rowKeys) merged(p Point, residue string) {
	if p.Serial() {
		return
	}
	p = p.at(0, level{})
	p.Slices, p.Copies = 1, 1
	was, ok := k.first[p]
	if !ok {
		k.first[p] = residue
		return
	}
	if was == residue || len(k.merges) >= maxListed {
		return
	}
	a, b := residueParts(was), residueParts(residue)
	for _, parts := range []map[string]string{a, b} {
		for key := range parts {
			if a[key] != b[key] && !slices.Contains(k.merges, key) {
				k.merges = append(k.merges, key)
			}
		}
	}
}

// residueParts are the parts of a residue by their names.
func residueParts(residue string) map[string]string {
	parts := map[string]string{}
	for text := range strings.SplitSeq(strings.TrimPrefix(residue, "/"), "/") {
		key, value, ok := strings.Cut(text, "=")
		switch {
		case text == "":
		case !ok:
			parts[".fullname"] += "/" + text
		case key == ".name":
			parts[key] = value
		default:
			parts["/"+key] = value
		}
	}
	return parts
}

// warning lists what was merged.
func (k *rowKeys) warning() error {
	if len(k.merges) == 0 {
		return nil
	}
	slices.Sort(k.merges)
	return fmt.Errorf("rows by %s merge benchmarks that differ in %s: name these, too, to keep them apart", k.text, strings.Join(k.merges, ", "))
}

// projection parses a field of Input. The axes are no part of a full name.
func projection(field, text string, filter *benchproc.Filter) (p *benchproc.Projection, fixed bool, err error) {
	var parser benchproc.ProjectionParser
	if _, err := parser.Parse("/workers,/cores,/gomaxprocs,/slices", nil); err != nil {
		return nil, false, fmt.Errorf("axes: %w", err)
	}
	p, err = parser.Parse(text, filter)
	if err != nil {
		return nil, false, &InputError{field, err}
	}
	return p, strings.Contains(text, "@"), nil
}

// depend notes the configuration that a projection reads.
func (l *loader) depend(p *benchproc.Projection) {
	for _, f := range p.Fields() {
		switch {
		case f.IsTuple:
			l.all = true
		case f.Name == ".file" || f.Name[0] != '.' && f.Name[0] != '/':
			l.config = append(l.config, f.Name)
		}
	}
}
