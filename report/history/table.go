package history

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"overlap/internal/table"
)

// hashDigits is the length of a hash for people: a little more than git log --oneline
// has in most repositories.
const hashDigits = 9

// Short returns the abbreviated hash.
func (c Commit) Short() string { return c.Hash[:min(len(c.Hash), hashDigits)] }

// Day returns the date of the commit, a dash if it is not known.
func (c Commit) Day() string {
	if c.Time.IsZero() {
		return "–"
	}
	return c.Time.UTC().Format(time.DateOnly)
}

// Range returns the commits in the syntax of git log.
func (s Span) Range() string { return s.Before.Short() + ".." + s.After.Short() }

// Columns are the headings of the table of steps.
func (h *History) Columns() []string {
	return []string{"benchmark", "quantity", "change", "95 % interval", "verdict", "also", "commits", "commits between", "date", "subject of the last commit"}
}

// Cells returns the cause as text, one cell for each column.
func (c Cause) Cells() []string {
	s := c.Lead()
	return []string{
		c.Title(), s.What(), s.Percent(), s.Ratio.Interval(), s.Verdict(), cmp.Or(c.Also(), "–"),
		c.Range(), c.Between(), c.After.Day(), table.OneLine(c.After.Subject),
	}
}

// Title names the benchmark of the largest change, and counts the others.
func (c Cause) Title() string {
	first, _ := c.Lead().Cut()
	return first.Title() + c.AndOthers()
}

// AndOthers counts the benchmarks but that of the largest change: " and 2 other
// benchmarks". It is empty without them.
func (c Cause) AndOthers() string {
	benchmarks := map[Metric]bool{}
	for _, s := range c.Steps {
		of, _ := s.Cut()
		benchmarks[of] = true
	}
	if len(benchmarks) == 1 {
		return ""
	}
	return " and " + table.Count(len(benchmarks)-1, "other benchmark")
}

// maxAlso is how many further pieces of evidence a line lists.
const maxAlso = 8

// Also lists the evidence but the largest change, that at its point first, empty if there
// is none: B/op +101 %, time +64 %; 2 cores: time +65 %.
func (c Cause) Also() string {
	lead, rest := c.Lead(), c.Steps[1:]
	texts, names := map[Metric][]string{}, []Metric{{Package: lead.Package, Name: lead.Name}}
	for _, s := range rest[:min(len(rest), maxAlso)] {
		at := Metric{Package: s.Package, Name: s.Name}
		if texts[at] == nil && at != names[0] {
			names = append(names, at)
		}
		text := s.Quantity.String() + " " + s.Percent()
		if s.Worse != c.Worse {
			text += " (" + s.Verdict() + ")"
		}
		if s.At != c.At {
			text += " in " + s.Range()
		}
		texts[at] = append(texts[at], text)
	}
	var parts []string
	first, _ := names[0].Cut()
	for i, name := range names {
		of, at := name.Cut()
		part := strings.Join(texts[name], ", ")
		switch {
		case part == "":
			continue
		case i > 0 && of == first && at != "":
			part = at.Words() + ": " + part
		case i > 0:
			part = at.Of(of.Title()) + ": " + part
		}
		parts = append(parts, part)
	}
	if more := len(rest) - maxAlso; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "; ")
}

// Title returns the name with the last element of its package.
func (m Metric) Title() string {
	m.Package = m.Package[strings.LastIndexByte(m.Package, '/')+1:]
	return m.fullName()
}

// String returns the quantity as people write it.
func (q Quantity) String() string {
	switch q {
	case Bytes:
		return "B/op"
	case Allocs:
		return "allocs/op"
	}
	return strings.ReplaceAll(string(q), "-", " ")
}

// Interval returns the 95 % interval as people write it; counted if no chance is involved.
func (r Ratio) Interval() string {
	switch {
	case r.Low == r.High:
		return "counted"
	case table.AsFactor(r.Value):
		return fmt.Sprintf("× %.3g … %.3g", r.Low, r.High)
	}
	return percent(r.Low) + " … " + percent(r.High)
}

// Verdict is worse or better.
func (s Step) Verdict() string {
	if s.Worse {
		return "worse"
	}
	return "better"
}

// Between describes the commits of the range except its first and last; a dash if there
// are none.
func (s Span) Between() string {
	switch n := s.Inside + s.Unmeasured; {
	case n == 0:
		return "–"
	case s.Inside == 0:
		return fmt.Sprintf("%d not measured", n)
	case s.Unmeasured == 0:
		return fmt.Sprintf("%d measured", n)
	default:
		return fmt.Sprintf("%d, %d of them measured", n, s.Inside)
	}
}

