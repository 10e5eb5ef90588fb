package report_test

import (
	"encoding/csv"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"overlap/report/analyse"
	"overlap/report/write"
)

// points reads the CSV of a file back: the value of a column in each line.
func points(t *testing.T, a *analyse.Analysis) []map[string]string {
	t.Helper()
	var b strings.Builder
	if err := write.CSV(&b, a); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]string
	for _, line := range lines[1:] {
		cells := map[string]string{}
		for i, cell := range line {
			cells[lines[0][i]] = cell
		}
		list = append(list, cells)
	}
	return list
}

func TestCSVHasALinePerPoint(t *testing.T) {
	runs, err := filepath.Glob("../results/reference/*.txt")
	if err != nil || len(runs) != 1 {
		t.Fatalf("reference runs: %v, %v", runs, err)
	}
	a := analyze(t, runs[0])
	list := points(t, a)
	if len(list) != len(a.Data.Points) {
		t.Errorf("%d lines for %d points", len(list), len(a.Data.Points))
	}
	number := func(cells map[string]string, name string) float64 {
		x, err := strconv.ParseFloat(cells[name], 64)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return x
	}
	samples, left, stacks := 0.0, 0.0, 0
	for _, c := range list {
		samples += number(c, "samples")
		left += number(c, "left_out")
		if low, x, high := number(c, "sec_per_op_low"), number(c, "sec_per_op"), number(c, "sec_per_op_high"); !(0 < low && low < x && x < high) {
			t.Errorf("%v", c)
		}
		if c["stack_work"] == "" {
			continue
		}
		stacks++
		sum := 0.0
		for _, part := range []string{"work", "inflation", "gc", "run_queue", "imbalance", "locked", "runnable", "waiting", "residual"} {
			if c["stack_"+part] != "" {
				sum += number(c, "stack_"+part)
			}
		}
		if p := min(number(c, "cores"), number(c, "gomaxprocs")); math.Abs(sum-p) > 1e-4 {
			t.Errorf("the stack sums to %v of %v cores: %v", sum, p, c)
		}
	}
	if int(samples+left) != a.Samples || int(left) != a.LeftOut || stacks < 8*10 {
		t.Errorf("%v samples and %v left out, want %d and %d; %d stacks", samples, left, a.Samples, a.LeftOut, stacks)
	}
	if c := list[0]; c["workload"] != "Ep" || c["kind"] != "cpu" || c["workers"] != "1" || c["cores"] != "1" || c["scaling"] != "strong" {
		t.Errorf("the first line is %v", c)
	}
}

// The lines are in the order in which people count, whatever the order of the
// file, and a stack stands at the point that it is of.
func TestCSVIsInOrder(t *testing.T) {
	f := &file{rounds: 2, extra: "2 tasks-inflight 1 cpus-busy"}
	for _, name := range []string{"workers=16/cores=2-2", "workers=16/cores=1", "workers=2/cores=2-2", "workers=1/cores=1", "workers=1/cores=2", "workers=1/cores=1 ×2"} {
		f.add("Job/executor=pool/"+name, 10)
	}
	f.add("Job/executor=serial/workers=1/cores=1", 10)
	var got []string
	for _, c := range points(t, analyze(t, f.save(t))) {
		stack := ""
		if c["stack_work"] != "" {
			stack = " stack"
		}
		got = append(got, c["executor"]+" "+c["copies"]+" "+c["cores"]+" "+c["gomaxprocs"]+" "+c["workers"]+stack)
	}
	want := "pool 1 1 1 1 stack, pool 1 1 1 16 stack, pool 1 2 1 1, pool 1 2 2 2 stack, pool 1 2 2 16 stack, pool 2 1 1 1, serial 1 1 1 1"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("\n%s\nwant\n%s", s, want)
	}
}

func TestCSVOfWhatIsUnknownAndOfFormulas(t *testing.T) {
	path := save(t, "pkg: =cmd|' /C calc'!A0\nkinds: +Add=@kind\n"+
		"Benchmark+Add/variant=-1/executor=@SUM/size==a,\"b/workers=1/cores=1 1 5 ns/op\n"+
		"Benchmark=Mine,\"x/cores=1 1 5 ns/op\n")
	list := points(t, analyze(t, path))
	if c := list[0]; c["workload"] != "'+Add" || c["kind"] != "'@kind" || c["variant"] != "'-1" || c["executor"] != "'@SUM" || c["size"] != `'=a,"b` {
		t.Errorf("%q", c)
	}
	c := list[1]
	if c["workload"] != `'=Mine,"x` || c["package"] != "'=cmd|' /C calc'!A0" {
		t.Errorf("%q", c)
	}
	for _, name := range []string{"workers", "sec_per_op_low", "sec_per_op_high", "tasks_in_flight", "cpus_busy", "fairness", "items_per_sec", "stack_work", "kind", "executor"} {
		if c[name] != "" {
			t.Errorf("%s is %q, want nothing", name, c[name])
		}
	}
	if c["sec_per_op"] != "5e-09" || c["samples"] != "1" {
		t.Errorf("%q", c)
	}
}

// Times of a task and times since it was due are in columns of their own.
func TestCSVTellsTasksFromArrivals(t *testing.T) {
	path := save(t, "BenchmarkX/executor=pool/workers=1/cores=1 1 5 ns/op 1000 p50-ns/task 2000 p99-ns/task 3000 p50-ns/arrival 4000 p99-ns/arrival\n")
	c := points(t, analyze(t, path))[0]
	for name, want := range map[string]float64{"task_p50_sec": 1e-6, "task_p99_sec": 2e-6, "arrival_p50_sec": 3e-6, "arrival_p99_sec": 4e-6} {
		if x, err := strconv.ParseFloat(c[name], 64); err != nil || math.Abs(x-want) > 1e-12 {
			t.Errorf("%s is %q, want %v", name, c[name], want)
		}
	}
}
