package sweep

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/overlay"
)

// findLimit is how long one iteration of a benchmark and its sub-benchmarks may
// take. One that takes longer cannot be swept in the time that people have.
const findLimit = 30 * time.Second

// listed is a package as go list describes it.
type listed struct {
	ImportPath, Dir           string
	TestGoFiles, XTestGoFiles []string
}

// Find builds the test binaries of the packages that match the pattern, as go
// test would in f.Dir, and finds the benchmarks that match re, as -bench would.
// What cannot be built or run is left out, and the notes say why; if nothing is
// left there is an error.
func (f *Foreign) Find(ctx context.Context, pattern, re string, at Level) (found []Benchmark, notes []string, err error) {
	if err := CheckPattern(re); err != nil {
		return nil, nil, err
	}
	failed, notes, err := f.Build(ctx, pattern)
	if err != nil {
		return nil, nil, err
	}
	for _, o := range failed {
		notes = append(notes, o.String())
	}
	found, omitted, err := f.Search(ctx, re, at, nil)
	if err != nil {
		return nil, nil, err
	}
	for _, o := range omitted {
		notes = append(notes, o.String())
	}
	if len(found) == 0 {
		if notes == nil {
			return nil, nil, fmt.Errorf("no benchmark of %s matches %q", pattern, re)
		}
		return nil, nil, fmt.Errorf("no benchmark of %s that matches %q can be measured:\n%s", pattern, re, strings.Join(notes, "\n"))
	}
	return found, notes, nil
}

// Omission is a package or a benchmark that is left out, and why.
type Omission struct{ Name, Why string }

func (o Omission) String() string { return o.Name + ": " + o.Why }

// ErrNoTests is the error of Build if no package that matches has tests.
var ErrNoTests = errors.New("nothing to build")

// Build makes the test binaries of the packages that match the pattern, as go
// test would in f.Dir. Those that cannot be built are in failed; notes say what
// the others lack.
func (f *Foreign) Build(ctx context.Context, pattern string) (failed []Omission, notes []string, err error) {
	if f.work, err = os.MkdirTemp("", "overlap-*"); err != nil {
		return nil, nil, fmt.Errorf("folder for test binaries: %w", err)
	}
	if f.Replace != nil {
		if err := overlay.Add(f.index(), f.Replace); err != nil {
			return nil, nil, err
		}
	}
	packages, err := f.list(ctx, pattern)
	if err != nil {
		return nil, nil, err
	}
	o, err := overlay.Make(ctx, f.Go, f.Dir, f.work, f.Env...)
	switch {
	case errors.Is(err, overlay.ErrUnfit):
		o.Path = ""
		notes = append(notes, fmt.Sprintf("no CPUs busy, no ceilings, and labels are not checked: %v", err))
	case err != nil:
		return nil, nil, err
	case f.Replace != nil:
		if err := overlay.Add(o.Path, f.Replace); err != nil {
			return nil, nil, err
		}
	}
	f.goVersion = o.Go
	f.binaries = map[string]binary{}
	for i, pkg := range packages {
		b, err := f.build(ctx, pkg, i, o.Path)
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		if err != nil {
			failed = append(failed, Omission{pkg.ImportPath, "left out: " + err.Error()})
			continue
		}
		if !b.hooked && o.Path != "" {
			notes = append(notes, pkg.ImportPath+": it cannot be built with clocks in package testing, so it has no CPUs busy and no ceilings, and its labels are not checked")
		}
		f.binaries[pkg.ImportPath] = b
		f.packages = append(f.packages, pkg)
	}
	return failed, notes, nil
}

// Search finds the benchmarks that match re, as -bench would, in the packages
// that Build has built, but for those that skip reports. Sub-benchmarks have
// names only while they run, so it runs one iteration of every benchmark at the
// given level. What cannot be run is left out.
func (f *Foreign) Search(ctx context.Context, re string, at Level, skip func(pkg string) bool) (found []Benchmark, omitted []Omission, err error) {
	if err := CheckPattern(re); err != nil {
		return nil, nil, err
	}
	for _, pkg := range f.packages {
		if skip != nil && skip(pkg.ImportPath) {
			continue
		}
		more, left, err := f.findIn(ctx, pkg, re, at)
		if err != nil {
			return nil, nil, err
		}
		found, omitted = append(found, more...), append(omitted, left...)
	}
	f.benchmarks = found
	return found, omitted, nil
}

