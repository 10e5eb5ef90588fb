package overlay

import (
	"bytes"
	"context"
	"errors"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"overlap/internal/gocmd"
)

// module makes a module with one test file.
func module(t *testing.T, test string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/m\n\ngo 1.24\n", "m_test.go": test} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const timers = `package m

import (
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

func spin(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func BenchmarkIdle(b *testing.B) {
	for i := 0; i < b.N; i++ {
		time.Sleep(5 * time.Millisecond)
	}
}

func BenchmarkSpin(b *testing.B) {
	for i := 0; i < b.N; i++ {
		spin(5 * time.Millisecond)
	}
}

func BenchmarkLoop(b *testing.B) {
	cpu(100 * time.Millisecond)
	for b.Loop() {
		time.Sleep(5 * time.Millisecond)
	}
	cpu(100 * time.Millisecond)
}

func BenchmarkPaused(b *testing.B) {
	for i := 0; i < b.N; i++ {
		b.StopTimer()
		cpu(5 * time.Millisecond)
		b.StartTimer()
		time.Sleep(5 * time.Millisecond)
	}
}

func BenchmarkReset(b *testing.B) {
	cpu(100 * time.Millisecond)
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		time.Sleep(5 * time.Millisecond)
	}
}

func BenchmarkStopped(b *testing.B) {
	cpu(100 * time.Millisecond)
	b.StopTimer()
	b.ResetTimer()
	b.StartTimer()
	for i := 0; i < b.N; i++ {
		time.Sleep(5 * time.Millisecond)
	}
}

func BenchmarkTwo(b *testing.B) {
	for i := 0; i < b.N; i++ {
		var wg sync.WaitGroup
		for range 2 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				cpu(5 * time.Millisecond)
			}()
		}
		wg.Wait()
	}
}

// cpu takes d of CPU time, whatever else runs on the machine.
func cpu(d time.Duration) {
	used := func() int64 {
		var u syscall.Rusage
		syscall.Getrusage(0, &u)
		return u.Utime.Nano() + u.Stime.Nano()
	}
	for start := used(); used()-start < int64(d); {
	}
}

func BenchmarkProcs(b *testing.B) {
	for i := 0; i < b.N; i++ {
		time.Sleep(time.Millisecond)
	}
	runtime.GOMAXPROCS(5)
}

