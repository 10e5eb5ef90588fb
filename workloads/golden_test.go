package workloads

import (
	"fmt"
	"testing"
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
