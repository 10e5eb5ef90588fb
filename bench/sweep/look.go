package sweep

import (
	"context"
	"slices"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/overlay"
)

// How long a look at a benchmark should last, and those at all of a function.
const (
	lookTime  = 30 * time.Millisecond
	looksTime = 3 * time.Second
)

// look runs the benchmarks of a function, of which one operation of each took so long, on
// the level Look, and marks those that use one core. What fails there is not marked:
// measuring it shows what is wrong. Without garbage collection: that runs on
// other cores, whatever the benchmark does.
func (f *Foreign) look(ctx context.Context, fn function, found []Benchmark, took time.Duration) {
	unknown := func(b Benchmark) bool { return b.Goroutines == 0 && !b.NoCeiling }
	if !slices.ContainsFunc(found, unknown) {
		return
	}
	times := min(lookTime, looksTime/time.Duration(len(found))).String()
	if took > 5*time.Second {
		times = "1x"
	}
	out, _ := f.try(ctx, fn.pkg.ImportPath, f.Look, []string{"GOGC=off", "GOMEMLIMIT=1GiB"}, testFlags(f.Look.Procs, fn.match, times)...)
	for _, seen := range leavesIn(out, fn.name, f.Look.Procs) {
		for i := range found {
			if b := &found[i]; b.Name == seen.Name && unknown(*b) {
				b.OneCore = seen.OneCore
			}
		}
	}
}

// UsesOneCore reports whether a benchmark uses one core, by the result of a look without
// garbage collection: while it was timed, no goroutine began, and those from before, if
// there are any, kept no second core busy. Of less than a millisecond, the clocks of the CPUs
// do not say that.
func UsesOneCore(r *benchfmt.Result) bool {
	const clearly = 1.25
	_, parallel := r.Value(overlay.PerProcUnit)
	begun, counted := r.Value(overlay.TimedUnit)
	busy, _ := r.Value("cpus-busy")
	return !parallel && counted && begun == 0 && (busy < clearly || nsPerOp(r)*float64(r.Iters) < 0.001)
}
