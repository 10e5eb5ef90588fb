package why_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const casesDir = "testdata/cases"

// A mark is a line of a case that ends in "// why: KIND", or, if it ends a wait at
// another, in "// why: KIND holder". KIND may be several, separated by " or ".
type mark struct {
	file   string // base name
	line   int
	kinds  []string
	holder bool
}

// knownKinds are the kinds of marks, with how a cause may spell them.
var knownKinds = map[string][]string{
	"lock":       {"lock"},
	"readers":    {"readers"},
	"atomic":     {"atomic"},
	"memory":     {"memory"},
	"channel":    {"channel"},
	"serial":     {"serial", "join"},
	"too-few":    {"too few"},
	"allocation": {"gc"},
	"allocator":  {"allocator", "map", "pool"},
	"syscall":    {"syscall"},
	"imbalance":  {"imbalance"},
}

var markComment = regexp.MustCompile(`// why: ([a-z -]+)$`)

// marksOf returns the marks in the text of a file.
func marksOf(file, text string) (list []mark, err error) {
	for i, line := range strings.Split(text, "\n") {
		if !strings.Contains(line, "// why:") {
			continue
		}
		m := markComment.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("%s:%d: a mark that is not // why: KIND", file, i+1)
		}
		text, holder := strings.CutSuffix(m[1], " holder")
		kinds := strings.Split(text, " or ")
		for _, kind := range kinds {
			if knownKinds[kind] == nil {
				return nil, fmt.Errorf("%s:%d: unknown kind %q", file, i+1, kind)
			}
		}
		list = append(list, mark{file, i + 1, kinds, holder})
	}
	return list, nil
}

// A testCase is a benchmark, BenchmarkX in x_test.go, with the marks of x.go and of that.
type testCase struct {
	name  string // X
	marks []mark
}

