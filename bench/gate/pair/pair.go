// Package pair makes two builds of two revisions, or of one under two settings, and finds
// what of them a gate can compare.
//
// Revisions, settings and patterns come in as Options. Points to measure, samplers, notes and
// problems come out. It checks out both revisions, builds each with its own tests
// or both with those of one, finds the benchmarks that both have, reads the rules above
// them, and links both builds again with their functions in other orders. It does not
// know a command line or a terminal: an OptionError says which option is wrong, and the
// caller says how its user sets that.
//
// The steps are Open, Build, Schedule, and gate.Measure with the Config of the
// schedule; then Recorders, to find out where something became worse; then Close.
package pair

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"overlap/bench/gate"
	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/internal/git"
	"overlap/internal/gocmd"
	"overlap/internal/scratch"
	"overlap/workloads"
)

// Worktree is the Options.Head that is the user's tree as it is.
const Worktree = "worktree"

// Options say what to compare.
type Options struct {
	Base, Head string   // revisions; an empty Base is Head, and its settings differ
	Dir        string   // a directory in the module
	Results    string   // a directory whose files do not count as changes of the tree
	Packages   string   // patterns, as for go test; empty: all of the module, or the workloads of overlap's own
	Bench      string   // a regular expression, as for go test; empty: all
	Args       []string // of the test binaries
	Tests      Tests    // empty: OwnTests
	Workloads  []workloads.Workload
	Curves     Curves
	Demands    map[int]float64 // minimum efficiency of head, by cores; rules in the tests replace it

	BaseSettings, HeadSettings Settings

	Host   host.Host
	Levels []sweep.Level // of parallelism to measure
	CPUs   []int         // in the order in which they are taken

	SampleVerb string            // the argument that makes overlap's command a sample process
	Say        func(text string) // is called before each step that takes time
}

// Tests say which tests to build with.
type Tests string

// Each revision has its own tests, or both have those of one.
const (
	OwnTests  Tests = "own"
	BaseTests Tests = "base"
	HeadTests Tests = "head"
)

// Curves say which benchmarks to measure on more than one core.
type Curves string

// All, none, or those that run in parallel in a short try.
const (
	Always Curves = "always"
	Never  Curves = "never"
	Auto   Curves = "auto"
)

// Option is an option that can be wrong.
type Option string

// The options of an OptionError. Those of the settings are base-go and head-go, base-flags
// and head-flags.
const (
	OptionBase      Option = "base"
	OptionHead      Option = "head"
	OptionDirectory Option = "directory"
	OptionResults   Option = "results"
	OptionPackages  Option = "packages"
	OptionTests     Option = "tests"
	OptionWorkloads Option = "workloads"
)

// OptionError is an error of an option.
type OptionError struct {
	Option Option
	Err    error
}

func (e *OptionError) Error() string { return fmt.Sprintf("%s: %v", e.Option, e.Err) }
func (e *OptionError) Unwrap() error { return e.Err }

func wrong(o Option, format string, args ...any) error {
	return &OptionError{o, fmt.Errorf(format, args...)}
}

// Pair is two builds, and their points to measure.
type Pair struct {
	Base, Head gate.Revision
	Points     []sweep.Point
	HeadOnly   []sweep.Point // compared with nothing, for a minimum efficiency

	gate.Ruled
	gate.NotCompared
	Notes    []string
	Declared map[string]gate.Place // see gate.Report.Declared

	Omitted       []sweep.Omission // benchmarks left out of either side; their names say which
	Cleared       []string         // directories that a killed process had left behind
	DataDiffers   []string         // packages whose test data differs between base and head
	TestsMismatch bool             // a package of one revision does not build with the tests of the other
	HeadFailed    bool             // a benchmark that base runs fails in head
	BaseFailed    bool             // a benchmark fails in base, so head has nothing to be compared with

	o           Options
	repo        *git.Repository
	module      string     // directory of head's module, from the top of its tree
	rules       gate.Rules // of all benchmark functions that match; most are empty
	base, head  side
	baseMissing bool // base cannot be built, and only head is measured
}

// side is one of the two builds.
type side struct {
	name     string // base or head
	revision string // as the user gave it, or Worktree
	commit   string
	dir      string        // of the module, or a directory in it
	top      string        // of the tree
	env      []string      // of the go command and of the processes
	worktree *git.Worktree // nil for the user's tree

	settings  Settings
	toolchain string // GOTOOLCHAIN, empty if none was chosen
	version   string // of Go, that builds it

	tests   map[string]gocmd.Package // packages that match, by import path
	replace map[string]string        // sweep.Foreign.Replace
	runDirs map[string]string        // sweep.Foreign.Dirs

	foreign *sweep.Foreign // nil for overlap's own workloads
	relink  func(ctx context.Context, pkg string, flags ...string) error
	work    *scratch.Dir // of overlap's own binary
	sampler interface {
		sweep.Recorder
		sweep.Slicer
	}
}

// Suite reports whether the pair is of overlap's own workloads.
func (p *Pair) Suite() bool { return p.head.foreign == nil }

// Close removes what was built and checked out.
func (p *Pair) Close() error {
	var errs []error
	for _, s := range []*side{&p.base, &p.head} {
		if s.foreign != nil {
			errs = append(errs, s.foreign.Close())
		}
		if s.work != nil {
			errs = append(errs, s.work.Remove())
		}
		if s.worktree != nil {
			errs = append(errs, s.worktree.Remove())
		}
	}
	return errors.Join(errs...)
}

// sides returns the sides that are built.
func (p *Pair) sides() []*side {
	if p.baseMissing {
		return []*side{&p.head}
	}
	return []*side{&p.base, &p.head}
}

// command is the go command for a side. It makes temporary files only when it
// builds, which a side does in a directory of its own.
func (s *side) command() gocmd.Go {
	return gocmd.Go{Dir: s.dir, Env: s.env, Temp: s.work}
}

func (p *Pair) note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

func (p *Pair) problem(name, why string) {
	p.Problems = append(p.Problems, gate.Problem{Name: name, Why: why})
}

func (p *Pair) packages() string { return cmp.Or(p.o.Packages, "./...") }
func (p *Pair) bench() string    { return cmp.Or(p.o.Bench, ".") }
