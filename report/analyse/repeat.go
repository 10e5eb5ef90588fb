package analyse

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"overlap/internal/sampling"
	"overlap/internal/table"
	"overlap/report/load"
)

// Repeat is the shell command that measures the row's points again, with the
// settings of the run as far as the file states them. It is overlap run, in the
// directory of the first run, for workloads of the suite and other results of
// overlap. Otherwise it is go test, once for each GOMAXPROCS: given several at
// once, go test (1.26) takes the first sample of a benchmark that loops with b.Loop
// at the wrong one.
func (a *Analysis) Repeat(r Row) string {
	var points []load.Point
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
		for _, name := range a.Data.Names(p) {
			s := spellingOf(name, p.Procs)
			names = append(names, s)
			at[p.Procs][s.String()] = true
		}
	}
	if placement := a.Data.Host["placement"]; r.Executor != "" || placement != "" {
		words := append([]string{"overlap", "run"}, r.pointFlags(names, points)...)
		words = append(words, placementFlags(placement)...)
		words = append(words, a.Data.Settings(points).Flags(r.Executor != "")...)
		return ShellWords(append(a.Data.Environment(), words...)...)
	}
	return goTest(distinct(names), at, r.packagePath())
}

// pointFlags returns the flags of overlap run that choose the row's points.
func (r Row) pointFlags(names []spelling, points []load.Point) (args []string) {
	numbers := func(of func(load.Point) int) string {
		var all []int
		for _, p := range points {
			all = append(all, of(p))
		}
		return commas(all)
	}
	if r.Executor == "" {
		args = append(args, "--pkg", r.packagePath(), "--bench", exactPattern(withoutAxes(names)), "--all")
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
		args = append(args, "--workers", numbers(func(p load.Point) int { return p.Workers }))
	}
	args = append(args, "--cores", numbers(func(p load.Point) int { return p.Cores }))
	if slices.ContainsFunc(points, func(p load.Point) bool { return p.Cores != p.Procs }) {
		args = append(args, "--procs", numbers(func(p load.Point) int { return p.Procs }))
	}
	return args
}

// Explain is the command that names the lines which took the cores of the first row that
// contends, or empty. A file of another program may name packages that are not there.
func (a *Analysis) Explain() string {
	for _, r := range a.Rows {
		if r.Class != Contends {
			continue
		}
		if r.Executor != "" {
			return ShellWords("overlap", "why", "--workloads", strings.ToLower(r.Workload))
		}
		var names []spelling
		for _, p := range a.pointsOf(r) {
			for _, name := range a.Data.Names(p) {
				names = append(names, spellingOf(name, p.Procs))
			}
		}
		return ShellWords("overlap", "why", "--pkg", r.packagePath(), "--bench", exactPattern(withoutAxes(names)))
	}
	return ""
}

// placementFlags returns the flags that take the CPUs in an order.
func placementFlags(placement string) []string {
	switch {
	case placement == "" || placement == "one-per-core":
		return nil
	case strings.Trim(placement, "0123456789,-") == "":
		return []string{"--cpus", placement}
	}
	return []string{"--placement", placement}
}

// goTest returns the command that measures benchmarks with go test, each at the
// GOMAXPROCS of its results: a loop if these are the same for all.
func goTest(names []spelling, at map[int]map[string]bool, where string) string {
	run := func(pattern, cpu string) string {
		return ShellWords("go", "test", "-run", "^$", "-bench", pattern) + " -cpu " + cpu + " " + ShellWords("-count", strconv.Itoa(sampling.MinSamples), where)
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
	return fmt.Sprintf("for c in %s; do %s; done", strings.ReplaceAll(commas(all), ",", " "), run(patterns[0], "$c"))
}

// Show is the shell command that prints the lines of the result files that the row
// rests on.
func (a *Analysis) Show(r Row) string {
	var names []string
	points := a.pointsOf(r)
	for _, p := range points {
		names = append(names, a.Data.Names(p)...)
	}
	files, zipped := a.Data.FilesOf(points)
	grep := "grep"
	if zipped {
		grep = "zgrep" // which reads plain files, too
	}
	return ShellWords(append([]string{grep, "-hE", "-e", linesOf(a.Data, names), "--"}, files...)...)
}

// owns reports whether p is one of the points of the row's gains and curves.
func (r Row) owns(p load.Point) bool { return p.At(0, load.Level{}) == r.base }

// sameWork reports whether p is of the row's workload, under any executor, in
// slices or copies.
func (r Row) sameWork(p load.Point) bool {
	p.Executor, p.Slices, p.Copies = r.base.Executor, r.base.Slices, r.base.Copies
	return r.owns(p)
}

// packagePath is the package to name on a command line.
func (r Row) packagePath() string { return cmp.Or(r.Package, "./...") }

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

// ShellWords quotes a command line for a POSIX shell. A name from a file stays one
// word: within single quotes a shell expands nothing. Characters that control a
// terminal are left out.
func ShellWords(args ...string) string {
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
