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
// benchstat takes on the same file, but for the pictures and the page, which take
// what they take, however many the lines: so the CSV, which draws nothing, is
// beside them. The test prints all and judges none, as other programs on the
// machine would decide; files of half as many lines show whether time grows with
// the lines.
func TestAMillionResults(t *testing.T) {
	if os.Getenv("OVERLAP_MILLION") == "" {
		t.Skip("a minute; run with OVERLAP_MILLION=1")
	}
	dir := t.TempDir()
	overlap, benchstat := build(t, dir, "overlap", "."), build(t, dir, "benchstat", "-modfile=tools.mod", "golang.org/x/perf/cmd/benchstat")
	for _, c := range []struct {
		names, count int
		workers      []int
		commits      bool // a configuration line before each result
	}{
		{names: 100, count: 5000}, {names: 100, count: 10000}, {names: 10000, count: 50}, {names: 10000, count: 100},
		{names: 20, count: 25000, workers: axis}, {names: 20, count: 50000, workers: axis},
		{names: 100, count: 5000, commits: true}, {names: 100, count: 10000, commits: true},
	} {
		path := filepath.Join(dir, "results.txt")
		results(t, path, c.names, c.count, c.workers, c.commits)
		for range 3 {
			t.Logf("%d benchmarks × %d results, %d numbers of workers, commits %v: benchstat %s; overlap report --csv %s; overlap report %s",
				c.names, c.count, len(c.workers), c.commits, consumed(t, benchstat, path), consumed(t, overlap, "report", "--csv", path),
				consumed(t, overlap, "report", path, "-o", filepath.Join(dir, "report")))
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

// axis are twenty numbers of workers.
var axis = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 32, 48, 64}

// results writes what go test -cpu 1,2,4,8 -benchmem would print, count results
// for each name: of all workers together, if there are several.
func results(t *testing.T, path string, names, count int, workers []int, commits bool) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	rng := rand.New(rand.NewPCG(1, 1))
	fmt.Fprint(w, "goos: linux\ngoarch: amd64\npkg: example.com/x\n")
	ways := []string{""}
	if len(workers) > 0 {
		ways = nil
		for _, n := range workers {
			ways = append(ways, fmt.Sprintf("/workers=%d", n))
		}
	}
	for i := range names {
		for _, way := range ways {
			for _, procs := range []int{1, 2, 4, 8} {
				suffix := fmt.Sprintf("-%d", procs)
				if procs == 1 {
					suffix = ""
				}
				for j := range count / 4 / len(ways) {
					if commits {
						fmt.Fprintf(w, "commit: c%d\n", j%50)
					}
					ns := 1e5 / float64(procs) * (1 + 0.02*rng.NormFloat64())
					fmt.Fprintf(w, "BenchmarkThing%d/n=100%s%s\t1000\t%.1f ns/op\t128 B/op\t3 allocs/op\n", i, way, suffix, ns)
				}
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
