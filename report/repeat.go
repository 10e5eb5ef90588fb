package report

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"overlap/internal/sampling"
	"overlap/internal/table"
)

// Repeat is the shell command that measures the row's points again, with what
// the file tells of how the run measured them. A workload of the suite and a
// benchmark that overlap measured are run by overlap, in the folder where it was
// run; a benchmark of which only go test is known by that, once for each
// GOMAXPROCS: given several at once, go test (1.26) measures a benchmark that
// loops with b.Loop for the first time with the wrong one.
func (a *Analysis) Repeat(r Row) string {
	var points []Point
	var names []spelling
	at := map[int]map[string]bool{} // GOMAXPROCS → names
	for _, p := range a.Data.Points {
		if !r.owns(p) {
			continue
		}
		points = append(points, p)
		if at[p.Procs] == nil {
			at[p.Procs] = map[string]bool{}
		}
		for _, name := range a.Data.names(p) {
			s := spellingOf(name, p.Procs)
			names = append(names, s)
			at[p.Procs][s.String()] = true
		}
	}
	if placement := a.Data.Host["placement"]; r.Executor != "" || placement != "" {
		words := append([]string{"overlap", "run"}, r.chosen(names, points)...)
		words = append(words, placed(placement)...)
		words = append(words, a.Data.settings(points).flags(r.Executor != "")...)
		return shellWords(append(a.Data.environment(), words...)...)
	}
	return goTest(distinct(names), at, r.where())
}

// chosen are the flags of overlap run that choose the row's points.
func (r Row) chosen(names []spelling, points []Point) (args []string) {
	numbers := func(of func(Point) int) string {
		var all []int
		for _, p := range points {
			all = append(all, of(p))
		}
		return commas(all)
	}
	if r.Executor == "" {
		sweptByUs := func(key string) bool { return slices.Contains([]string{"workers", "cores", "slices", "scaling"}, key) }
		args = append(args, "--pkg", r.where(), "--bench", exactPattern(withoutKeys(names, sweptByUs)))
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
		args = append(args, "--workers", numbers(func(p Point) int { return p.Workers }))
	}
	args = append(args, "--cores", numbers(func(p Point) int { return p.Cores }))
	if slices.ContainsFunc(points, func(p Point) bool { return p.Cores != p.Procs }) {
		args = append(args, "--procs", numbers(func(p Point) int { return p.Procs }))
	}
	return args
}

// placed are the flags that take the CPUs in an order.
func placed(placement string) []string {
	switch {
	case placement == "" || placement == "one-per-core":
		return nil
	case strings.Trim(placement, "0123456789,-") == "":
		return []string{"--cpus", placement}
	}
	return []string{"--placement", placement}
}

// goTest is the command for benchmarks that go test alone measured, each with
// the GOMAXPROCS that it was measured at. If all were at each, it is a loop.
func goTest(names []spelling, at map[int]map[string]bool, where string) string {
	run := func(pattern, cpu string) string {
		return shellWords("go", "test", "-run", "^$", "-bench", pattern, "-cpu", cpu, "-count", strconv.Itoa(sampling.MinSamples), where)
	}
	var all []int
	var patterns, runs []string
	for _, procs := range slices.Sorted(maps.Keys(at)) {
		elsewhere := func(name spelling) bool { return !at[procs][name.String()] }
		pattern := exactPattern(slices.DeleteFunc(slices.Clone(names), elsewhere))
		all, patterns = append(all, procs), append(patterns, pattern)
		runs = append(runs, run(pattern, strconv.Itoa(procs)))
	}
	if len(runs) < 2 || len(slices.Compact(patterns)) > 1 {
		return strings.Join(runs, "; ")
	}
	const hole = "%c%" // no number is like it
	return "for c in " + strings.ReplaceAll(commas(all), ",", " ") + "; do " + strings.Replace(run(patterns[0], hole), "-cpu "+hole, "-cpu $c", 1) + "; done"
}

// Show is the shell command that prints the very lines of the result files
// that the row rests on.
func (a *Analysis) Show(r Row) string {
	var names []string
	points := a.pointsOf(r)
	for _, p := range points {
		names = append(names, a.Data.names(p)...)
	}
	files, zipped := a.Data.filesOf(points)
	grep := "grep"
	if zipped {
		grep = "zgrep" // which reads plain files, too
	}
	return shellWords(append([]string{grep, "-hE", "-e", survey{a.Data}.linesOf(names), "--"}, files...)...)
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
		quoted[i] = table.Printable(arg)
		if arg == "" || !plainWord.MatchString(arg) {
			quoted[i] = "'" + strings.ReplaceAll(quoted[i], "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:,=@%+-]+$`)
