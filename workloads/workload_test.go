package workloads

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"overlap/primitives"
)

// The executor processes starts this binary again.
func TestMain(m *testing.M) {
	primitives.ServeIfChild()
	// Without this every child of a -race build takes a second to exit.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// newJob sets a job up for the length of a test, which it skips if the machine
// or its directory for temporary files cannot have such a job.
func newJob(t *testing.T, w Workload, p Params) Job {
	t.Helper()
	p.Dir = t.TempDir()
	job, err := w.New(p)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := job.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return job
}

// run runs a job n times on an executor of its own.
func run(t *testing.T, job Job, executor string, workers, n int) {
	t.Helper()
	ex, err := primitives.New(executor, primitives.Config{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Shutdown(context.Background())
	for range n {
		if err := job.Run(context.Background(), ex); err != nil {
			t.Fatal(err)
		}
	}
}

// forms are a workload's variants, or the empty name if there is one form.
func forms(w Workload) []string {
	if len(w.Variants) == 0 {
		return []string{""}
	}
	var names []string
	for _, v := range w.Variants {
		names = append(names, v.Name)
	}
	return names
}

// hangs is how long everywhere waits, much longer than any job takes.
const hangs = 2 * time.Minute

// everywhere calls f for every legal executor and 1, 2, 3 and 7 workers, of which in
// short 3 stand for all: no divisor of most amounts, and fewer than the tasks.
func everywhere(t *testing.T, w Workload, f func(t *testing.T, executor string, workers int)) {
	for _, executor := range w.Executors() {
		counts := []int{1, 2, 3, 7}
		switch {
		case executor == "inline":
			counts = []int{1}
		case testing.Short():
			counts = []int{3}
		}
		for _, workers := range counts {
			t.Run(fmt.Sprintf("%s/workers=%d", executor, workers), func(t *testing.T) {
				defer time.AfterFunc(hangs, func() {
					panic(fmt.Sprintf("%s hangs under %s with %d workers: a task may wait for Futures only, and NoInline must say if one waits for a later task", w.Name, executor, workers))
				}).Stop()
				f(t, executor, workers)
			})
		}
	}
}

func TestEveryWorkloadIsRightUnderEveryExecutor(t *testing.T) {
	for _, w := range All() {
		for _, variant := range forms(w) {
			for _, slices := range []int{1, 3} {
				if slices > 1 && testing.Short() {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/slices=%d", w.Name, variant, slices), func(t *testing.T) {
					everywhere(t, w, func(t *testing.T, executor string, workers int) {
						job := newJob(t, w, Params{Size: Small, Workers: workers, Variant: variant, Slices: slices})
						run(t, job, executor, workers, 2)
						if err := job.Check(); err != nil {
							t.Error(err)
						}
						if err := job.Serial(); err != nil {
							t.Fatal(err)
						}
						if err := job.Check(); err != nil {
							t.Errorf("after Serial: %v", err)
						}
					})
				})
			}
		}
	}
}

// itemsOf sets a job up for long enough to ask for its items: all medium jobs
// at once would need gigabytes.
func itemsOf(t *testing.T, w Workload, p Params) (n int) {
	t.Helper()
	t.Run(fmt.Sprintf("workers=%d", p.Workers), func(t *testing.T) { n = newJob(t, w, p).Items() })
	return n
}

func TestWorkIsEqualForAllWorkersAndCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, w := range All() {
		for _, variant := range forms(w) {
			for _, size := range []Size{Small, Medium} {
				t.Run(fmt.Sprintf("%s/%s/%s", w.Name, variant, size), func(t *testing.T) {
					if size == Medium && testing.Short() {
						t.Skip("its set-up takes long")
					}
					var items []int
					for _, procs := range []int{1, 4} {
						runtime.GOMAXPROCS(procs)
						for _, workers := range []int{1, 2, 7} {
							items = append(items, itemsOf(t, w, Params{Size: size, Workers: workers, Variant: variant}))
						}
					}
					if slices.Max(items) == 0 {
						t.Skip("not on this machine")
					}
					if items[0] < 1 || slices.Min(items) != slices.Max(items) {
						t.Errorf("items for 1, 2, 7 workers, at GOMAXPROCS 1 and 4: %v", items)
					}
				})
			}
		}
	}
}

func TestWeakScalingGrowsTheWorkWithTheWorkers(t *testing.T) {
	for _, w := range All() {
		if w.NoWeak != "" {
			if _, err := w.New(Params{Size: Small, Workers: 2, Weak: true}); err == nil || !strings.Contains(err.Error(), w.NoWeak) {
				t.Errorf("%s under weak scaling: %v, want its reason: %s", w.Name, err, w.NoWeak)
			}
			continue
		}
		t.Run(w.Name, func(t *testing.T) {
			one := newJob(t, w, Params{Size: Small, Workers: 1}).Items()
			for _, workers := range []int{1, 3} {
				job := newJob(t, w, Params{Size: Small, Workers: workers, Weak: true})
				if got := job.Items(); got != workers*one {
					t.Errorf("%d workers: %d items, one has %d", workers, got, one)
				}
				run(t, job, "pool", workers, 2)
				if err := job.Serial(); err != nil {
					t.Error(err)
				}
				if err := job.Check(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestMultiplesHaveAsManyMoreTasks(t *testing.T) {
	for _, w := range All() {
		for _, variant := range forms(w) {
			t.Run(w.Name+"/"+variant, func(t *testing.T) {
				var items, tasks []int
				for _, size := range []Size{Small, Small.Times(3)} {
					job := newJob(t, w, Params{Size: size, Workers: 2, Variant: variant})
					ex := primitives.Must(primitives.NewPool(primitives.Config{Workers: 2}))
					defer ex.Shutdown(context.Background())
					if err := job.Run(t.Context(), ex); err != nil {
						t.Fatal(err)
					}
					if err := job.Check(); err != nil {
						t.Error(err)
					}
					items, tasks = append(items, job.Items()), append(tasks, int(ex.Stats().Finished))
				}
				least := 5 * tasks[0] / 2
				switch w.Name {
				case "sort", "boundedbuf": // the number is fixed
					least = tasks[0]
				case "pipeline": // its ends go on in one task while they can: only the hashes are counted
					least = items[1]
				}
				if items[1] != 3*items[0] || tasks[1] < least {
					t.Errorf("%d items in %d tasks, three times as large %d in %d", items[0], tasks[0], items[1], tasks[1])
				}
			})
		}
	}
}

func TestSizes(t *testing.T) {
	for size, ok := range map[Size]bool{
		Small: true, Medium: true, Large: true, "medium2x": true, "large16x": true, "medium1024x": true, Medium.Times(1): true, Small.Times(7): true,
		"": false, "huge": false, "medium1x": false, "medium0x": false, "medium-2x": false, "medium2": false, "medium02x": false, "medium1025x": false, "2xmedium": false, "mediumx": false, "medium2xx": false, "medium+2x": false,
	} {
		if err := size.Check(); (err == nil) != ok {
			t.Errorf("%q: %v", size, err)
		}
	}
}

// A task costs its future and what its result needs; an item costs nothing.
func TestNothingIsAllocatedPerItem(t *testing.T) {
	for _, w := range All() {
		if w.Name == "bintrees" || w.Name == "ipc" { // is about allocation; each item is a call of another executor
			continue
		}
		for _, variant := range forms(w) {
			t.Run(w.Name+"/"+variant, func(t *testing.T) {
				job := newJob(t, w, Params{Size: Small, Workers: 2, Variant: variant})
				ex := primitives.Must(primitives.NewPool(primitives.Config{Workers: 2}))
				defer ex.Shutdown(context.Background())
				once := func() {
					if err := job.Run(context.Background(), ex); err != nil {
						t.Fatal(err)
					}
				}
				once()
				before := ex.Stats().Finished
				once()
				tasks := ex.Stats().Finished - before
				each := uint64(4)
				if strings.HasPrefix(variant, "open") {
					each = 12 // the timer of its arrival, too, and who notes when it is done
				}
				if allocs := testing.AllocsPerRun(5, once); allocs > float64(each*uint64(tasks)+100) {
					t.Errorf("%.0f allocations in a run of %d tasks and %d items", allocs, tasks, job.Items())
				}
			})
		}
	}
}

func TestCancelledRunIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, w := range All() {
		for _, variant := range forms(w) {
			t.Run(w.Name+"/"+variant, func(t *testing.T) {
				job := newJob(t, w, Params{Size: Small, Workers: 2, Variant: variant})
				ex := primitives.Must(primitives.NewPool(primitives.Config{Workers: 2}))
				defer ex.Shutdown(context.Background())
				if err := job.Run(ctx, ex); err == nil {
					t.Error("it ran to its end under a cancelled context")
				}
			})
		}
	}
}

func TestWhatCannotRunSaysWhy(t *testing.T) {
	for _, w := range All() {
		for executor, why := range map[string]string{"processes": w.NoProcesses, "inline": w.NoInline} {
			err := w.CanRunUnder(executor)
			if (err == nil) != (why == "") || err != nil && !strings.Contains(err.Error(), why) {
				t.Errorf("%s under %s: %v, want a reason with %q", w.Name, executor, err, why)
			}
		}
		if !slices.Contains(w.Executors(), "pool") || slices.Contains(w.Executors(), "processes") != (w.NoProcesses == "") {
			t.Errorf("%s runs under %v", w.Name, w.Executors())
		}
	}
}

func TestAllHasEveryWorkload(t *testing.T) {
	var listed, defined []string
	var kinds []Kind
	for _, w := range All() {
		listed = append(listed, w.Name)
		kinds = append(kinds, w.Kind)
	}
	kinds = slices.Compact(kinds)
	for i, k := range kinds {
		if slices.Contains(kinds[:i], k) {
			t.Errorf("the workloads of kind %s are not next to each other in All", k)
		}
	}
	definition := regexp.MustCompile(`(?m)((?:^//.*\n)+)var \w+ = Workload\{\n\tName: +"(\w+)"`)
	items := regexp.MustCompile(`\bItems\s+(// )?are\b`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range definition.FindAllStringSubmatch(string(source), -1) {
			defined = append(defined, found[2])
			if !items.MatchString(found[1]) {
				t.Errorf("%s: the comment of %s does not say what its items are", path, found[2])
			}
		}
	}
	slices.Sort(listed)
	slices.Sort(defined)
	if !slices.Equal(listed, defined) {
		t.Errorf("All has %v, the package defines %v", listed, defined)
	}
}

func TestEveryWorkloadIsDescribed(t *testing.T) {
	name, variantName := regexp.MustCompile(`^[a-z]+$`), regexp.MustCompile(`^[a-z0-9]+$`)
	for _, w := range All() {
		for what, text := range map[string]string{"Doc": w.Doc, "Models": w.Models, "Source": w.Source, "Limit": w.Limit, "Checked": w.Checked, "Why": w.Why} {
			if text == "" || strings.HasSuffix(text, ".") || strings.Contains(text, "\n") {
				t.Errorf("%s: %s is %q", w.Name, what, text)
			}
		}
		if !name.MatchString(w.Name) || !slices.Contains(Kinds(), w.Kind) {
			t.Errorf("%s is of kind %s", w.Name, w.Kind)
		}
		for i, v := range w.Variants {
			if !variantName.MatchString(v.Name) || v.Name == "all" || slices.Contains(forms(w)[:i], v.Name) {
				t.Errorf("%s has a variant %q: a name is lower-case letters and digits, not all, and there once", w.Name, v.Name)
			}
		}
		for _, variant := range forms(w) {
			v, err := w.Variant(variant)
			if err != nil {
				t.Error(err)
			}
			if err := v.Expect.Valid(); err != nil {
				t.Errorf("%s %s: %v", w.Name, variant, err)
			}
		}
		if len(w.Variants) > 0 && w.Expect != w.Variants[0].Expect {
			t.Errorf("%s expects %s, its first variant %s", w.Name, w.Expect, w.Variants[0].Expect)
		}
	}
	for _, e := range []Expectation{"", "steep", "capped:", "capped:0", "capped:NaN", "capped:Inf"} {
		if e.Valid() == nil {
			t.Errorf("%q is a valid expectation", e)
		}
	}
}

func TestForEachReturnsTheFirstErrorWhenAllHaveEnded(t *testing.T) {
	for _, executor := range []string{"inline", "spawn", "pool", "threads", "loop"} {
		ex, err := primitives.New(executor, primitives.Config{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		ended := 0
		_, err = forEach(context.Background(), ex, 5, func(_ context.Context, i int) (int, error) {
			ended++
			if i%2 == 1 {
				return 0, fmt.Errorf("task %d", i)
			}
			return i, nil
		})
		if err == nil || err.Error() != "task 1" || ended != 5 {
			t.Errorf("%s: %v after %d tasks, want that of task 1 after 5", executor, err, ended)
		}
		ex.Shutdown(context.Background())
	}
}

func TestNewRefuses(t *testing.T) {
	for _, w := range All() {
		for _, p := range []Params{{Size: "huge", Workers: 1}, {Size: Small}, {Size: Small, Workers: 1, Slices: -1}, {Size: Small, Workers: 1, Variant: "none"}} {
			if _, err := w.New(p); err == nil {
				t.Errorf("%s accepts %+v", w.Name, p)
			}
		}
	}
}

func TestLookup(t *testing.T) {
	if w, err := Lookup("Ep"); err != nil || w.Name != "ep" {
		t.Errorf("Lookup(Ep): %q, %v", w.Name, err)
	}
	for typo, want := range map[string]string{"sleeper": "sleepers", "mandlebrot": "mandelbrot", "netehco": "netecho"} {
		if _, err := Lookup(typo); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("did you mean %q", want)) {
			t.Errorf("Lookup(%s): %v", typo, err)
		}
	}
}

// What a job allocates at medium size is what it says that it needs, unless that is little.
func TestNeedsCountTheMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("its set-up takes long")
	}
	for _, w := range All() {
		for _, slices := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s/slices=%d", w.Name, slices), func(t *testing.T) {
				p := Params{Size: Medium, Workers: 2, Slices: slices}
				heap := func() (b int) {
					runtime.GC()
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					return int(m.HeapAlloc)
				}
				before := heap()
				job := newJob(t, w, p)
				took, said := heap()-before, 0
				runtime.KeepAlive(job)
				if w.Needs != nil {
					said = w.Needs(p, "pool").Bytes
				}
				if took-said > 32<<20 || said-took > 1<<20 {
					t.Errorf("it has %d MiB and says %d", took>>20, said>>20)
				}
			})
		}
	}
}
