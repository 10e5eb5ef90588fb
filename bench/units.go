package bench

import (
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"overlap/bench/meter"
	"overlap/workloads"
)

// unit is a unit of a benchmark line, with its better direction. tasks-inflight and
// cpus-busy are better in neither, but the format has no third direction.
type unit struct {
	name, better string
	of           func(meter.Reading) float64 // nil if the meter does not measure it
}

// perJob reports whether the unit is a count, which is divided by the jobs.
func (u unit) perJob() bool {
	return strings.HasSuffix(u.name, "/op") && !strings.HasSuffix(u.name, "ns/op")
}

// units are all of them; package meter documents their sources.
var units = []unit{
	{name: "ns/op", better: "lower"},
	{name: "q02-ns/op", better: "lower", of: func(r meter.Reading) float64 { return float64(r.Jobs[0]) }},
	{name: "q25-ns/op", better: "lower", of: func(r meter.Reading) float64 { return float64(r.Jobs[1]) }},
	{name: "undisturbed-ns/op", better: "lower"}, // where processes take turns, with the next
	{name: "timings", better: "higher"},
	{name: "q50-ns/op", better: "lower", of: func(r meter.Reading) float64 { return float64(r.Jobs[2]) }},
	{name: "p50-ns/task", better: "lower", of: func(r meter.Reading) float64 { return float64(r.TaskP50) }},
	{name: "p99-ns/task", better: "lower", of: func(r meter.Reading) float64 { return float64(r.TaskP99) }},
	{name: "p50-ns/arrival", better: "lower"}, // of open loops, from the time at which a message was due
	{name: "p99-ns/arrival", better: "lower"},
	{name: "due-items/s", better: "higher"}, // of open loops: the load
	{name: "items/s", better: "higher"},
	{name: "tasks-inflight", better: "higher", of: func(r meter.Reading) float64 { return r.Inflight }},
	{name: "fairness", better: "higher", of: func(r meter.Reading) float64 { return r.Fairness }},
	{name: "cpus-busy", better: "higher", of: func(r meter.Reading) float64 { return r.CPUsBusy }},
	{name: "gc-cpus", better: "lower", of: func(r meter.Reading) float64 { return r.GCCPUs }},
	{name: "runq-cpus", better: "lower", of: func(r meter.Reading) float64 { return r.RunQueue }},
	{name: "steal-cpus", better: "lower", of: func(r meter.Reading) float64 { return r.Steal }},
	{name: "throttled-cpus", better: "lower", of: func(r meter.Reading) float64 { return r.Throttled }},
	{name: "idle-cpus", better: "lower", of: func(r meter.Reading) float64 { return r.Idle }},
	{name: "goroutines-locked", better: "lower", of: func(r meter.Reading) float64 { return r.Locked }},
	{name: "goroutines-runnable", better: "lower", of: func(r meter.Reading) float64 { return r.Runnable }},
	{name: "p50-ns/sched", better: "lower", of: func(r meter.Reading) float64 { return r.SchedP50 }},
	{name: "p99-ns/sched", better: "lower", of: func(r meter.Reading) float64 { return r.SchedP99 }},
	{name: "vol-switches/op", better: "lower", of: func(r meter.Reading) float64 { return r.Voluntary }},
	{name: "invol-switches/op", better: "lower", of: func(r meter.Reading) float64 { return r.Involuntary }},
	{name: "minor-faults/op", better: "lower", of: func(r meter.Reading) float64 { return r.MinorFaults }},
	{name: "major-faults/op", better: "lower", of: func(r meter.Reading) float64 { return r.MajorFaults }},
	{name: "gcs/op", better: "lower", of: func(r meter.Reading) float64 { return r.GCCycles }},
	{name: "pressure", better: "lower", of: func(r meter.Reading) float64 { return r.Pressure }},
}

// Units are the names of all units.
func Units() (names []string) {
	for _, u := range units {
		names = append(names, u.name)
	}
	return names
}

// WriteUnits writes a Unit line for every unit and property.
func WriteUnits(w io.Writer) {
	for _, u := range units {
		fmt.Fprintf(w, "Unit %s better=%s\nUnit %s assume=nothing\n", u.name, u.better, u.name)
	}
}

// ZeroSubstitute is written instead of zero: benchstat cannot take the geometric mean
// of zero. It is below the resolution of every source here, and the smallest number
// that testing prints in full.
const ZeroSubstitute = 1e-6

// reportUnits writes what was measured. What the system does not report is not on the
// line.
func reportUnits(b *testing.B, r meter.Reading, job workloads.Job, jobs int, timed time.Duration) {
	for _, u := range units {
		if u.of == nil {
			continue
		}
		value := u.of(r)
		if u.perJob() {
			value /= float64(jobs)
		}
		if !math.IsNaN(value) {
			b.ReportMetric(max(value, ZeroSubstitute), u.name)
		}
	}
	if timed, ok := job.(workloads.Timed); ok {
		if intended, actual := timed.Latencies(); intended != actual { // an open loop
			b.ReportMetric(float64(intended.P50), "p50-ns/arrival")
			b.ReportMetric(float64(intended.P99), "p99-ns/arrival")
		}
	}
	if scheduled, ok := job.(workloads.Scheduled); ok && scheduled.DuePerSecond() > 0 {
		b.ReportMetric(scheduled.DuePerSecond(), "due-items/s")
	}
	b.ReportMetric(float64(job.Items())*float64(jobs)/timed.Seconds(), "items/s")
}
