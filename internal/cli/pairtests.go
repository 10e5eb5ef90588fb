package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overlap/bench/sweep"
	"overlap/internal/gocmd"
	"overlap/internal/testcode"
)

// ownTests is the --tests with which each side has its own.
const ownTests = "own"

// embedded are the files that the tests of a package embed.
func embedded(p gocmd.Package) []string { return slices.Concat(p.TestEmbedFiles, p.XTestEmbedFiles) }

// listTests finds the packages of both sides, by their import paths.
func (p *pair) listTests(ctx context.Context) error {
	for _, s := range p.sides() {
		// Without -test, go list does not say what tests embed.
		const fields = "ImportPath,Dir,ForTest,TestGoFiles,XTestGoFiles,EmbedFiles,TestEmbedFiles,XTestEmbedFiles"
		packages, err := s.command().List(ctx, fields, cmp.Or(p.check.Pkg, "./..."), "-e", "-test")
		if err != nil {
			if err = p.without(ctx, s, fmt.Errorf("%s: %w", s.name, err)); err != nil {
				return err
			}
			continue
		}
		s.tested = map[string]gocmd.Package{}
		for _, t := range packages {
			if t.Dir != "" && t.ForTest == "" { // else a variant of a package
				s.tested[t.ImportPath] = t
			}
		}
	}
	return nil
}

// lend has one side built with the tests of the other, as --tests says. A package
// that only one side has keeps its own: there is nothing to compare it with.
func (p *pair) lend() error {
	from, to := &p.head, &p.base
	if p.gone {
		if p.check.Tests == p.base.name {
			return errors.New("--tests=base: base cannot be built; see the notes")
		}
		return nil
	}
	switch p.check.Tests {
	case ownTests:
		return nil
	case "base":
		from, to = to, from
	}
	p.report.Notes = append(p.report.Notes, fmt.Sprintf("both revisions have the tests of %s; benchmarks that only %s has were not looked for", from.name, to.name))
	to.replace, to.folders = map[string]string{}, map[string]string{}
	for path, theirs := range from.tested {
		ours, both := to.tested[path]
		if !both || ours.Dir == theirs.Dir {
			continue
		}
		to.folders[path] = theirs.Dir
		if err := substitute(to.replace, ours, theirs); err != nil {
			return fmt.Errorf("--tests=%s: %w", from.name, err)
		}
	}
	return nil
}

// substitute notes what to replace so that the package ours has the tests of
// theirs. Whatever its code embeds stays: that is no matter of tests.
func substitute(replace map[string]string, ours, theirs gocmd.Package) error {
	old, err := testFiles(ours)
	if err != nil {
		return err
	}
	for _, name := range old {
		replace[filepath.Join(ours.Dir, name)] = ""
	}
	more, err := testFiles(theirs)
	if err != nil {
		return err
	}
	for _, name := range more {
		replace[filepath.Join(ours.Dir, name)] = filepath.Join(theirs.Dir, name)
	}
	for _, name := range ours.EmbedFiles {
		delete(replace, filepath.Join(ours.Dir, name))
	}
	return nil
}

// testFiles are the files of a package's tests, by their names in its folder:
// those that this system does not build, too, or they would be a mixture.
func testFiles(t gocmd.Package) ([]string, error) {
	names := embedded(t)
	entries, err := os.ReadDir(t.Dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), "_test.go") && !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// sameTests returns the benchmarks whose own code is the same on both sides, and
// reports the functions of the others. A gate that took another benchmark for a
// change of the code would call every better test a regression.
func (p *pair) sameTests(shared, base, head []sweep.Benchmark) ([]sweep.Benchmark, error) {
	if p.check.Tests != ownTests || p.same() {
		return shared, nil
	}
	differs := map[string]bool{} // by function
	packages := map[string]func(string) bool{}
	for _, b := range base {
		f := function(b)
		_, known := differs[f]
		if known || !slices.ContainsFunc(head, func(h sweep.Benchmark) bool { return function(h) == f }) {
			continue
		}
		if packages[b.Package] == nil {
			changed, err := p.changedTests(b.Package)
			if err != nil {
				return nil, err
			}
			packages[b.Package] = changed
		}
		name, _, _ := strings.Cut(b.Name, "/")
		if differs[f] = packages[b.Package]("Benchmark" + name); differs[f] {
			p.report.Changed = append(p.report.Changed, b.Package+"."+name)
		}
	}
	shared = slices.DeleteFunc(shared, func(b sweep.Benchmark) bool { return differs[function(b)] })
	return shared, p.noteData(shared)
}

// changedTests compares the test files of a package that both sides have.
func (p *pair) changedTests(path string) (func(benchmark string) bool, error) {
	var files [2][]testcode.File
	for i, s := range []*side{&p.base, &p.head} {
		t := s.tested[path]
		for _, name := range slices.Concat(t.TestGoFiles, t.XTestGoFiles) {
			text, err := os.ReadFile(filepath.Join(t.Dir, name))
			if err != nil {
				return nil, fmt.Errorf("compare the benchmarks of %s: %w", path, err)
			}
			files[i] = append(files[i], testcode.File{Name: name, Text: text})
		}
	}
	return testcode.Changed(files[0], files[1]), nil
}

// noteData notes packages whose tests have other data in base than in head. Who
// reads it cannot be told, so that is no reason not to compare.
func (p *pair) noteData(shared []sweep.Benchmark) error {
	seen := map[string]bool{}
	for _, b := range shared {
		if seen[b.Package] {
			continue
		}
		seen[b.Package] = true
		base, head := p.base.tested[b.Package], p.head.tested[b.Package]
		was, err := sweep.SumData(base.Dir, embedded(base))
		if err != nil {
			return err
		}
		is, err := sweep.SumData(head.Dir, embedded(head))
		if err != nil {
			return err
		}
		if was != is {
			p.report.Notes = append(p.report.Notes, b.Package+": testdata, or what its tests embed, differs between base and head, so benchmarks that read it do other work; --tests=head gives both that of head")
		}
	}
	return nil
}
