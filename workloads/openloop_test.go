package workloads

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"overlap/primitives"
)

// stall returns how long a service that answers nothing in the first 200 ms of each
// second delays an item that begins now.
func stall() time.Duration {
	return max(0, 200*time.Millisecond-time.Duration(time.Now().Nanosecond()))
}

// noListener is the listener of a server whose connections are made otherwise.
type noListener struct{ net.Listener }

func (noListener) Addr() net.Addr { return &net.TCPAddr{} }
func (noListener) Close() error   { return nil }

// pipedNetecho is a netecho job whose connections are pipes in memory, for a
// bubble, where nothing may wait for the network. It has one connection for each
// worker and cannot make more.
func pipedNetecho(t *testing.T, p Params, workers int, wait func(int64)) *netechoJob {
	server := &echoServer{listener: noListener{}, key: echoServers.Add(1), wait: wait, conns: map[net.Conn]struct{}{}}
	for range workers {
		ours, theirs := net.Pipe()
		server.running.Go(func() { server.serve(theirs) })
		echoConns.put(server.address(), &echoConn{Conn: ours})
	}
	j := netechoTo(completed(t, Netecho, p), server)
	t.Cleanup(func() { j.Close() })
	return j
}

func completed(t *testing.T, w Workload, p Params) Params {
	t.Helper()
	p, err := p.complete(w)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// stalledRequest is a request whose services stall.
var stalledRequest = primitives.Define("workloads test: stalled request", func(ctx context.Context, wait time.Duration) (RequestReply, error) {
	return answer(ctx, wait, func(ctx context.Context, d time.Duration) error { return primitives.Sleep(ctx, stall()+d) })
})

// stalledJobs makes a job of each workload whose server stalls.
var stalledJobs = map[string]func(t *testing.T, p Params) Timed{
	"netecho": func(t *testing.T, p Params) Timed {
		return pipedNetecho(t, p, p.Workers, func(int64) { time.Sleep(stall() + delay) })
	},
	"request": func(t *testing.T, p Params) Timed {
		j := newJob(t, Request, p).(*requestJob)
		j.piece = stalledRequest
		return j
	},
}

// A fifth or more of all items are due during a stall, but only one for each worker
// begins in it. From its beginning on, every other item takes no longer than without
// a stall, in either loop: coordinated omission.
func TestOpenLoopSeesAStall(t *testing.T) {
	const workers, small = 4, 10 * time.Millisecond
	for name, newJob := range stalledJobs {
		for _, variant := range []string{"closed", "open"} {
			t.Run(name+"/"+variant, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					j := newJob(t, Params{Size: Large, Workers: workers, Variant: variant})
					for start := time.Now(); time.Since(start) < time.Second/2; { // arithmetic takes its time here, too
						run(t, j, "pool", workers, 1)
					}
					if err := j.Check(); err != nil {
						t.Error(err)
					}
					intended, actual := j.Latencies()
					if actual.P50 < delay || actual.P99 > small {
						t.Errorf("from the actual start: %v, want few that stall", actual)
					}
					if variant == "open" && intended.P99 < 150*time.Millisecond || variant == "closed" && intended != actual {
						t.Errorf("from the intended start: %v, from the actual: %v", intended, actual)
					}
				})
			})
		}
	}
}

// starts is a Probe that notes when tasks start.
type starts struct {
	mu sync.Mutex
	at []time.Time
}

func (s *starts) TaskStart(int) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = append(s.at, time.Now())
	return 0
}

func (s *starts) TaskEnd(int, int64) {}

// With workers to spare, item i begins at i times the interval to the
// nanosecond, which a slice lengthens and weak scaling shortens, and all items
// take the time of their waits.
func TestItemsArriveOnSchedule(t *testing.T) {
	const spare = 64
	for _, c := range []struct {
		w        Workload
		p        Params
		interval time.Duration
		takes    time.Duration
	}{
		{Netecho, Params{}, 250 * time.Microsecond, delay},
		{Netecho, Params{Slices: 3}, 750 * time.Microsecond, delay},
		{Netecho, Params{Weak: true}, 62500 * time.Nanosecond, delay},
		{Netecho, Params{Weak: true, Slices: 3}, 187500 * time.Nanosecond, delay},
		{Netecho, Params{Size: "medium2x"}, 250 * time.Microsecond, delay},
		{Netecho, Params{Variant: "open8x"}, 31250 * time.Nanosecond, delay},
		{Request, Params{}, time.Millisecond, 2 * delay},
		{Request, Params{Variant: "open2x"}, 500 * time.Microsecond, 2 * delay},
		{Request, Params{Variant: "open4x", Slices: 3}, 750 * time.Microsecond, 2 * delay},
		{Request, Params{Slices: 3}, 3 * time.Millisecond, 2 * delay},
		{Request, Params{Weak: true}, 250 * time.Microsecond, 2 * delay},
	} {
		t.Run(fmt.Sprintf("%s/%s/%s/slices=%d/weak=%t", c.w.Name, c.p.Size, c.p.Variant, c.p.Slices, c.p.Weak), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.p.Size, c.p.Workers, c.p.Variant = cmp.Or(c.p.Size, Medium), 4, cmp.Or(c.p.Variant, "open")
				var j Timed
				if c.w.Name == "netecho" {
					j = pipedNetecho(t, c.p, spare, func(int64) { time.Sleep(delay) })
				} else {
					j = newJob(t, c.w, c.p).(Timed)
				}
				var seen starts
				ex := primitives.Must(primitives.NewPool(primitives.Config{Workers: spare, Probe: &seen}))
				defer ex.Shutdown(context.Background())
				begin := time.Now()
				if err := j.Run(t.Context(), ex); err != nil {
					t.Fatal(err)
				}
				if due := j.(Scheduled).DuePerSecond() * c.interval.Seconds(); math.Abs(due-1) > 1e-9 {
					t.Errorf("%v items are due from one to the next", due)
				}
				if len(seen.at) != j.Items() {
					t.Fatalf("%d tasks for %d items", len(seen.at), j.Items())
				}
				for i, at := range seen.at {
					if got, want := at.Sub(begin), time.Duration(i)*c.interval; got != want {
						t.Fatalf("item %d began after %v, want %v", i, got, want)
					}
				}
				if intended, actual := j.Latencies(); !near(intended.P50, c.takes) || !near(intended.P99, c.takes) || intended != actual {
					t.Errorf("intended %v, actual %v, want %v each", intended, actual, c.takes)
				}
			})
		})
	}
}

