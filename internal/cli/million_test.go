//go:build unix

package cli_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// A million result lines should take overlap report no more time and memory than
// benchstat takes on the same file. The test prints both and judges neither, as other
// programs on the machine would decide; a file of half as many lines shows
// whether time grows with the lines.
func TestAMillionResults(t *testing.T) {
	if os.Getenv("OVERLAP_MILLION") == "" {
		t.Skip("a minute; run with OVERLAP_MILLION=1")
	}
	dir := t.TempDir()
	overlap, benchstat := build(t, dir, "overlap", "."), build(t, dir, "benchstat", "-modfile=tools.mod", "golang.org/x/perf/cmd/benchstat")
	for _, c := range []struct{ names, count int }{{100, 5000}, {100, 10000}, {10000, 50}, {10000, 100}} {
		path := filepath.Join(dir, fmt.Sprintf("%dx%d.txt", c.names, c.count))
		results(t, path, c.names, c.count)
		for range 3 {
			t.Logf("%d benchmarks × %d results: benchstat %s, overlap %s", c.names, c.count,
				consumed(t, benchstat, path), consumed(t, overlap, "report", path, "-o", filepath.Join(dir, "report")))
		}
	}
}

// build compiles a program of the module and returns its path.
func build(t *testing.T, dir, name string, what ...string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	cmd := exec.Command("go", append([]string{"build", "-o", path}, what...)...)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// results writes what go test -cpu 1,2,4,8 -benchmem would print.
func results(t *testing.T, path string, names, count int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	rng := rand.New(rand.NewPCG(1, 1))
	fmt.Fprint(w, "goos: linux\ngoarch: amd64\npkg: example.com/x\n")
	for i := range names {
		for _, procs := range []int{1, 2, 4, 8} {
			suffix := fmt.Sprintf("-%d", procs)
			if procs == 1 {
				suffix = ""
			}
			for range count / 4 {
				ns := 1e5 / float64(procs) * (1 + 0.02*rng.NormFloat64())
				fmt.Fprintf(w, "BenchmarkThing%d/n=100%s\t1000\t%.1f ns/op\t128 B/op\t3 allocs/op\n", i, suffix, ns)
			}
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// consumed runs a program and says its time, CPU time and highest memory.
func consumed(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Stdout = io.Discard
	start := time.Now()
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	took := time.Since(start)
	rss := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS == "darwin" {
		rss /= 1024 // bytes there, KiB elsewhere
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return fmt.Sprintf("%.2f s, %.2f s CPU, %d MiB", took.Seconds(), cpu.Seconds(), rss>>10)
}
