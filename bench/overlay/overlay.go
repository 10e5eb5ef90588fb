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
//   - runs a benchmark that spends most of its time outside of the timer for fewer
//     operations than -test.benchtime asks for: until it has spent half a second there,
//     or 25 times the benchtime, and not for the minutes until enough is timed.
//     Preparation that does not grow with the operations does not count.
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
//   - if TurnsVariable is set, too, times slices in turns with other processes, as a
//     player of package turns: until there is no further turn.
//
//   - if GoroutinesVariable is a number, starts so many goroutines in RunParallel, and
//     hands out so few operations at a time that they end together.
//
//   - if PartsVariable is set, reports what a speedup stack needs, as far as the system
//     tells (as package meter defines it): tasks-inflight, which is the goroutines of
//     RunParallel, or 1 where no goroutine begins, gc-cpus, runq-cpus, steal-cpus,
//     throttled-cpus of the control groups in QuotasVariable, idle-cpus,
//     goroutines-locked and goroutines-runnable.
//
//   - if RecordVariable is set to a kind of recording (see package recording), records
//     what the timer covers into files whose paths begin with FilesVariable. Each run
//     replaces the recording of the one before.
//
//   - if AskVariable is set, reports goroutines: those that began while a run was
//     timed, how many of them while the timer ran, how many RunParallel would start by
//     itself, whether half of those do much more than the others, and how many they begin.
//
// Without those variables it only measures.
package overlay

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overlap/internal/gocmd"
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
	TurnsVariable      = "OVERLAP_TURNS"       // take turns, which time slices for so long; "0s": one slice

	RecordVariable = "OVERLAP_RECORD"       // kind of recording
	FilesVariable  = "OVERLAP_RECORD_FILES" // begins the paths of its files
)

// GoroutinesVariable is how many goroutines RunParallel starts. PartsVariable, if not
// empty, makes a binary report the parts of a speedup stack. QuotasVariable is the
// directories of control groups with a CPU quota, as in a PATH.
const (
	GoroutinesVariable = "OVERLAP_GOROUTINES"
	PartsVariable      = "OVERLAP_PARTS"
	QuotasVariable     = "OVERLAP_QUOTAS"
)

// LeastEach is how many operations a timing has for each goroutine that GoroutinesVariable
// asks for, unless they take too long.
const LeastEach = 20

// AskVariable makes a binary report these units.
const (
	AskVariable    = "OVERLAP_ASK"
	GoroutinesUnit = "goroutines-begun"    // by the whole run
	TimedUnit      = "goroutines-timed"    // while its timer ran
	PerProcUnit    = "goroutines-per-proc" // that RunParallel starts for each of GOMAXPROCS; absent if it is not called
	UnevenUnit     = "goroutines-uneven"   // how many times more operations one half of those did than the other; about 1 where all do the same
	InsideUnit     = "goroutines-inside"   // by the goroutines of RunParallel; absent if there are none
)

// SetUpUnit is the share of slices that is not operations, but set-up on the timer, if it is
// not small.
const SetUpUnit = "setup-share"

// Units are what a binary adds to its results.
var Units = []string{SetUpUnit, "cpus-busy", "pressure", "tasks-inflight", "gc-cpus", "runq-cpus", "steal-cpus", "throttled-cpus", "idle-cpus", "goroutines-locked", "goroutines-runnable"}

// Ready is the line that a binary prints when it waits at the barrier.
const Ready = "overlap: ready"

// NoTurn begins the error of a binary that got no turn, because the process that gives
// them has ended, or has closed its pipes since another process failed.
const NoTurn = "overlap: no turn: "

// ErrUnfit is the error for a Go installation whose package testing is not as the
// overlay expects.
var ErrUnfit = errors.New("package testing of this Go version is not known")

// Each NAME.go.txt becomes overlap_NAME.go in package testing.
//
//go:embed *.go.txt
var hooks embed.FS

// recorder is package recording, of which all names have this word.
//
//go:embed recording/*.go
var recorder embed.FS

var renameRecorder = strings.NewReplacer("package recording", "package testing", "Recording", "overlapRecording")

// Overlay is the result of Make.
type Overlay struct {
	Path    string   // of the JSON file for -overlay
	Go      string   // version of the Go installation that it fits: go1.26.8
	Command gocmd.Go // that can build with it, in the directory of the command of Make
}

// Make writes the overlay for the Go installation of the go command, which the go.mod
// of its directory may choose, into dir. It writes nothing outside of dir, which must
// stay until the last build. The error is ErrUnfit if benchmarks must be built without
// an overlay.
func Make(ctx context.Context, command gocmd.Go, dir string) (Overlay, error) {
	out, err := command.Run(ctx, "env", "GOROOT", "GOVERSION", "GOMODCACHE")
	if err != nil {
		return Overlay{}, fmt.Errorf("find the Go installation: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3 {
		return Overlay{}, fmt.Errorf("find the Go installation: go env said %q", out)
	}
	o := Overlay{Path: filepath.Join(dir, "overlay.json"), Go: strings.TrimSpace(lines[1]), Command: command}
	root := strings.TrimSpace(lines[0])
	if inside, err := filepath.Rel(strings.TrimSpace(lines[2]), root); err == nil && filepath.IsLocal(inside) {
		root = o.moveOut(root, dir)
	}
	testing := filepath.Join(root, "src", "testing")
	source, err := os.ReadFile(filepath.Join(testing, "benchmark.go"))
	if err != nil {
		return o, fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	patched, err := patch(source)
	if err != nil {
		return o, err
	}
	files := map[string][]byte{"benchmark.go": patched}
	entries, err := hooks.ReadDir(".")
	for _, e := range entries {
		text, failed := hooks.ReadFile(e.Name())
		files["overlap_"+strings.TrimSuffix(e.Name(), ".txt")], err = text, errors.Join(err, failed)
	}
	entries, failed := recorder.ReadDir("recording")
	err = errors.Join(err, failed)
	for _, e := range entries {
		text, failed := recorder.ReadFile("recording/" + e.Name())
		files["overlap_"+e.Name()], err = []byte(renameRecorder.Replace(string(text))), errors.Join(err, failed)
	}
	if err != nil {
		panic("overlay: " + err.Error()) // they are embedded
	}
	return o, write(o.Path, testing, files)
}

// moveOut gives a Go installation in the module cache, where the go command puts those that
// it downloads, a path outside of it: the go command replaces no file in there. It
// returns that path, or where links are not allowed the old one, which serves builds
// without an overlay.
func (o *Overlay) moveOut(root, dir string) string {
	link := filepath.Join(dir, "goroot")
	if os.Symlink(root, link) != nil {
		return root
	}
	o.Command.Program = filepath.Join(link, "bin", "go")
	// The command would otherwise choose a toolchain again, at its old path.
	o.Command.Env = append(slices.Clone(o.Command.Env), "GOROOT="+link, "GOTOOLCHAIN=local")
	return link
}

// write stores the files beside the JSON file at path, which puts them into the
// directory testing.
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