// near reports whether two durations are the same to three digits.
func near(got, want time.Duration) bool { return (got - want).Abs() <= want/1000 }

// One after the other, requests take 2 ms: twice as long as from one arrival to
// the next, so request i ends i+2 ms after it was due. A quarter of the rate is
// slow enough.
func TestSerialIsLateInTheOpenLoop(t *testing.T) {
	for _, c := range []struct {
		variant         string
		slices          int
		lasts, p50, p99 time.Duration
	}{
		{"closed", 1, 128 * time.Millisecond, 2 * time.Millisecond, 2 * time.Millisecond},
		{"open", 1, 128 * time.Millisecond, 33 * time.Millisecond, 64 * time.Millisecond},
		{"open", 4, 62 * time.Millisecond, 2 * time.Millisecond, 2 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			j := newJob(t, Request, Params{Size: Medium, Workers: 1, Variant: c.variant, Slices: c.slices}).(Timed)
			begin := time.Now()
			if err := j.Serial(); err != nil {
				t.Fatal(err)
			}
			if lasted := time.Since(begin); lasted != c.lasts {
				t.Errorf("%s of %d slices: %v, want %v", c.variant, c.slices, lasted, c.lasts)
			}
			intended, actual := j.Latencies()
			if !near(intended.P50, c.p50) || !near(intended.P99, c.p99) || !near(actual.P50, 2*delay) || !near(actual.P99, 2*delay) {
				t.Errorf("%s of %d slices: intended %v, actual %v", c.variant, c.slices, intended, actual)
			}
		})
	}
}

func TestLatenciesStartAgainAfterEachCall(t *testing.T) {
	for _, w := range []Workload{Netecho, Request} {
		for _, variant := range forms(w) {
			j := newJob(t, w, Params{Size: Small, Workers: 2, Variant: variant}).(Timed)
			run(t, j, "pool", 2, 2)
			if err := j.Serial(); err != nil {
				t.Fatal(err)
			}
			intended, actual := j.Latencies()
			if actual.P50 < delay || actual.P99 < actual.P50 || intended.P99 < actual.P50 {
				t.Errorf("%s %s: intended %v, actual %v, the waits take 1 ms or 2", w.Name, variant, intended, actual)
			}
			if intended, actual := j.Latencies(); intended != (Latency{}) || actual != (Latency{}) {
				t.Errorf("%s %s: of no run: intended %v, actual %v", w.Name, variant, intended, actual)
			}
			j.Count(false)
			run(t, j, "pool", 2, 2)
			if intended, actual := j.Latencies(); intended != (Latency{}) || actual != (Latency{}) {
				t.Errorf("%s %s: of a run that does not count: intended %v, actual %v", w.Name, variant, intended, actual)
			}
		}
	}
}

func TestQuantilesAreToThreeDigits(t *testing.T) {
	l := newLatencies()
	list := []time.Duration{0, longestLatency}
	for range 10_000 {
		list = append(list, time.Duration(rand.Uint64()>>(28+rand.IntN(30))))
	}
	for _, d := range list {
		l.add(d)
	}
	slices.Sort(list)
	for _, q := range []float64{0.0001, 0.1, 0.5, 0.9, 0.99, 0.999, 1} {
		want := list[max(int(q*float64(len(list))+0.5)-1, 0)]
		if got := l.quantile(q); !near(got, want) {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
}

func TestLatenciesBeyondTheRangeCountAtItsEnds(t *testing.T) {
	l := newLatencies()
	l.add(-time.Second)
	l.add(1<<63 - 1)
	if low, high := l.quantile(0.5), l.quantile(1); low != 0 || !near(high, longestLatency) {
		t.Errorf("%v and %v, want 0 and %v", low, high, longestLatency)
	}
}
