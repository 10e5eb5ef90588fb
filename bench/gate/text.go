package gate

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"overlap/internal/table"
)

// Form is how WriteText writes: the zero Form without colours, and with a count of what
// stayed the same.
type Form struct {
	table.Terminal      // words and signs say what colours do
	All            bool // and a table of all changes
	Exit           int  // exit code of the check, to say what it means
	Stops          bool // the check was interrupted: its exit code says nothing of the report
}

// WriteText writes the report for people: the findings, each with a sentence and its
// evidence; what is undecided; what was not compared; the outcome and what it rests on.
func (r *Report) WriteText(w io.Writer, f Form) error {
	var b strings.Builder
	say := func(style, text string) {
		indent := text[:len(text)-len(strings.TrimLeft(text, " "))]
		for _, line := range f.Wrap(table.OneLine(text), indent, indent+"  ") {
			b.WriteString(f.Paint(style, line) + "\n")
		}
	}
	say(table.Bold, fmt.Sprintf("%s → %s", r.Base, r.Head))
	for _, found := range r.Findings() {
		for i, line := range found.lines() {
			if i == 0 {
				say(found.style(), line)
			} else {
				say("", "  "+line)
			}
		}
	}
	if f.All {
		b.WriteString(r.table(f))
		for _, line := range r.legend() {
			say("", line)
		}
	}
	for _, line := range r.undecided() {
		say(table.Yellow, line)
	}
	for _, d := range r.Demands {
		if d.Verdict != Worse { // else it is in a finding
			say(demandStyle(d), d.sentence())
		}
	}
	for _, line := range append(r.counts(), r.lists()...) {
		say("", line)
	}
	for _, line := range r.differing() {
		say(table.Yellow, line)
	}
	for _, lines := range r.problems() {
		for i, line := range lines {
			say(table.Red, strings.Repeat("  ", min(i, 1))+line)
		}
	}
	for _, note := range r.Notes {
		say(table.Yellow, "note: "+note)
	}
	say("", r.basis())
	last := r.Summary()
	if !f.Stops {
		last += "; " + r.exitWords(f.Exit)
	}
	say(r.style(), last)
	_, err := io.WriteString(w, b.String())
	return err
}

// String is the revision as people know it, with its settings: HEAD^ (1a2b3c4d5e6f),
// go1.25.4, GOGC=200.
func (v Revision) String() string {
	if settings := inWords(v.list()); settings != "" {
		return v.revision() + ", " + settings
	}
	return v.revision()
}

func (v Revision) revision() string {
	commit := v.Commit[:min(len(v.Commit), 12)]
	if v.Dirty {
		commit += " and changes that are not committed"
	}
	name := table.Cut(table.OneLine(v.Name), maxName)
	if commit == "" || strings.HasPrefix(v.Commit, v.Name) && v.Name != "" && !v.Dirty {
		return name
	}
	return name + " (" + table.OneLine(commit) + ")"
}

func changeStyle(c Change) string {
	switch {
	case Regression(c):
		return table.Red
	case c.Verdict == Better:
		return table.Blue
	case c.Verdict == CannotTell, c.Verdict == Worse:
		return table.Yellow
	}
	return ""
}

func (f Finding) style() string {
	return map[kind]string{regression: table.Red, improvement: table.Blue, excused: table.Yellow}[f.kind()]
}

func demandStyle(d Demand) string {
	if d.Verdict == CannotTell {
		return table.Yellow
	}
	return ""
}

func (d Demand) name() string { return join(d.Benchmark, d.Point) }

func (d Demand) sentence() string { return d.name() + ": " + d.finding() }

// finding says whether head is as efficient as it must be.
func (d Demand) finding() string {
	word := "cannot tell whether it is at least"
	switch d.Verdict {
	case Worse:
		word = "too low: it must be at least"
	case Same, Better:
		word = "at least"
	}
	if d.Why != "" {
		return fmt.Sprintf("efficiency on %s: %s %s: %s", table.Count(d.Cores, "core"), word, digits(d.Least), d.Why)
	}
	return fmt.Sprintf("efficiency on %s %s [%s, %s], %s %s", table.Count(d.Cores, "core"), digits(d.Value), digits(d.Low), digits(d.High), word, digits(d.Least))
}

// counts summarises the changes that need no row.
func (r *Report) counts() (lines []string) {
	undecided := 0
	for _, c := range r.Changes {
		if c.Verdict == CannotTell && !c.Quantity.traits().decides {
			undecided++
		}
	}
	same := map[float64]int{}
	for _, c := range r.Changes {
		if c.Verdict == Same {
			same[c.Threshold]++
		}
	}
	for _, threshold := range slices.Sorted(maps.Keys(same)) {
		lines = append(lines, fmt.Sprintf("%d the same to within %s", same[threshold], shareText(threshold)))
	}
	if undecided > 0 {
		lines = append(lines, fmt.Sprintf("%d undecided, without effect on the outcome: mean times, gains, efficiencies or busy CPUs", undecided))
	}
	return lines
}

