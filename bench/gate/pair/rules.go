package pair

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overlap/bench/gate"
	"overlap/bench/host"
	"overlap/bench/sweep"
)

// maxWrong is how many wrong rules an error names.
const maxWrong = 20

// readRules reads the rules of the tests that are run: head's, or with BaseTests base's,
// where a revision cannot loosen what it is judged by. A wrong rule is an error: a gate that
// ignores it would be open, and nobody would know. What head changes is reported, whichever
// rules apply.
func (p *Pair) readRules() error {
	var wrong []error
	var unusable []string
	p.Declared = map[string]gate.Place{}
	all := slices.Concat(slices.Collect(maps.Keys(p.base.tests)), slices.Collect(maps.Keys(p.head.tests)))
	slices.Sort(all)
	for _, path := range slices.Compact(all) {
		base, err := p.base.readRules(path)
		if err != nil {
			return err
		}
		head, err := p.head.readRules(path)
		if err != nil {
			return err
		}
		applied, other, both := head, base, base != nil && head != nil
		if both && p.o.Tests == BaseTests {
			applied, other = base, head
		}
		if applied == nil {
			continue // head does not have the package
		}
		for function, place := range head.declared {
			p.Declared[path+"."+function] = place
		}
		wrong = append(wrong, applied.wrong...)
		for _, err := range applied.torn {
			p.problem(path, fmt.Sprintf("a file with rules cannot be parsed: %v", err))
		}
		for _, function := range p.matching(applied) {
			rule, places := p.usable(applied, function)
			p.rules, unusable = append(p.rules, rule), append(unusable, places...)
		}
		if both {
			for _, err := range other.wrong {
				p.note("not a rule, and not applied: %v", err)
			}
			p.RuleChanges = append(p.RuleChanges, p.ruleChanges(base, head)...)
			if p.o.Tests == HeadTests { // what only base has is not built, so nothing else would miss it
				p.Removed = append(p.Removed, p.missing(base, head)...)
			}
		}
	}
	switch {
	case unusable == nil:
	case p.o.Curves == Never:
		p.note("minimum efficiencies are not judged, because only one core is measured: %s", strings.Join(unusable, ", "))
	default:
		p.note("minimum efficiencies on more cores than the %d that can be used here are not judged: %s; use a machine with more", p.usableCores(), strings.Join(unusable, ", "))
	}
	if more := len(wrong) - maxWrong; more > 0 {
		wrong = append(wrong[:maxWrong], fmt.Errorf("and %d more wrong rules", more))
	}
	return errors.Join(wrong...)
}

// readRules reads the rules of a package, or returns nil if the side does not have it.
func (s *side) readRules(path string) (*ruled, error) {
	t, has := s.tests[path]
	if !has {
		return nil, nil
	}
	r := newRuled(s.name, path)
	for _, name := range slices.Concat(t.TestGoFiles, t.XTestGoFiles) {
		file := filepath.Join(t.Dir, name)
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("rules of %s: %w", path, err)
		}
		if inside, ok := insideTree(s.top, file); ok {
			file = inside
		}
		r.read(file, text)
	}
	return r, nil
}

// ruleChanges returns the rules of a package that head has changed.
func (p *Pair) ruleChanges(base, head *ruled) (changes []gate.RuleChange) {
	for _, function := range p.matching(base) {
		is, has := head.rules[function]
		if !has {
			continue
		}
		if c := (gate.RuleChange{Base: *base.rules[function], Head: *is}); c.Differ() {
			changes = append(changes, c)
		}
	}
	return changes
}

// missing returns the names of the benchmark functions of a package that head does not have.
func (p *Pair) missing(base, head *ruled) (names []string) {
	for _, function := range p.matching(base) {
		if _, has := head.rules[function]; !has {
			names = append(names, base.pkg+"."+function)
		}
	}
	return names
}

// matching returns the benchmark functions of a package that match, in order.
func (p *Pair) matching(r *ruled) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(r.rules)), func(function string) bool {
		return !sweep.MatchesFunction(p.bench(), "Benchmark"+function)
	})
}

// usable returns the rule of a function without demands on more cores than can be used,
// and where those are. Machines of all sizes read a file, so that is no error.
func (p *Pair) usable(r *ruled, function string) (rule gate.Rule, places []string) {
	rule = *r.rules[function]
	rule.Demands = maps.Clone(rule.Demands)
	for _, cores := range slices.Sorted(maps.Keys(rule.Demands)) {
		if p.o.Curves == Never || cores > p.usableCores() {
			places = append(places, fmt.Sprintf("%s (%d cores)", r.lines[function][cores], cores))
			delete(rule.Demands, cores)
		}
	}
	return rule, places
}

// usableCores is on how many cores an efficiency can be measured: a CPU quota would make
// more of them look as if they did not help.
func (p *Pair) usableCores() int { return p.o.Host.WithinQuota(len(p.o.CPUs)) }

// demands are the minimum efficiencies of a benchmark, by cores.
func (p *Pair) demands(b sweep.Benchmark) map[int]float64 {
	return p.rules.Of(b.Package, b.Name).DemandsOver(p.o.Demands)
}

// demanding reports whether an efficiency is demanded of a benchmark of a package, or
// without one of any benchmark.
func (p *Pair) demanding(pkg string) bool {
	return len(p.o.Demands) > 0 || slices.ContainsFunc(p.rules, func(r gate.Rule) bool {
		return len(r.Demands) > 0 && (pkg == "" || r.Package == pkg)
	})
}

// ruledLevels adds the degrees of parallelism that the rule of a benchmark demands
// something of, and one core, which an efficiency is in relation to.
func (p *Pair) ruledLevels(levels []sweep.Level, b sweep.Benchmark) ([]sweep.Level, error) {
	demands := p.rules.Of(b.Package, b.Name).Demands
	if len(demands) == 0 {
		return levels, nil
	}
	cores, procs := append(slices.Collect(maps.Keys(demands)), 1), []int(nil)
	if !host.CanBind {
		cores, procs = nil, cores
	}
	more, err := sweep.Levels(p.o.CPUs, len(p.o.CPUs), cores, procs)
	return sweep.UniqueLevels(slices.Concat(levels, more)), err
}

// measuredRules are the rules of what is measured.
func (p *Pair) measuredRules() (list gate.Rules) {
	points := slices.Concat(p.Points, p.HeadOnly)
	for _, r := range p.rules {
		if (r.Threshold > 0 || len(r.Demands) > 0) && slices.ContainsFunc(points, func(point sweep.Point) bool {
			return gate.Rules{r}.Of(point.Package, point.Workload).Benchmark != ""
		}) {
			list = append(list, r)
		}
	}
	return list
}
