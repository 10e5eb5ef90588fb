package history

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"overlap/internal/table"
)

// shown is how many characters of a hash are shown: those of git log --oneline
// in most repositories, and some more.
const shown = 9

// Short is the hash as people read it.
func (c Commit) Short() string { return c.Hash[:min(len(c.Hash), shown)] }

// Day is the date of the commit, a dash if it is not known.
func (c Commit) Day() string {
	if c.Time.IsZero() {
		return "–"
	}
	return c.Time.UTC().Format(time.DateOnly)
}

// Range is the commits of the step as git log takes them.
func (s Step) Range() string { return s.Before.Short() + ".." + s.After.Short() }

// Columns are the headings of the table of steps.
func (h *History) Columns() []string {
	return []string{"benchmark", "quantity", "change", "95 % interval", "verdict", "commits", "between", "date", "subject of the last"}
}

// Cells are a step as text, one for each column.
func (s Step) Cells() []string {
	return []string{
		s.Title(), s.Quantity.String(), s.Percent(), s.interval(), s.word(),
		s.Range(), s.between(), s.After.Day(), oneLine(s.After.Subject),
	}
}

// Title is the benchmark with its point.
func (s Step) Title() string { return title(s.Package, s.Name) }

// Title is the benchmark with its point.
func (s Series) Title() string { return title(s.Package, s.Name) }

func title(pkg, name string) string {
	if i := strings.LastIndexByte(pkg, '/'); i >= 0 {
		pkg = pkg[i+1:]
	}
	return strings.TrimPrefix(pkg+"."+name, ".")
}

// String is the quantity as people write it.
func (q Quantity) String() string {
	switch q {
	case Bytes:
		return "B/op"
	case Allocs:
		return "allocs/op"
	}
	return strings.ReplaceAll(string(q), "-", " ")
}

func (s Step) interval() string {
	if s.Ratio.Low == s.Ratio.High {
		return "counted"
	}
	if table.AsFactor(s.Ratio.Value) {
		return fmt.Sprintf("× %.3g … %.3g", s.Ratio.Low, s.Ratio.High)
	}
	return percent(s.Ratio.Low) + " … " + percent(s.Ratio.High)
}

func (s Step) word() string {
	if s.Worse {
		return "worse"
	}
	return "better"
}

// between is what lies in the range besides its last commit.
func (s Step) between() string {
	switch n := s.Inside + s.Unknown; {
	case n == 0:
		return "–"
	case s.Inside == 0:
		return fmt.Sprintf("%d not measured", n)
	case s.Unknown == 0:
		return fmt.Sprintf("%d measured", n)
	default:
		return fmt.Sprintf("%d, %d of them measured", n, s.Inside)
	}
}

// Finding is the history in a sentence.
func (h *History) Finding() string {
	what := "no step"
	worse := 0
	for _, s := range h.Steps {
		if s.Worse {
			worse++
		}
	}
	if n := len(h.Steps); n > 0 {
		what = table.Count(n, "step")
	}
	if worse > 0 {
		what += fmt.Sprintf(", %d for the worse", worse)
	}
	return fmt.Sprintf("%s in %d series over %s", what, len(h.Series), table.Count(len(h.Commits), "commit"))
}

// Words explain what a step is.
func (h *History) Words() []string {
	return append([]string{
		fmt.Sprintf("A step is the shortest range of commits whose measured ratios chance does not explain: of histories without any, at most %.2g %% have a false one if errors are normal, about %.2g %% if they have heavy tails. Tested: %s.", 100*h.Alpha, 100*min(1, mostFalse*h.Alpha), table.Count(h.Tests, "range")),
		"Each ratio is that of a commit to its base, measured side by side.",
	}, h.Notes...)
}

// mostSteps is how many steps a terminal is given, newest first.
const mostSteps = 40

// WriteText writes the steps for people, in lines of at most 100 columns: a line
// of numbers and a line about the commits for each.
func (h *History) WriteText(w io.Writer) error {
	var b strings.Builder
	heading := h.Finding()
	if h.Host != "" {
		heading = oneLine(h.Host) + ": " + heading
	}
	b.WriteString(cut(heading, width) + "\n")
	if len(h.Steps) > 0 {
		b.WriteByte('\n')
	}
	for i, s := range h.Steps {
		if i == mostSteps {
			fmt.Fprintf(&b, "and %s: --json has all\n", table.Count(len(h.Steps)-i, "older step"))
			break
		}
		fmt.Fprintf(&b, "%s  %s  %s\n", pad(cut(s.Percent()+" "+s.word(), 18), 18), pad(cut(s.Quantity.String()+" of "+s.Title(), 50), 50), cut(s.interval(), 28))
		line := "  " + s.Range() + "  " + s.After.Day()
		if between := s.between(); between != "–" {
			line += "  (" + between + " between)"
		}
		b.WriteString(strings.TrimRight(cut(line+"  "+oneLine(s.After.Subject), width), " ") + "\n")
	}
	b.WriteByte('\n')
	for _, text := range h.Words() {
		for _, line := range wrapped(text) {
			b.WriteString(line + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// width is that of what is written, in columns.
const width = 100

// cut shortens a text to at most most columns of a terminal.
func cut(s string, most int) string {
	if uniseg.StringWidth(s) <= most {
		return s
	}
	var b strings.Builder
	used := 0
	for g := uniseg.NewGraphemes(s); g.Next() && used+g.Width() < most; used += g.Width() {
		b.WriteString(g.Str())
	}
	return b.String() + "…"
}

func pad(s string, to int) string {
	return s + strings.Repeat(" ", max(0, to-uniseg.StringWidth(s)))
}

func wrapped(text string) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case uniseg.StringWidth(line)+1+uniseg.StringWidth(word) > width:
			lines, line = append(lines, line), "  "+word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
