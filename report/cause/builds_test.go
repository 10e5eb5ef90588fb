package cause

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"
)

const below = " <- example.com/m.BenchmarkX:100 <- testing.(*B).runN:9"

// recorded are passes of a thousand operations in a second, one of each profile.
func recordedAs(set func(*Recorded, *profile.Profile), list ...*profile.Profile) (passes []Recorded) {
	for _, p := range list {
		r := Recorded{Pass: Pass{Ops: 1000, Wall: time.Second, CPU: time.Second}}
		set(&r, p)
		passes = append(passes, r)
	}
	return passes
}

func ofCPU(list ...*profile.Profile) []Recorded {
	return recordedAs(func(r *Recorded, p *profile.Profile) { r.CPUTime = p }, list...)
}

// twice is two passes with the same samples.
func twice(list ...drawn) []Recorded { return ofCPU(cpuProfile(list...), cpuProfile(list...)) }

// ofAllocs are two passes with the same allocations of some bytes each.
func ofAllocs(each int64, list ...drawn) []Recorded {
	p := profileOf("alloc_objects", "alloc_space", each, list...)
	return recordedAs(func(r *Recorded, p *profile.Profile) { r.Allocs = p }, p, p)
}

// slower are builds of which head takes a factor more time, exactly.
func slower(factor float64, base, head []Recorded, edits ...Edit) Builds {
	return Builds{Base: base, Head: head, Modules: user, Time: factor, Low: factor - .001, High: factor + .001, Edits: edits}
}

