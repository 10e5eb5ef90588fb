package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"overlap/bench/gate"
	"overlap/bench/sweep"
	"overlap/internal/gocmd"
)

const (
	tryTime  = 20 * time.Millisecond // of a sample that only looks
	hangTime = time.Minute           // after which a process is ended
)

// reproducible are the flags with which builds of the same sources in two
// folders, or at two commits, are the same to the byte.
var reproducible = []string{"-trimpath", "-buildvcs=false"}

// prepare builds both sides and finds what can be compared.
func (p *pair) prepare(ctx context.Context) error {
	own, err := p.own(ctx)
	if err != nil {
		return err
	}
	if own {
		if slices.Contains(p.check.named, "tests") {
			return errors.New("--tests is for benchmarks of packages, and without --pkg and --bench this compares overlap's own workloads, which are no tests")
		}
		return p.prepareSuite(ctx)
	}
	if p.check.Workloads != nil {
		return errors.New("--workloads are overlap's own, and this is another module: --pkg and --bench choose its benchmarks")
	}
	if err := p.listTests(ctx); err != nil {
		return err
	}
	if err := p.lend(); err != nil {
		return err
	}
	failed := map[string][]sweep.Omission{}
	for _, s := range p.sides() {
		fmt.Fprintf(p.streams.err, "building the tests of %s\n", s.name)
		failed[s.name], err = p.build(ctx, s)
		if err = p.without(ctx, s, err); err != nil {
			return err
		}
	}
	if err := p.blame(failed["base"], failed["head"]); err != nil {
		return err
	}
	return p.find(ctx, failed)
}

// ownModule is the path of overlap's module, which make module changes.
var ownModule = strings.TrimSuffix(reflect.TypeFor[checkCmd]().PkgPath(), "/internal/cli")

// own reports whether the check is of overlap's own workloads.
func (p *pair) own(ctx context.Context) (bool, error) {
	if p.check.Pkg != "" || p.check.Bench != "" {
		return false, nil
	}
	for _, s := range p.sides() {
		out, err := gocmd.Go{Dir: s.dir, Env: append(slices.Clone(s.env), "GOWORK=off")}.Run(ctx, "list", "-m")
		if err != nil {
			if err = p.without(ctx, s, fmt.Errorf("%s: %w", s.name, err)); err != nil {
				return false, err
			}
			continue
		}
		if strings.TrimSpace(out) != ownModule {
			return false, nil
		}
	}
	return true, nil
}

// build makes the test binaries of a side.
func (p *pair) build(ctx context.Context, s *side) ([]sweep.Omission, error) {
	program, err := exec.LookPath("go")
	if err != nil {
		return nil, err
	}
	s.foreign = &sweep.Foreign{Go: program, Dir: s.dir, Placement: p.cpus, SampleTime: tryTime, Timeout: hangTime, Host: p.host, Flags: reproducible, Env: s.env, Replace: s.replace, Dirs: s.folders}
	s.sampler, s.relink = s.foreign, s.foreign.Relink
	failed, notes, err := s.foreign.Build(ctx, cmp.Or(p.check.Pkg, "./..."))
	for _, note := range notes {
		p.report.Notes = append(p.report.Notes, s.name+": "+note)
	}
	if ctx.Err() != nil || err == nil || errors.Is(err, sweep.ErrNoTests) {
		return failed, context.Cause(ctx)
	}
	if errors.Is(err, sweep.ErrNotListed) && p.check.Pkg != "" {
		said := strings.ReplaceAll(err.Error(), s.dir+string(filepath.Separator), "") // it is in a copy of the tree
		return nil, fmt.Errorf("--pkg %s: %s: %s", p.check.Pkg, s.name, said)
	}
	return nil, fmt.Errorf("%s does not build: %w", s.name, err)
}

// blame tells what does not build. If head alone is to blame, that is an error:
// there is nothing to say of a revision that is broken. With tests of another
// revision it need not be.
func (p *pair) blame(base, head []sweep.Omission) error {
	var errs []error
	for _, o := range head {
		if slices.ContainsFunc(base, func(b sweep.Omission) bool { return b.Name == o.Name }) {
			p.problem(o.Name, "base and head do not build: "+o.Why)
			continue
		}
		if p.head.folders[o.Name] != "" {
			p.problem(o.Name, foreignTests("head", "base", o.Why))
			continue
		}
		errs = append(errs, fmt.Errorf("head does not build: %s", o))
	}
	var broken []sweep.Omission
	for _, o := range base {
		switch {
		case slices.ContainsFunc(head, func(h sweep.Omission) bool { return h.Name == o.Name }):
		case p.base.folders[o.Name] != "":
			p.problem(o.Name, foreignTests("base", "head", o.Why))
		default:
			broken = append(broken, o)
		}
	}
	p.noBase("base does not build", broken)
	return errors.Join(errs...)
}

// noBase notes what there is nothing to compare with, because base lacks it.
func (p *pair) noBase(what string, list []sweep.Omission) {
	p.baseBroken = p.baseBroken || len(list) > 0
	for _, r := range sweep.Reasons(list) {
		has := "has"
		if len(r.Names) > 1 {
			has = "have"
		}
		p.report.Notes = append(p.report.Notes, fmt.Sprintf("%s %s nothing to be compared with: %s: %s", strings.Join(r.Names, ", "), has, what, r.Why))
	}
}