// Tally counts steps as people read them, and the series that step: 3 steps, 2 for the
// worse (12 of 40 series). What follows series says of what they are; it may be empty.
func Tally(causes []Cause, series []Series, of string) string {
	if len(causes) == 0 {
		return fmt.Sprintf("no step in %d series%s", len(series), of)
	}
	text, worse, stepped := table.Count(len(causes), "step"), 0, 0
	for _, c := range causes {
		if c.Worse {
			worse++
		}
	}
	for _, s := range series {
		if len(s.Steps) > 0 {
			stepped++
		}
	}
	switch worse {
	case 0:
	case len(causes):
		text += " for the worse"
	default:
		text += fmt.Sprintf(", %d for the worse", worse)
	}
	return text + fmt.Sprintf(" (%d of %d series%s)", stepped, len(series), of)
}

// Finding returns the history in a sentence.
func (h *History) Finding() string {
	return Tally(h.Causes, h.Series, "") + " over " + table.Count(len(h.Commits), "commit")
}

// maxSteps limits the steps in a terminal, newest first.
const maxSteps = 40

// WriteText writes the steps for people, in lines of at most 100 columns: for each a line
// of its largest change, one about the commits, and those of its other evidence.
func (h *History) WriteText(w io.Writer) error {
	t := table.Terminal{}
	heading := h.Finding()
	if h.Host != "" {
		heading = table.OneLine(h.Host) + ": " + heading
	}
	lines := []string{table.Cut(heading, t.Columns())}
	if len(h.Causes) > 0 {
		lines = append(lines, "")
		lines = append(lines, causeLines(h.Causes[:min(len(h.Causes), maxSteps)], t)...)
	}
	if more := len(h.Causes) - maxSteps; more > 0 {
		lines = append(lines, fmt.Sprintf("and %s: the history as JSON has all", table.Count(more, "older step")))
	}
	lines = append(lines, "")
	for _, note := range append([]string{
		fmt.Sprintf("A step is the shortest range of commits with a change that chance does not explain. A history without steps shows a false one with a probability of at most %.2g %% if errors are normal, about %.2g %% if they have heavy tails. Tested: %s.", 100*h.Alpha, 100*min(1, maxFalse*h.Alpha), table.Count(h.Tests, "range")),
		"Steps of a benchmark in one direction whose commits overlap those of its largest count as one, and so do those of several benchmarks between the same two commits.",
		"Each ratio compares a commit with its base, measured side by side; where a count is 0 on one side, as if it were one more on both.",
	}, h.Notes...) {
		lines = append(lines, t.Wrap(note, "", "  ")...)
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// together replaces the blanks before units, at which no line may end.
var together = strings.NewReplacer(" core", "\u00a0core", " worker", "\u00a0worker", " copies", "\u00a0copies", " more", "\u00a0more")

// maxName is the width of a benchmark and its quantity in a terminal.
const maxName = 60

// causeLines returns a heading and the lines of each cause.
func causeLines(causes []Cause, terminal table.Terminal) (lines []string) {
	t := table.Table{Head: []string{"change", "benchmark", "95 % interval"}, Numbers: make([]bool, 3)}
	for _, c := range causes {
		s := c.Lead()
		of, _ := s.Cut()
		what := c.AndOthers() + ": " + s.What()
		name := table.Cut(of.Title(), max(12, maxName-uniseg.StringWidth(what)))
		t.Rows = append(t.Rows, []string{s.Percent() + " " + s.Verdict(), table.Cut(name+what, maxName), s.Ratio.Interval()})
	}
	numbers := t.Lines(2)
	lines = numbers[:1:1]
	for i, c := range causes {
		commits := "  " + c.Range() + "  " + c.After.Day() + "  "
		if between := c.Between(); between != "–" {
			commits += "(" + between + " between)  "
		}
		commits += table.Cut(table.OneLine(c.After.Subject), terminal.Columns()-uniseg.StringWidth(commits))
		lines = append(lines, numbers[i+1], strings.TrimRight(commits, " "))
		if also := c.Also(); also != "" {
			lines = append(lines, terminal.Wrap(together.Replace(table.OneLine(also)), "  also: ", "    ")...)
		}
	}
	return lines
}
