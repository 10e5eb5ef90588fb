package gate

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"overlap/internal/table"
)

// Rule is what the comment above a benchmark function asks for, in place of what is asked
// for the whole check. It holds for the sub-benchmarks, too. A rule is made before anything
// is measured, and says only which sizes of changes count: the error rate stays.
type Rule struct {
	Package   string          `json:"package"`                  // import path
	Benchmark string          `json:"benchmark"`                // function, without the word Benchmark
	Threshold float64         `json:"threshold,omitempty"`      // changes up to this share are the same; absent for that of the check
	Demands   map[int]float64 `json:"min_efficiency,omitempty"` // minimum efficiency of head, by cores; those of the check hold on other numbers of cores
}

// Rules are those of a check, at most one for a function.
type Rules []Rule

// Of returns the rule of a benchmark, which may be a sub-benchmark: the zero Rule if it has
// none.
func (r Rules) Of(pkg, benchmark string) Rule {
	function, _, _ := strings.Cut(benchmark, "/")
	if i := slices.IndexFunc(r, func(r Rule) bool { return r.Package == pkg && r.Benchmark == function }); i >= 0 {
		return r[i]
	}
	return Rule{}
}

// DemandsOver returns the minimum efficiencies, by cores, of a benchmark with this rule,
// where all is demanded of every benchmark.
func (r Rule) DemandsOver(all map[int]float64) map[int]float64 {
	demands := maps.Clone(all)
	if demands == nil {
		demands = map[int]float64{}
	}
	maps.Copy(demands, r.Demands)
	return demands
}

// ParseDemand reads 0.8@4: an efficiency and the cores on which it is demanded. The error
// says what it wants.
func ParseDemand(text string) (cores int, least float64, err error) {
	e, p, _ := strings.Cut(text, "@")
	least, err1 := strconv.ParseFloat(e, 64)
	cores, err2 := strconv.Atoi(p)
	if err1 != nil || err2 != nil || !(least > 0 && least <= 2) || cores < 2 {
		return 0, 0, fmt.Errorf("want an efficiency above 0 and 2 cores or more, such as 0.8@4; got %.80q", text)
	}
	return cores, least, nil
}

// check returns an error for a rule that no check has written.
func (r Rule) check() error {
	ok := r.Threshold >= 0 && r.Threshold < 1
	for p, e := range r.Demands {
		ok = ok && p >= 2 && e > 0 && e <= 2
	}
	if !ok {
		return fmt.Errorf("the threshold or an efficiency of %.80q is out of range", r.Benchmark)
	}
	return nil
}

// threshold is the share up to which a change is the same.
func (o Options) threshold(c Change) float64 {
	return cmp.Or(o.Rules.Of(c.Package, c.Benchmark).Threshold, o.Threshold)
}

// margin is the threshold as a distance between logs of ratios, equally far in both
// directions: a ratio is within it between 1-t and 1/(1-t), so that to swap the builds swaps
// the verdicts.
func margin(threshold float64) float64 { return -math.Log1p(-min(threshold, .99)) }

// least is the minimum efficiency of head on a number of cores, 0 if none is demanded.
func (o Options) least(c curve, cores int) float64 {
	return o.Rules.Of(c.pkg, c.workload).DemandsOver(o.Demands)[cores]
}

// demandedCores are the numbers of cores on which an efficiency is demanded of some
// benchmark, in ascending order.
func (o Options) demandedCores() []int {
	all := maps.Clone(o.Demands)
	for _, r := range o.Rules {
		all = r.DemandsOver(all)
	}
	return slices.Sorted(maps.Keys(all))
}

// name is the function that the rule is for, with its package.
func (r Rule) name() string { return table.Cut(table.OneLine(r.Package+"."+r.Benchmark), maxName) }

// words say what a rule asks for: threshold 10 %, minimum efficiency 0.80 on 4 cores.
func (r Rule) words() string {
	var words []string
	if r.Threshold > 0 {
		words = append(words, "threshold "+shareText(r.Threshold))
	}
	for _, p := range slices.Sorted(maps.Keys(r.Demands)) {
		words = append(words, fmt.Sprintf("minimum efficiency %s on %s", digits(r.Demands[p]), table.Count(p, "core")))
	}
	return strings.Join(words, ", ")
}

// RuleChange is a function for which head's comment asks for something else than base's.
type RuleChange struct {
	Base Rule `json:"base"` // what base asks for
	Head Rule `json:"head"` // what head asks for
}

// Differ reports whether the two rules of a function ask for different things.
func (c RuleChange) Differ() bool {
	return c.Base.Threshold != c.Head.Threshold || !maps.Equal(c.Base.Demands, c.Head.Demands)
}

// ruleLine names the measured benchmarks that have rules, and says what those are.
func (r *Report) ruleLine() []string {
	return listRules("by comments above benchmarks: ", r.Rules, func(rule Rule) string { return rule.name() + " " + rule.words() })
}

// ruleChangeLine says what head changes in the rules.
func (r *Report) ruleChangeLine() []string {
	return listRules("head changes comments above benchmarks: ", r.RuleChanges, func(c RuleChange) string {
		return c.Head.name() + " from " + cmp.Or(c.Base.words(), "none") + " to " + cmp.Or(c.Head.words(), "none")
	})
}

// listRules returns a line that lists the first maxListed rules, or none if there is none.
func listRules[T any](title string, rules []T, say func(T) string) []string {
	var parts []string
	for _, r := range rules[:min(len(rules), maxListed)] {
		parts = append(parts, say(r))
	}
	if parts == nil {
		return nil
	}
	if more := len(rules) - len(parts); more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return []string{title + strings.Join(parts, "; ")}
}
