package workloads

import (
	"context"
	"fmt"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"overlap/primitives"
)

// run sets a job up, runs it twice and returns it unchecked.
func run(t *testing.T, w Workload, p Params, kind string) Job {
	t.Helper()
	job, err := w.New(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := job.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	ex, err := primitives.New(kind, primitives.Config{Workers: p.Workers})
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Shutdown(context.Background())
	for range 2 {
		if err := job.Run(context.Background(), ex); err != nil {
			t.Fatal(err)
		}
	}
	return job
}

func TestEveryWorkloadIsRightUnderEveryExecutor(t *testing.T) {
	for _, w := range All() {
		for _, kind := range Executors() {
			for _, workers := range []int{1, 2, 3, 7} {
				if kind == "inline" && workers > 1 {
					continue
				}
				for _, slices := range []int{1, 3} {
					t.Run(fmt.Sprintf("%s/%s/workers=%d/slices=%d", w.Name, kind, workers, slices), func(t *testing.T) {
						p := Params{Size: Small, Workers: workers, Slices: slices}
						if err := run(t, w, p, kind).Check(); err != nil {
							t.Error(err)
						}
					})
				}
			}
		}
	}
}

func TestWorkIsEqualForAllWorkers(t *testing.T) {
	for _, w := range All() {
		for _, size := range []Size{Small, Medium} {
			var items []int
			for _, workers := range []int{1, 2, 7} {
				job, err := w.New(Params{Size: size, Workers: workers})
				if err != nil {
					t.Fatal(err)
				}
				items = append(items, job.Items())
				if err := job.Close(); err != nil {
					t.Error(err)
				}
			}
			if items[0] < 1 || items[0] != items[1] || items[0] != items[2] {
				t.Errorf("%s %s: items for 1, 2, 7 workers: %v", w.Name, size, items)
			}
		}
	}
}

// The published sums of NPB EP class S (NPB 3.4, EP/ep.f90), and the counts as
// computed serially.
func TestEpClassS(t *testing.T) {
	if testing.Short() {
		t.Skip("16 million pairs")
	}
	job := run(t, Ep, Params{Size: Large, Workers: 2}, "pool")
	if err := job.Check(); err != nil {
		t.Error(err)
	}
	if job.Items() != 1<<24 {
		t.Errorf("class S has 2^24 pairs, the job %d", job.Items())
	}
	got := job.(*epJob).want
	const sx, sy = -3.247834652034740e3, -6.958407078382297e3
	if math.Abs((got.SX-sx)/sx) > 1e-8 || math.Abs((got.SY-sy)/sy) > 1e-8 {
		t.Errorf("sums %v %v, want %v %v", got.SX, got.SY, sx, sy)
	}
	if want := [10]int{6140517, 5865300, 1100361, 68546, 1648, 17}; got.Counts != want {
		t.Errorf("counts %v, want %v", got.Counts, want)
	}
	if got.Pairs() != 13176389 {
		t.Errorf("%d pairs, want 13176389", got.Pairs())
	}
}

func TestEpJump(t *testing.T) {
	x := uint64(epSeed)
	for n := range uint64(1000) {
		if got := epJump(n); got != x {
			t.Fatalf("number %d is %d, want %d", n, got, x)
		}
		x = x * epMultiplier & epMask
	}
}

func TestMandelbrotGolden(t *testing.T) {
	job := run(t, Mandelbrot, Params{Size: Large, Workers: 2}, "pool")
	if err := job.Check(); err != nil {
		t.Error(err)
	}
	if got, want := job.(*mandelbrotJob).want, (MandelbrotCounts{386485, 43930374}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// garbled is a connection that changes what it reads.
type garbled struct{ net.Conn }

func (g garbled) Read(b []byte) (int, error) {
	n, err := g.Conn.Read(b)
	if n > 0 {
		b[0]++
	}
	return n, err
}

// A job that computes something else must not pass: each break here is one
// that a scheduling error would cause.
func TestCheckFindsWrongResults(t *testing.T) {
	breaks := map[string]func(Job){
		"ep":         func(j Job) { j.(*epJob).blocks-- },
		"mandelbrot": func(j Job) { j.(*mandelbrotJob).rows-- },
		"nstream":    func(j Job) { j.(*nstreamJob).a[17] += 8 },
		"counter":    func(j Job) { j.(*counterJob).want-- },
		"sleepers":   nil, // exact by construction: a lost sleep is a lost task
		"netecho": func(j Job) {
			conn := <-j.(*netechoJob).idle
			conn.Conn = garbled{conn.Conn}
			j.(*netechoJob).idle <- conn
		},
		"request": func(j Job) { j.(*requestJob).a[3][4]++ },
	}
	for _, w := range All() {
		damage, known := breaks[w.Name]
		if !known {
			t.Errorf("no damage defined for %s", w.Name)
		}
		if damage == nil {
			continue
		}
		t.Run(w.Name, func(t *testing.T) {
			job := run(t, w, Params{Size: Small, Workers: 1}, "inline")
			if err := job.Check(); err != nil {
				t.Fatal(err)
			}
			damage(job)
			job.Run(context.Background(), primitives.NewInline(primitives.Config{Workers: 1}))
			if err := job.Check(); err == nil {
				t.Error("a damaged job passed its check")
			} else {
				t.Log(err)
			}
		})
	}
}

func TestCancelledRunIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, w := range All() {
		job, err := w.New(Params{Size: Small, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		ex := primitives.NewPool(primitives.Config{Workers: 2})
		if err := job.Run(ctx, ex); err == nil {
			t.Errorf("%s ran to its end under a cancelled context", w.Name)
		}
		ex.Shutdown(context.Background())
		job.Close()
	}
}

// One worker cannot be faster than its waits one after the other.
func TestWaitsAreWaited(t *testing.T) {
	for name, want := range map[string]time.Duration{
		"sleepers": 8 * time.Millisecond,
		"netecho":  8 * time.Millisecond,
		"request":  16 * time.Millisecond,
	} {
		w, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		run(t, w, Params{Size: Small, Workers: 1}, "inline") // twice
		if took := time.Since(start); took < 2*want {
			t.Errorf("two jobs of %s took %v, their waits alone take %v", name, took, 2*want)
		}
	}
}

// The amounts that the documentation names.
func TestMediumAmounts(t *testing.T) {
	for name, want := range map[string]int{
		"ep": 1 << 18, "mandelbrot": 384 * 384, "nstream": 192 << 20 / 24, "counter": 512000,
		"sleepers": 64, "netecho": 64, "request": 64,
	} {
		w, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		for slices, share := range map[int]int{1: 1, 2: 2} {
			job, err := w.New(Params{Size: Medium, Workers: 1, Slices: slices})
			if err != nil {
				t.Fatal(err)
			}
			if got := job.Items(); got != want/share {
				t.Errorf("%s in %d slices: %d items, want %d", name, slices, got, want/share)
			}
			if err := job.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestForEachReturnsTheFirstErrorWhenAllHaveEnded(t *testing.T) {
	for _, kind := range Executors() {
		ex, err := primitives.New(kind, primitives.Config{Workers: 1})
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
			t.Errorf("%s: %v after %d tasks, want that of task 1 after 5", kind, err, ended)
		}
		ex.Shutdown(context.Background())
	}
}

func TestNewRefuses(t *testing.T) {
	for _, w := range All() {
		for _, p := range []Params{{Size: "huge", Workers: 1}, {Size: Small}} {
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
