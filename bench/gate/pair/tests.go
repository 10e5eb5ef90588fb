package pair

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overlap/bench/sweep"
	"overlap/internal/gocmd"
	"overlap/internal/testcode"
)

// embeddedFiles lists the files that the tests of a package embed.
func embeddedFiles(p gocmd.Package) []string {
	return slices.Concat(p.TestEmbedFiles, p.XTestEmbedFiles)
}

// listTests finds the packages of both sides, by their import paths.
func (p *Pair) listTests(ctx context.Context) error {
	for _, s := range p.sides() {
		// Without -test, go list does not say what tests embed.
		const fields = "ImportPath,Dir,ForTest,TestGoFiles,XTestGoFiles,EmbedFiles,TestEmbedFiles,XTestEmbedFiles"
		packages, err := s.command().List(ctx, fields, p.packages(), "-e", "-test")
		if err != nil {
			if err = p.tolerate(ctx, s, fmt.Errorf("%s: %w", s.name, err)); err != nil {
				return err
			}
			continue
		}
		s.tests = map[string]gocmd.Package{}
		for _, t := range packages {
			if t.Dir != "" && t.ForTest == "" { // else a variant of a package
				s.tests[t.ImportPath] = t
			}
		}
	}
	return nil
}

// shareTests has one side built with the tests of the other. A package that only
// one side has keeps its own: there is nothing to compare it with.
func (p *Pair) shareTests() error {
	from, to := &p.head, &p.base
	if p.baseMissing {
		if p.o.Tests == BaseTests {
			return wrong(OptionTests, "base cannot be built; see the notes")
		}
		return nil
	}
	switch p.o.Tests {
	case OwnTests:
		return nil
	case BaseTests:
		from, to = to, from
	}
	only := "benchmarks"
	if to == &p.base {
		only = "sub-benchmarks" // see readRules
	}
	p.note("both revisions have the tests of %s; %s that only %s has were not looked for", from.name, only, to.name)
	to.replace, to.runDirs = map[string]string{}, map[string]string{}
	for path, theirs := range from.tests {
		ours, both := to.tests[path]
		if !both || ours.Dir == theirs.Dir {
			continue
		}
		to.runDirs[path] = theirs.Dir
		if err := substitute(to.replace, ours, theirs); err != nil {
			return &OptionError{OptionTests, err}
		}
	}
	return nil
}

// substitute notes what to replace so that the package ours has the tests of
// theirs. What its code embeds stays.
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

// testFiles lists the files of a package's tests, by their names in its directory.
// They include files that this system does not build; otherwise the package would be a
// mixture.
func testFiles(t gocmd.Package) ([]string, error) {
	names := embeddedFiles(t)
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
// reports the functions of the others. If a changed benchmark counted as changed code,
// every stricter test would be a regression.
func (p *Pair) sameTests(shared, base, head []sweep.Benchmark) ([]sweep.Benchmark, error) {
	if p.o.Tests != OwnTests || p.isAA() {
		return shared, nil
	}
	differs := map[string]bool{} // by function
	packages := map[string]func(string) bool{}
	for _, b := range base {
		f := functionOf(b)
		_, known := differs[f]
		if known || !slices.ContainsFunc(head, func(h sweep.Benchmark) bool { return functionOf(h) == f }) {
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
			p.Changed = append(p.Changed, b.Package+"."+name)
		}
	}
	shared = slices.DeleteFunc(shared, func(b sweep.Benchmark) bool { return differs[functionOf(b)] })
	return shared, p.compareData(shared)
}

// changedTests compares the test files of a package that both sides have.
func (p *Pair) changedTests(path string) (func(benchmark string) bool, error) {
	var files [2][]testcode.File
	for i, s := range []*side{&p.base, &p.head} {
		t := s.tests[path]
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

// compareData finds packages with other test data in base than in head. That is not
// a reason not to compare them: which benchmarks read the data is not known.
func (p *Pair) compareData(shared []sweep.Benchmark) error {
	seen := map[string]bool{}
	for _, b := range shared {
		if seen[b.Package] {
			continue
		}
		seen[b.Package] = true
		base, head := p.base.tests[b.Package], p.head.tests[b.Package]
		was, err := sweep.SumData(base.Dir, embeddedFiles(base))
		if err != nil {
			return err
		}
		is, err := sweep.SumData(head.Dir, embeddedFiles(head))
		if err != nil {
			return err
		}
		if was != is {
			p.DataDiffers = append(p.DataDiffers, b.Package)
		}
	}
	return nil
}
