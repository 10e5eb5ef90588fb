package history

import (
	"fmt"
	"io"
	"slices"
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

// Range returns the commits of the step in the syntax of git log.
func (s Step) Range() string { return s.Before.Short() + ".." + s.After.Short() }

// Columns are the headings of the table of steps.
func (h *History) Columns() []string {
	return []string{"benchmark", "quantity", "change", "95 % interval", "verdict", "commits", "commits between", "date", "subject of the last commit"}
}

// Cells returns the step as text, one cell for each column.
func (s Step) Cells() []string {
	return []string{
		s.Title(), s.Quantity.String(), s.Percent(), s.Ratio.Interval(), s.verdict(),
		s.Range(), s.between(), s.After.Day(), table.OneLine(s.After.Subject),
	}
}

// Title returns the benchmark with its point and the last element of its package.
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

func (s Step) verdict() string {
	if s.Worse {
		return "worse"
	}
	return "better"
}

// between describes the commits of the range except its first and last.
func (s Step) between() string {
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

// Finding returns the history in a sentence.
func (h *History) Finding() string {
	steps := "no step"
	if n := len(h.Steps); n > 0 {
		steps = table.Count(n, "step")
	}
	better := slices.DeleteFunc(slices.Clone(h.Steps), func(s Step) bool { return s.Worse })
	if worse := len(h.Steps) - len(better); worse > 0 {
		steps += fmt.Sprintf(", %d for the worse", worse)
	}
	return fmt.Sprintf("%s in %d series over %s", steps, len(h.Series), table.Count(len(h.Commits), "commit"))
}

// maxSteps limits the steps in a terminal, newest first.
const maxSteps = 40

// WriteText writes the steps for people, in lines of at most 100 columns: a line of
// numbers and a line about the commits for each.
func (h *History) WriteText(w io.Writer) error {
	t := table.Terminal{}
	heading := h.Finding()
	if h.Host != "" {
		heading = table.OneLine(h.Host) + ": " + heading
	}
	lines := []string{table.Cut(heading, t.Columns())}
	if len(h.Steps) > 0 {
		lines = append(lines, "")
		lines = append(lines, stepLines(h.Steps[:min(len(h.Steps), maxSteps)], t.Columns())...)
	}
	if more := len(h.Steps) - maxSteps; more > 0 {
		lines = append(lines, fmt.Sprintf("and %s: the history as JSON has all", table.Count(more, "older step")))
	}
	lines = append(lines, "")
	for _, note := range append([]string{
		fmt.Sprintf("A step is the shortest range of commits with a change that chance does not explain. A history without steps shows a false one with a probability of at most %.2g %% if errors are normal, about %.2g %% if they have heavy tails. Tested: %s.", 100*h.Alpha, 100*min(1, maxFalse*h.Alpha), table.Count(h.Tests, "range")),
		"Each ratio compares a commit with its base, measured side by side.",
	}, h.Notes...) {
		lines = append(lines, t.Wrap(note, "", "  ")...)
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// stepLines returns a heading and two lines for each step.
func stepLines(steps []Step, width int) (lines []string) {
	t := table.Table{Head: []string{"change", "benchmark", "95 % interval"}, Numbers: make([]bool, 3)}
	for _, s := range steps {
		t.Rows = append(t.Rows, []string{s.Percent() + " " + s.verdict(), table.Cut(s.Quantity.String()+" of "+s.Title(), 50), s.Ratio.Interval()})
	}
	numbers := t.Lines(2)
	lines = numbers[:1:1]
	for i, s := range steps {
		commits := "  " + s.Range() + "  " + s.After.Day() + "  "
		if between := s.between(); between != "–" {
			commits += "(" + between + " between)  "
		}
		commits += table.Cut(table.OneLine(s.After.Subject), width-uniseg.StringWidth(commits))
		lines = append(lines, numbers[i+1], strings.TrimRight(commits, " "))
	}
	return lines
}
