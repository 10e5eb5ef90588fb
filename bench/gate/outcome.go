package gate

import (
	"fmt"
	"strings"

	"overlap/internal/table"
)

// Outcome is what a check comes to.
type Outcome string

// The outcomes.
const (
	NoRegression Outcome = "no regression"
	Regressed    Outcome = "regression"
	Inconclusive Outcome = "inconclusive"      // no regression was found, and there may be one
	Unmeasured   Outcome = "could not measure" // something could not be compared, and nothing else regressed
)

// Outcome is the worst of what the report holds. A regression comes before what
// could not be measured, because it is certain. What could not be measured comes
// before all else: a benchmark that does not build must never pass. New ones have
// nothing to be compared with, and are no reason to fail.
func (r *Report) Outcome() Outcome {
	switch {
	case len(r.regressions()) > 0 || len(r.missed()) > 0:
		return Regressed
	case len(r.Problems) > 0 || len(r.Changes)+len(r.Identical)+len(r.Added) == 0:
		return Unmeasured
	case !r.Complete || r.undecided() > 0:
		return Inconclusive
	}
	return NoRegression
}

// Exit is the code with which a check ends: 0 if there is no regression, 1 if
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

// regressions are the changes that the check fails for.
func (r *Report) regressions() (found []Change) {
	for _, c := range r.Changes {
		if Regression(c) {
			found = append(found, c)
		}
	}
	return found
}

// missed are the demands that the head certainly does not meet.
func (r *Report) missed() (found []Demand) {
	for _, d := range r.Demands {
		if d.Verdict == Worse {
			found = append(found, d)
		}
	}
	return found
}

// undecided counts the comparisons that leave open whether there is a
// regression.
func (r *Report) undecided() (n int) {
	for _, c := range r.Changes {
		if c.Verdict == CannotTell && decides(c.Quantity) {
			n++
		}
	}
	for _, d := range r.Demands {
		if d.Verdict == CannotTell {
			n++
		}
	}
	return n
}

// taken says who had the CPUs, if something cannot be told for that.
func (r *Report) taken() string {
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

// decides reports whether a check is inconclusive if the quantity is. The mean
// is a second look at the time that hardly ever decides alone, and the gains are
// the speedup in parts; if they counted, no check would be conclusive.
func decides(q Quantity) bool {
	switch q {
	case Time, Bytes, Allocs, Speedup:
		return true
	}
	return false
}

// deciding counts what the outcome depends on.
func (r *Report) deciding() int {
	n := len(r.Demands)
	for _, c := range r.Changes {
		if decides(c.Quantity) {
			n++
		}
	}
	return n
}

// mostNamed is how many regressions a summary names.
const mostNamed = 3

// Summary is the outcome in a line, without line breaks or control characters.
func (r *Report) Summary() string {
	var text string
	switch r.Outcome() {
	case Regressed:
		text = r.regressed()
	case Unmeasured:
		text = "could not measure: " + r.unmeasured()
	case Inconclusive:
		text = fmt.Sprintf("inconclusive: no regression found, but %d of %s of times, allocations, speedups and least efficiencies cannot be told", r.undecided(), number(r.deciding(), "comparison"))
		if !r.Complete {
			text += ", and not all blocks were measured"
		}
		if why := r.taken(); why != "" {
			text += ": " + why
		}
	default:
		text = r.passed()
	}
	return table.OneLine(text)
}

func (r *Report) regressed() string {
	var names []string
	for _, c := range r.regressions() {
		what := c.Word()
		if c.Quantity == MeanTime {
			what += " in the mean"
		}
		names = append(names, fmt.Sprintf("%s %s (%s)", c.short(), what, c.difference()))
	}
	for _, d := range r.missed() {
		names = append(names, fmt.Sprintf("%s misses the least efficiency", join(d.Benchmark, d.Point)))
	}
	text := number(len(names), "regression")
	if more := len(names) - mostNamed; more > 0 {
		names = append(names[:mostNamed], fmt.Sprintf("and %d more", more))
	}
	return text + ": " + strings.Join(names, ", ")
}

func (r *Report) unmeasured() string {
	if len(r.Problems) == 0 && len(r.Changed) > 0 {
		return "no benchmark was compared, and the own code of " + number(len(r.Changed), "benchmark") + " differs"
	}
	if len(r.Problems) == 0 {
		return "no benchmark was compared"
	}
	p := r.Problems[0]
	text := table.Cut(table.OneLine(p.Name), longestName) + ": " + table.Cut(table.OneLine(p.Why), 3*longestName)
	if more := len(r.Problems) - 1; more > 0 {
		text += fmt.Sprintf(", and %s more", number(more, "problem"))
	}
	return text
}

func (r *Report) passed() string {
	if len(r.Changes)+len(r.Identical) == 0 {
		return fmt.Sprintf("no regression: only new benchmarks (%d), with nothing to be compared with", len(r.Added))
	}
	if len(r.Changes) == 0 {
		return fmt.Sprintf("no regression: the test binaries of %s are identical", number(len(r.Identical), "package"))
	}
	text := "no regression in " + number(len(r.Changes), "comparison")
	better := 0
	for _, c := range r.Changes {
		if c.Verdict == Better {
			better++
		}
	}
	if better > 0 {
		text += fmt.Sprintf(", %d better", better)
	}
	return text
}

// number counts things: 1 block, 2 blocks.
func number(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
