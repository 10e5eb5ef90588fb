package bench

import (
	"errors"
	"strings"
	"testing"

	"overlap/bench/host"
	"overlap/primitives"
	"overlap/workloads"
)

func TestWorkersBeyondALimitAreRefused(t *testing.T) {
	files := host.Limits{Files: host.Limit{What: "open files", Setting: "ulimit -n", Max: 1024}}
	tasks := host.Limits{Tasks: host.Limit{What: "threads", Setting: "sysctl kernel.pid_max", Max: 32768, Used: 300}}
	processes := host.Limits{Processes: host.Limit{What: "processes", Setting: "ulimit -u", Max: 700}}
	for _, c := range []struct {
		w        workloads.Workload
		executor string
		workers  int
		limits   host.Limits
		want     string // of the error; empty: none
	}{
		{workloads.Netecho, "pool", 1024, files, "netecho with 1024 workers under pool needs 2088 open files, and ulimit -n allows 1024: at most 492 workers"},
		{workloads.Netecho, "pool", 492, files, ""},
		{workloads.Netecho, "processes", 256, files, "needs 2344 open files"},
		{workloads.Ipc, "pool", 10000, files, "ipc with 10000 workers under pool needs 60040 open files, and ulimit -n allows 1024: at most 164 workers"},
		{workloads.Ipc, "pool", 10000, tasks, "and the Go runtime allows 10000"},
		{workloads.Ipc, "pool", 5000, tasks, "and sysctl kernel.pid_max allows 32768, of which 300 are in use: at most 36"},
		{workloads.Ipc, "pool", 701, processes, "needs 701 processes, and ulimit -u allows 700: at most 700 workers"},
		{workloads.Disk, "pool", 5000, files, ""}, // it has 64 tasks
		{workloads.Ep, "pool", 100_000, files, ""},
		{workloads.Ep, "threads", 20_000, files, "threads, and the Go runtime allows 10000: at most 99"},
		{workloads.Ep, "threads", 9000, host.Limits{}, ""},
		{workloads.Ep, "processes", 1000, files, "needs 6040 open files"},
		{workloads.Ep, SerialExecutor, 1, host.Limits{Files: host.Limit{Setting: "x", Max: 3}}, ""},
	} {
		err := Fits(c.w, workloads.Params{Size: workloads.Medium, Workers: c.workers}, c.executor, c.limits)
		if c.want == "" && err == nil {
			continue
		}
		if err == nil || c.want == "" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %d workers under %s: %v; want %q", c.w.Name, c.workers, c.executor, err, c.want)
			continue
		}
		var beyond *LimitError
		if !errors.As(err, &beyond) {
			t.Fatal(err)
		}
		p := workloads.Params{Size: workloads.Medium, Workers: beyond.MaxWorkers}
		if err := Fits(c.w, p, c.executor, c.limits); err != nil {
			t.Errorf("the most that it names is refused, too: %v", err)
		}
		p.Workers++
		if Fits(c.w, p, c.executor, c.limits) == nil {
			t.Errorf("%s under %s: one worker more than the most, %d, is allowed", c.w.Name, c.executor, beyond.MaxWorkers)
		}
	}
}

// Every executor but those whose workers are goroutines is in the table of needs.
func TestNeedsKnowTheExecutors(t *testing.T) {
	for _, x := range primitives.Names() {
		n := needs(workloads.Ep, workloads.Params{Size: workloads.Small, Workers: 100}, x)
		costs := n != workloads.Needs{}
		if wants := x == "threads" || x == "processes"; costs != wants {
			t.Errorf("%s: %+v", x, n)
		}
	}
}
