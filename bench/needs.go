package bench

import (
	"fmt"
	"runtime"
	"sort"

	"overlap/bench/host"
	"overlap/internal/table"
	"overlap/workloads"
)

// How many files and threads every process has, for the runtime and the meter, and
// about how many threads a child process has.
const (
	usualFiles   = 40
	usualThreads = 32
	childThreads = 8
)

// runtimeThreads is the number of threads at which the Go runtime ends a program,
// see runtime/debug.SetMaxThreads.
const runtimeThreads = 10_000

// LimitError says that a sample needs more than a limit leaves.
type LimitError struct {
	Workload, Executor string
	Workers            int
	Limit              host.Limit
	Need               int
	MaxWorkers         int // workers that the limits allow
}

func (e *LimitError) Error() string {
	used := ""
	if e.Limit.Used > 0 {
		used = fmt.Sprintf(", of which %d are in use", e.Limit.Used)
	}
	return fmt.Sprintf("%s with %s under %s needs %d %s, and %s allows %d%s: at most %s",
		e.Workload, table.Count(e.Workers, "worker"), e.Executor, e.Need, e.Limit.What, e.Limit.Setting, e.Limit.Max, used, table.Count(e.MaxWorkers, "worker"))
}

// Fits returns a *LimitError if the workers of a sample need more files, processes or
// threads than the limits leave, as far as that is known.
func Fits(w workloads.Workload, p workloads.Params, executor string, limits host.Limits) error {
	p.Slices = max(1, p.Slices)
	limit, need := beyond(needs(w, p, executor), limits)
	if limit.Setting == "" {
		return nil
	}
	fewer := sort.Search(p.Workers, func(n int) bool {
		q := p
		q.Workers = n + 1
		limit, _ := beyond(needs(w, q, executor), limits)
		return limit.Setting != ""
	})
	return &LimitError{w.Name, executor, p.Workers, limit, need, fewer}
}

// needs are the needs of a job and of the executor that runs its tasks.
func needs(w workloads.Workload, p workloads.Params, executor string) (n workloads.Needs) {
	if w.Needs != nil {
		n = w.Needs(p, executor)
	}
	switch executor {
	case "threads":
		n.Threads += p.Workers
	case "processes":
		n = n.Plus(workloads.ChildNeeds(p.Workers))
	}
	return n
}

// beyond returns the limit that the needs exceed, and how much they need of it; a limit
// without a name if they exceed none.
func beyond(n workloads.Needs, limits host.Limits) (host.Limit, int) {
	threads := n.Threads + usualThreads + runtime.NumCPU()
	for _, c := range []struct {
		limit host.Limit
		cost  int // what the workers need
		need  int // cost, and what every process has
	}{
		{limits.Files, n.Files, n.Files + usualFiles},
		{limits.Processes, n.Processes, n.Processes},
		{host.Limit{What: "threads", Setting: "the Go runtime", Max: runtimeThreads}, n.Threads, threads},
		{limits.Tasks, n.Threads + n.Processes, threads + childThreads*n.Processes},
	} {
		if left := c.limit.Left(); c.cost > 0 && left >= 0 && c.need > left {
			return c.limit, c.need
		}
	}
	return host.Limit{}, 0
}
