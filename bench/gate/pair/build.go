package pair

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"overlap/bench/sweep"
	"overlap/internal/gocmd"
)

const (
	tryTime  = 20 * time.Millisecond // of a sample that only looks
	hangTime = time.Minute           // after which a process is ended
)

// reproducible are flags that make builds of the same sources in two directories, or at
// two commits, identical to the byte.
var reproducible = []string{"-trimpath", "-buildvcs=false"}

// Build builds both sides and finds what can be compared.
func (p *Pair) Build(ctx context.Context) error {
	suite, err := p.isSuite(ctx)
	if err != nil {
		return err
	}
	if suite {
		if p.o.Tests != "" {
			return wrong(OptionTests, "this compares overlap's own workloads, which are not tests: name packages or benchmarks to compare those")
		}
		return p.buildSuite(ctx)
	}
	if p.o.Workloads != nil {
		return wrong(OptionWorkloads, "they are overlap's own, and this is another module: choose its packages and benchmarks")
	}
	p.o.Tests = cmp.Or(p.o.Tests, OwnTests)
	if err := p.listTests(ctx); err != nil {
		return err
	}
	if err := p.readRules(); err != nil {
		return err
	}
	if err := p.shareTests(); err != nil {
		return err
	}
	failed := map[string][]sweep.Omission{}
	for _, s := range p.sides() {
		p.o.Say(fmt.Sprintf("building the tests of %s", s.name))
		failed[s.name], err = p.build(ctx, s)
		if err = p.tolerate(ctx, s, err); err != nil {
			return err
		}
	}
	if err := p.reportBuilds(failed["base"], failed["head"]); err != nil {
		return err
	}
	if err := p.findBenchmarks(ctx, failed); err != nil {
		return err
	}
	p.Rules = p.measuredRules()
	return nil
}

// ownModule is the path of overlap's module, which make module changes.
var ownModule = strings.TrimSuffix(reflect.TypeFor[Pair]().PkgPath(), "/bench/gate/pair")

// isSuite reports whether the check is of overlap's own workloads.
func (p *Pair) isSuite(ctx context.Context) (bool, error) {
	if p.o.Packages != "" || p.o.Bench != "" {
		return false, nil
	}
	for _, s := range p.sides() {
		out, err := gocmd.Go{Dir: s.dir, Env: append(slices.Clone(s.env), "GOWORK=off")}.Run(ctx, "list", "-m")
		if err != nil {
			if err = p.tolerate(ctx, s, fmt.Errorf("%s: %w", s.name, err)); err != nil {
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
func (p *Pair) build(ctx context.Context, s *side) ([]sweep.Omission, error) {
	program, err := exec.LookPath("go")
	if err != nil {
		return nil, err
	}
	s.foreign = &sweep.Foreign{Go: program, Dir: s.dir, Placement: p.o.CPUs, SampleTime: tryTime, Timeout: hangTime, Host: p.o.Host, Args: p.o.Args, Flags: reproducible, Env: s.env, RunEnv: s.settings.Env, Replace: s.replace, Dirs: s.runDirs}
	s.sampler, s.relink = s.foreign, s.foreign.Relink
	failed, notes, err := s.foreign.Build(ctx, p.packages())
	for _, note := range notes {
		p.note("%s: %s", s.name, note)
	}
	if ctx.Err() != nil || err == nil || errors.Is(err, sweep.ErrNoTests) {
		return failed, context.Cause(ctx)
	}
	if errors.Is(err, sweep.ErrNotListed) && p.o.Packages != "" {
		text := strings.ReplaceAll(err.Error(), s.dir+string(filepath.Separator), "") // it is in a copy of the tree
		if s.name == p.head.name && !p.baseMissing {
			return nil, fmt.Errorf("head does not have %s, and base does: %s", p.o.Packages, text)
		}
		return nil, wrong(OptionPackages, "%s: %s: %s", p.o.Packages, s.name, text)
	}
	return nil, fmt.Errorf("%s does not build: %w", s.name, err)
}

// reportBuilds reports what does not build. It returns an error if only head does not
// build: a broken head cannot be judged. With the tests of another revision, head need not
// be broken.
func (p *Pair) reportBuilds(base, head []sweep.Omission) error {
	var errs []error
	for _, o := range head {
		switch {
		case has(base, o):
			p.problem(o.Name, "base and head do not build: "+o.Why)
		case p.head.runDirs[o.Name] != "":
			p.reportTestsMismatch(o, "head", "base")
		default:
			errs = append(errs, fmt.Errorf("head does not build: %s", o))
		}
	}
	var broken []sweep.Omission
	for _, o := range base {
		switch {
		case has(head, o):
		case p.base.runDirs[o.Name] != "":
			p.reportTestsMismatch(o, "base", "head")
		default:
			broken = append(broken, o)
		}
	}
	p.noteMissingBase("base does not build", broken)
	return errors.Join(errs...)
}

// noteMissingBase notes the benchmarks of head that have nothing to be compared with.
func (p *Pair) noteMissingBase(what string, list []sweep.Omission) {
	p.BaseFailed = p.BaseFailed || len(list) > 0
	for _, r := range sweep.Reasons(list) {
		verb := "has"
		if len(r.Names) > 1 {
			verb = "have"
		}
		p.note("%s %s nothing to be compared with: %s: %s", strings.Join(r.Names, ", "), verb, what, r.Why)
	}
}

// has reports whether a list also leaves out the benchmark.
func has(list []sweep.Omission, o sweep.Omission) bool {
	return slices.ContainsFunc(list, func(other sweep.Omission) bool { return other.Name == o.Name })
}

// reportTestsMismatch reports a side that does not build with the tests of the other.
func (p *Pair) reportTestsMismatch(o sweep.Omission, side, other string) {
	p.TestsMismatch = true
	p.problem(o.Name, fmt.Sprintf("%s does not build with %s's tests: %s", side, other, o.Why))
}
