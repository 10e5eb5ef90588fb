package meter_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/primitives"
	"overlap/workloads"
)

// BenchmarkCost is what measuring costs: the median, over b.N pairs, of the time
// of a job with the meter over that of one without, in percent, and its 95 %
// interval by order statistics. The jobs of a pair follow each other, in an
// order by coin, in one process: the machine's speed changes by more than what
// is looked for from one process to the next. Both follow the slow readings that
// come before a sample, which are not timed there either.
//
//	go test -run '^$' -bench Cost -benchtime 1000x ./bench/meter
func BenchmarkCost(b *testing.B) {
	for _, w := range workloads.Default() {
		b.Run(w.Name, func(b *testing.B) { cost(b, w) })
	}
}

func cost(b *testing.B, w workloads.Workload) {
	workers := 2
	switch w.Kind {
	case workloads.Wait, workloads.IO, workloads.Mixed: // more than there are cores
		workers = 16
	}
	cpus, err := host.Affinity()
	if err != nil {
		b.Fatal(err)
	}
	job, err := w.New(workloads.Params{Size: workloads.Medium, Workers: workers, Slices: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer job.Close()
	m := meter.New(workers, cpus, len(cpus))
	measured := primitives.Must(primitives.NewPool(primitives.Config{Workers: workers, Probe: m}))
	bare := primitives.Must(primitives.NewPool(primitives.Config{Workers: workers}))
	defer measured.Shutdown(context.Background())
	defer bare.Shutdown(context.Background())

	run := func(ex primitives.Executor, start, stop func()) float64 {
		m.Prepare()
		began := time.Now()
		start()
		if err := job.Run(context.Background(), ex); err != nil {
			b.Fatal(err)
		}
		stop()
		took := time.Since(began)
		if ex == primitives.Executor(measured) {
			if err := m.Reading().CheckTasks(); err != nil {
				b.Fatal(err)
			}
		}
		return math.Log(float64(took))
	}
	with := func() float64 { return run(measured, m.Start, func() { m.Lap(); m.Stop() }) }
	without := func() float64 { return run(bare, func() {}, func() {}) }
	with()
	without()
	ratios := make([]float64, b.N)
	for i := range ratios {
		if rand.IntN(2) == 0 {
			ratios[i] = with()
			ratios[i] -= without()
		} else {
			ratios[i] = -without()
			ratios[i] += with()
		}
	}
	if err := job.Check(); err != nil {
		b.Fatal(err)
	}
	slices.Sort(ratios)
	percent := func(rank float64) float64 {
		return 100 * math.Expm1(ratios[int(min(max(rank, 0), float64(b.N-1)))])
	}
	half := 0.98 * math.Sqrt(float64(b.N)) // of the ranks of the median: normal for the binomial
	b.ReportMetric(percent(float64(b.N)/2), "cost-%")
	b.ReportMetric(percent(float64(b.N)/2-half), "low-%")
	b.ReportMetric(percent(float64(b.N)/2+half), "high-%")
}
