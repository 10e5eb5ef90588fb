package report

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Repeat is the shell command that measures the row's points again. A workload
// of the suite and a benchmark that overlap measured are run by overlap; a
// benchmark of which only go test is known by that.
func (a *Analysis) Repeat(r Row) string {
	var workers, cores, procs []int
	bound := true
	for _, p := range a.Data.Points {
		if !r.owns(p) {
			continue
		}
		workers, cores, procs = append(workers, p.Workers), append(cores, p.Cores), append(procs, p.Procs)
		bound = bound && p.Cores == p.Procs
	}
	placement := a.Data.Host["placement"]
	if r.Executor == "" && placement == "" {
		return shellWords("go", "test", "-run", "^$", "-bench", benchPattern(r.Workload), "-cpu", commas(procs), "-count", strconv.Itoa(minSamples), r.where())
	}
	args := []string{"overlap", "run"}
	if r.Executor == "" {
		args = append(args, "--pkg", r.where(), "--bench", benchPattern(r.Workload))
	} else {
		args = append(args, "--workloads", strings.ToLower(r.Workload), "--executors", r.Executor, "--size", r.Size)
	}
	if r.Variant != "" {
		args = append(args, "--variants", r.Variant)
	}
	if r.Weak {
		args = append(args, "--scaling", "weak")
	}
	if r.Workers > 0 {
		args = append(args, "--workers", commas(workers))
	}
	args = append(args, "--cores", commas(cores))
	if !bound {
		args = append(args, "--procs", commas(procs))
	}
	switch {
	case placement == "" || placement == "one-per-core":
	case strings.Trim(placement, "0123456789,-") == "":
		args = append(args, "--cpus", placement)
	default:
		args = append(args, "--placement", placement)
	}
	return shellWords(args...)
}

// Show is the shell command that prints the very lines of the result files
// that the row rests on.
func (a *Analysis) Show(r Row) string {
	name := "^Benchmark" + regexp.QuoteMeta(r.Workload) + "[/[:space:]-]"
	if r.Executor != "" {
		name = fmt.Sprintf("^Benchmark%s/executor=(%s|serial)/", regexp.QuoteMeta(r.Workload), regexp.QuoteMeta(r.Executor))
	}
	return shellWords(append([]string{"grep", "-hE", "-e", name, "--"}, a.Data.Files...)...)
}

// owns reports whether p is one of the points that the row's gains and curves
// come from.
func (r Row) owns(p Point) bool {
	return p.Copies == 1 && p.Slices == 1 && p.Executor == r.Executor && r.kin(p)
}

// kin reports whether p is of the row's workload, under whatever executor.
func (r Row) kin(p Point) bool {
	return p.Workload == r.Workload && p.Package == r.Package && p.Size == r.Size && p.Variant == r.Variant && p.Weak == r.Weak && p.Column == r.Column
}

// where is the package to name on a command line.
func (r Row) where() string {
	if r.Package == "" {
		return "./..."
	}
	return r.Package
}

// benchPattern is the regular expression that go test -bench needs for one
// benchmark: it matches each level of the name on its own.
func benchPattern(workload string) string {
	levels := strings.Split("Benchmark"+workload, "/")
	for i, level := range levels {
		levels[i] = "^" + regexp.QuoteMeta(level) + "$"
	}
	return strings.Join(levels, "/")
}

// commas writes each number once, ascending.
func commas(numbers []int) string {
	numbers = slices.Clone(numbers)
	slices.Sort(numbers)
	var texts []string
	for _, n := range slices.Compact(numbers) {
		if n > 0 {
			texts = append(texts, strconv.Itoa(n))
		}
	}
	return strings.Join(texts, ",")
}

// shellWords quotes a command line for a POSIX shell. A name from a file stays one
// word whatever it holds: within single quotes a shell expands nothing, and
// what controls a terminal is no part of a command that is to be copied.
func shellWords(args ...string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = printable(arg)
		if arg == "" || !plainWord.MatchString(arg) {
			quoted[i] = "'" + strings.ReplaceAll(quoted[i], "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:,=@%+-]+$`)
