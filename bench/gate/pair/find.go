package pair

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"

	"overlap/bench/sweep"
)

// findBenchmarks finds the benchmarks of both sides, and makes points of those that both
// have. A benchmark of a package that one side failed to build is neither new nor
// gone on the other.
func (p *Pair) findBenchmarks(ctx context.Context, failed map[string][]sweep.Omission) error {
	identical, err := p.findIdentical(ctx)
	if err != nil {
		return err
	}
	p.o.Say("running every benchmark once")
	skip := func(pkg string) bool { return slices.Contains(identical, pkg) }
	found, omitted := map[string][]sweep.Benchmark{}, map[string][]sweep.Omission{}
	for _, s := range p.sides() {
		if found[s.name], omitted[s.name], err = s.foreign.Search(ctx, p.bench(), p.o.Levels[0], skip); err != nil {
			return err
		}
		for _, o := range omitted[s.name] {
			o.Name = s.name + ": " + o.Name
			p.Omitted = append(p.Omitted, o)
		}
	}
	for _, pkg := range identical {
		has, err := p.head.foreign.Matches(ctx, pkg, p.bench(), p.o.Levels[0])
		if err != nil {
			return err
		}
		if has {
			p.Identical = append(p.Identical, pkg)
		}
	}
	p.reportOmitted(found["base"], omitted["base"], omitted["head"])
	if p.baseMissing {
		return p.findHeadOnly(ctx, found["head"], nil, nil)
	}
	shared := p.match(found["base"], found["head"], slices.Concat(omitted["base"], failed["base"]), slices.Concat(omitted["head"], failed["head"]))
	if shared, err = p.sameTests(shared, found["base"], found["head"]); err != nil {
		return err
	}
	if err := p.addBenchmarks(ctx, shared); err != nil {
		return err
	}
	return p.findHeadOnly(ctx, found["head"], shared, identical)
}

// findIdentical returns the packages whose test binaries are the same on both sides, if
// that is a reason not to measure them. In two environments the same binary is not the same.
func (p *Pair) findIdentical(ctx context.Context) (list []string, err error) {
	if p.isAA() || p.baseMissing || !p.sameEnv() {
		return nil, nil
	}
	sums := func(f *sweep.Foreign) (map[string][sha256.Size]byte, error) { return f.Sums() }
	if p.onlyTagsDiffer() {
		sums = func(f *sweep.Foreign) (map[string][sha256.Size]byte, error) { return f.CompiledSums(ctx) }
	}
	base, err := sums(p.base.foreign)
	if err != nil {
		return nil, err
	}
	head, err := sums(p.head.foreign)
	if err != nil {
		return nil, err
	}
	for _, pkg := range slices.Sorted(maps.Keys(head)) {
		if sum, ok := base[pkg]; ok && sum == head[pkg] {
			list = append(list, pkg)
		}
	}
	return list, nil
}

// reportOmitted reports what cannot be run. A benchmark that ran in base and does
// not run in head is broken.
func (p *Pair) reportOmitted(found []sweep.Benchmark, base, head []sweep.Omission) {
	for _, o := range head {
		switch {
		case o.Skipped:
			p.note("%s", o)
		case has(base, o):
			p.problem(o.Name, "base and head: "+o.Why)
		default:
			p.problem(o.Name, "head: "+o.Why)
			p.HeadFailed = p.HeadFailed || slices.ContainsFunc(found, func(b sweep.Benchmark) bool { return isOf(o, b) })
		}
	}
	p.noteMissingBase("base", slices.DeleteFunc(slices.Clone(base), func(o sweep.Omission) bool { return o.Skipped || has(head, o) }))
}

// isOf reports whether an omission is of the function or the package of a benchmark.
func isOf(o sweep.Omission, b sweep.Benchmark) bool {
	return o.Name == functionOf(b) || o.Name == b.Package
}

// functionOf returns the benchmark function, as an Omission names it.
func functionOf(b sweep.Benchmark) string {
	name, _, _ := strings.Cut(b.Name, "/")
	return b.Package + ".Benchmark" + name
}

// match returns the benchmarks that both sides have, and reports the others, unless
// what happened to them has been reported.
func (p *Pair) match(base, head []sweep.Benchmark, baseLeft, headLeft []sweep.Omission) (shared []sweep.Benchmark) {
	var vanished []sweep.Benchmark
	for _, b := range base {
		if i := indexOf(head, b); i >= 0 {
			b.Workers, b.NoCeiling = b.Workers && head[i].Workers, b.NoCeiling || head[i].NoCeiling
			shared = append(shared, b)
		} else if !isExplained(b, headLeft) {
			vanished = append(vanished, b)
		}
	}
	for _, h := range head {
		if indexOf(base, h) < 0 && !isExplained(h, baseLeft) {
			p.Added = append(p.Added, h.Package+"."+h.Name)
		}
	}
	p.reportVanished(vanished, head)
	return shared
}

// reportVanished reports the benchmarks that head does not have: as their package or their
// function if it has nothing of that, so that what vanished has one name.
func (p *Pair) reportVanished(list, head []sweep.Benchmark) {
	for _, b := range list {
		name := b.Package
		if _, has := p.head.tests[b.Package]; has {
			function, _, _ := strings.Cut(b.Name, "/")
			name += "." + function
			if slices.ContainsFunc(head, func(h sweep.Benchmark) bool { return functionOf(h) == functionOf(b) }) {
				name = b.Package + "." + b.Name
			}
		}
		if !slices.Contains(p.Removed, name) {
			p.Removed = append(p.Removed, name)
		}
	}
}

// indexOf returns the place of the same benchmark in a list, or -1.
func indexOf(list []sweep.Benchmark, b sweep.Benchmark) int {
	return slices.IndexFunc(list, func(other sweep.Benchmark) bool { return other.Package == b.Package && other.Title() == b.Title() })
}

func isExplained(b sweep.Benchmark, left []sweep.Omission) bool {
	return slices.ContainsFunc(left, func(o sweep.Omission) bool { return isOf(o, b) })
}
