package bench

import (
	"context"
	"runtime"
	"testing"

	"overlap/bench/host"
	"overlap/primitives"
	"overlap/workloads"
)

// patient is a job of ten tasks that waits for all of them.
type patient struct{ fakeJob }

func (patient) Run(ctx context.Context, ex primitives.Executor) error {
	_, err := primitives.SubmitN(ctx, ex, 10, func(context.Context, int) (int, error) { return 0, nil }).Results(ctx)
	return err
}

// Only executors whose workers last can be fair to them.
func TestFairnessIsOfWorkersThatLast(t *testing.T) {
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	if !lasting("processes") {
		t.Error("processes has no workers that last")
	}
	w := workloads.Workload{Name: "many", SetUp: func(workloads.Params) (workloads.Job, error) { return patient{}, nil }}
	for executor, want := range map[string]bool{"pool": true, "threads": true, "spawn": false, "loop": false, "inline": false, SerialExecutor: false} {
		for _, workers := range []int{1, 2} {
			if workers == 2 && Single(executor) {
				continue
			}
			s := &sample{workload: w, executor: executor, workers: workers, cpus: cpus, procs: []int{runtime.GOMAXPROCS(0)}}
			r := fourJobs(t, s.run) // of ten tasks each
			if r.N == 0 {
				t.Fatalf("%s with %d workers has no sample", executor, workers)
			}
			if x, measured := r.Extra["fairness"]; measured != (want && workers > 1) || measured && !(x >= 0.5 && x <= 1) {
				t.Errorf("%s with %d workers: fairness %v, measured: %t", executor, workers, x, measured)
			}
		}
	}
}