// A module's path may begin with that of the user's, and the go command writes files.
func TestFilesOutsideCountForTheirCallers(t *testing.T) {
	const inside = "example.com/m/sub.Get:5 <- example.com/m.Get:12" + below
	b := slower(1.5, twice(drawn{400, inside}, drawn{400, "example.com/m.Put:30" + below}), twice(drawn{800, inside}, drawn{400, "example.com/m.Put:30" + below}))
	if got, want := said(t, b), []string{"5 Get: +50 % CPU"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	b.Outside = func(name string) bool { return strings.Contains(name, "/sub/") }
	if got, want := said(t, b), []string{"12 Get: +50 % CPU"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// said is what grew, in words, without the file.
func said(t *testing.T, b Builds) []string {
	t.Helper()
	w, err := b.Find()
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, g := range w.Growth {
		text := g.Line.Place() + ": " + g.Words()
		if g.Mark == LineChanged {
			text += " (in the diff)"
		}
		list = append(list, strings.ReplaceAll(text, "file.go:", ""))
	}
	return list
}

const file = "example.com/m/file.go"

// changes is an edit of the file of the tests' module.
func changes(hunks ...Hunk) Edit { return Edit{file, file, hunks} }

func TestCPUTimeThatGrew(t *testing.T) {
	for name, c := range map[string]struct {
		builds Builds
		want   []string
	}{
		"one line among many, in a build whose lines moved": {
			slower(1.2, twice(drawn{200, "example.com/m.Get:12" + below}, drawn{200, "example.com/m.Get:14" + below}, drawn{400, "example.com/m.Put:30" + below}),
				twice(drawn{200, "example.com/m.Get:16" + below}, drawn{360, "example.com/m.Get:18" + below}, drawn{400, "example.com/m.Put:34" + below}), changes(Hunk{5, 0, 6, 4}, Hunk{14, 1, 18, 1})),
			[]string{"18 Get: +20 % CPU (in the diff)"},
		},
		"a line that the diff only moved": {
			slower(1.25, twice(drawn{100, "example.com/m.Get:12" + below}, drawn{600, "example.com/m.Get:14" + below}, drawn{100, "example.com/m.Put:30" + below}),
				twice(drawn{300, "example.com/m.Get:16" + below}, drawn{600, "example.com/m.Get:18" + below}, drawn{100, "example.com/m.Put:34" + below}), changes(Hunk{5, 0, 6, 4})),
			[]string{"16 Get: +25 % CPU"},
		},
		"the lines moved, and nothing else": {
			slower(1, twice(drawn{200, "example.com/m.Get:12" + below}, drawn{600, "example.com/m.Get:14" + below}),
				twice(drawn{200, "example.com/m.Get:16" + below}, drawn{600, "example.com/m.Get:18" + below}), changes(Hunk{5, 0, 6, 4})),
			[]string{},
		},
		"a function with another name": {
			slower(1.2, twice(drawn{400, "example.com/m.Old:12" + below}, drawn{400, "example.com/m.Put:30 <- example.com/m.BenchmarkX:101"}),
				twice(drawn{400, "example.com/m.New:12" + below}, drawn{560, "example.com/m.Put:30 <- example.com/m.BenchmarkX:101"}), changes(Hunk{11, 1, 11, 1}, Hunk{100, 1, 100, 1})),
			[]string{"30 Put: +20 % CPU"},
		},
		"a function with another name, and slower": {
			slower(1.5, twice(drawn{400, "example.com/m.Old:12" + below}, drawn{400, "example.com/m.Put:30" + below}),
				twice(drawn{534, "example.com/m.New:12" + below}, drawn{266, "example.com/m.Put:30" + below}), changes(Hunk{11, 1, 11, 1}, Hunk{100, 1, 100, 1})),
			[]string{"12 New: +50 % CPU; this diff changes 100 BenchmarkX"},
		},
		"a function that was split": {
			slower(1, twice(drawn{800, "example.com/m.Get:12" + below}),
				twice(drawn{400, "example.com/m.Get:12" + below}, drawn{400, "example.com/m.half:40 <- example.com/m.Get:13" + below}), changes(Hunk{12, 1, 12, 2}, Hunk{38, 0, 39, 5})),
			[]string{},
		},
		"closures with other numbers": {
			slower(1, twice(drawn{800, "example.com/m.Get.func1:12 <- example.com/m.Get:20" + below}),
				twice(drawn{800, "example.com/m.Get.func2:12 <- example.com/m.Get:20" + below})),
			[]string{},
		},
		"code of others counts for the line that calls it": {
			slower(2, twice(drawn{400, "example.com/m.Get:12" + below}),
				twice(drawn{200, "example.com/m.Get:12" + below}, drawn{100, "strconv.Itoa:1 <- fmt.Sprint:3 <- example.com/m.Get:13" + below}, drawn{100, "fmt.Sprint:4 <- example.com/m.Get:13" + below}), changes(Hunk{12, 0, 13, 1})),
			[]string{"13 Get: +100 % CPU (in the diff)"},
		},
		"package testing counts for the user's line": {
			slower(2, twice(drawn{400, "example.com/m.BenchmarkX.func1:99 <- testing.(*B).RunParallel.func1:9"}),
				twice(drawn{200, "example.com/m.BenchmarkX.func1:99 <- testing.(*B).RunParallel.func1:9"}, drawn{200, "sync/atomic.AddUint64:1 <- testing.(*PB).Next:3 <- example.com/m.BenchmarkX.func1:98 <- testing.(*B).RunParallel.func1:9"})),
			[]string{"98 BenchmarkX.func1: +100 % CPU"},
		},
		"code is gone that saved work": {
			slower(2, twice(drawn{100, "example.com/m.Get:12" + below}, drawn{100, "example.com/m.compute:40 <- example.com/m.Get:14" + below}),
				twice(drawn{50, "example.com/m.Get:12" + below}, drawn{150, "example.com/m.compute:38 <- example.com/m.Get:12" + below}), changes(Hunk{13, 2, 12, 0}, Hunk{50, 1, 47, 1})),
			[]string{"38 compute: +100 % CPU"},
		},
		"the call of a slow function is new": {
			slower(2, twice(drawn{100, "example.com/m.sum:40 <- example.com/m.Put:30" + below}, drawn{100, "example.com/m.Get:12" + below}),
				twice(drawn{50, "example.com/m.sum:41 <- example.com/m.Put:31" + below}, drawn{100, "example.com/m.sum:41 <- example.com/m.Get:13" + below}, drawn{50, "example.com/m.Get:12" + below}), changes(Hunk{12, 0, 13, 1})),
			[]string{"41 sum: +100 % CPU; this diff changes 13 Get"},
		},
		"too few samples": {
			slower(1.05, twice(drawn{30, "example.com/m.Get:12" + below}, drawn{30, "example.com/m.Put:30" + below}), twice(drawn{33, "example.com/m.Get:12" + below}, drawn{30, "example.com/m.Put:30" + below})),
			[]string{},
		},
		"a change that the time may not have": {
			Builds{Base: twice(drawn{800, "example.com/m.Get:12" + below}), Head: twice(drawn{800, "example.com/m.Get:12" + below}), Modules: user, Time: 1.05, Low: .95, High: 1.15},
			[]string{},
		},
		"passes that differ more than their samples": {
			slower(1.1, ofCPU(cpuProfile(drawn{400, "example.com/m.Get:12" + below}, drawn{4000, "example.com/m.Put:30" + below}), cpuProfile(drawn{2000, "example.com/m.Get:12" + below}, drawn{2400, "example.com/m.Put:30" + below})),
				ofCPU(cpuProfile(drawn{1000, "example.com/m.Get:12" + below}, drawn{3400, "example.com/m.Put:30" + below}), cpuProfile(drawn{2100, "example.com/m.Get:12" + below}, drawn{2300, "example.com/m.Put:30" + below}))),
			[]string{},
		},
	} {
		if got := said(t, c.builds); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAllocationsThatGrew(t *testing.T) {
	for name, c := range map[string]struct {
		builds Builds
		want   []string
	}{
		"one more": {
			slower(1, ofAllocs(48, drawn{2000, "runtime.mallocgc:1 <- example.com/m.Get:12" + below}), ofAllocs(48, drawn{2000, "runtime.mallocgc:1 <- example.com/m.Get:12" + below}, drawn{1000, "runtime.mallocgc:1 <- example.com/m.Get:13" + below}), changes(Hunk{12, 0, 13, 1})),
			[]string{"13 Get: +1 allocation (48 B) (in the diff)"},
		},
		"two lines of one function": {
			slower(1, ofAllocs(48, drawn{2000, "example.com/m.Get:12" + below}), ofAllocs(48, drawn{2000, "example.com/m.Get:12" + below}, drawn{2000, "example.com/m.Get:15" + below}, drawn{1000, "example.com/m.Get:18" + below})),
			[]string{"15 Get: +2 allocations (96 B)", "18 Get: +1 allocation (48 B)"},
		},
		"one more, and one that moved": {
			slower(1, ofAllocs(48, drawn{2000, "example.com/m.Get:12" + below}), ofAllocs(48, drawn{1000, "example.com/m.Get:12" + below}, drawn{1000, "example.com/m.Get:13" + below}, drawn{1000, "example.com/m.Get:15" + below})),
			[]string{"13 Get: +1 allocation (48 B)"},
		},
		"they moved to another function": {
			slower(1, ofAllocs(48, drawn{2000, "example.com/m.Get:12" + below}), ofAllocs(48, drawn{2000, "example.com/m.half:40 <- example.com/m.Get:12" + below})),
			[]string{},
		},
		"larger ones": {
			slower(1, ofAllocs(48, drawn{1000, "example.com/m.Get:12" + below}), ofAllocs(96, drawn{1000, "example.com/m.Get:12" + below})),
			[]string{"12 Get: +48 B"},
		},
		"small ones, packed with others": {
			slower(1, ofAllocs(16, drawn{1000, "example.com/m.Get:12" + below}), ofAllocs(16, drawn{500, "example.com/m.Get:12" + below}, drawn{500, "example.com/m.Put:30" + below}, drawn{500, "example.com/m.Set:50" + below}), changes(Hunk{30, 1, 30, 1})),
			[]string{"30 Put: more small allocations (in the diff)"},
		},
		"now and then one": {
			slower(1, recordedAs(func(r *Recorded, p *profile.Profile) { r.Allocs = p }, profileOf("alloc_objects", "alloc_space", 48, drawn{1000, "example.com/m.Get:12" + below}), profileOf("alloc_objects", "alloc_space", 48, drawn{1003, "example.com/m.Get:12" + below})),
				recordedAs(func(r *Recorded, p *profile.Profile) { r.Allocs = p }, profileOf("alloc_objects", "alloc_space", 48, drawn{1004, "example.com/m.Get:12" + below}), profileOf("alloc_objects", "alloc_space", 48, drawn{1005, "example.com/m.Get:12" + below}))),
			[]string{},
		},
		"what recording allocates": {
			slower(1, ofAllocs(48, drawn{1000, "example.com/m.Get:12" + below}), ofAllocs(48, drawn{1000, "example.com/m.Get:12" + below}, drawn{1000, "compress/flate.NewWriter:1 <- testing.(*overlapRecording).Start:2 <- testing.(*B).ResetTimer:3" + below})),
			[]string{},
		},
	} {
		if got := said(t, c.builds); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// ofLocks are passes with these milliseconds of waiting, and of being waited for.
func ofLocks(waits, holds string, ms ...int64) (passes []Recorded) {
	for _, n := range ms {
		r := Recorded{Pass: Pass{Ops: 1000, Wall: time.Second, CPU: time.Second}}
		r.Block = profileOf("contentions", "delay", 1e6, drawn{n, waits}, drawn{9 * n, "runtime.chanrecv1:1 <- testing.(*B).run:3 <- example.com/m.BenchmarkX:100"})
		r.Mutex = profileOf("contentions", "delay", 1e6, drawn{n, holds})
		passes = append(passes, r)
	}
	return passes
}

func TestWaitingThatGrew(t *testing.T) {
	const lock, unlock = "sync.(*Mutex).Lock:1 <- example.com/m.Get:12" + below, "sync.(*Mutex).Unlock:2 <- example.com/m.Get:18" + below
	for name, c := range map[string]struct {
		builds Builds
		want   []string
	}{
		"a lock is held longer": {
			slower(1.3, ofLocks(lock, unlock, 100, 120, 90), ofLocks(lock, unlock, 400, 450, 420), changes(Hunk{18, 1, 18, 1})),
			[]string{"12 Get: +32 % waiting for the lock held until 18 Get; this diff changes 18 Get"},
		},
		"as long as before": {
			slower(1.3, ofLocks(lock, unlock, 100, 120, 90), ofLocks(lock, unlock, 130, 125, 140)),
			[]string{},
		},
		"one pass of base waits as long": {
			slower(1.3, ofLocks(lock, unlock, 100, 100, 100, 430, 100, 100, 100, 100), ofLocks(lock, unlock, 400, 400, 400, 400)),
			[]string{},
		},
		"once": {
			slower(1.3, ofLocks(lock, unlock, 100), ofLocks(lock, unlock, 400)),
			[]string{},
		},
		"a channel": {
			slower(1.3, ofLocks("runtime.chansend1:1 <- example.com/m.Put:30"+below, unlock, 1, 2), ofLocks("runtime.chansend1:1 <- example.com/m.Put:30"+below, unlock, 50, 52)),
			[]string{"30 Put: +5.0 % waiting for a channel"},
		},
	} {
		if got := said(t, c.builds); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// What grew at one line is told once, the largest first.
func TestGrowthOfOneLineIsOne(t *testing.T) {
	b := slower(1.5, append(twice(drawn{400, "example.com/m.Get:12" + below}, drawn{400, "example.com/m.Put:30" + below}), ofAllocs(48, drawn{1, "example.com/m.Get:12" + below})...),
		append(twice(drawn{480, "example.com/m.Get:12" + below}, drawn{320, "example.com/m.Put:30" + below}), ofAllocs(48, drawn{2001, "example.com/m.Get:12" + below}, drawn{5000, "example.com/m.Put:31" + below})...))
	want := []string{"12 Get: +40 % CPU, +2 allocations (96 B)", "30 Put: +10 % CPU", "31 Put: +5 allocations (240 B)"}
	if got := said(t, b); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Where nothing is certain, it says what of the diff runs.
func TestCannotTellWhere(t *testing.T) {
	passes := twice(drawn{400, "example.com/m.Get:12" + below}, drawn{300, "example.com/m.Get:14" + below}, drawn{400, "example.com/m.Put:30" + below})
	w, err := slower(1, passes, passes, changes(Hunk{14, 1, 14, 1})).Find()
	if got, want := w.CannotTell(), "cannot tell where: no line certainly takes more; of what this diff changes, it runs file.go:14 Get"; err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	w, err = slower(1, passes, passes).Find()
	if got, want := w.CannotTell(), "cannot tell where: no line certainly takes more"; err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

func TestBuildsFromWhichNothingFollows(t *testing.T) {
	fine := twice(drawn{4, "example.com/m.Get:12" + below})
	for name, b := range map[string]Builds{
		"no base":       {Head: fine, Modules: user},
		"no head":       {Base: fine, Modules: user},
		"no module":     {Base: fine, Head: fine},
		"no operations": {Base: fine, Head: []Recorded{{Pass: Pass{Wall: 1}}}, Modules: user},
		"no time":       {Base: fine, Head: []Recorded{{Pass: Pass{Ops: 1}}}, Modules: user},
	} {
		if w, err := b.Find(); err == nil {
			t.Errorf("%s: %v", name, w)
		}
	}
	nan := math.NaN()
	b := Builds{Base: fine, Head: []Recorded{{Pass: Pass{Ops: 1, Wall: 1}}}, Modules: user, Time: nan, Low: nan, High: nan}
	if w, err := b.Find(); err != nil || len(w.Growth) > 0 {
		t.Errorf("a pass without recordings: %v, %v", w, err)
	}
}

const source = "package m\n\n// F has a comment.\nfunc F() {\n\tx()\n\n\ty()\n}\n\nvar v = func() int {\n\treturn 1\n}()\n\nfunc (t *T) G() {\n}\n"

func TestMarks(t *testing.T) {
	for name, c := range map[string]struct {
		hunk Hunk
		line int
		want Mark
	}{
		"the line itself":           {Hunk{7, 1, 7, 1}, 7, LineChanged},
		"beside it":                 {Hunk{7, 1, 7, 1}, 5, FuncChanged},
		"in another function":       {Hunk{7, 1, 7, 1}, 14, Unmarked},
		"a line is gone":            {Hunk{6, 1, 5, 0}, 7, FuncChanged},
		"what came before is gone":  {Hunk{3, 4, 3, 0}, 5, Unmarked},
		"what came behind is gone":  {Hunk{9, 4, 8, 0}, 5, Unmarked},
		"outside of functions":      {Hunk{1, 0, 2, 1}, 5, Unmarked},
		"the value of a variable":   {Hunk{11, 1, 11, 1}, 11, LineChanged},
		"more than the function":    {Hunk{1, 20, 1, 4}, 7, FuncChanged},
		"a file that is all of new": {Hunk{0, 0, 1, 1 << 30}, 1000, LineChanged},
	} {
		e := edits{list: []Edit{changes(c.hunk)}, source: func(name string) []byte { return []byte(source) }}
		if got := e.mark(Line{"example.com/m.F", file, c.line}); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for name, text := range map[string]string{"no source": "", "not Go": "\x00func {{{", "cut": source[:60]} {
		e := edits{list: []Edit{changes(Hunk{7, 1, 7, 1})}, source: func(string) []byte { return []byte(text) }}
		if got := e.mark(Line{"example.com/m.F", file, 5}); got == LineChanged {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestLinesOfBaseInHead(t *testing.T) {
	e := edits{list: []Edit{{file, "example.com/m/new.go", []Hunk{{3, 0, 4, 2}, {5, 2, 7, 1}, {10, 1, 10, 0}}}, {Base: "example.com/m/gone.go", Hunks: []Hunk{{1, 9, 0, 0}}}}}
	for line, want := range map[int]string{2: "new.go:2", 3: "new.go:3", 4: "new.go:6", 5: "new.go hunk 1", 6: "new.go hunk 1", 7: "new.go:8", 10: "new.go hunk 2", 11: "new.go:11"} {
		u := e.ofBase(Line{"f", file, line})
		got := fmt.Sprintf("%s:%d", strings.TrimPrefix(u.file, "example.com/m/"), u.line)
		if u.line == 0 {
			got = fmt.Sprintf("%s hunk %d", strings.TrimPrefix(u.file, "example.com/m/"), u.hunk)
		}
		if got != want {
			t.Errorf("line %d: %s, want %s", line, got, want)
		}
	}
	if u := e.ofBase(Line{"f", "example.com/m/gone.go", 3}); u.file != "example.com/m/gone.go" || u.line != 0 {
		t.Errorf("of a file that is gone: %v", u)
	}
}

func TestEnclosing(t *testing.T) {
	for name, want := range map[string]string{
		"example.com/m.Get":              "example.com/m.Get",
		"example.com/m.Get.func1":        "example.com/m.Get",
		"example.com/m.Get.func1.2":      "example.com/m.Get",
		"example.com/m.(*T).Get.gowrap1": "example.com/m.(*T).Get",
		"example.com/m.(*T).Get-fm":      "example.com/m.(*T).Get",
		"example.com/m.Get-range1":       "example.com/m.Get",
		"example.com/m.G[...].Do.func2":  "example.com/m.G[...].Do",
		"example.com/m.func1":            "example.com/m.func1",
		"gopkg.in/yaml%2ev3.Get.func1":   "gopkg.in/yaml%2ev3.Get",
		"":                               "",
		"main":                           "main",
	} {
		if got := enclosing(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
