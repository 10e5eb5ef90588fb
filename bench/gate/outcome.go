package gate

import (
	"fmt"
	"slices"
	"strings"

	"overlap/internal/table"
)

// Outcome is the result of a whole check.
type Outcome string

// The outcomes.
const (
	NoRegression Outcome = "no regression"
	Regressed    Outcome = "regression"
	Inconclusive Outcome = "inconclusive"      // no regression was found, and there may be one, perhaps in a benchmark that was not compared
	Unmeasured   Outcome = "could not measure" // something could not be compared, and nothing else regressed
)

// Outcome returns the worst result in the report. A regression comes before what could not
// be measured, because it is certain. What could not be measured comes before all else: a
// benchmark that does not build must never pass. New benchmarks have nothing to be compared
// with, and are not a reason to fail. A benchmark that vanished, or that measures something
// else in head, is not known to be slower, and whoever did that may have had a reason: it
// leaves the check inconclusive.
func (r *Report) Outcome() Outcome {
	switch {
	case len(r.regressions()) > 0 || len(r.missed()) > 0:
		return Regressed
	case len(r.Problems) > 0 || len(r.Changes)+len(r.Identical)+len(r.Added) == 0:
		return Unmeasured
	}
	if undecided, _ := r.decisions(); undecided > 0 || !r.Complete || len(r.Removed)+len(r.Changed) > 0 {
		return Inconclusive
	}
	return NoRegression
}

// Exit returns the exit code of the check: 0 if there is no regression, 1 if
// there is one, 3 if something could not be measured. A check that is
// inconclusive ends with 2 if strict, else with 0.
func (r *Report) Exit(strict bool) int {
	switch r.Outcome() {
	case Regressed:
		return 1
	case Unmeasured:
		return 3
	case Inconclusive:
		if strict {
			return 2
		}
	}
	return 0
}

// ExitSkip is the exit code with which git bisect run skips a commit.
const ExitSkip = 125

// BisectExit returns the exit code of the check for git bisect run: 0 if there is no
// regression, 1 if there is one, ExitSkip if that is not known because something of base
// was not compared with head or, if strict, because the check is inconclusive. A benchmark
// that is gone, or does something else than in base, may hide the regression.
func (r *Report) BisectExit(strict bool) int {
	switch code := r.Exit(strict); {
	case code == 1:
		return 1
	case code != 0, len(r.Removed)+len(r.Changed) > 0:
		return ExitSkip
	}
	return 0
}

// regressions returns the changes for which the check fails.
func (r *Report) regressions() (found []Change) {
	for _, c := range r.Changes {
		if Regression(c) {
			found = append(found, c)
		}
	}
	return found
}

// missed returns the demands that head certainly does not meet.
func (r *Report) missed() (found []Demand) {
	for _, d := range r.Demands {
		if d.Verdict == Worse {
			found = append(found, d)
		}
	}
	return found
}

// decisions counts the comparisons that the outcome depends on, and those of them
// that leave open whether there is a regression.
func (r *Report) decisions() (undecided, all int) {
	count := func(v Verdict) {
		all++
		if v == CannotTell {
			undecided++
		}
	}
	for _, c := range r.Changes {
		if c.Quantity.traits().decides {
			count(c.Verdict)
		}
	}
	for _, d := range r.Demands {
		count(d.Verdict)
	}
	return undecided, all
}

// whoHadCPUs says who had the CPUs, if something is not known because of that.
func (r *Report) whoHadCPUs() string {
	for _, d := range r.Demands {
		if d.Why != "" {
			return d.Why
		}
	}
	for _, c := range r.Changes {
		if c.Why != "" {
			return c.Why
		}
	}
	return ""
}

// maxNamed is how many findings a summary names.
const maxNamed = 3

// Summary returns the outcome in a line, without line breaks or control characters.
func (r *Report) Summary() string {
	var text string
	switch r.Outcome() {
	case Regressed:
		text = r.regressed()
	case Unmeasured:
		text = "could not measure: " + r.unmeasured()
	case Inconclusive:
		text = "inconclusive: no regression found, but " + r.inconclusive()
	default:
		text = r.passed()
	}
	return table.OneLine(text)
}

// inconclusive says what is not known.
func (r *Report) inconclusive() string {
	var reasons []string
	if undecided, all := r.decisions(); undecided > 0 {
		verb := "are"
		if undecided == 1 {
			verb = "is"
		}
		reasons = append(reasons, fmt.Sprintf("%d of %s of times, allocations, speedups and minimum efficiencies %s undecided", undecided, table.Count(all, "comparison"), verb))
	}
	if !r.Complete {
		reasons = append(reasons, "not all blocks were measured")
	}
	if len(r.Removed) > 0 {
		reasons = append(reasons, listUpTo(maxNamed, r.Removed)+" vanished")
	}
	if len(r.Changed) > 0 {
		reasons = append(reasons, "the test code of "+listUpTo(maxNamed, r.Changed)+" differs")
	}
	text := strings.Join(reasons, ", and ")
	if why := r.whoHadCPUs(); why != "" {
		text += ": " + why
	}
	return text
}

func (r *Report) regressed() string {
	found := r.ofKind(regression)
	text := table.Count(len(found), "regression")
	if under := r.under(); under != "" && slices.ContainsFunc(found, func(f Finding) bool { return len(f.Evidence) > 0 }) {
		text = "head is worse" + under // no commit made it so
	}
	return text + ": " + briefly(found)
}

// briefly names the first findings and counts the others.
func briefly(found []Finding) string {
	var names []string
	for _, f := range found[:min(len(found), maxNamed)] {
		names = append(names, f.title()+" "+f.brief())
	}
	if more := len(found) - maxNamed; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

func (r *Report) unmeasured() string {
	if len(r.Problems) == 0 && len(r.Changed) > 0 {
		return "no benchmark was compared, and the test code of " + table.Count(len(r.Changed), "benchmark") + " differs"
	}
	if len(r.Problems) == 0 {
		return "no benchmark was compared"
	}
	p := r.Problems[0]
	text := table.Cut(table.OneLine(p.Name), maxName) + ": " + table.Cut(table.OneLine(p.Why), 3*maxName)
	if more := len(r.Problems) - 1; more > 0 {
		text += fmt.Sprintf(", and %s more", table.Count(more, "problem"))
	}
	return text
}

func (r *Report) passed() string {
	if len(r.Changes)+len(r.Identical) == 0 {
		return fmt.Sprintf("no regression: nothing to compare, as base has none of the benchmarks (%d)", len(r.Added))
	}
	if len(r.Changes) == 0 {
		return fmt.Sprintf("no regression: the test binaries of %s are identical", table.Count(len(r.Identical), "package"))
	}
	compared := map[string]bool{}
	for _, c := range r.Changes {
		compared[nameOf(c.Package, c.Benchmark)] = true
	}
	text := "no regression in " + table.Count(len(compared), "benchmark")
	if better := r.ofKind(improvement); len(better) > 0 {
		text += fmt.Sprintf("; %d better: %s", len(better), briefly(better))
	}
	return text
}
