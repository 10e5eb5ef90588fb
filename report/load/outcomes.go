package load

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"overlap/internal/table"
)

// outcomes is what go test prints about benchmarks without a result, and about
// packages that failed.
type outcomes struct {
	pkg       string            // the last one named
	compiling bool              // the next lines are from the compiler
	started   []string          // benchmarks without a result so far: -v and -json name each before it runs
	failed    table.Reasons     // by package
	skipped   table.Reasons     // by package
	panicked  table.Reasons     // by message
	broken    map[string]string // package that does not build → why
	bad       []string          // packages that failed, in order
	torn      table.Reasons     // results that output of the benchmark broke, by package
	tornCount map[string]int
	tests     []string // that failed and are not benchmarks
	anonymous string   // message of a panic whose benchmark is not known yet
}

var (
	nameLine     = regexp.MustCompile(`^Benchmark(?:[^a-z\s]\S*)?\s*$`)
	endLine      = regexp.MustCompile(`^(?:\s*|Benchmark\S*\s+)--- (FAIL|SKIP): (\S+)`)
	tornLine     = regexp.MustCompile(`^(Benchmark(?:[^a-z\s]\S*)?)(?: *\t|  )\s*\S`)
	failLine     = regexp.MustCompile(`^FAIL\s+(\S+)(?:\s+\[(build|setup) failed\])?`)
	crashLine    = regexp.MustCompile(`^(?:Benchmark\S*\s+)?(?:panic|fatal error): (.*)`)
	compilerLine = regexp.MustCompile(`^# (\S+)`)
	stackFrame   = regexp.MustCompile(`\.(Benchmark(?:[^a-z\s.(]\w*)?)(?:\.func[\d.]+)?\(`)
)

// look notes how a benchmark or a package ended, if the line says so. Results, and
// their configuration, come by the million: for them it returns at once.
func (o *outcomes) look(line []byte) {
	if at := glued(line); at > 0 {
		o.addTorn(string(bytes.Fields(line[at:])[0]))
	}
	switch line[0] {
	case 'B':
		if end := bytes.IndexAny(line[:min(len(line), maxNameLine)], " \t\r\n"); end >= 0 && len(bytes.TrimSpace(line[end:])) == 0 && nameLine.Match(line) {
			o.start(string(line[:end]))
		} else if len(o.started) > 0 && isResult(line) {
			o.finish(string(bytes.Fields(line)[0]))
		}
	case '-', ' ', '\t', 'p', 'f', 'F', '#':
		o.read(string(bytes.TrimRight(line, "\r\n")))
	default:
		if o.compiling && compiler.Match(line) {
			o.breaks(o.pkg, string(bytes.TrimSpace(line)))
		}
		if m := stackFrame.FindSubmatch(line); m != nil && o.anonymous != "" {
			o.panics(string(m[1]), o.anonymous)
		}
	}
}

// glued returns where in a line a whole result begins right after output of a benchmark
// that did not end its line; 0 if there is none, or it is quoted.
func glued(line []byte) int {
	at := bytes.Index(line, []byte("Benchmark"))
	if at < 1 || bytes.IndexByte([]byte(" \t\"'`|>(/"), line[at-1]) >= 0 || at == 1 && (line[0] == '+' || line[0] == '-') || !isResult(line[at:]) {
		return 0
	}
	return at
}

// addTorn notes a result that output of the benchmark broke.
func (o *outcomes) addTorn(name string) {
	o.tornCount[o.pkg]++
	o.torn.Add(strings.TrimPrefix(name, "Benchmark"), o.pkg)
}

// maxNameLine is how long a line with only the name of a benchmark may be.
const maxNameLine = 1 << 10

// read notes the end that a line may report.
func (o *outcomes) read(text string) {
	if m := crashLine.FindStringSubmatch(text); m != nil {
		o.crash(text, m[1])
	} else if m := endLine.FindStringSubmatch(text); m != nil {
		o.end(m[1], m[2])
	} else if m := failLine.FindStringSubmatch(text); m != nil {
		o.fail(m[1], m[2] != "")
	} else if m := compilerLine.FindStringSubmatch(text); m != nil {
		o.pkg, o.compiling = m[1], true
	} else if pkg, ok := strings.CutPrefix(text, "pkg: "); ok {
		o.pkg, o.compiling = pkg, false
	}
}

// readDamaged does what read does, for a line that begins like a result but is not one.
func (o *outcomes) readDamaged(line []byte) {
	text := string(bytes.TrimRight(line, "\r\n"))
	if m := tornLine.FindStringSubmatch(text); m != nil && m[1] != "Benchmark" && !crashLine.MatchString(text) && !endLine.MatchString(text) {
		o.addTorn(m[1])
		return
	}
	o.read(text)
}

