package overlay

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const concurrent = `package m

import (
	"fmt"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var n, grain, goroutines atomic.Int64

// each runs an operation in each goroutine until there are no more.
func each(b *testing.B, operation func()) {
	goroutines.Store(0)
	b.RunParallel(func(pb *testing.PB) {
		goroutines.Add(1)
		n.Store(int64(b.N))
		grain.Store(int64(reflect.ValueOf(pb).Elem().FieldByName("grain").Uint()))
		for pb.Next() {
			operation()
		}
	})
}

func BenchmarkSleep(b *testing.B) { each(b, func() { time.Sleep(time.Millisecond) }) }

func BenchmarkSlow(b *testing.B) { each(b, func() { time.Sleep(300 * time.Millisecond) }) }

func BenchmarkShort(b *testing.B) { each(b, func() { time.Sleep(time.Microsecond) }) }

func BenchmarkHalf(b *testing.B) {
	time.Sleep(time.Duration(b.N) * time.Millisecond / 4)
	each(b, func() { time.Sleep(time.Millisecond) })
}

func BenchmarkPrepared(b *testing.B) {
	each(b, func() { time.Sleep(time.Millisecond) })
	b.ResetTimer()
	time.Sleep(time.Second)
}

func BenchmarkAlone(b *testing.B) { time.Sleep(time.Duration(b.N) * time.Millisecond) }

func BenchmarkBegins(b *testing.B) {
	each(b, func() {
		var wg sync.WaitGroup
		wg.Add(1)
		go wg.Done()
		wg.Wait()
		time.Sleep(time.Millisecond)
	})
}

func BenchmarkOwn(b *testing.B) {
	var wg sync.WaitGroup
	wg.Add(1)
	go wg.Done()
	wg.Wait()
	time.Sleep(time.Duration(b.N) * time.Millisecond)
}

// TestOnMockClocks runs a benchmark on clocks that only sleep moves.
func TestOnMockClocks(t *testing.T) {
	f := map[string]func(*testing.B){"Sleep": BenchmarkSleep, "Slow": BenchmarkSlow, "Short": BenchmarkShort, "Half": BenchmarkHalf, "Prepared": BenchmarkPrepared, "Alone": BenchmarkAlone, "Begins": BenchmarkBegins, "Own": BenchmarkOwn}[os.Getenv("BENCH")]
	synctest.Test(t, func(*testing.T) {
		r := testing.Benchmark(f)
		fmt.Printf("goroutines %d n %d grain %d inflight %.4g each %v inside %t timed %v\n", goroutines.Load(), n.Load(), grain.Load(), r.Extra["tasks-inflight"], r.Extra["goroutines-per-proc"], r.Extra["goroutines-inside"] > 0, r.Extra["goroutines-timed"])
	})
}

// BenchmarkLock holds a lock while the others wait for it.
func BenchmarkLock(b *testing.B) {
	var mu sync.Mutex
	each(b, func() {
		mu.Lock()
		time.Sleep(50 * time.Microsecond)
		mu.Unlock()
	})
}

var sink [64][]byte

func BenchmarkGarbage(b *testing.B) {
	var next atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for me := next.Add(1); pb.Next(); {
			sink[me%64] = make([]byte, 1<<16)
		}
	})
}

func BenchmarkSpin(b *testing.B) {
	each(b, func() {
		for start := time.Now(); time.Since(start) < 100*time.Microsecond; {
		}
	})
	b.ReportMetric(99, "idle-cpus")
}

// BenchmarkThrottled makes its control group say that it was held back for a millisecond in
// each operation.
func BenchmarkThrottled(b *testing.B) {
	text, err := os.ReadFile(os.Getenv("GROUP"))
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < b.N; i++ {
		time.Sleep(time.Millisecond)
	}
	held := 0
	if _, err := fmt.Sscanf(string(text), "throttled_usec %d", &held); err == nil {
		text = []byte(fmt.Sprintf("throttled_usec %d\n", held+1000*b.N))
		if err := os.WriteFile(os.Getenv("GROUP"), text, 0o666); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRoles(b *testing.B) {
	var id atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		pause := time.Millisecond
		if id.Add(1)%2 == 0 {
			pause *= 30
		}
		for pb.Next() {
			time.Sleep(pause)
		}
	})
}

func BenchmarkSetUp(b *testing.B) {
	time.Sleep(100*time.Millisecond)
	b.ResetTimer()
	time.Sleep(time.Millisecond)
	b.StopTimer()
	time.Sleep(100*time.Millisecond)
}
`

