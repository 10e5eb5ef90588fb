package sweep_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/overlay"
	"overlap/bench/sweep"
)

// parallel finds benchmarks of the package goroutines, by name.
func parallel(t *testing.T, re string) (f *sweep.Foreign, found map[string]sweep.Benchmark, notes string) {
	t.Helper()
	f = foreign(t)
	all, _, list, err := f.Find(t.Context(), "./goroutines", re, lowest(f))
	if err != nil {
		t.Fatal(err)
	}
	found = map[string]sweep.Benchmark{}
	for _, b := range all {
		found[b.Name] = b
	}
	return f, found, strings.Join(list, "\n")
}

// searched finds benchmarks without trying what numbers of goroutines they can have.
func searched(t *testing.T, re string) (f *sweep.Foreign, found map[string]sweep.Benchmark) {
	t.Helper()
	f = foreign(t)
	if _, _, err := f.Build(t.Context(), "./goroutines"); err != nil {
		t.Fatal(err)
	}
	all, _, err := f.Search(t.Context(), re, lowest(f), nil)
	if err != nil {
		t.Fatal(err)
	}
	found = map[string]sweep.Benchmark{}
	for _, b := range all {
		found[b.Name] = b
	}
	return f, found
}

// planOf is the plan of a benchmark on one level.
func planOf(f *sweep.Foreign, b sweep.Benchmark, workers ...int) sweep.ForeignPlan {
	return sweep.ForeignPlan{Benchmarks: []sweep.Benchmark{b}, Levels: []sweep.Level{lowest(f)}, Workers: workers, Goroutines: true}
}

// pointOf is the point of a benchmark with a number of goroutines.
func pointOf(f *sweep.Foreign, b sweep.Benchmark, workers int) sweep.Point {
	p := planOf(f, b, workers).FixedPoints()[0]
	p.Workers = workers
	return p
}

func TestFindRecognisesRunParallel(t *testing.T) {
	_, found, notes := parallel(t, ".")
	for name, want := range map[string]sweep.Benchmark{
		"Sleep": {Goroutines: 1}, "Set": {Goroutines: 3}, "Pair": {Goroutines: 1, Least: 2}, "Served": {Goroutines: 1}, "Roles": {Goroutines: 1, Least: 2, Roles: true},
		"Shards": {}, "Begins": {}, "Own": {}, "Alone": {}, "Asks": {Workers: true},
	} {
		b, ok := found[name]
		if !ok || b.Goroutines != want.Goroutines || b.Workers != want.Workers || b.Least != want.Least || b.Roles != want.Roles {
			t.Errorf("%s: %+v, want %+v", name, b, want)
		}
	}
	for _, want := range []string{"goroutines.BenchmarkPair: 1 goroutine is left out: exit status 2: fatal error: all goroutines are asleep - deadlock!", "goroutines.Shards: other numbers of goroutines are left out: exit status 2: panic: runtime error: index out of range",
		"goroutines.Roles: odd numbers of goroutines are left out: half of the goroutines do much more"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q, want %q", notes, want)
		}
	}
}

func TestFindLooksForWhatUsesOneCore(t *testing.T) {
	f := foreign(t)
	f.Look = lowest(f)
	steps := 0
	f.Progress = func(_ string, done, all int) {
		if steps++; done >= all {
			t.Errorf("%d of %d are done before the last", done, all)
		}
	}
	found, _, _, err := f.Find(t.Context(), "./goroutines", "Sleep|Begins|Own|Alone|Asks|Shards", f.Look)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 6 || steps != 7 {
		t.Errorf("%d benchmarks in %d steps", len(found), steps)
	}
	for _, b := range found {
		if b.OneCore != (b.Name == "Alone") {
			t.Errorf("%+v", b)
		}
	}
}

