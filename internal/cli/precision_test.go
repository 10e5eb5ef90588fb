package cli_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"overlap/bench/host"
	"overlap/internal/interval"
	"overlap/report"
	"overlap/report/analyse"
)

// TestPrecision finds out how far to believe a default run on this machine, which must do
// nothing else: OVERLAP_PRECISION names a directory for the result files, and
// OVERLAP_PRECISION_RUNS (12) is how many runs it has, alone and as many beside a
// neighbour that takes one CPU in spells of 20 ms to 2 s, half of the time. Runs that the
// directory already has are not repeated.
//
// The truth of a gain is its mean over the runs alone. The test prints the half-widths
// of the intervals, how many hold the truth, and how much the gains of the runs differ.
func TestPrecision(t *testing.T) {
	dir := os.Getenv("OVERLAP_PRECISION")
	if dir == "" {
		t.Skip("half an hour of a quiet machine: OVERLAP_PRECISION is the directory for its results")
	}
	runs, err := strconv.Atoi(cmp.Or(os.Getenv("OVERLAP_PRECISION_RUNS"), "12"))
	if err != nil {
		t.Fatal(err)
	}
	var alone, beside []*analyse.Analysis
	for i := range runs {
		alone = append(alone, defaultRun(t, filepath.Join(dir, "alone"), i))
		if os.Getenv("OVERLAP_PRECISION_ALONE") != "" {
			continue
		}
		end, ended := make(chan struct{}), make(chan struct{})
		go neighbour(end, ended)
		beside = append(beside, defaultRun(t, filepath.Join(dir, "beside"), i))
		close(end)
		<-ended
	}
	truth := meanGains(alone)
	for _, c := range []struct {
		name string
		runs []*analyse.Analysis
	}{{"alone", alone}, {"beside a neighbour", beside}} {
		if len(c.runs) > 0 {
			judgePrecision(t, c.name, c.runs, truth)
		}
	}
}

// defaultRun returns the analysis of the i-th run in a directory, which it makes if it is
// not there.
func defaultRun(t *testing.T, dir string, i int) *analyse.Analysis {
	t.Helper()
	name := fmt.Sprint(i)
	files, _ := filepath.Glob(filepath.Join(dir, name, "*.txt"))
	if len(files) == 0 {
		began := time.Now()
		cmd := command("run", "--results="+dir, "--name="+name, "--wait=0s")
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v\n%s", err, cmd.Stderr)
		}
		t.Logf("%s/%s took %v", filepath.Base(dir), name, time.Since(began).Round(time.Second))
		files, _ = filepath.Glob(filepath.Join(dir, name, "*.txt"))
	}
	data, err := report.Read(report.Input{Paths: files})
	if err != nil {
		t.Fatal(err)
	}
	return report.Analyze(data)
}

// hog computes until it is ended.
func hog() {
	for x := uint64(1); ; x = x*6364136223846793005 + 1 {
		if x == 0 {
			fmt.Println("the generator has period 2^64")
		}
	}
}

// neighbour takes the second CPU, or the only one, in spells.
func neighbour(end, ended chan struct{}) {
	defer close(ended)
	cpus, err := host.Affinity()
	if err != nil {
		panic(err)
	}
	spell := func() <-chan time.Time { // evenly in orders of magnitude
		return time.After(time.Duration(20e6 * math.Pow(100, rand.Float64())))
	}
	for {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "BE_HOG=1", "GOMAXPROCS=1")
		start := cmd.Start
		if host.CanBind {
			start = func() error { return host.Start(cpus[min(1, len(cpus)-1):][:1], cmd.Start) }
		}
		if err := start(); err != nil {
			panic(err)
		}
		select {
		case <-spell():
		case <-end:
		}
		cmd.Process.Kill()
		cmd.Wait()
		select {
		case <-spell():
		case <-end:
			return
		}
	}
}

// gainsOf are the numbers of a row that are judged.
func gainsOf(r analyse.Row) map[string]interval.Interval {
	return map[string]interval.Interval{"G_c": r.Concurrency, "G_p": r.Parallelism, "S": r.Speedup, "H": r.Ceiling}
}

// meanGains are the geometric means over runs, by workload and gain.
func meanGains(runs []*analyse.Analysis) map[string]float64 {
	logs := map[string][]float64{}
	for _, a := range runs {
		for _, r := range a.Rows {
			for name, g := range gainsOf(r) {
				logs[r.Workload+" "+name] = append(logs[r.Workload+" "+name], math.Log(g.Value))
			}
		}
	}
	means := map[string]float64{}
	for name, list := range logs {
		means[name] = math.Exp(stat.Mean(list, nil))
	}
	return means
}

// judgePrecision prints what the intervals of some runs are worth, against the truth.
func judgePrecision(t *testing.T, name string, runs []*analyse.Analysis, truth map[string]float64) {
	type judged struct {
		halves, errors []float64
		held, all      int
		workers        map[int]int
	}
	of := map[string]*judged{}
	held, all := 0, 0
	for _, a := range runs {
		for _, r := range a.Rows {
			for gain, g := range gainsOf(r) {
				key := r.Workload + " " + gain
				j := of[key]
				if j == nil {
					j = &judged{workers: map[int]int{}}
					of[key] = j
				}
				j.workers[r.Workers]++
				j.halves = append(j.halves, math.Log(g.High/g.Value))
				j.errors = append(j.errors, math.Log(g.Value/truth[key]))
				j.all++
				all++
				if g.Holds(truth[key]) {
					j.held++
					held++
				}
			}
		}
	}
	var spreads []float64
	for _, key := range slices.Sorted(maps.Keys(of)) {
		j := of[key]
		slices.Sort(j.halves)
		mean, spread := stat.MeanStdDev(j.errors, nil)
		if key[len(key)-3:] == "G_p" {
			spreads = append(spreads, spread)
		}
		t.Logf("%-18s %-15s truth %7.3f: ± %4.1f %% (median; worst %4.1f), off by %+5.1f %%, sd of the runs %4.1f %%, %d of %d hold it, workers %v",
			name, key, truth[key], 100*j.halves[len(j.halves)/2], 100*j.halves[len(j.halves)-1], 100*mean, 100*spread, j.held, j.all, j.workers)
	}
	slices.Sort(spreads)
	t.Logf("%-18s %d of %d intervals hold the truth (%.1f %%); the median over the workloads of the sd of G_p is %.2f %%", name, held, all, 100*float64(held)/float64(all), 100*spreads[len(spreads)/2])
}