// list returns the packages with test files.
func (f *Foreign) list(ctx context.Context, pattern string) ([]listed, error) {
	args := slices.Concat([]string{"list", "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles"}, f.replaced(), []string{"--"})
	out, err := f.goCommand(ctx, append(args, strings.Fields(pattern)...)...)
	if err != nil {
		return nil, err
	}
	var packages []listed
	matched := 0
	for d := json.NewDecoder(strings.NewReader(out)); ; matched++ {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("read the output of go list: %w", err)
		}
		if len(p.TestGoFiles)+len(p.XTestGoFiles) > 0 {
			packages = append(packages, p)
		}
	}
	switch {
	case matched == 0:
		return nil, fmt.Errorf("%w: no package matches %s", ErrNoTests, pattern)
	case len(packages) == 0:
		return nil, fmt.Errorf("%w: no package that matches %s has test files", ErrNoTests, pattern)
	}
	return packages, nil
}

// findIn finds the benchmarks of a package, each in a process of its own, so
// that one that ends its process hides no other.
func (f *Foreign) findIn(ctx context.Context, pkg listed, re string, at Level) (found []Benchmark, omitted []Omission, err error) {
	p := Point{Package: pkg.ImportPath, Copies: 1}
	p.Cores, p.Procs = at.Cores, at.Procs
	out, err := f.try(ctx, p, "-test.list=^Benchmark")
	if ctx.Err() != nil {
		return nil, nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, []Omission{{pkg.ImportPath, fmt.Sprintf("left out: list its benchmarks: %v", err)}}, nil
	}
	for name := range strings.FieldsSeq(string(out)) {
		match := narrow(re, name)
		if !strings.HasPrefix(name, "Benchmark") || name == "Benchmark" || match == "" {
			continue
		}
		log := filepath.Join(f.work, name+".log")
		out, err := f.try(ctx, p, append(testFlags(p, match, "1x"), "-test.testlogfile="+log)...)
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		if err != nil {
			omitted = append(omitted, Omission{pkg.ImportPath + "." + name, fmt.Sprintf("left out, or part of it: %v", err)})
		}
		asks := asksForWorkers(log) || f.asksEarly(pkg)
		names := leaves(out, name, at.Procs)
		if err == nil && len(names) == 0 && !strings.Contains(match, "/") {
			omitted = append(omitted, Omission{pkg.ImportPath + "." + name, "left out: it printed no result with a time that can be read"})
		}
		for _, leaf := range names {
			b := Benchmark{Package: pkg.ImportPath, Name: leaf, Workers: asks, Alone: !f.binaries[pkg.ImportPath].hooked}
			if slices.ContainsFunc(found, func(other Benchmark) bool { return other.Title() == b.Title() }) {
				omitted = append(omitted, Omission{pkg.ImportPath + "." + leaf, "left out: another has its name"})
				continue
			}
			found = append(found, b)
		}
	}
	return found, omitted, nil
}

// try runs a test binary and returns what it printed, even if it failed.
func (f *Foreign) try(ctx context.Context, p Point, args ...string) ([]byte, error) {
	limit := min(findLimit, f.Timeout)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errHangs{limit})
	defer cancel()
	cpus := f.Placement[:p.Cores]
	c, err := launch(ctx, f.command(ctx, p, cpus, false, args), cpus, false, "", "")
	if err != nil {
		return nil, err
	}
	if err := c.wait(); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return c.stdout.bytes(), c.failed(err)
	}
	return c.stdout.bytes(), nil
}

