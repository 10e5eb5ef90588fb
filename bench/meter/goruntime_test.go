package meter

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"testing"
	"time"
)

// measured reads what f does.
func measured(f func()) Reading {
	m := New(1, []int{0}, 1)
	m.Prepare()
	m.Start()
	f()
	m.Stop()
	return m.Reading()
}

// Of nine goroutines that take turns on one processor eight are ready. The
// figure is a mean over the sample, so a slow machine does not change it; half
// of it or twice it would be another rate of tracking than the documented one.
func TestRunnableCountsWhoIsReady(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r := measured(func() {
		var all sync.WaitGroup
		for range 9 {
			all.Go(func() {
				for range 2000 {
					for start := time.Now(); time.Since(start) < 10*time.Microsecond; {
					}
					runtime.Gosched()
				}
			})
		}
		all.Wait()
	})
	if r.Runnable < 5 || r.Runnable > 12 {
		t.Errorf("%.2f goroutines were ready, want about 8", r.Runnable)
	}
	if r.SchedP50 < 40e3 || r.SchedP99 < r.SchedP50 {
		t.Errorf("they were ready for %v ns, and %v ns at most, want 80000 and more", r.SchedP50, r.SchedP99)
	}
}

// The runtime measures one wait in eight, so it takes many.
func TestLockedCountsWhoWaits(t *testing.T) {
	r := measured(func() {
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				for range 60 {
					mu.Lock()
					time.Sleep(200 * time.Microsecond)
					mu.Unlock()
				}
			})
		}
		all.Wait()
	})
	if r.Locked < 1 || r.Locked > 8 {
		t.Errorf("%.2f goroutines waited for the lock, want about 4", r.Locked)
	}
}

func TestCollectionsCount(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	live := make([][]*int, 200)
	for i := range live {
		live[i] = make([]*int, 10000)
	}
	r := measured(func() {
		for range 3 {
			runtime.GC()
		}
	})
	runtime.KeepAlive(live)
	if math.Abs(r.GCCycles-3) > 1e-9 || !(r.GCCPUs > 0) {
		t.Errorf("%v collections with %v CPUs, want 3", r.GCCycles, r.GCCPUs)
	}
	if r := measured(func() {}); r.GCCycles != 0 || r.GCCPUs != 0 {
		t.Errorf("%v collections with %v CPUs in a sample of nothing", r.GCCycles, r.GCCPUs)
	}
}

func TestQuantilesOfDelays(t *testing.T) {
	inf := math.Inf(1)
	buckets := []float64{math.Inf(-1), 0, 2, 4, 8, inf}
	for _, c := range []struct {
		counts []float64
		rank   float64
		want   float64
	}{
		{[]float64{0, 0, 0, 0, 0}, 0, 0},
		{[]float64{1, 0, 0, 0, 0}, 0.5, 0},
		{[]float64{0, 1, 98, 1, 0}, 50, 3},
		{[]float64{0, 1, 98, 1, 0}, 99, 3},
		{[]float64{0, 1, 97, 2, 0}, 99, 6},
		{[]float64{0, 0, 0, 0, 5}, 2.5, 8},
	} {
		if got := quantile(c.counts, buckets, c.rank); got != c.want {
			t.Errorf("rank %v of %v: %v, want %v", c.rank, c.counts, got, c.want)
		}
	}
}

func TestDelaysAreThoseSinceTheFirstReading(t *testing.T) {
	buckets := []float64{math.Inf(-1), 0, 2, 4, 8, math.Inf(1)}
	was := &metrics.Float64Histogram{Buckets: buckets, Counts: []uint64{9, 9, 9, 900, 9}}
	is := &metrics.Float64Histogram{Buckets: buckets, Counts: []uint64{10, 10, 11, 901, 9}}
	if d, want := between(was, is), (delays{sum: 0 + 1 + 2*3 + 6, p50: 3, p99: 6}); d != want {
		t.Errorf("%+v, want %+v", d, want)
	}
	if d := between(was, was); d != (delays{}) {
		t.Errorf("%+v where nobody waited", d)
	}
}

func TestAMetricThatThisGoDoesNotHaveIsNotZero(t *testing.T) {
	none := make([]metrics.Sample, len(metricNames))
	for i := range none {
		none[i].Name = "/no/such:metric"
	}
	metrics.Read(none)
	if g, d := growth(none, none, gcTotal), latency(none, none); !math.IsNaN(g) || !math.IsNaN(d.sum) || !math.IsNaN(d.p99) {
		t.Errorf("%v, %+v", g, d)
	}
	for i, s := range newMetrics() {
		if s.Value.Kind() == metrics.KindBad {
			t.Errorf("there is no %s", metricNames[i])
		}
	}
}