// foreignTests is why a side does not build with the tests of the other. The
// remedy comes first: what the compiler says may be long.
func foreignTests(side, other, why string) string {
	return fmt.Sprintf("%s does not build with %s's tests (--tests=%s may do, and --tests=own builds each revision with its own): %s", side, other, side, why)
}

func (p *pair) problem(name, why string) {
	p.report.Problems = append(p.report.Problems, gate.Problem{Name: name, Why: why})
}

// find finds the benchmarks of both sides, and makes points of those that they
// share. Of a package that failed to build on one side, no benchmark is new or
// gone on the other.
func (p *pair) find(ctx context.Context, failed map[string][]sweep.Omission) error {
	re := cmp.Or(p.check.Bench, ".")
	identical, err := p.identical()
	if err != nil {
		return err
	}
	fmt.Fprintln(p.streams.err, "running every benchmark once")
	skip := func(pkg string) bool { return slices.Contains(identical, pkg) }
	found, omitted := map[string][]sweep.Benchmark{}, map[string][]sweep.Omission{}
	for _, s := range p.sides() {
		if found[s.name], omitted[s.name], err = s.foreign.Search(ctx, re, p.levels[0], skip); err != nil {
			return err
		}
		for _, o := range omitted[s.name] {
			o.Name = s.name + ": " + o.Name
			p.omitted = append(p.omitted, o)
		}
	}
	for _, pkg := range identical {
		has, err := p.head.foreign.Matches(ctx, pkg, re, p.levels[0])
		if err != nil {
			return err
		}
		if has {
			p.report.Identical = append(p.report.Identical, pkg)
		}
	}
	p.omit(found["base"], omitted["base"], omitted["head"])
	if p.gone {
		return p.floors(ctx, found["head"], nil, nil)
	}
	shared := p.match(found["base"], found["head"], slices.Concat(omitted["base"], failed["base"]), slices.Concat(omitted["head"], failed["head"]))
	if shared, err = p.sameTests(shared, found["base"], found["head"]); err != nil {
		return err
	}
	if err := p.choose(ctx, shared); err != nil {
		return err
	}
	return p.floors(ctx, found["head"], shared, identical)
}

// identical are the packages whose test binaries are the same on both sides, if
// that is a reason not to measure them.
func (p *pair) identical() (list []string, err error) {
	if p.same() || p.gone {
		return nil, nil
	}
	base, err := p.base.foreign.Sums()
	if err != nil {
		return nil, err
	}
	head, err := p.head.foreign.Sums()
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

// omit tells what cannot be run. A benchmark that ran in base and does not in
// head is broken.
func (p *pair) omit(found []sweep.Benchmark, base, head []sweep.Omission) {
	for _, o := range head {
		if o.Skipped {
			p.report.Notes = append(p.report.Notes, o.String())
			continue
		}
		if slices.ContainsFunc(base, func(b sweep.Omission) bool { return b.Name == o.Name }) {
			p.problem(o.Name, "base and head: "+o.Why)
			continue
		}
		p.problem(o.Name, "head: "+o.Why)
		p.broken = p.broken || slices.ContainsFunc(found, func(b sweep.Benchmark) bool { return function(b) == o.Name || b.Package == o.Name })
	}
	p.noBase("base", slices.DeleteFunc(slices.Clone(base), func(o sweep.Omission) bool {
		return o.Skipped || slices.ContainsFunc(head, func(h sweep.Omission) bool { return h.Name == o.Name })
	}))
}

// function is the benchmark function, as an Omission names it.
func function(b sweep.Benchmark) string {
	name, _, _ := strings.Cut(b.Name, "/")
	return b.Package + ".Benchmark" + name
}

// match returns the benchmarks that both sides have, and tells of the others,
// unless what happened to them has been told already.
func (p *pair) match(base, head []sweep.Benchmark, baseLeft, headLeft []sweep.Omission) (shared []sweep.Benchmark) {
	for _, b := range base {
		i := slices.IndexFunc(head, func(h sweep.Benchmark) bool { return h.Package == b.Package && h.Title() == b.Title() })
		if i >= 0 {
			b.Workers, b.NoCeiling = b.Workers && head[i].Workers, b.NoCeiling || head[i].NoCeiling
			shared = append(shared, b)
		} else if !told(b, headLeft) {
			p.report.Removed = append(p.report.Removed, b.Package+"."+b.Name)
		}
	}
	for _, h := range head {
		there := slices.ContainsFunc(base, func(b sweep.Benchmark) bool { return h.Package == b.Package && h.Title() == b.Title() })
		if !there && !told(h, baseLeft) {
			p.report.Added = append(p.report.Added, h.Package+"."+h.Name)
		}
	}
	return shared
}

func told(b sweep.Benchmark, left []sweep.Omission) bool {
	return slices.ContainsFunc(left, func(o sweep.Omission) bool { return o.Name == function(b) || o.Name == b.Package })
}