// leaves returns the names of the results in what a binary printed that belong
// to the benchmark function.
func leaves(out []byte, function string, procs int) (names []string) {
	for r := benchfmt.NewReader(bytes.NewReader(out), "benchmarks"); r.Scan(); {
		rec, ok := r.Result().(*benchfmt.Result)
		if !ok || !(nsPerOp(rec) > 0) {
			continue // garbage, or without a time
		}
		name := string(rec.Name.Full())
		if procs > 1 {
			name = strings.TrimSuffix(name, "-"+strconv.Itoa(procs))
		}
		if top, _, _ := strings.Cut(name, "/"); "Benchmark"+top == function && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// asksForWorkers reports whether a log of package testing says that the process
// read the variable.
func asksForWorkers(log string) bool {
	text, err := os.ReadFile(log)
	return err == nil && slices.Contains(strings.Split(string(text), "\n"), "getenv "+WorkersVariable)
}

// asksEarly reports whether a test file of the package has the variable's name
// as a string in a variable of the package, in an init function or in TestMain.
// What is read there is read for all benchmarks, and before the log begins.
func (f *Foreign) asksEarly(pkg listed) bool {
	for _, name := range slices.Concat(pkg.TestGoFiles, pkg.XTestGoFiles) {
		path := filepath.Join(pkg.Dir, name)
		file, err := parser.ParseFile(token.NewFileSet(), cmp.Or(f.Replace[path], path), nil, parser.SkipObjectResolution)
		if err == nil && slices.ContainsFunc(file.Decls, mentionsEarly) {
			return true
		}
	}
	return false
}

func mentionsEarly(decl ast.Decl) (found bool) {
	switch d := decl.(type) {
	case *ast.GenDecl:
		if d.Tok != token.VAR {
			return false
		}
	case *ast.FuncDecl:
		if d.Recv != nil || d.Name.Name != "init" && d.Name.Name != "TestMain" {
			return false
		}
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && strings.Trim(lit.Value, "`\"") == WorkersVariable {
			found = true
		}
		return !found
	})
	return found
}

// narrow returns re, a pattern for -bench, for the benchmark function of this
// name alone, or nothing if it does not match.
func narrow(re, function string) string {
	var alternatives []string
	for _, alternative := range splitPattern(re, '|') {
		levels := splitPattern(alternative, '/')
		if ok, err := regexp.MatchString(levels[0], function); ok && err == nil {
			levels[0] = "^" + function + "$"
			alternatives = append(alternatives, strings.Join(levels, "/"))
		}
	}
	return strings.Join(alternatives, "|")
}

// CheckPattern returns an error if a level of re is no regular expression.
func CheckPattern(re string) error {
	for _, alternative := range splitPattern(re, '|') {
		for _, level := range splitPattern(alternative, '/') {
			if _, err := regexp.Compile(level); err != nil {
				return fmt.Errorf("%q is no pattern for benchmarks: %w", re, err)
			}
		}
	}
	return nil
}

// splitPattern splits at sep outside of brackets, as package testing does.
func splitPattern(re string, sep byte) (parts []string) {
	class, group, from := 0, 0, 0
	for i := 0; i < len(re); i++ {
		switch c := re[i]; {
		case c == '\\':
			i++
		case c == '[':
			class++
		case c == ']':
			class = max(0, class-1)
		case c == '(' && class == 0:
			group++
		case c == ')' && class == 0:
			group--
		case c == sep && class == 0 && group == 0:
			parts = append(parts, re[from:i])
			from = i + 1
		}
	}
	return append(parts, re[from:])
}

// Matches reports whether a package that Build has built has a benchmark function
// that re could match. It runs none.
func (f *Foreign) Matches(ctx context.Context, pkg, re string, at Level) (bool, error) {
	p := Point{Package: pkg, Copies: 1}
	p.Cores, p.Procs = at.Cores, at.Procs
	out, err := f.try(ctx, p, "-test.list=^Benchmark")
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if err != nil {
		return false, fmt.Errorf("%s: list its benchmarks: %w", pkg, err)
	}
	for name := range strings.FieldsSeq(string(out)) {
		if strings.HasPrefix(name, "Benchmark") && narrow(re, name) != "" {
			return true, nil
		}
	}
	return false, nil
}
