package workloads

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"overlap/primitives"
)

// stalled is a netecho job whose server, at message 8, answers nothing for 200
// ms, and a count of the messages that met the stall.
func stalled(t *testing.T, variant string, workers int) (job *netechoJob, met *int) {
	t.Helper()
	var mu sync.Mutex
	var end time.Time
	met = new(int)
	p, err := Params{Size: Medium, Workers: workers, Variant: variant}.complete(Netecho)
	if err != nil {
		t.Fatal(err)
	}
	j, err := newNetecho(p, func(number int64) {
		mu.Lock()
		if number == 8 && end.IsZero() {
			end = time.Now().Add(200 * time.Millisecond)
		}
		rest := time.Until(end)
		if rest > 0 {
			*met++
		}
		mu.Unlock()
		time.Sleep(max(rest, delay))
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j.(*netechoJob), met
}

// All 55 messages that are due during the stall are late, but only one for each
// worker is sent into it. From the actual start nothing is wrong with the
// others, in either loop: coordinated omission.
func TestOpenLoopSeesAStall(t *testing.T) {
	const workers, stall = 2, 150 * time.Millisecond
	for _, variant := range []string{"open", "closed"} {
		j, met := stalled(t, variant, workers)
		run(t, j, "pool", workers, 1)
		if err := j.Check(); err != nil {
			t.Error(err)
		}
		if *met < 1 || *met > workers {
			t.Errorf("%s: %d messages met the stall, want up to one for each of %d workers", variant, *met, workers)
		}
		p90 := j.actual.quantile(0.9)
		intended, actual := j.Latencies()
		t.Logf("%s: intended %v, actual %v, its 90 %% quantile %v", variant, intended, actual, p90)
		if p90 >= stall || actual.P99 < stall {
			t.Errorf("%s: from the actual start 90 %% take %v and 99 %% %v, want few that stall", variant, p90, actual.P99)
		}
		if open := variant == "open"; open != (intended.P50 >= stall) || intended.P99 < stall {
			t.Errorf("%s: from the intended start half take %v and 99 %% %v", variant, intended.P50, intended.P99)
		}
	}
}

func TestLatenciesStartAgainAfterEachCall(t *testing.T) {
	for _, variant := range []string{"closed", "open"} {
		j := newJob(t, Netecho, Params{Size: Small, Workers: 2, Variant: variant}).(Timed)
		run(t, j, "pool", 2, 2)
		if err := j.Serial(); err != nil {
			t.Fatal(err)
		}
		intended, actual := j.Latencies()
		if actual.P50 < delay-delay/32 || actual.P99 < actual.P50 || intended.P99 < actual.P50 {
			t.Errorf("%s: intended %v, actual %v, the server takes 1 ms", variant, intended, actual)
		}
		if intended, actual := j.Latencies(); intended != (Latency{}) || actual != (Latency{}) {
			t.Errorf("%s: of no run: intended %v, actual %v", variant, intended, actual)
		}
	}
}

func TestQuantilesAreWithinTwoPercent(t *testing.T) {
	var l latencies
	list := []time.Duration{0, 1<<63 - 1}
	for range 10_000 {
		list = append(list, time.Duration(rand.Uint64()>>(1+rand.IntN(60))))
	}
	for _, d := range list {
		l.add(d)
	}
	slices.Sort(list)
	for _, q := range []float64{0, 0.0001, 0.1, 0.5, 0.9, 0.99, 0.999, 1} {
		want := list[max(int(q*float64(len(list))+0.999999)-1, 0)]
		if got := l.quantile(q); float64(got-want) > 0.02*float64(want) || float64(want-got) > 0.02*float64(want) {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
}

// The connections of child processes are still open when the job is closed.
func TestNetechoClosesBeforeItsClients(t *testing.T) {
	job, err := Netecho.New(Params{Size: Small, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	ex, err := primitives.New("processes", primitives.Config{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Shutdown(t.Context())
	server := job.(*netechoJob).server.address()
	if err := job.Run(t.Context(), ex); err != nil {
		t.Error(err)
	}
	if err := job.Check(); err != nil {
		t.Error(err)
	}
	if err := job.Close(); err != nil {
		t.Error(err)
	}
	if _, err := dialEcho(server); err == nil {
		t.Error("the server still takes connections")
	}
	if left := len(echoConns.idle[server]); left > 0 {
		t.Errorf("%d connections are left", left)
	}
}
