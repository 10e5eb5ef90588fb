package report

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"overlap/internal/table"
)

// outcomes is what go test says of benchmarks that have no result, and of
// packages that failed.
type outcomes struct {
	pkg       string            // last named
	compiling bool              // what follows is of the compiler
	announced []string          // with -v and -json, a benchmark is named before it runs: those without a result so far
	failed    table.Reasons     // by package
	skipped   table.Reasons     // by package
	panicked  table.Reasons     // by what it said
	broken    map[string]string // package that does not build → why
	bad       []string          // packages that failed, in order
	torn      table.Reasons     // results broken by what the benchmark printed, by package
	pieces    int               // how many
	tests     []string          // that failed and are no benchmarks
	anonymous string            // what a panic said of which the benchmark is not known yet
}

var (
	named1   = regexp.MustCompile(`^Benchmark(?:[^a-z\s]\S*)?\s*$`)
	ended    = regexp.MustCompile(`^(?:\s*|Benchmark\S*\s+)--- (FAIL|SKIP): (\S+)`)
	torn     = regexp.MustCompile(`^(Benchmark(?:[^a-z\s]\S*)?)(?: *\t|  )\s*\S`)
	failure  = regexp.MustCompile(`^FAIL\s+(\S+)(?:\s+\[(build|setup) failed\])?`)
	crash    = regexp.MustCompile(`^(?:Benchmark\S*\s+)?(?:panic|fatal error): (.*)`)
	compiled = regexp.MustCompile(`^# (\S+)`)
	frame    = regexp.MustCompile(`\.(Benchmark(?:[^a-z\s.(]\w*)?)(?:\.func[\d.]+)?\(`)
)

// look keeps what a line says of an end. Results, and their configuration, come
// by the million: these cost no more than a glance.
func (o *outcomes) look(line []byte) {
	if at := glued(line); at > 0 {
		o.lose(string(bytes.Fields(line[at:])[0]))
	}
	switch line[0] {
	case 'B':
		if end := bytes.IndexAny(line[:min(len(line), maxNameLine)], " \t\r\n"); end >= 0 && len(bytes.TrimSpace(line[end:])) == 0 && named1.Match(line) {
			o.announce(string(line[:end]))
		} else if len(o.announced) > 0 && isResult(line) {
			o.has(string(bytes.Fields(line)[0]))
		}
	case '-', ' ', '\t', 'p', 'f', 'F', '#':
		o.read(string(bytes.TrimRight(line, "\r\n")))
	default:
		if o.compiling && compiler.Match(line) {
			o.breaks(o.pkg, string(bytes.TrimSpace(line)))
		}
		if m := frame.FindSubmatch(line); m != nil && o.anonymous != "" {
			o.panics(string(m[1]), o.anonymous)
		}
	}
}

// glued is where in a line a whole result begins right behind what a benchmark has
// printed without ending the line; 0 if there is none, or in quotes.
func glued(line []byte) int {
	at := bytes.Index(line, []byte("Benchmark"))
	if at < 1 || bytes.IndexByte([]byte(" \t\"'`|>(/"), line[at-1]) >= 0 || at == 1 && (line[0] == '+' || line[0] == '-') || !isResult(line[at:]) {
		return 0
	}
	return at
}

// lose notes a result that something printed has broken.
func (o *outcomes) lose(name string) {
	o.pieces++
	o.torn.Add(strings.TrimPrefix(name, "Benchmark"), o.pkg)
}

// maxNameLine is how long the name of a benchmark alone on a line may be.
const maxNameLine = 1 << 10

// read is look for a line that may say an end.
func (o *outcomes) read(text string) {
	if m := crash.FindStringSubmatch(text); m != nil {
		o.crash(text, m[1])
	} else if m := ended.FindStringSubmatch(text); m != nil {
		o.end(m[1], m[2])
	} else if m := failure.FindStringSubmatch(text); m != nil {
		o.fail(m[1], m[2] != "")
	} else if m := compiled.FindStringSubmatch(text); m != nil {
		o.pkg, o.compiling = m[1], true
	} else if pkg, ok := strings.CutPrefix(text, "pkg: "); ok {
		o.pkg, o.compiling = pkg, false
	}
}

// tear is look for a line that begins as a result does and is none.
func (o *outcomes) tear(line []byte) {
	text := string(bytes.TrimRight(line, "\r\n"))
	if m := torn.FindStringSubmatch(text); m != nil && m[1] != "Benchmark" && !crash.MatchString(text) && !ended.MatchString(text) {
		o.lose(m[1])
		return
	}
	o.read(text)
}

// breaks notes why a package does not build; the compiler's first words count.
func (o *outcomes) breaks(pkg, why string) {
	if o.broken == nil {
		o.broken = map[string]string{}
	}
	if o.broken[pkg] == "" {
		o.broken[pkg] = why
	}
}

// announce notes a benchmark that begins. Those that it is a part of have no
// result of their own.
func (o *outcomes) announce(name string) {
	o.announced = slices.DeleteFunc(o.announced, func(n string) bool { return n == name || strings.HasPrefix(name, n+"/") })
	o.announced = append(o.announced, name)
}

// has notes that a benchmark has a result or an end. Behind its name may be a
// GOMAXPROCS.
func (o *outcomes) has(name string) {
	plain := name
	if i := strings.LastIndexByte(name, '-'); i > 0 && strings.Trim(name[i+1:], "0123456789") == "" {
		plain = name[:i]
	}
	o.announced = slices.DeleteFunc(o.announced, func(n string) bool { return n == name || n == plain })
}

func (o *outcomes) end(how, name string) {
	o.has(name)
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
	who := ""
	if m := torn.FindStringSubmatch(line); m != nil {
		who = m[1]
		o.has(who)
	} else if n := len(o.announced); n > 0 {
		who = o.announced[n-1]
		o.announced = o.announced[:n-1]
	} else { // the stack that follows may name it
		o.anonymous = cmp.Or(o.anonymous, why)
		return
	}
	o.panics(who, why)
}

// panics notes which benchmark ended its program.
func (o *outcomes) panics(who, why string) {
	o.anonymous = ""
	if o.pkg != "" {
		who += " of " + o.pkg
	}
	o.panicked.Add(strings.TrimPrefix(who, "Benchmark"), why)
}

func (o *outcomes) fail(pkg string, unbuilt bool) {
	if unbuilt {
		o.breaks(pkg, "what the compiler said is not in the file")
	}
	if !slices.Contains(o.bad, pkg) {
		o.bad = append(o.bad, pkg)
	}
}

// warnings are sentences, each of one kind.
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
	if len(o.announced) > 0 && o.pkg != "" {
		say("began, and has no result: %s (%s)", enumerate(shortNames(o.announced)), o.pkg)
		explained[o.pkg] = true
	}
	for _, r := range o.torn.List() {
		say("%s lost, because benchmarks printed into the line: %s%s; run go test with -v or -json, which keep results whole", table.Count(o.pieces, "result"), enumerate(r.Names), in(r.Why))
	}
	if len(o.panicked.List()) > 0 {
		return list
	}
	var others []string
	for _, pkg := range o.bad {
		if !explained[pkg] {
			others = append(others, pkg)
		}
	}
	if len(others) > 0 {
		if len(o.tests) > 0 {
			say("go test ran no benchmarks of %s, because %s failed; -run '^$' leaves tests out", enumerate(others), enumerate(o.tests))
			return list
		}
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
