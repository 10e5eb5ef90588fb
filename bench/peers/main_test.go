package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"

	"overlap/primitives"
)

// TestMain lets this binary be its own sample and its own worker process.
func TestMain(m *testing.M) {
	primitives.ServeIfChild()
	if len(os.Args) > 1 && (os.Args[1] == "sample" || os.Args[1] == "task") {
		main()
		os.Exit(0)
	}
	// Under -race a process sleeps for a second at its end; here dozens end.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// The whole way: processes, table, results file, chart.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	err := run([]string{"--rounds", "2", "--layouts", "--sample", "1ms", "--cases", "^event-isset$", "--out", dir}, &stdout, &stderr)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if out := stdout.String(); !strings.Contains(out, "itself (A/A)") || !strings.Contains(out, "≤ 0.5, 0 allocs") {
		t.Errorf("table:\n%s", out)
	}
	for _, ending := range []string{"svg", "png"} {
		if found, _ := filepath.Glob(filepath.Join(dir, "*."+ending)); len(found) != 1 {
			t.Errorf("%d charts end with %s", len(found), ending)
		}
	}
	found, _ := filepath.Glob(filepath.Join(dir, "*.txt"))
	if len(found) != 1 {
		t.Fatalf("results files: %v", found)
	}
	f, err := os.Open(found[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sides := map[string]int{}
	for r := benchfmt.NewReader(f, "results"); r.Scan(); {
		switch rec := r.Result().(type) {
		case *benchfmt.Result:
			if ns, ok := rec.Value("sec/op"); !ok || ns <= 0 {
				t.Errorf("%s has no time", rec.Name.Full())
			}
			_, parts := rec.Name.Parts()
			sides[string(parts[1])]++
		case *benchfmt.SyntaxError:
			t.Error(rec)
		}
	}
	// Two rounds at one and, where there are two CPUs, at two cores.
	if n := sides["/side=overlap"]; len(sides) != 3 || n < 2 || n != sides["/side=cond"] || n != sides["/side=overlap.again"] {
		t.Errorf("samples per side: %v", sides)
	}
}

// The same for a task, without the other languages.
func TestRunOfATask(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	err := run([]string{"--task-rounds", "2", "--sample", "2ms", "--cases", "^task-hash$", "--out", dir}, &stdout, &stderr)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	for _, want := range []string{"task-hash – cpu", "\noverlap ", "\ngoroutines ", "S = G_c×G_p", "python3 is not installed", "node is not installed", "samples: "} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("%q is not in\n%s", want, stdout.String())
		}
	}
	if strings.Contains(stdout.String(), "verdict") {
		t.Errorf("an empty table of cases is printed:\n%s", stdout.String())
	}
	if charts, _ := filepath.Glob(filepath.Join(dir, "*-tasks.*")); len(charts) != 2 && runtime.NumCPU() > 1 {
		t.Errorf("charts: %v", charts)
	}
	found, _ := filepath.Glob(filepath.Join(dir, "*.txt"))
	if len(found) != 1 {
		t.Fatalf("files: %v", found)
	}
	text, err := os.ReadFile(found[0])
	if n := strings.Count(string(text), "/side=overlap/workers=256/cores=1 "); err != nil || n != 2 {
		t.Errorf("%d samples of overlap with 256 workers on one core, %v", n, err)
	}
}

func TestFlags(t *testing.T) {
	for args, want := range map[string]string{
		"--rounds 0":              "must be positive",
		"--task-rounds 0":         "must be positive",
		"--cases [":               "--cases",
		"--cases nothing":         "--list shows",
		"batch":                   "--cases chooses",
		"sample -case x -side y ": "has no side",
	} {
		err := run(strings.Fields(args), &bytes.Buffer{}, &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error about %q", args, err, want)
		}
	}
	var tasks bytes.Buffer
	if err := run([]string{"--list", "--cases", "task-(hash|echo)"}, &tasks, &bytes.Buffer{}); err != nil || strings.Count(tasks.String(), "\n") != 4 {
		t.Errorf("%v, list:\n%s", err, tasks.String())
	}
	var out bytes.Buffer
	if err := run([]string{"--list", "--cases", "process-mmap$"}, &out, &bytes.Buffer{}); err != nil || !strings.Contains(out.String(), "c-futex") {
		t.Errorf("%v, list:\n%s", err, out.String())
	}
}
