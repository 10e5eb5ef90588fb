package report

import (
	"fmt"
	"strings"

	"golang.org/x/perf/benchproc"

	"overlap/internal/table"
)

// noAxis refuses what every row is drawn along.
func noAxis(field string, p *benchproc.Projection) error {
	for _, f := range p.Fields() {
		switch f.Name {
		case "/workers", "/cores", "/gomaxprocs", "/slices":
			return &InputError{field, fmt.Errorf("%s is an axis of every row, not part of its name", f.Name)}
		}
	}
	return nil
}

// needsHelper warns that results are left out that others are compared with. An
// order such as key@(a b) has no OR.
func (l *loader) needsHelper(lines, names, what, remedy string) error {
	if l.in.Filter == "" {
		return fmt.Errorf("%s leaves out the %s of %s, which its %s needs", l.excluding(), lines, names, what)
	}
	return fmt.Errorf("the filter leaves out the %s of %s, which its %s needs: add OR %s", lines, names, what, remedy)
}

// excluding names the expressions that leave results out.
func (l *loader) excluding() string {
	var expressions []string
	if l.in.Filter != "" {
		expressions = append(expressions, fmt.Sprintf("filter %q", l.in.Filter))
	}
	for _, f := range []struct{ what, text string }{{"row", l.in.Row}, {"column", l.in.Col}} {
		if strings.Contains(f.text, "@") {
			expressions = append(expressions, fmt.Sprintf("%s %q", f.what, f.text))
		}
	}
	return strings.Join(expressions, " with ")
}

// see notes which keys of a projection the results have.
func (l *loader) see(p *benchproc.Projection, key benchproc.Key) {
	for _, f := range p.FlattenedFields() {
		if key.Get(f) != "" {
			l.seen[f] = true
		}
	}
}

// unseen warns of keys that no result has: they are misspelt, most likely.
func (l *loader) unseen() (warnings []error) {
	warn := func(effect string, p *benchproc.Projection) {
		for _, f := range p.Fields() {
			if !f.IsTuple && !l.seen[f] {
				warnings = append(warnings, fmt.Errorf("no result has %s, so it %s", table.Printable(f.Name), effect))
			}
		}
	}
	if l.rows != nil {
		warn("distinguishes no rows", l.rows.row)
	}
	if l.in.Col != "" {
		warn("makes no columns", l.col)
	}
	return warnings
}
