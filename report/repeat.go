package report

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"overlap/internal/typeset"
)

// Repeat is the shell command that measures the row's points again. A workload
// of the suite and a benchmark that overlap measured are run by overlap; a
// benchmark of which only go test is known by that, once for each GOMAXPROCS:
// given several at once, go test (1.26) measures a benchmark that loops with
// b.Loop for the first time with the wrong one.
func (a *Analysis) Repeat(r Row) string {
	var workers, cores, procs []int
	var names []spelling
	bound := true
	for _, p := range a.Data.Points {
		if !r.owns(p) {
			continue
		}
		workers, cores, procs = append(workers, p.Workers), append(cores, p.Cores), append(procs, p.Procs)
		bound = bound && p.Cores == p.Procs
		for _, name := range a.Data.records[p].names {
			names = append(names, spellingOf(name, p.Procs))
		}
	}
	placement := a.Data.Host["placement"]
	if r.Executor == "" && placement == "" {
		return goTest(benchPattern(names), r.where(), procs)
	}
	args := []string{"overlap", "run"}
	if r.Executor == "" {
		sweptByUs := func(key string) bool { return slices.Contains([]string{"workers", "cores", "slices", "scaling"}, key) }
		args = append(args, "--pkg", r.where(), "--bench", benchPattern(without(names, sweptByUs)))
	} else {
		size, _, _ := strings.Cut(cmp.Or(valuesOf(names, "size"), "medium"), ",") // a run has one
		args = append(args, "--workloads", strings.ToLower(valuesOf(names, "")), "--executors", valuesOf(names, "executor"), "--size", size)
	}
	if variants := valuesOf(names, "variant"); r.Executor != "" && variants != "" {
		args = append(args, "--variants", variants)
	}
	if r.Weak {
		args = append(args, "--scaling", "weak")
	}
	if r.Workers > 0 && (r.Executor != "" || valuesOf(names, "workers") != "") {
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

// goTest is the command for a benchmark that go test alone measured.
func goTest(pattern, where string, procs []int) string {
	run := func(cpu string) string {
		return shellWords("go", "test", "-run", "^$", "-bench", pattern, "-cpu", cpu, "-count", strconv.Itoa(minSamples), where)
	}
	numbers := commas(procs)
	if !strings.Contains(numbers, ",") {
		return run(numbers)
	}
	const hole = "%c%" // no number is like it
	return "for c in " + strings.ReplaceAll(numbers, ",", " ") + "; do " + strings.Replace(run(hole), "-cpu "+hole, "-cpu $c", 1) + "; done"
}

// Show is the shell command that prints the very lines of the result files
// that the row rests on.
func (a *Analysis) Show(r Row) string {
	var names []string
	from := map[int]bool{}
	for _, p := range a.PointsOf(r) {
		rec := a.Data.records[p.Point]
		names = append(names, rec.names...)
		for _, s := range rec.sources {
			from[s] = true
		}
	}
	grep := "grep"
	var files []string
	for _, id := range slices.Sorted(maps.Keys(from)) {
		s := a.Data.sources[id]
		if s.zipped {
			grep = "zgrep" // which reads plain files, too
		}
		if !slices.Contains(files, s.file) {
			files = append(files, s.file)
		}
	}
	return shellWords(append([]string{grep, "-hE", "-e", a.Data.linesOf(names), "--"}, files...)...)
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
		quoted[i] = typeset.Printable(arg)
		if arg == "" || !plainWord.MatchString(arg) {
			quoted[i] = "'" + strings.ReplaceAll(quoted[i], "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:,=@%+-]+$`)