// lists names what was not measured.
func (r *Report) lists() (lines []string) {
	for _, list := range []struct {
		words string
		names []string
	}{{"identical test binaries, so not compared", r.Identical}, {"only in head", r.Added}} {
		if len(list.names) > 0 {
			lines = append(lines, fmt.Sprintf("%s: %s", list.words, listNames(list.names)))
		}
	}
	return append(lines, r.ruleLine()...)
}

// differing says in what the benchmarks of the two sides differ, so that a change could
// hide there.
func (r *Report) differing() (lines []string) {
	if len(r.Removed) > 0 {
		lines = append(lines, "vanished: "+listNames(r.Removed)+": in base and not in head, so nothing shows whether head is slower there")
	}
	if len(r.Changed) > 0 {
		lines = append(lines, "changed: "+listNames(r.Changed)+": the benchmark's own code differs between base and head, so the times cannot be compared")
	}
	return append(lines, r.ruleChangeLine()...)
}

// maxListed is how many names a line lists.
const maxListed = 20

// listNames joins the names, at most the first maxListed of them.
func listNames(names []string) string { return listUpTo(maxListed, names) }

// listUpTo joins the names, at most the first of them, and counts the others.
func listUpTo(most int, names []string) string {
	shown := slices.Clone(names[:min(len(names), most)])
	for i, name := range shown {
		shown[i] = table.Cut(table.OneLine(name), maxName)
	}
	if more := len(names) - len(shown); more > 0 {
		shown = append(shown, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(shown, ", ")
}

// maxLines is how many lines of a problem are printed: a compiler may print a lot.
const maxLines = 20

// problems returns the lines of each reason, once for all names that have it.
func (r *Report) problems() (all [][]string) {
	for _, reason := range table.ReasonsOf(r.Problems, func(p Problem) (name, why string) { return p.Name, p.Why }) {
		all = append(all, problemLines(reason))
	}
	return all
}

func problemLines(r table.Reason) []string {
	var lines []string
	for line := range strings.Lines("not compared: " + listNames(r.Names) + ": " + r.Why) {
		line = table.Cut(table.OneLine(line), 10*maxName)
		if line == "" {
			continue
		}
		if len(lines) == maxLines {
			return append(lines, "…")
		}
		lines = append(lines, line)
	}
	return lines
}

// basis says what the outcome rests on.
func (r *Report) basis() string {
	if r.Tests+r.Blocks == 0 {
		return "nothing was measured"
	}
	var parts []string
	if r.Tests > 0 { // else nothing was compared
		tests := table.Count(r.Tests, "test")
		if alarms := r.falseAlarms(); alarms != "" {
			tests += " with Holm's correction: " + alarms
		}
		parts = append(parts, tests)
	}
	blocks := table.Count(r.Blocks, "block") + " of every point"
	switch least, most := r.Measured.Least, r.Measured.Most; {
	case !r.Complete:
		blocks = fmt.Sprintf("fewer than %s of every point", table.Count(r.Most(), "block"))
	case slices.Contains(r.Looks, most) && least == most && most < r.Blocks:
		blocks = table.Count(most, "block") + " of every point, as no further ones would decide more"
	case least == most && most > 0 && most < r.Blocks:
		blocks = fmt.Sprintf("%s of every point, %d fewer than planned", table.Count(most, "block"), r.Blocks-most)
	case r.Looks != nil && least == most && most > 0:
		blocks = table.Count(most, "block") + " of every point"
	case r.Looks != nil && least < most:
		blocks = fmt.Sprintf("%d to %s of a point, as many as it takes", least, table.Count(most, "block"))
	}
	parts = append(parts, blocks)
	if r.Took > 0 {
		parts = append(parts, r.Took.Round(time.Second/10).String())
	}
	parts = append(parts, fmt.Sprintf("seed %d", r.Seed))
	if r.Machine != "" {
		parts = append(parts, table.OneLine(r.Machine))
	}
	if r.File != "" {
		parts = append(parts, "samples in "+r.File)
	}
	return strings.Join(parts, "; ")
}

// exitWords say what the exit code means.
func (r *Report) exitWords(code int) string {
	worse := ", a regression"
	if r.under() != "" && len(r.ofKind(regression)) > 0 {
		worse = ", head is worse"
	}
	why := map[int]string{0: "", 1: worse, 2: ", inconclusive", 3: ", not measured", ExitSkip: ", which makes git bisect skip this commit"}[code]
	if code == 0 && r.Outcome() == Inconclusive {
		why = ", as inconclusive fails only a strict check"
	}
	return fmt.Sprintf("exit code %d%s", code, why)
}

// style returns the style of the outcome.
func (r *Report) style() string {
	switch r.Outcome() {
	case Regressed, Unmeasured:
		return table.Red
	case Inconclusive:
		return table.Yellow
	}
	return table.Blue
}
