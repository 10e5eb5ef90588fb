package load

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"

	"overlap/internal/table"
)

// selection is what an Input asks for, and what of it the results have.
type selection struct {
	in         Input
	filter     *benchproc.Filter // nil if no result can be left out
	col        *benchproc.Projection
	rows       *rowKeys // nil if the whole name makes a row
	configKeys []string // that a point depends on, sorted
	anyConfig  bool     // it may depend on any key

	results    int  // that were read
	matched    int  // of them, with their times
	timeless   bool // the filter leaves out the time of a result that it matches
	otherUnits bool // the filter leaves out units that are read all the same
	missing    map[missingHelper]bool
	seen       map[*benchproc.Field]bool // keys that results have
}

// missingHelper is a helper of a workload that the filter leaves out.
type missingHelper struct {
	kind     int // index in helpers
	workload string
}

// helpers are the results of the suite with which others are compared.
var helpers = []struct {
	name                  *regexp.Regexp
	what, purpose, remedy string
}{
	{regexp.MustCompile(`/executor=serial(/|-\d+$|$)`), "serial program", "COST", "/executor:serial"},
	{regexp.MustCompile(`/slices=`), "slices", "ceiling", "/slices:/[0-9]/"},
}

// newSelection reads the expressions. Its errors are of type *InputError.
func newSelection(in Input) (*selection, error) {
	switch in.NameNumbers {
	case "", CoreNumbers, WorkerNumbers, PartNumbers:
	default:
		return nil, &InputError{"NameNumbers", fmt.Errorf("%q is not cores, workers or part", in.NameNumbers)}
	}
	s := &selection{in: in, configKeys: []string{"copies", "cores", "pkg", "host", "cpu"}, missing: map[missingHelper]bool{}, seen: map[*benchproc.Field]bool{}}
	filter, err := benchproc.NewFilter(cmp.Or(in.Filter, "*"))
	if err != nil {
		return nil, &InputError{"Filter", err}
	}
	if s.col, err = s.project("Col", cmp.Or(in.Col, "host"), filter); err != nil {
		return nil, err
	}
	for _, f := range s.col.Fields() {
		if f.Name == ".name" || f.Name == ".fullname" {
			return nil, &InputError{"Col", fmt.Errorf("%s makes the rows; name a part of it, as /size, or a configuration line, as goarch", f.Name)}
		}
	}
	if in.Row != "" {
		row, err := s.project("Row", in.Row, filter)
		if err != nil {
			return nil, err
		}
		s.rows = newRowKeys(row)
	}
	if in.Filter != "" || isFixed(in.Row) || isFixed(in.Col) {
		s.filter = filter
	}
	slices.Sort(s.configKeys)
	s.configKeys = slices.Compact(s.configKeys)
	return s, nil
}

// isFixed reports whether an expression has an order such as key@(a b), which leaves
// out other values.
func isFixed(expression string) bool { return strings.Contains(expression, "@") }

// project parses a field of Input, and notes the configuration that it depends on. The
// axes, along which every row is drawn, are not part of a full name.
func (s *selection) project(field, text string, filter *benchproc.Filter) (*benchproc.Projection, error) {
	var parser benchproc.ProjectionParser
	if _, err := parser.Parse("/workers,/cores,/gomaxprocs,/slices", nil); err != nil {
		return nil, fmt.Errorf("axes: %w", err)
	}
	p, err := parser.Parse(text, filter)
	if err != nil {
		return nil, &InputError{field, err}
	}
	for _, f := range p.Fields() {
		switch {
		case f.Name == "/workers" || f.Name == "/cores" || f.Name == "/gomaxprocs" || f.Name == "/slices":
			return nil, &InputError{field, fmt.Errorf("%s is an axis of every row, not part of its name", f.Name)}
		case f.IsTuple:
			s.anyConfig = true
		case f.Name == ".file" || f.Name[0] != '.' && f.Name[0] != '/':
			s.configKeys = append(s.configKeys, f.Name)
		}
	}
	return p, nil
}

