package cli_test

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"overlap/bench/host"
	"overlap/internal/cli"
	"overlap/internal/racing"
	"overlap/primitives"
	"overlap/report/analyse"
	"overlap/report/load"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// The scripts and the tests below run this binary as overlap, so that a sweep
// finds a program that can measure samples.
func TestMain(m *testing.M) {
	primitives.ServeIfChild()
	if os.Getenv("BE_HOG") != "" {
		hog()
	}
	sample := len(os.Args) > 1 && os.Args[1] == "sample"
	if sample && os.Getenv("BREAK_SAMPLES") != "" {
		os.Exit(3)
	}
	record := len(os.Args) > 1 && os.Args[1] == "record"
	if sample || record || os.Getenv("BE_OVERLAP") != "" {
		overlap()
	}
	testscript.Main(m, map[string]func(){"overlap": overlap})
}

func overlap() {
	if os.Getenv("CHECK_FAKE") != "" {
		cli.FakeMeasure()
	}
	if d, err := time.ParseDuration(os.Getenv("CHECK_SLOT")); err == nil {
		cli.MeasureInSlots(d)
	}
	os.Exit(cli.Main(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func TestScripts(t *testing.T) {
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if racing.On {
		// The others print and draw on one goroutine, or spend their time in programs that
		// the go command builds without the detector.
		files = []string{"testdata/check.txtar", "testdata/foreign.txtar", "testdata/run.txtar", "testdata/watch.txtar"}
	}
	testscript.Run(t, testscript.Params{
		Files: files, UpdateScripts: *update, RequireExplicitExec: true,
		Condition: func(name string) (bool, error) {
			if name != "cores" {
				return false, fmt.Errorf("unknown condition %s", name)
			}
			cpus, err := host.Affinity()
			return len(cpus) > 1 && host.CanBind, err
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("GOCACHE", strings.TrimSpace(string(cache))) // or the scripts would build the standard library
			e.Setenv("BIN", filepath.SplitList(e.Getenv("PATH"))[0])
			return nil
		},
	})
}

// longSweep starts a sweep that takes much longer than a test, waits until it has
// stored some samples, and returns it with the name of its file.
func longSweep(t *testing.T) (*exec.Cmd, string) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "run", "--workloads=sleepers", "--workers=1,2", "--size=small", "--sample=1ms", "--budget=1h", "--rounds=1000000", "--precision=0%", "--wait=0s", "--results="+dir, "--name=here")
	cmd.Env = append(os.Environ(), "BE_OVERLAP=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		files, err := filepath.Glob(filepath.Join(dir, "here", "*.txt"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 1 {
			text, err := os.ReadFile(files[0])
			if err == nil && bytes.Count(text, []byte("\nBenchmark")) > 8 {
				return cmd, files[0]
			}
		}
	}
	t.Fatalf("no samples within a minute:\n%s", stderr.String())
	return nil, ""
}

func TestKilledRunLeavesAReadableFile(t *testing.T) {
	t.Parallel() // it waits
	cmd, file := longSweep(t)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	reportOf(t, file)
}

func TestInterruptedRunKeepsItsSamples(t *testing.T) {
	t.Parallel() // it waits
	cmd, file := longSweep(t)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Skip(err)
	}
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	if said := cmd.Stderr.(*bytes.Buffer).String(); !strings.Contains(said, "the samples are kept: overlap report "+file) || !strings.Contains(said, "overlap: interrupted") {
		t.Errorf("it said:\n%s", said)
	}
	reportOf(t, file)
}

// They are listed as the plan has them, whatever the order of the visits was.
func TestFailedSamplesAreListedAndFailTheRun(t *testing.T) {
	t.Setenv("BREAK_SAMPLES", "1")
	var first string
	for _, seed := range []string{"1", "2", "3", "4", "5"} {
		var out, errs strings.Builder
		code := cli.Main(t.Context(), []string{"run", "--workloads=ep", "--workers=1", "--rounds=3", "--wait=0s", "--seed=" + seed, "--results", t.TempDir()}, &out, &errs)
		if code != 1 || !strings.Contains(errs.String(), "failed: Ep/executor=pool/workers=1/cores=") || !strings.Contains(errs.String(), "samples failed") || !strings.Contains(errs.String(), "exit status 3") {
			t.Errorf("exit %d\n%s", code, errs.String())
		}
		_, list, _ := strings.Cut(errs.String(), "failed: ")
		list, _, _ = strings.Cut(list, "\n")
		if first = cmp.Or(first, list); list != first {
			t.Errorf("seed %s lists\n%s\nand another\n%s", seed, list, first)
		}
	}
}

// One failure is enough, and what it said is kept.
func TestOneFailedSampleFailsTheRun(t *testing.T) {
	t.Setenv("BREAK_SAMPLES", "1")
	dir := t.TempDir()
	var out, errs strings.Builder
	code := cli.Main(t.Context(), []string{"run", "--workloads=ep", "--executors=serial", "--workers=1", "--cores=1", "--procs=1", "--rounds=1", "--wait=0s", "--results", dir, "--name=box"}, &out, &errs)
	if code != 1 || strings.Count(errs.String(), "failed: Ep/executor=serial/") != 1 {
		t.Errorf("exit %d\n%s", code, errs.String())
	}
	logs, err := filepath.Glob(filepath.Join(dir, "box", "*.failed.log"))
	if err != nil || len(logs) != 1 {
		t.Fatalf("%v, %v\n%s", logs, err, errs.String())
	}
	if text, err := os.ReadFile(logs[0]); err != nil || strings.Count(string(text), "=== round 1: Ep/executor=serial/") != 1 {
		t.Errorf("%v\n%s", err, text)
	}
}

func reportOf(t *testing.T, file string) {
	t.Helper()
	d, err := load.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if a := analyse.Analyze(d); len(a.Rows) != 1 || a.Rows[0].Name() != "sleepers" {
		t.Errorf("rows %v", a.Rows)
	}
	var out, errs strings.Builder
	if code := cli.Main(t.Context(), []string{"report", file}, &out, &errs); code != 0 || !strings.Contains(out.String(), "sleepers") {
		t.Errorf("report: exit %d\n%s%s", code, out.String(), errs.String())
	}
	for _, name := range []string{"index.html", "report.json", "gains.svg", "gains.png", "scaling.svg", "scaling.png", "workers.svg", "workers.png", "plane.svg", "plane.png"} {
		if info, err := os.Stat(filepath.Join(filepath.Dir(file), "report", name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
