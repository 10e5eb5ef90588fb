// Package overlay measures benchmarks that know nothing of this suite: it
// makes a variant of the standard package testing, for go build's -overlay
// flag, that reads clocks where a benchmark's timer starts and stops. Neither
// the module of the benchmark nor the Go installation changes, and nothing is
// added to what the module depends on.
//
// A test binary built with it
//
//   - reports cpus-busy, the mean CPUs at work while the timer ran: CPU time of
//     the process, and of children that it waited for, over wall time; and
//     pressure, the share of the CPUs within reach that others had while this
//     process wanted them (as package meter defines them);
//
//   - fails a benchmark in which GOMAXPROCS, at the end, is not ProcsVariable,
//     or in which a thread may run on other CPUs than CPUsVariable (Linux);
//
//   - if BarrierVariable is set, waits before every run of a benchmark function,
//     and again where the function first resets the timer behind its set-up: it
//     writes the line Ready to standard error and reads a byte from standard
//     input. Copies with the same -test.benchtime=Nx come to it equally often.
//
//   - if SlicesVariable names a file, times slices of SliceVariable behind the
//     runs of the benchmark, for SlicesTimeVariable, and writes them there, as
//     ReadSlices reads them.
//
//   - if TurnsVariable is set, too, times slices in turns with another process,
//     from which it reads by file 3 and to which it writes by file 4.
//
//   - if AskVariable is set, reports goroutines: those that began while a run was
//     timed, and is silent where the Go version does not count them.
//
// Without those variables it only measures.
package overlay

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// The environment variables of a test binary that was built with the overlay.
const (
	ProcsVariable   = "OVERLAP_EXPECT_PROCS" // GOMAXPROCS, a number
	CPUsVariable    = "OVERLAP_EXPECT_CPUS"  // affinity of every thread, in the kernel's list format
	BarrierVariable = "OVERLAP_BARRIER"      // not empty: wait for others

	SlicesVariable     = "OVERLAP_SLICES"      // file to write the slices to
	SlicesTimeVariable = "OVERLAP_SLICES_TIME" // how long to time slices, as time.Duration writes it
	SliceVariable      = "OVERLAP_SLICE"       // how long a slice should take, as time.Duration writes it
	SliceOpsVariable   = "OVERLAP_SLICE_OPS"   // operations of a slice; 0: as many as take that long
	TurnsVariable      = "OVERLAP_TURNS"       // begin or follow, a space, and the slices of a turn
)

// AskVariable makes a binary report GoroutinesUnit.
const (
	AskVariable    = "OVERLAP_ASK"
	GoroutinesUnit = "goroutines-begun"
)

// Units are those that a binary adds to its results.
var Units = []string{"cpus-busy", "pressure"}

// Ready is the line with which a binary says that it waits at the barrier.
const Ready = "overlap: ready"

// NoTurn begins what a binary says that got no turn: mostly because the other
// process has ended, which says why.
const NoTurn = "overlap: no turn: "

// ErrUnfit is the error for a Go installation whose package testing is not
// made as the overlay expects.
var ErrUnfit = errors.New("package testing of this Go version is not known")

//go:embed hooks.go.txt slices.go.txt hooks_unix.go.txt hooks_other.go.txt wait_linux.go.txt wait_other.go.txt
var hooks embed.FS

// Overlay is what Make made.
type Overlay struct {
	Path string // of the JSON file for -overlay
	Go   string // version of the Go installation that it fits: go1.26.8
}

// Make writes the overlay for the Go installation that the go command uses in
// module, which its go.mod may choose, into the folder dir. Nothing but dir is
// written to, and dir must stay until the last build. env is what the go command
// has besides the environment of this process. The error is ErrUnfit if a
// benchmark has to go without.
func Make(ctx context.Context, goCommand, module, dir string, env ...string) (Overlay, error) {
	cmd := exec.CommandContext(ctx, goCommand, "env", "GOROOT", "GOVERSION")
	cmd.Dir = module
	cmd.Env = append(cmd.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(exit.Stderr))
		}
		return Overlay{}, fmt.Errorf("find the Go installation: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 2 {
		return Overlay{}, fmt.Errorf("find the Go installation: go env said %q", out)
	}
	o := Overlay{Path: filepath.Join(dir, "overlay.json"), Go: strings.TrimSpace(lines[1])}
	testing := filepath.Join(strings.TrimSpace(lines[0]), "src", "testing")
	source, err := os.ReadFile(filepath.Join(testing, "benchmark.go"))
	if err != nil {
		return o, fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	patched, err := patch(source)
	if err != nil {
		return o, err
	}
	files := map[string][]byte{"benchmark.go": patched}
	for to, from := range map[string]string{
		"overlap_hooks.go": "hooks.go.txt", "overlap_slices.go": "slices.go.txt", "overlap_wait_linux.go": "wait_linux.go.txt", "overlap_wait_other.go": "wait_other.go.txt", "overlap_hooks_unix.go": "hooks_unix.go.txt", "overlap_hooks_other.go": "hooks_other.go.txt",
	} {
		if files[to], err = hooks.ReadFile(from); err != nil {
			panic("overlay: " + err.Error()) // embedded above
		}
	}
	return o, write(o.Path, testing, files)
}

// write stores the files beside the JSON file at path, which puts them into the
// folder testing.
func write(path, testing string, files map[string][]byte) error {
	replace := map[string]string{}
	for name, text := range files {
		copied := filepath.Join(filepath.Dir(path), name)
		if err := os.WriteFile(copied, text, 0o666); err != nil {
			return fmt.Errorf("overlay: %w", err)
		}
		replace[filepath.Join(testing, name)] = copied
	}
	return Add(path, replace)
}

