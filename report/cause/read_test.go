package cause

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const passes = `modules: example.com/m example.com/n
pass: plain
BenchmarkGet/workers=4/cores=1 1000 2000 ns/op 0.5 cpus-busy
BenchmarkGet/workers=4/cores=2-2 1000 1000 ns/op 1.5 cpus-busy 0.25 gc-cpus 0.125 runq-cpus
BenchmarkGet/workers=4/cores=2-2 3000 1000 ns/op 1.1 cpus-busy 0.05 gc-cpus 0.125 runq-cpus
pass: trace
BenchmarkGet/workers=4/cores=2-2 1000 9000 ns/op 1.9 cpus-busy
`

// directory writes files.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The plain passes are read; passes of one kind count as one.
func TestReadPasses(t *testing.T) {
	r, err := Read(directory(t, map[string]string{"passes.txt": passes}))
	if err != nil {
		t.Fatal(err)
	}
	if r.Cores != 2 || r.Workers != 4 || strings.Join(r.Modules, " ") != "example.com/m example.com/n" {
		t.Errorf("%+v", r)
	}
	if p := r.One; p.Ops != 1000 || p.Wall != 2*time.Millisecond || p.CPU != time.Millisecond || !math.IsNaN(p.GC) || !math.IsNaN(p.RunQueue) {
		t.Errorf("one core: %+v", p)
	}
	if p := r.All; p.Ops != 4000 || p.Wall != 4*time.Millisecond || p.CPU != 4800*time.Microsecond || math.Abs(p.GC-0.1) > 1e-9 || p.RunQueue != 0.125 {
		t.Errorf("all cores: %+v", p)
	}
	if r.OneCPU != nil || r.Trace != nil || r.Mutex != nil {
		t.Errorf("recordings of nothing: %+v", r)
	}
}

// Recordings are read if they are there.
func TestReadRecordings(t *testing.T) {
	files := map[string]string{"passes.txt": passes, "all.trace": "go 1.26 trace"}
	for i, name := range []string{"one.cpu", "all.cpu", "one.counters", "all.counters", "all.mutex", "all.block", "all.allocs"} {
		var text bytes.Buffer
		if err := cpuProfile(drawn{int64(i + 1), "example.com/m.Get:3"}).Write(&text); err != nil {
			t.Fatal(err)
		}
		files[name] = text.String()
	}
	r, err := Read(directory(t, files))
	if err != nil || r.Trace == nil {
		t.Fatalf("%+v, %v", r, err)
	}
	for i, p := range []any{r.OneCPU.Sample[0].Value[0], r.AllCPU.Sample[0].Value[0], r.OneCounters.Sample[0].Value[0], r.AllCounters.Sample[0].Value[0], r.Mutex.Sample[0].Value[0], r.Block.Sample[0].Value[0], r.Allocs.Sample[0].Value[0]} {
		if p != int64(i+1) {
			t.Errorf("profile %d has %v", i, p)
		}
	}
	// A trace without events is no reason to say nothing.
	if a, err := Explain(r); err != nil || len(a.Warnings) != 2 { // and others had a sixteenth
		t.Errorf("%+v, %v", a, err)
	}
}

func TestDirectoriesThatCannotBeRead(t *testing.T) {
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	if _, err := w.Write(make([]byte, maxProfile+1)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string]map[string]string{
		"no plain pass":   {"passes.txt": "pass: cpu\nBenchmarkGet/cores=2-2 1 1 ns/op 1 cpus-busy\n"},
		"no cores":        {"passes.txt": "pass: plain\nBenchmarkGet-2 1 1 ns/op 1 cpus-busy\n"},
		"cores=0":         {"passes.txt": "pass: plain\nBenchmarkGet/cores=0-2 1 1 ns/op 1 cpus-busy\n"},
		"large passes":    {"passes.txt": strings.Repeat("\n", maxPasses+1)},
		"garbled profile": {"passes.txt": passes, "one.cpu": "\x0a\xff"},
		"large, packed":   {"passes.txt": passes, "one.cpu": bomb.String()},
		"large trace":     {"passes.txt": passes, "all.trace": strings.Repeat("x", maxTrace+1)},
	} {
		_, err := Read(directory(t, files))
		if err == nil || strings.HasPrefix(name, "large") != errors.Is(err, errTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("empty directory: %v", err)
	}
}

// Others take no more than what was neither the benchmark's own nor idle, stolen or stopped.
func TestCoresThatOthersTake(t *testing.T) {
	for units, want := range map[string][3]float64{ // run queue, stolen, stopped
		"1.5 cpus-busy":                                             {math.NaN(), 0, 0},
		"1.5 cpus-busy 0.4 runq-cpus":                               {0.4, 0, 0},
		"1.5 cpus-busy 0.9 runq-cpus":                               {0.5, 0, 0},
		"1.5 cpus-busy 0.4 runq-cpus 0.3 idle-cpus":                 {0.2, 0, 0},
		"1.5 cpus-busy 0.4 runq-cpus 0.1 idle-cpus 0.25 steal-cpus": {0.15, 0.25, 0},
		"0.5 cpus-busy 1.4 runq-cpus 1.25 idle-cpus 0.125 steal-cpus 1.25 throttled-cpus": {0.125, 0.125, 1.25},
		"1.5 cpus-busy 0.4 runq-cpus 0.5 idle-cpus 4 throttled-cpus":                      {0, 0, 0.5},
	} {
		r, err := Read(directory(t, map[string]string{"passes.txt": "modules: example.com/m\npass: plain\nBenchmarkGet/cores=2-2 1000 1000 ns/op " + units + "\n"}))
		if err != nil {
			t.Fatal(err)
		}
		got := [3]float64{r.All.RunQueue, r.All.Stolen, r.All.Stopped}
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-9 || math.IsNaN(got[i]) != math.IsNaN(want[i]) {
				t.Errorf("%s: %v, want %v", units, got, want)
				break
			}
		}
	}
}

// What was allocated before the timed part is no garbage of it.
func TestAllocationsOfTheSetUp(t *testing.T) {
	allocated := func(list ...drawn) string {
		var text bytes.Buffer
		if err := profileOf("alloc_objects", "alloc_space", 1024, list...).Write(&text); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	r, err := Read(directory(t, map[string]string{
		"passes.txt":  passes,
		"all.allocs":  allocated(drawn{900, "example.com/m.SetUp:3"}, drawn{110, "example.com/m.Get:4"}, drawn{5, "example.com/m.Put:5"}),
		"all.earlier": allocated(drawn{900, "example.com/m.SetUp:3"}, drawn{10, "example.com/m.Get:4"}, drawn{9, "example.com/m.Put:5"}),
	}))
	if err != nil {
		t.Fatal(err)
	}
	if list := byAllocation(modules(r.Modules), r.Allocs, Cause{Kind: GC, Cores: 0.5}); len(list) != 1 || named(list[0]) != "gc Get:4" || list[0].Cores != 0.5 {
		t.Errorf("%+v", list)
	}
}
