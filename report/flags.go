package report

import (
	"fmt"
	"strings"

	"golang.org/x/perf/benchproc"

	"overlap/internal/table"
)

// noAxis refuses what every row is drawn along.
func noAxis(flag string, p *benchproc.Projection) error {
	for _, f := range p.Fields() {
		switch f.Name {
		case "/workers", "/cores", "/gomaxprocs", "/slices":
			return fmt.Errorf("%s: %s is an axis of every row, not part of its name", flag, f.Name)
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
	return fmt.Errorf("--filter leaves out the %s of %s, which its %s needs: add OR %s", lines, names, what, remedy)
}

// excluding names the flags that leave results out.
func (l *loader) excluding() string {
	var flags []string
	if l.in.Filter != "" {
		flags = append(flags, fmt.Sprintf("--filter %q", l.in.Filter))
	}
	for _, f := range []struct{ flag, text string }{{"--row", l.in.Row}, {"--col", l.in.Col}} {
		if strings.Contains(f.text, "@") {
			flags = append(flags, fmt.Sprintf("%s %q", f.flag, f.text))
		}
	}
	return strings.Join(flags, " with ")
}

// see notes which keys of a flag the results have.
func (l *loader) see(flag string, p *benchproc.Projection, key benchproc.Key) {
	for _, f := range p.FlattenedFields() {
		if key.Get(f) != "" {
			l.seen[flag+f.Name] = true
		}
	}
}

// unseen warns of keys that no result has: they are misspelt, most likely.
func (l *loader) unseen() (warnings []error) {
	warn := func(flag, effect string, p *benchproc.Projection) {
		for _, f := range p.Fields() {
			if !f.IsTuple && !l.seen[flag+f.Name] {
				warnings = append(warnings, fmt.Errorf("%s: no result has %s, so it %s", flag, table.Printable(f.Name), effect))
			}
		}
	}
	if l.rows != nil {
		warn("--row", "tells no rows apart", l.rows.row)
	}
	if l.in.Col != "" {
		warn("--col", "makes no columns", l.col)
	}
	return warnings
}