// matches applies the filter to a result, and remembers the helpers that it leaves out.
// A filter on units chooses results by their time and takes no other unit away: without
// its pressure, a sample that others disturbed would count again.
func (s *selection) matches(r *benchfmt.Result) bool {
	s.results++
	if s.filter == nil {
		return true
	}
	if m, err := s.filter.Match(r); err == nil && m.Any() {
		if i := slices.IndexFunc(r.Values, func(v benchfmt.Value) bool { return v.Unit == "sec/op" }); i >= 0 && m.Test(i) {
			s.otherUnits = s.otherUnits || !m.All() && leavesOutUnits(r, m)
			s.matched++
			return true
		}
		s.timeless = true
	}
	if ofSuite(r.Name) {
		for kind, h := range helpers {
			if h.name.Match(r.Name) {
				s.missing[missingHelper{kind, table.Printable(string(r.Name.Base()))}] = true
				break
			}
		}
	}
	return false
}

// leavesOutUnits reports whether the filter leaves out units that the report reads.
func leavesOutUnits(r *benchfmt.Result, m benchproc.Match) bool {
	for i, v := range r.Values {
		if _, ok := unitIndex[v.Unit]; ok && !m.Test(i) {
			return true
		}
	}
	return false
}

// see notes which keys of a projection the results have.
func (s *selection) see(p *benchproc.Projection, key benchproc.Key) {
	for _, f := range p.FlattenedFields() {
		if key.Get(f) != "" {
			s.seen[f] = true
		}
	}
}

// verify fails if no result is left, or none with a time: used is how many records have one.
func (s *selection) verify(used int) error {
	switch {
	case s.filter == nil:
		return nil
	case s.results > 0 && s.matched == 0 && !s.timeless:
		return fmt.Errorf("%s matches none of %s", s.excluding(), table.Count(s.results, "result"))
	case used == 0:
		return fmt.Errorf("%s leaves no result that has a time (ns/op) and can be used", s.excluding())
	}
	return nil
}

// excluding names the expressions that leave results out.
func (s *selection) excluding() string {
	var expressions []string
	if s.in.Filter != "" {
		expressions = append(expressions, fmt.Sprintf("filter %q", s.in.Filter))
	}
	if isFixed(s.in.Row) {
		expressions = append(expressions, fmt.Sprintf("row %q", s.in.Row))
	}
	if isFixed(s.in.Col) {
		expressions = append(expressions, fmt.Sprintf("column %q", s.in.Col))
	}
	return strings.Join(expressions, " with ")
}

// warnings reports keys that no result has, which are most likely misspelt, and what the
// filter leaves out that is needed.
func (s *selection) warnings(records []*record) (list []error) {
	unseen := func(effect string, p *benchproc.Projection) {
		for _, f := range p.Fields() {
			if !f.IsTuple && !s.seen[f] {
				list = append(list, fmt.Errorf("no result has %s, so it %s", table.Printable(f.Name), effect))
			}
		}
	}
	if s.rows != nil {
		if keys := s.rows.merged(); len(keys) > 0 {
			list = append(list, fmt.Errorf("rows by %s merge benchmarks that differ in %s: name these, too, to keep them apart", s.in.Row, enumerate(keys)))
		}
		unseen("distinguishes no rows", s.rows.row)
	}
	if s.in.Col != "" {
		unseen("makes no columns", s.col)
	}
	if s.otherUnits {
		list = append(list, errors.New("the filter chooses results by their time (.unit:sec/op); their other units are read all the same, as they show which samples other programs disturbed"))
	}
	used := map[string]bool{}
	for _, rec := range records {
		used[rec.point.Workload] = true
	}
	for kind, h := range helpers {
		var names []string
		for m := range s.missing {
			if m.kind == kind && used[m.workload] {
				names = append(names, m.workload)
			}
		}
		slices.Sort(names)
		switch {
		case len(names) == 0:
		case s.in.Filter == "": // an order such as key@(a b) has no OR
			list = append(list, fmt.Errorf("%s leaves out the %s of %s, which its %s needs", s.excluding(), h.what, enumerate(names), h.purpose))
		default:
			list = append(list, fmt.Errorf("the filter leaves out the %s of %s, which its %s needs: add OR %s", h.what, enumerate(names), h.purpose, h.remedy))
		}
	}
	return list
}
