package cause

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"overlap/internal/table"
)

// explained is the account of a benchmark whose one core computes, while two wait for a lock.
func explained(t *testing.T) Explained {
	t.Helper()
	a, err := Explain(Record{
		Cores: 2, Modules: user, One: pass(1, 1), All: pass(1.5, 1),
		OneCPU: cpuProfile(drawn{100, "example.com/m.Get:3 <- example.com/m.Get:4 <- testing.(*B).launch:9"}),
		AllCPU: cpuProfile(drawn{100, "example.com/m.Get:3 <- example.com/m.Get:4 <- testing.(*B).launch:9"}, drawn{50, "sync.(*RWMutex).RLock:9 <- example.com/m.Get:5"}, drawn{0, "runtime.futex:1"}),
	})
	if err != nil || len(a.Causes) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	return Explained{Host: "box", Recorded: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Package: "example.com/m", Benchmark: "Get", Account: a, Slowdowns: []Slowdown{{"cpu", true, 1.5}}}
}

func saved(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), AccountFile)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// What a file keeps comes back as it was, with what is unknown.
func TestAccountsAreKept(t *testing.T) {
	e := explained(t)
	e.Speedup = table.Null(math.NaN())
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"speedup":null`) || !strings.Contains(string(text), `"mutex_profile_share":null,"block_profile_share":null,"text":"0.50 of 2 cores go to the readers`) {
		t.Errorf("%s", text)
	}
	got, err := ReadFile(saved(t, string(text)))
	if err != nil || !math.IsNaN(float64(got.Speedup)) || !math.IsNaN(float64(got.Causes[0].Mutex)) {
		t.Fatalf("%+v, %v", got, err)
	}
	again, err := json.Marshal(got)
	if err != nil || string(again) != string(text) || got.Causes[0].Without != 1.5 {
		t.Errorf("%s, %v; want %s", again, err, text)
	}
}

// Files that somebody else wrote are refused, or hold what a page can show.
func TestAccountsThatCannotBeRead(t *testing.T) {
	deep, wide := `{"cores":2,"paths":`, `{"cores":2,"paths":{"calls":[{}`
	for name, text := range map[string]string{
		"empty": "", "torn": `{"cores":2,"causes":[`, "no cores": `{}`, "many cores": `{"cores":1e9}`, "another type": `{"cores":"2"}`, "infinite": `{"cores":1e999}`,
		"deep": deep + strings.Repeat(`{"calls":[`, 5000) + strings.Repeat(`]}`, 5000) + "}",
		"wide": wide + strings.Repeat(",{}", maxNodes+1) + "]}}", "a node is missing": `{"cores":2,"paths":{"calls":[null]}}`,
		"causes": `{"cores":2,"causes":[{}` + strings.Repeat(",{}", maxNodes) + "]}", "large": strings.Repeat(" ", maxAccount) + `{"cores":2}`,
	} {
		if e, err := ReadFile(saved(t, text)); err == nil {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if _, err := ReadFile(t.TempDir()); err == nil {
		t.Error("a directory is an account")
	}
	if e, err := ReadFile(saved(t, `{"cores":2}`)); err != nil || e.Cores != 2 {
		t.Errorf("the least: %+v, %v", e, err)
	}
}

// written are the nodes of call paths, one word each.
func (n *Node) written() string {
	text := fmt.Sprintf("%s%s=%s/%s", n.Function, n.Idle, table.Figures(n.One), table.Figures(n.All))
	var calls []string
	for _, c := range n.Calls {
		calls = append(calls, c.written())
	}
	if calls != nil {
		text += "(" + strings.Join(calls, " ") + ")"
	}
	return text
}

// Paths begin at the user's code; a function that calls itself is one; who waits, waits there.
func TestPaths(t *testing.T) {
	e := explained(t)
	if got, want := e.Paths.written(), "=1.00/2.00(m.Get=1.00/1.50(sync.(*RWMutex).RLock=0.00/0.50))"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	root := newNode("")
	root.addProfile(user, cpuProfile(drawn{30, "runtime.gcDrain:1 <- runtime.gcBgMarkWorker:1"}, drawn{70, "a/b.F:1 <- example.com/m.Get[go.shape.struct{a/b.T}]:4"}, drawn{1, "example.com/m.Small:1"}),
		scale{part{71, 71e7}, 1.4}, scale{part{30, 30e7}, 0.25}, func(n *Node) *float64 { return &n.All })
	get, put := lineOf("example.com/m.Get:4"), lineOf("example.com/m.main:9")
	root.finish(Account{Cores: 10, Causes: []Cause{{Kind: Lock, Cores: 2, CPU: 0.5, Line: get, Path: []Line{put}}, {Kind: RunQueue, Cores: 0.5}}})
	if got, want := root.written(), "=0.00/10.0(m.main=0.00/1.50(m.Get=0.00/1.50(lock=0.00/1.50)) m.Get[...]=0.00/1.38(b.F=0.00/1.38) run queue=0.00/0.50 runtime.gcBgMarkWorker=0.00/0.25(runtime.gcDrain=0.00/0.25))"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// However many paths there are, few are kept: the largest.
func TestPathsAreFew(t *testing.T) {
	var list []drawn
	for i := range 450 {
		list = append(list, drawn{1, strings.Repeat(fmt.Sprintf("m.F%d:1 <- m.G%d:1 <- ", i, i), 40) + "example.com/m.Get:1"})
	}
	root := newNode("")
	root.addProfile(user, cpuProfile(append(list, drawn{50, "example.com/m.Get:1"})...), scale{part{500, 500e7}, 1}, scale{}, func(n *Node) *float64 { return &n.All })
	if n := root.count(0); n < maxNodes {
		t.Fatalf("%d nodes before", n)
	}
	root.finish(Account{Cores: 1})
	if n := root.count(0); n > maxNodes || n < 2 {
		t.Errorf("%d nodes", n)
	}
	if text, err := json.Marshal(root); err != nil || len(text) > maxAccount/2 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

// Excerpts are of Go files, around what is told; ranges that meet are one.
func TestExcerpts(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	for i := range 60 {
		fmt.Fprintf(&text, "line %d\n", i+1)
	}
	long := strings.Repeat("x", 2*maxLine)
	for name, text := range map[string]string{"a.go": text.String(), "b.go": long + "\n", "c.txt": "secret"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	at := func(file string, line int) *Line { return &Line{"f", filepath.Join(dir, file), line} }
	a := Account{Causes: []Cause{
		{Line: *at("a.go", 20), From: 19, Until: 20, Holder: at("a.go", 27)},
		{Line: *at("b.go", 1), From: 1, Until: 1, Holder: at("a.go", 59)},
		{Line: *at("c.txt", 1), From: 1, Until: 1, Holder: at("missing.go", 3)},
		{Line: *at("a.go", 1000), From: 1000, Until: 1000},
		{Kind: RunQueue},
		{Line: *at("a.go", 40), From: 40, Until: 40}, // is not told
	}}
	var got []string
	for _, e := range a.Excerpts() {
		got = append(got, fmt.Sprintf("%s %d-%d %.8s", filepath.Base(e.File), e.First, e.First+len(e.Lines)-1, e.Lines[0]))
	}
	if want := "a.go 16-30 line 16, a.go 56-60 line 56, b.go 1-1 xxxxxxxx"; strings.Join(got, ", ") != want {
		t.Errorf("%q", got)
	}
	if e := a.Excerpts()[2]; len(e.Lines[0]) != maxLine {
		t.Errorf("a line of %d bytes", len(e.Lines[0]))
	}
}