func TestGoroutinesAreWorkersOfThePlan(t *testing.T) {
	plan := sweep.ForeignPlan{
		Benchmarks: []sweep.Benchmark{{Package: "p", Name: "Get", Goroutines: 1}, {Package: "p", Name: "Put", Goroutines: 8}, {Package: "p", Name: "Pair", Goroutines: 1, Least: 2, NoCeiling: true}, {Package: "p", Name: "Roles", Goroutines: 3, Least: 2, Roles: true, NoCeiling: true}},
		Levels:     []sweep.Level{{Cores: 1, Procs: 1}, {Cores: 2, Procs: 2}},
		Workers:    []int{1, 4},
		Goroutines: true,
	}
	const want = `p.Get/workers=1/cores=1
p.Get/workers=2/cores=1
p.Get/workers=4/cores=1
p.Get/workers=1/cores=2-2
p.Get/workers=2/cores=2-2
p.Get/workers=4/cores=2-2
p.Get/workers=1/cores=1 ×2
p.Put/workers=1/cores=1
p.Put/workers=4/cores=1
p.Put/workers=8/cores=1
p.Put/workers=16/cores=1
p.Put/workers=1/cores=2-2
p.Put/workers=4/cores=2-2
p.Put/workers=8/cores=2-2
p.Put/workers=16/cores=2-2
p.Put/workers=1/cores=1 ×2
p.Pair/workers=2/cores=1
p.Pair/workers=4/cores=1
p.Pair/workers=2/cores=2-2
p.Pair/workers=4/cores=2-2
p.Roles/workers=2/cores=1
p.Roles/workers=4/cores=1
p.Roles/workers=6/cores=1
p.Roles/workers=2/cores=2-2
p.Roles/workers=4/cores=2-2
p.Roles/workers=6/cores=2-2
`
	if got := names(plan.FixedPoints()); got != want {
		t.Errorf("points:\n%s\nwant:\n%s", got, want)
	}
	if plan.Goroutines = false; slices.ContainsFunc(plan.FixedPoints(), func(p sweep.Point) bool { return p.Workers > 0 }) {
		t.Errorf("without being asked it has\n%s", names(plan.FixedPoints()))
	}
}

func TestRunParallelStartsTheWorkersOfThePoint(t *testing.T) {
	f, found, _ := parallel(t, "Sleep|Set|Asks|Served")
	for _, c := range []struct {
		name    string
		workers int
		want    float64 // goroutines
	}{{"Sleep", 1, 1}, {"Sleep", 5, 5}, {"Set", 5, 5}, {"Set", 1, 1}, {"Asks", 3, 3}} {
		p := pointOf(f, found[c.name], c.workers)
		r, err := f.Sample(t.Context(), p, 0, 1)
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		started, _ := r.Value("goroutines")
		inflight, _ := r.Value("tasks-inflight")
		if started != c.want || inflight > 1.001*c.want || inflight < c.want/2 {
			t.Errorf("%s: %v goroutines and %v tasks in progress, want %v", p, started, inflight, c.want)
		}
		program := map[bool]string{true: "tasks", false: sweep.GoroutinesProgram}[c.name == "Asks"]
		if got := r.GetConfig("program"); got != program || string(r.Name.Full()) != fmt.Sprintf("%s/workers=%d/cores=1", c.name, c.workers) {
			t.Errorf("%s: program %s, name %s", p, got, r.Name.Full())
		}
		// A sample of a millisecond has one operation.
		if grain, _ := r.Value("grain"); c.name != "Asks" && (c.workers > 1 && r.Iters < 20*c.workers || grain != 1) {
			t.Errorf("%s: %d operations, %v at a time", p, r.Iters, grain)
		}
	}
}

func TestOnlyWhatIsKnownIsInProgress(t *testing.T) {
	f, found, _ := parallel(t, "Begins|Own|Alone|Served")
	for name, want := range map[string]float64{"Begins": 0, "Own": 0, "Alone": 1, "Served": 1} {
		p := planOf(f, found[name], 1).FixedPoints()[0]
		r, err := f.Sample(t.Context(), p, 20, 1)
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		if got, ok := r.Value("tasks-inflight"); ok != (want > 0) || math.Abs(got-want) > 0.001 {
			t.Errorf("%s: %v tasks in progress, want %v", p, got, want)
		}
		if gc, ok := r.Value("gc-cpus"); ok && gc > 1.1 {
			t.Errorf("%s: the benchmark says that %v CPUs collect garbage", p, gc)
		}
	}
}