// readCases returns the cases in order of their names.
func readCases() (cases []testCase, err error) {
	files, err := filepath.Glob(filepath.Join(casesDir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	declared := regexp.MustCompile(`(?m)^func Benchmark(\w+)\(b \*testing\.B\)`)
	for _, path := range files {
		tests, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var names []string
		for _, m := range declared.FindAllSubmatch(tests, -1) {
			names = append(names, string(m[1]))
		}
		if len(names) == 0 {
			continue
		}
		base := strings.TrimSuffix(filepath.Base(path), "_test.go")
		if len(names) != 2 || strings.ToLower(names[0]) != base || names[1] != names[0]+"Repaired" {
			return nil, fmt.Errorf("%s has the benchmarks %v: expected one of its name, and that with Repaired", path, names)
		}
		c := testCase{name: names[0]}
		code, err := os.ReadFile(filepath.Join(casesDir, base+".go"))
		if err != nil {
			return nil, err
		}
		for _, f := range []struct{ name, text string }{{base + ".go", string(code)}, {base + "_test.go", string(tests)}} {
			marks, err := marksOf(f.name, f.text)
			if err != nil {
				return nil, err
			}
			c.marks = append(c.marks, marks...)
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func TestMarksAreRead(t *testing.T) {
	got, err := marksOf("a.go", "\tmu.Lock() // why: lock\n\tmu.Unlock() // why: lock holder\n\tf.Write(b) // why: syscall or lock\n")
	want := []mark{{"a.go", 1, []string{"lock"}, false}, {"a.go", 2, []string{"lock"}, true}, {"a.go", 3, []string{"syscall", "lock"}, false}}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, %v", got, err)
	}
	for _, wrong := range []string{"x() // why: magic", "x() // why: lock, surely", "x() // why:lock"} {
		if got, err := marksOf("a.go", wrong); err == nil {
			t.Errorf("%q has the marks %v", wrong, got)
		}
	}
}

func TestCasesHaveMarksAndTwins(t *testing.T) {
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, c := range cases {
		waits := 0
		for _, m := range c.marks {
			if !m.holder {
				waits++
			}
		}
		if waits == 0 {
			t.Errorf("Benchmark%s has no line to name", c.name)
			continue
		}
		kinds[c.marks[slices.IndexFunc(c.marks, func(m mark) bool { return !m.holder })].kinds[0]]++
	}
	if len(cases) < 16 || len(kinds) < 9 {
		t.Errorf("%d cases of the kinds %v", len(cases), kinds)
	}
}

// account is what the command says of a benchmark.
type account struct {
	Cores, Work, Rest float64
	Causes            []struct {
		Kind        string
		Cores       float64
		Line        place
		From, Until int
		Path        []place
		Without     float64 `json:"speedup_without"`
	}
}

type place struct {
	File string
	Line int
}

// TestWhyFindsTheCauses runs the command on all cases, on a machine that has nothing else
// to do: OVERLAP_WHY names a directory for what it writes, OVERLAP_WHY_CASES a regular
// expression that chooses cases. It prints what was expected and what was said, and
// whether the repair gives the speedup that the account promises, to within a quarter of the gain.
func TestWhyFindsTheCauses(t *testing.T) {
	dir := os.Getenv("OVERLAP_WHY")
	if dir == "" {
		t.Skip("ten minutes of a quiet machine: OVERLAP_WHY is the directory for its results")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	chosen := regexp.MustCompile(os.Getenv("OVERLAP_WHY_CASES"))
	overlap, tests := filepath.Join(dir, "overlap"), filepath.Join(dir, "cases.test")
	run(t, "../..", "go", "build", "-o", overlap, ".")
	run(t, casesDir, "go", "test", "-c", "-o", tests, ".")
	var table [][]string
	var shares []float64
	first, anywhere, predicted, unbalanced := 0, 0, 0, 0
	for _, c := range cases {
		if !chosen.MatchString(c.name) {
			continue
		}
		var a account
		out := run(t, ".", overlap, "why", "--json", "--dir", casesDir, "--bench", "^Benchmark"+c.name+"$", "--results", filepath.Join(dir, c.name))
		if err := json.Unmarshal(out, &a); err != nil {
			t.Errorf("%s: %v\n%s", c.name, err, out)
			continue
		}
		where := "no"
		for i, cause := range a.Causes {
			if hit := named(c, cause.Kind, cause.Line, cause.From, cause.Until, cause.Path); hit != "" {
				where = fmt.Sprintf("%d: %s", i+1, hit)
				if i == 0 && hit == "line, kind" {
					first++
				}
				anywhere++
				break
			}
		}
		sum := a.Work + a.Rest
		for _, cause := range a.Causes {
			sum += cause.Cores
		}
		if math.Abs(sum-a.Cores) > 0.02*a.Cores {
			unbalanced++
		}
		share := (a.Cores - a.Work - math.Abs(a.Rest)) / (a.Cores - a.Work)
		shares = append(shares, share)
		bad, twin := speedup(t, tests, c.name), speedup(t, tests, c.name+"Repaired")
		said, promise := "nothing", math.NaN()
		if len(a.Causes) > 0 {
			top := a.Causes[0]
			said = fmt.Sprintf("%s %s:%d", top.Kind, filepath.Base(top.Line.File), top.Line.Line)
			promise = top.Without
		}
		kept := math.Abs(twin-promise) <= 0.25*math.Abs(promise-bad)
		if kept {
			predicted++
		}
		table = append(table, []string{c.name, expected(c), said, where, fmt.Sprintf("%.0f %%", 100*share),
			fmt.Sprintf("%.2f", bad), fmt.Sprintf("%.2f", promise), fmt.Sprintf("%.2f", twin), strconv.FormatBool(kept)})
	}
	if len(table) == 0 {
		t.Fatal("no case was judged")
	}
	var text strings.Builder
	text.WriteString("| case | expected | said first | named | attributed | S | S promised | S of the twin | within 25 % of the gain |\n|--|--|--|--|--|--|--|--|--|\n")
	for _, row := range table {
		fmt.Fprintf(&text, "| %s |\n", strings.Join(row, " | "))
	}
	slices.Sort(shares)
	t.Logf("\n%s%d cases: %d named first with line and kind, %d named at all, %d promises kept, %d accounts off by more than 2 %%, median attributed %.0f %%",
		text.String(), len(table), first, anywhere, predicted, unbalanced, 100*shares[len(shares)/2])
}

// expected lists the lines to name.
func expected(c testCase) string {
	var list []string
	for _, m := range c.marks {
		if !m.holder {
			list = append(list, fmt.Sprintf("%s %s:%d", m.kinds[0], m.file, m.line))
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// named says what of a cause is right: "line, kind", "line", "holder", "path" or "". A
// range of lines is right if it holds a marked one and is no longer than 8. Where no goroutine waits, too few
// of them are the fault of whoever runs, so that a line of the call path suffices.
func named(c testCase, kind string, line place, from, until int, path []place) string {
	best := ""
	for _, m := range c.marks {
		at := m.file == filepath.Base(line.File) && (line.Line == m.line || from <= m.line && m.line <= until && until-from < 8)
		is := slices.ContainsFunc(m.kinds, func(k string) bool { return slices.Contains(knownKinds[k], kind) })
		if !at && is && m.kinds[0] == "too-few" {
			at = slices.ContainsFunc(path, func(p place) bool { return m.file == filepath.Base(p.File) && m.line == p.Line })
		}
		switch {
		case at && is && !m.holder:
			return "line, kind"
		case at && !m.holder:
			best = "line"
		case at && best == "":
			best = "holder"
		}
	}
	return best
}

func TestNamedKnowsLineKindAndHolder(t *testing.T) {
	c := testCase{marks: []mark{{"a.go", 10, []string{"lock"}, false}, {"a.go", 14, []string{"lock"}, true}, {"a.go", 30, []string{"too-few"}, false}}}
	for want, q := range map[string]struct {
		kind              string
		line, from, until int
	}{
		"line, kind": {"lock", 11, 9, 12},
		"line":       {"channel", 10, 10, 10},
		"holder":     {"lock", 14, 14, 14},
		"":           {"lock", 11, 2, 20},
	} {
		if got := named(c, q.kind, place{File: "x/a.go", Line: q.line}, q.from, q.until, nil); got != want {
			t.Errorf("%v: %q, expected %q", q, got, want)
		}
	}
	if got := named(c, "too few", place{File: "b.go", Line: 1}, 1, 1, []place{{File: "x/a.go", Line: 30}}); got != "line, kind" {
		t.Errorf("the path does not count: %q", got)
	}
}

// speedup returns the median of six ratios of the time on one core to that on two.
func speedup(t *testing.T, tests, name string) float64 {
	t.Helper()
	result := regexp.MustCompile(`(?m)^Benchmark` + name + `(-2)?\s+\d+\s+([\d.]+) ns/op`)
	var ratios []float64
	for range 6 {
		times := map[string]float64{}
		for _, m := range result.FindAllSubmatch(run(t, casesDir, tests, "-test.run=^$", "-test.bench=^Benchmark"+name+"$", "-test.cpu=1,2", "-test.benchtime=100ms"), -1) {
			times[string(m[1])], _ = strconv.ParseFloat(string(m[2]), 64)
		}
		if len(times) != 2 {
			t.Fatalf("%s: times at %v", name, slices.Collect(maps.Keys(times)))
		}
		ratios = append(ratios, times[""]/times["-2"])
	}
	slices.Sort(ratios)
	return (ratios[2] + ratios[3]) / 2
}

// run returns the standard output of a command.
func run(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	var errors bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &errors
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, &errors)
	}
	return out
}