func BenchmarkSees(b *testing.B) {
	runtime.GOMAXPROCS(4)
	b.Run("loop", func(b *testing.B) {
		for b.Loop() {
			time.Sleep(time.Millisecond)
		}
		b.ReportMetric(float64(runtime.GOMAXPROCS(0)), "procs")
	})
}
`

// build returns a test binary with the overlay.
func build(t *testing.T, dir string) string {
	t.Helper()
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("builds package testing, and reads clocks of Unix")
	}
	work := t.TempDir()
	o, err := Make(t.Context(), gocmd.Go{Dir: dir}, work)
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(work, "m.test")
	cmd := exec.Command("go", "test", "-c", "-o", binary, "-overlay", o.Path, ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// A toolchain that the go command has downloaded is in the module cache, in which it
// replaces no file.
func TestGoInTheModuleCacheHasItsHooks(t *testing.T) {
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("builds package testing, and makes a link")
	}
	work, command := t.TempDir(), gocmd.Go{Dir: module(t, timers)}
	root, err := command.Run(t.Context(), "env", "GOROOT")
	if err != nil {
		t.Fatal(err)
	}
	command.Env = []string{"GOMODCACHE=" + filepath.Dir(strings.TrimSpace(root))}
	o, err := Make(t.Context(), command, work)
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(work, "m.test")
	if _, err := o.Command.Run(t.Context(), "test", "-c", "-o", binary, "-overlay", o.Path, "."); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(binary, "-test.run=^$", "-test.bench=Idle", "-test.benchtime=1x").CombinedOutput(); err != nil || !bytes.Contains(out, []byte(" cpus-busy")) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestHooksMeasureWhatTheTimerTimes(t *testing.T) {
	binary := build(t, module(t, timers))
	out, err := exec.Command(binary, "-test.run=^$", "-test.bench=Idle|Spin|Loop|Paused|Reset|Stopped|Two", "-test.benchtime=20x").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// No sleep takes a fifth of a CPU, however busy the machine; and a
	// process that spins has CPU time unless others have it.
	for name, limits := range map[string][2]float64{
		"Idle": {0, 0.2}, "Loop": {0, 0.2}, "Paused": {0, 0.2}, "Reset": {0, 0.2}, "Stopped": {0, 0.2}, "Spin": {0.02, 1.3}, "Two": {0.05, 3},
	} {
		got := regexp.MustCompile(`(?m)^Benchmark` + name + `(?:-\d+)?\s.*?([\d.]+) cpus-busy`).FindSubmatch(out)
		if got == nil {
			t.Errorf("%s has no cpus-busy:\n%s", name, out)
			continue
		}
		if busy, err := strconv.ParseFloat(string(got[1]), 64); err != nil || busy < limits[0] || busy > limits[1] {
			t.Errorf("%s: %s CPUs busy, want %v", name, got[1], limits)
		}
	}
}

func TestHooksHoldTheSampleToItsLabel(t *testing.T) {
	binary := build(t, module(t, timers))
	run := func(bench string, env ...string) (string, error) {
		cmd := exec.Command(binary, "-test.run=^$", "-test.bench="+bench, "-test.benchtime=3x", "-test.cpu=2")
		cmd.Env = append(os.Environ(), env...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := run("Procs", ProcsVariable+"=2")
	if err == nil || !strings.Contains(out, "GOMAXPROCS is 5 at the end, the sample is labelled 2") {
		t.Errorf("changed GOMAXPROCS: %v\n%s", err, out)
	}
	out, err = run("Sees", ProcsVariable+"=2")
	if err != nil || !strings.Contains(out, " 2.000 procs") {
		t.Errorf("b.Loop ran at the GOMAXPROCS of the benchmark around it: %v\n%s", err, out)
	}
	out, err = run("Idle", CPUsVariable+"=4095")
	if _, linux := os.Stat("/proc/self/task"); linux == nil && (err == nil || !strings.Contains(out, "the sample is labelled for CPUs 4095")) {
		t.Errorf("wrong affinity: %v\n%s", err, out)
	}
}

func TestBarrierWaitsBeforeEveryRunAndBehindTheSetUp(t *testing.T) {
	binary := build(t, module(t, timers))
	for bench, want := range map[string]int{
		"^BenchmarkIdle$":  2, // one iteration, the count
		"^BenchmarkLoop$":  2, // b.Loop resets the timer, and makes one run
		"^BenchmarkReset$": 4,
	} {
		ctx, cancel := context.WithCancel(t.Context())
		cmd := exec.CommandContext(ctx, binary, "-test.run=^$", "-test.bench="+bench, "-test.benchtime=3x")
		cmd.Env = append(os.Environ(), BarrierVariable+"=1")
		cmd.Stdin = strings.NewReader(strings.Repeat("\n", want))
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		cancel()
		if got := strings.Count(stderr.String(), "\n"+Ready+"\n"); err != nil || got != want {
			t.Errorf("%s: %d times ready, want %d: %v\n%s", bench, got, want, err, out)
		}
	}
	cmd := exec.Command(binary, "-test.run=^$", "-test.bench=Idle", "-test.benchtime=3x")
	cmd.Env = append(os.Environ(), BarrierVariable+"=1")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "no word to start") {
		t.Errorf("without a word: %v\n%s", err, out)
	}
}

func TestUnknownVersionsAreUnfit(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "src", "testing", "benchmark.go"))
	if err != nil {
		t.Fatal(err)
	}
	source := string(text)
	patched, err := patch(text)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(patched), "\n") != strings.Count(source, "\n") {
		t.Error("the patched file has other line numbers")
	}
	if n := strings.Count(string(patched), "overlap"); n < 9 {
		t.Errorf("%d hooks", n)
	}
	for what, changed := range map[string]string{
		"no B":             strings.Replace(source, "type B struct", "type C struct", 1),
		"no StopTimer":     strings.Replace(source, ") StopTimer()", ") HaltTimer()", 1),
		"receiver":         strings.ReplaceAll(source, "(b *B) runN", "(bb *B) runN"),
		"no clock":         strings.ReplaceAll(source, "b.start = ", "b.began = "),
		"no duration":      strings.ReplaceAll(source, "b.duration += ", "b.took += "),
		"no reset":         strings.Replace(source, "	b.ResetTimer()\n	b.StartTimer()\n", "	b.StartTimer()\n", 1),
		"no goroutines":    strings.Replace(source, "numProcs := b.parallelism", "numProcs := 1", 1),
		"no next":          strings.Replace(source, "if pb.cache == 0 {", "if pb.left == 0 {", 1),
		"no grain":         strings.Replace(source, "grain:   grain,", "grain:   grain+0,", 1),
		"not Go":           "nonsense",
		"nothing":          "",
		"only the package": "package testing\n",
	} {
		if changed == source {
			t.Errorf("%s: the source is not changed", what)
		}
		if _, err := patch([]byte(changed)); !errors.Is(err, ErrUnfit) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestMakeNamesWhatIsMissing(t *testing.T) {
	if _, err := Make(t.Context(), gocmd.Go{Program: filepath.Join(t.TempDir(), "go")}, t.TempDir()); err == nil || errors.Is(err, ErrUnfit) {
		t.Errorf("no go command: %v", err)
	}
	if _, err := Make(t.Context(), gocmd.Go{}, filepath.Join(t.TempDir(), "missing")); err == nil || errors.Is(err, ErrUnfit) {
		t.Errorf("no directory: %v", err)
	}
}

func TestHooksAreFormatted(t *testing.T) {
	files, err := hooks.ReadDir(".")
	if err != nil || len(files) != 8 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		text, err := hooks.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if formatted, err := format.Source(text); err != nil || string(formatted) != string(text) {
			t.Errorf("%s is not as gofmt makes it: %v", f.Name(), err)
		}
	}
}