func TestRunParallelStartsWhatItIsAskedFor(t *testing.T) {
	binary := build(t, module(t, concurrent))
	for _, c := range []struct {
		bench, goroutines, benchtime, want string
	}{
		{"Sleep", "", "20ms", "goroutines 2 n 48 grain 1 inflight 2 each 1 inside false"},
		{"Sleep", "1", "20ms", "goroutines 1 n 24 grain 1 inflight 1 each 1 inside false"},
		{"Sleep", "8", "20ms", "goroutines 8 n 192 grain 1 inflight 8 each 1 inside false"},
		{"Sleep", "8", "1ms", "goroutines 8 n 192 grain 1 inflight 8 each 1 inside false"}, // at least 20 for each
		{"Slow", "8", "1ms", "goroutines 8 n 100 grain 1 inflight 8 "},                     // unless that takes too long
		{"Short", "", "20ms", "goroutines 2 n 48000 grain 200 inflight 2 each 1 inside false"},
		{"Short", "64", "20ms", "goroutines 64 n 6003751 grain 2345 inflight 64 each 1 inside false"},
		{"Half", "4", "40x", "inflight 2.5 "},
		{"Prepared", "4", "1x", "inflight 1 each 1 inside false timed 0"},
		{"Alone", "4", "20ms", "inflight 1 each 0 inside false timed 0"},
		{"Begins", "4", "20ms", "goroutines 4 n 96 grain 1 inflight 0 each 1 inside true"},
		{"Own", "4", "20ms", "inflight 0 each 0 inside false timed 1"},
	} {
		cmd := exec.Command(binary, "-test.run=^TestOnMockClocks$", "-test.benchtime="+c.benchtime, "-test.cpu=2")
		cmd.Env = append(os.Environ(), "BENCH="+c.bench, GoroutinesVariable+"="+c.goroutines, PartsVariable+"=1", AskVariable+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("%s with %q goroutines: %v: %s, want %s", c.bench, c.goroutines, err, out, c.want)
		}
	}
}

// parts are the values that a binary reports.
func parts(t *testing.T, binary, bench, benchtime string, env ...string) map[string]float64 {
	t.Helper()
	cpus := "2"
	if bench == "Roles" { // their order is known on one
		cpus = "1"
	}
	cmd := exec.Command(binary, "-test.run=^$", "-test.bench=^Benchmark"+bench+"$", "-test.benchtime="+benchtime, "-test.cpu="+cpus)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", bench, err, out)
	}
	values := map[string]float64{}
	for _, m := range regexp.MustCompile(`([\d.]+) (\S+)`).FindAllStringSubmatch(string(out), -1) {
		values[m[2]], _ = strconv.ParseFloat(m[1], 64)
	}
	return values
}

// The limits hold however busy the machine is.
func TestPartsTellWhereTheCPUsWent(t *testing.T) {
	binary := build(t, module(t, concurrent))
	want := map[string]map[string][2]float64{
		"Lock":    {"goroutines-locked": {1, 4}, "tasks-inflight": {3, 4.001}, "gc-cpus": {0, 0.1}},
		"Garbage": {"gc-cpus": {0.001, 16}},
		// The runtime measures an eighth of those that are ready, so that chance adds much.
		"Spin": {"tasks-inflight": {3, 4.001}, "goroutines-runnable": {0.2, 16}, "idle-cpus": {0, 2}, "gc-cpus": {0, 0.1}},
	}
	for bench, limits := range want {
		got := parts(t, binary, bench, "200ms", PartsVariable+"=1", GoroutinesVariable+"=4")
		for unit, limit := range limits {
			if x, ok := got[unit]; unit != "idle-cpus" && !ok || x < limit[0] || x > limit[1] {
				t.Errorf("%s: %s is %v, want %v: %v", bench, unit, x, limit, got)
			}
		}
	}
	for bench, limit := range map[string][2]float64{"Roles": {3, 100}, "Sleep": {1, 2}} {
		if x := parts(t, binary, bench, "160ms", AskVariable+"=1", GoroutinesVariable+"=4")["goroutines-uneven"]; x < limit[0] || x > limit[1] {
			t.Errorf("%s: half of the goroutines do %v times more", bench, x)
		}
	}
	for _, unit := range []string{"gc-cpus", "goroutines-locked"} {
		if x, ok := parts(t, binary, "SetUp", "1x", PartsVariable+"=1")[unit]; ok {
			t.Errorf("a benchmark that is mostly outside of its timer has %v %s", x, unit)
		}
	}
	if got := parts(t, binary, "Spin", "1x"); got["idle-cpus"] != 0 || got["tasks-inflight"] != 0 {
		t.Errorf("without being asked: %v", got)
	}
	group := t.TempDir()
	for text, want := range map[string]float64{"throttled_usec 1\nnr_bursts 0\n": 0.01, "throttled_time x\n": 0, "": 0} {
		if err := os.WriteFile(filepath.Join(group, "cpu.stat"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		got := parts(t, binary, "Throttled", "100ms", PartsVariable+"=1", QuotasVariable+"="+group, "GROUP="+filepath.Join(group, "cpu.stat"))
		if x, ok := got["throttled-cpus"]; ok != (want > 0) || x < want || x > 1 {
			t.Errorf("%q: %v", text, got)
		}
	}
	if _, err := os.Stat("/proc/self/schedstat"); err == nil {
		got := parts(t, binary, "Spin", "1x", PartsVariable+"=1", CPUsVariable+"="+allowed(t))
		if _, ok := got["runq-cpus"]; !ok {
			t.Errorf("the scheduler's clocks are not read: %v", got)
		}
	}
}

// allowed are the CPUs of this process.
func allowed(t *testing.T) string {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", "self", "status"))
	if err != nil {
		t.Skip(err)
	}
	_, list, _ := strings.Cut(string(status), "\nCpus_allowed_list:")
	list, _, _ = strings.Cut(list, "\n")
	return strings.TrimSpace(list)
}
