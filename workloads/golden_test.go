package workloads

import (
	"fmt"
	"testing"
	"unsafe"
)

// golden is a result that is known from elsewhere.
type golden struct {
	Params
	want   string // of the last result, as fmt prints it
	source string
}

// goldens are by workload. A small golden is checked at every number of workers
// under every executor in every test run; the others not in -short.
var goldens = map[string][]golden{}

func TestGoldens(t *testing.T) {
	for _, w := range All() {
		for _, g := range goldens[w.Name] {
			t.Run(fmt.Sprintf("%s/%s/%s", w.Name, g.Variant, g.Size), func(t *testing.T) {
				if testing.Short() && g.Size != Small {
					t.Skip("takes long")
				}
				p := g.Params
				p.Workers = 7
				job := newJob(t, w, p)
				check := func(t *testing.T) {
					t.Helper()
					if err := job.Check(); err != nil {
						t.Fatal(err)
					}
					if got := fmt.Sprint(job.(interface{ last() any }).last()); got != g.want {
						t.Errorf("got %s, want %s (%s)", got, g.want, g.source)
					}
				}
				if err := job.Serial(); err != nil {
					t.Fatal(err)
				}
				check(t)
				everywhere(t, w, func(t *testing.T, executor string, workers int) {
					run(t, job, executor, workers, 1)
					check(t)
				})
			})
		}
	}
}

// damages break a set-up job in a way that an error of scheduling or of the
// kernel would. nil says that the check is exact by construction.
var damages = map[string]func(Job){}

func TestCheckFindsWrongResults(t *testing.T) {
	for _, w := range All() {
		damage, known := damages[w.Name]
		if !known {
			t.Errorf("no damage defined for %s", w.Name)
		}
		if damage == nil {
			continue
		}
		t.Run(w.Name, func(t *testing.T) {
			job := newJob(t, w, Params{Size: Small, Workers: 2})
			run(t, job, "pool", 2, 2)
			if err := job.Check(); err != nil {
				t.Fatal(err)
			}
			damage(job)
			run(t, job, "pool", 2, 1)
			if err := job.Check(); err == nil {
				t.Error("a damaged job passed its check")
			} else {
				t.Log(err)
			}
		})
	}
}

// What one task writes often is on cache lines of its own: two of them, because
// processors fetch the neighbour along.
func TestStateIsPadded(t *testing.T) {
	for name, size := range map[string]uintptr{
		"counterShard": unsafe.Sizeof(counterShard{}),
		"fork":         unsafe.Sizeof(fork{}),
		"plate":        unsafe.Sizeof(plate{}),
		"bufferActor":  unsafe.Sizeof(bufferActor{}),
		"ringMember":   unsafe.Sizeof(ringMember{}),
		"pipelineSlot": unsafe.Sizeof(pipelineSlot{}),
		"waveTile":     unsafe.Sizeof(waveTile{}),
	} {
		if size != 128 {
			t.Errorf("%s has %d bytes, want 128", name, size)
		}
	}
	var j counterJob
	for name, apart := range map[string]uintptr{
		"mu and rw":   unsafe.Offsetof(j.rw) - unsafe.Offsetof(j.count) - unsafe.Sizeof(j.count),
		"rw and one":  unsafe.Offsetof(j.one) - unsafe.Offsetof(j.twins) - unsafe.Sizeof(j.twins),
		"one and box": unsafe.Offsetof(j.box) - unsafe.Offsetof(j.one) - unsafe.Sizeof(j.one),
	} {
		if apart < 128 {
			t.Errorf("%s of counterJob are %d bytes apart, want 128", name, apart)
		}
	}
	for variant, want := range map[string]uintptr{"padded": 128, "unpadded": 8} {
		j := newJob(t, Counter, Params{Size: Small, Workers: 1, Variant: variant}).(*counterJob)
		if got := uintptr(j.stride) * unsafe.Sizeof(j.words[0]); got != want {
			t.Errorf("%s: the numbers are %d bytes apart, want %d", variant, got, want)
		}
	}
}

// Nodes that are shared would count the same.
func TestEveryNodeIsAllocated(t *testing.T) {
	const depth, nodes = 6, 1<<7 - 1
	if got := testing.AllocsPerRun(10, func() { plant(depth) }); got < nodes {
		t.Errorf("a tree of %d nodes takes %v allocations", nodes, got)
	}
}
