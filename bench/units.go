package bench

import (
	"fmt"
	"io"
	"math"
	"testing"

	"overlap/bench/meter"
	"overlap/workloads"
)

// units are what a benchmark line carries, with the direction in which they
// are good. tasks-inflight and cpus-busy are degrees, good only for what they
// buy, but the format knows no third direction.
var units = []struct{ name, better string }{
	{"ns/op", "lower"},
	{"q02-ns/op", "lower"},
	{"q25-ns/op", "lower"},
	{"q50-ns/op", "lower"},
	{"p50-ns/task", "lower"},
	{"p99-ns/task", "lower"},
	{"p50-ns/arrival", "lower"}, // of open loops, from the time at which a message was due
	{"p99-ns/arrival", "lower"},
	{"items/s", "higher"},
	{"tasks-inflight", "higher"},
	{"cpus-busy", "higher"},
	{"pressure", "lower"},
}

// WriteUnits writes a Unit line for every unit and property.
func WriteUnits(w io.Writer) {
	for _, u := range units {
		fmt.Fprintf(w, "Unit %s better=%s\nUnit %s assume=nothing\n", u.name, u.better, u.name)
	}
}

func report(b *testing.B, r meter.Reading, job workloads.Job) {
	b.ReportMetric(float64(r.Jobs[0]), "q02-ns/op")
	b.ReportMetric(float64(r.Jobs[1]), "q25-ns/op")
	b.ReportMetric(float64(r.Jobs[2]), "q50-ns/op")
	b.ReportMetric(float64(r.P50), "p50-ns/task")
	b.ReportMetric(float64(r.P99), "p99-ns/task")
	if timed, ok := job.(workloads.Timed); ok {
		if intended, actual := timed.Latencies(); intended != actual { // an open loop
			b.ReportMetric(float64(intended.P50), "p50-ns/arrival")
			b.ReportMetric(float64(intended.P99), "p99-ns/arrival")
		}
	}
	b.ReportMetric(float64(job.Items())*float64(b.N)/b.Elapsed().Seconds(), "items/s")
	b.ReportMetric(r.Inflight, "tasks-inflight")
	b.ReportMetric(r.CPUsBusy, "cpus-busy")
	if !math.IsNaN(r.Pressure) {
		b.ReportMetric(r.Pressure, "pressure")
	}
}