func TestOtherNumbersOfGoroutinesMayBeUnfit(t *testing.T) {
	f, found := searched(t, "Shards")
	for _, c := range []struct {
		name    string
		workers int
		want    string
	}{{"Shards", 1, ""}, {"Shards", 8, "cannot have 8 goroutines: exit status 2: panic: runtime error: index out of range"}} {
		p := pointOf(f, found[c.name], c.workers)
		_, err := f.Sample(t.Context(), p, 0, 1)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", p, err, c.want)
			continue
		}
		if err != nil && !(sweep.Failure{Point: p, Err: err}).Unfit() {
			t.Errorf("%s: %v is a failure", p, err)
		}
	}
	if fails := (sweep.Failure{Err: context.Canceled}); fails.Unfit() {
		t.Errorf("%v is an unfit number", fails.Err)
	}
}

// What cannot have so many goroutines loses its point, and not those beside it.
func TestUnfitGoroutinesInABlock(t *testing.T) {
	f, found := searched(t, "Shards|Sleep")
	if !f.TakesTurns() {
		t.Skip("no turns here")
	}
	block := sweep.Block{Points: append(planOf(f, found["Shards"], 1, 8).FixedPoints(), planOf(f, found["Sleep"], 1, 4).FixedPoints()...), Time: 20 * time.Millisecond, Number: 1}
	block.Jobs = make([]int, len(block.Points))
	entries, err := f.Block(t.Context(), block)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		p := block.Points[i]
		if unfit := p.Workload == "Shards" && p.Workers == 8; unfit != (e.Err != nil) || unfit && !(sweep.Failure{Point: p, Err: e.Err}).Unfit() {
			t.Errorf("%s: %v", p, e.Err)
		}
		if e.Err != nil {
			continue
		}
		inflight, _ := e.Result.Value("tasks-inflight")
		jobs, _ := e.Result.Value("timings")
		each := float64(e.Result.Iters) / jobs
		if inflight > 1.001*float64(p.Workers) || inflight < float64(p.Workers)/2 || p.Workers > 1 && (each < 20*float64(p.Workers) || math.Mod(each, float64(p.Workers)) != 0) {
			t.Errorf("%s: %v tasks in progress, %v operations in a timing", p, inflight, each)
		}
	}
}

// few is a sampler whose samples have 25 operations.
type few struct{ program string }

func (f few) Sample(_ context.Context, p sweep.Point, _, _ int) (*benchfmt.Result, error) {
	return &benchfmt.Result{
		Name: benchfmt.Name(p.Name()), Iters: 25, Values: []benchfmt.Value{{Value: 0.001, Unit: "sec/op"}, {Value: 0.25, Unit: overlay.SetUpUnit}},
		Config: []benchfmt.Config{{Key: "program", Value: []byte(f.program), File: true}},
	}, nil
}

func TestFewOperationsForEachGoroutineAreKnown(t *testing.T) {
	plan := sweep.ForeignPlan{Benchmarks: []sweep.Benchmark{{Package: "p", Name: "Get", Goroutines: 1}}, Levels: []sweep.Level{{Cores: 1, Procs: 1}}, Workers: []int{1, 2}, Goroutines: true}
	for program, want := range map[string]string{sweep.GoroutinesProgram: "p.Get/workers=2/cores=1\n", "tasks": ""} {
		s, err := sweep.Run(t.Context(), sweep.Config{Plan: plan, Sampler: few{program}, Append: keep, Rounds: 2})
		if got := names(s.Few); err != nil || got != want {
			t.Errorf("%s: few in %q, %v, want %q", program, got, err, want)
		}
		if len(s.SetUps) != s.Points {
			t.Errorf("set-up is timed in %v, want all %d", s.SetUps, s.Points)
		}
	}
}