// breaks notes why a package does not build; the first message of the compiler counts.
func (o *outcomes) breaks(pkg, why string) {
	if o.broken[pkg] == "" {
		o.broken[pkg] = why
	}
}

// start notes a benchmark that begins. Those that it is a part of have no
// result of their own.
func (o *outcomes) start(name string) {
	o.started = slices.DeleteFunc(o.started, func(n string) bool { return n == name || strings.HasPrefix(name, n+"/") })
	o.started = append(o.started, name)
}

// finish notes that a benchmark has a result or an end. Its name may end in
// GOMAXPROCS.
func (o *outcomes) finish(name string) {
	plain := name
	if i := strings.LastIndexByte(name, '-'); i > 0 && strings.Trim(name[i+1:], "0123456789") == "" {
		plain = name[:i]
	}
	o.started = slices.DeleteFunc(o.started, func(n string) bool { return n == name || n == plain })
}

// end notes a test or benchmark that failed or was skipped.
func (o *outcomes) end(how, name string) {
	o.finish(name)
	switch short, isBenchmark := strings.CutPrefix(name, "Benchmark"); {
	case !isBenchmark:
		if how == "FAIL" && !slices.Contains(o.tests, name) {
			o.tests = append(o.tests, name)
		}
	case how == "FAIL":
		o.failed.Add(short, o.pkg)
	default:
		o.skipped.Add(short, o.pkg)
	}
}

// crash blames the benchmark that is running.
func (o *outcomes) crash(line, why string) {
	if m := tornLine.FindStringSubmatch(line); m != nil {
		o.finish(m[1])
		o.panics(m[1], why)
	} else if n := len(o.started); n > 0 {
		last := o.started[n-1]
		o.started = o.started[:n-1]
		o.panics(last, why)
	} else { // the stack that follows may name it
		o.anonymous = cmp.Or(o.anonymous, why)
	}
}

// panics notes the benchmark that ended its program.
func (o *outcomes) panics(name, why string) {
	o.anonymous = ""
	if o.pkg != "" {
		name += " of " + o.pkg
	}
	o.panicked.Add(strings.TrimPrefix(name, "Benchmark"), why)
}

// fail notes a package that failed.
func (o *outcomes) fail(pkg string, unbuilt bool) {
	if unbuilt {
		o.breaks(pkg, "the file does not have the messages of the compiler")
	}
	if !slices.Contains(o.bad, pkg) {
		o.bad = append(o.bad, pkg)
	}
}

// warnings returns a sentence for each kind of outcome and package.
func (o *outcomes) warnings() (list []string) {
	say := func(format string, args ...any) { list = append(list, table.OneLine(fmt.Sprintf(format, args...))) }
	in := func(pkg string) string {
		if pkg == "" {
			return ""
		}
		return " (" + pkg + ")"
	}
	explained := map[string]bool{}
	if o.anonymous != "" {
		o.panics("a benchmark", o.anonymous)
	}
	for _, pkg := range o.bad {
		if why := o.broken[pkg]; why != "" {
			say("%s does not build: %s", pkg, table.Cut(why, 200))
			explained[pkg] = true
		}
	}
	for _, r := range o.panicked.List() {
		say("%s ended its program: %s; benchmarks after it did not run", enumerate(r.Names), table.Cut(r.Why, 200))
	}
	for _, r := range o.failed.List() {
		say("failed, so without a result: %s%s", enumerate(r.Names), in(r.Why))
		explained[r.Why] = true
	}
	for _, r := range o.skipped.List() {
		say("skipped: %s%s", enumerate(r.Names), in(r.Why))
	}
	if len(o.started) > 0 && o.pkg != "" {
		say("started but has no result: %s (%s)", enumerate(shortNames(o.started)), o.pkg)
		explained[o.pkg] = true
	}
	for _, r := range o.torn.List() {
		say("%s lost, because benchmarks printed into the line: %s%s; run go test with -v or -json, which keep results whole", table.Count(o.tornCount[r.Why], "result"), enumerate(r.Names), in(r.Why))
	}
	if len(o.panicked.List()) > 0 {
		return list
	}
	others := slices.DeleteFunc(slices.Clone(o.bad), func(pkg string) bool { return explained[pkg] })
	switch {
	case len(others) == 0:
	case len(o.tests) > 0:
		say("go test ran no benchmarks of %s, because %s failed; -run '^$' leaves tests out", enumerate(others), enumerate(o.tests))
	default:
		say("go test failed: %s", enumerate(others))
	}
	return list
}

func shortNames(names []string) (short []string) {
	for _, n := range names {
		short = append(short, strings.TrimPrefix(n, "Benchmark"))
	}
	return short
}