// insertion is text that goes into a file at a place.
type insertion struct {
	offset int
	text   string
}

// calls are the hooks in methods of testing.B. Those of the clocks stand outside
// of what testing times, and as near to it as they can: beyond it are pauses of
// the whole program, in which it counts allocations.
var calls = map[string]struct {
	begin, end    string // of the method
	before, after string // the assignment to
	field         string
}{
	"StartTimer": {field: "start", before: "b.overlapStart(); "},
	"StopTimer":  {field: "duration", after: "; b.overlapStop()"},
	"ResetTimer": {field: "start", before: "b.overlapStart(); ", begin: " b.overlapArrive(); b.overlapReset(); "},
	"runN":       {end: " b.overlapEnd(); "},
	// Slices come behind all runs, before their result is put together.
	"launch":       {field: "result", before: "b.overlapSlice(); "},
	"loopSlowPath": {begin: " if b.overlapLoop() { return true }; "},
}

// unsliced are calls that slices do without, and the methods that make them.
var unsliced = map[string]string{"StartTimer": "ReadMemStats", "StopTimer": "ReadMemStats", "ResetTimer": "ReadMemStats", "runN": "GC"}

// patch puts the hooks into the source of testing/benchmark.go. Places are
// found in the syntax tree, so that other versions of the file will do; a patch
// file would fit one version. No line is added: stacks keep their line numbers.
func patch(source []byte) ([]byte, error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, "benchmark.go", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	var all []insertion
	insert := func(at token.Pos, text string) {
		if text != "" {
			all = append(all, insertion{files.Position(at).Offset, text})
		}
	}
	places := 0
	for _, decl := range tree.Decls {
		if fields := structB(decl); fields != nil {
			insert(fields.Opening+1, " overlap overlapTimer; ")
			places++
		}
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil || !ofB(f) {
			continue
		}
		hook, ok := calls[f.Name.Name]
		if !ok {
			continue
		}
		places++
		insert(f.Body.Lbrace+1, hook.begin)
		insert(f.Body.Rbrace, hook.end)
		if hook.field != "" {
			at := assignment(f.Body, hook.field)
			if at == nil {
				return nil, fmt.Errorf("%w: %s does not set b.%s", ErrUnfit, f.Name.Name, hook.field)
			}
			insert(at.Pos(), hook.before)
			insert(at.End(), hook.after)
		}
		if name := unsliced[f.Name.Name]; name != "" {
			call := callOf(f.Body, "runtime", name)
			if call == nil {
				return nil, fmt.Errorf("%w: %s does not call runtime.%s", ErrUnfit, f.Name.Name, name)
			}
			insert(call.Pos(), "if !b.overlap.slicing { ")
			insert(call.End(), " }")
		}
		if f.Name.Name == "runN" {
			reset := callOf(f.Body, "b", "ResetTimer")
			if reset == nil {
				return nil, fmt.Errorf("%w: runN resets no timer", ErrUnfit)
			}
			insert(reset.Pos(), "b.overlapBegin(); ")
		}
	}
	if places != 1+len(calls) {
		return nil, fmt.Errorf("%w: %d of %d places found", ErrUnfit, places, 1+len(calls))
	}
	slices.SortStableFunc(all, func(x, y insertion) int { return cmp.Compare(x.offset, y.offset) })
	var out []byte
	from := 0
	for _, i := range all {
		out = append(append(out, source[from:i.offset]...), i.text...)
		from = i.offset
	}
	return append(out, source[from:]...), nil
}

// structB returns the fields of the struct B if decl declares it.
func structB(decl ast.Decl) *ast.FieldList {
	d, ok := decl.(*ast.GenDecl)
	if !ok || d.Tok != token.TYPE {
		return nil
	}
	for _, spec := range d.Specs {
		if s, ok := spec.(*ast.TypeSpec); ok && s.Name.Name == "B" {
			if body, ok := s.Type.(*ast.StructType); ok {
				return body.Fields
			}
		}
	}
	return nil
}

// ofB reports whether f is a method of *B whose receiver is called b.
func ofB(f *ast.FuncDecl) bool {
	if f.Recv == nil || len(f.Recv.List) != 1 || len(f.Recv.List[0].Names) != 1 || f.Recv.List[0].Names[0].Name != "b" {
		return false
	}
	star, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := star.X.(*ast.Ident)
	return ok && name.Name == "B"
}

// selected is the name of what e selects from the variable or package x, or
// empty.
func selected(e ast.Expr, x string) string {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if from, ok := s.X.(*ast.Ident); !ok || from.Name != x {
		return ""
	}
	return s.Sel.Name
}

// assignment returns the first statement in body that assigns to a field of b.
func assignment(body *ast.BlockStmt, field string) (found ast.Stmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && found == nil && selected(a.Lhs[0], "b") == field {
			found = a
		}
		return found == nil
	})
	return found
}

// callOf returns the first statement in body that calls the function or method
// of x.
func callOf(body *ast.BlockStmt, x, function string) (found ast.Stmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		if e, ok := n.(*ast.ExprStmt); ok && found == nil {
			if call, ok := e.X.(*ast.CallExpr); ok && selected(call.Fun, x) == function {
				found = e
			}
		}
		return found == nil
	})
	return found
}
