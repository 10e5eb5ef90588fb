package overlay

import (
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"
)

const slowOutside = `package m

import (
	"testing"
	"time"
)

var sink int

func work() {
	for j := 0; j < 1000; j++ {
		sink += j
	}
}

func BenchmarkEach(b *testing.B) {
	for i := 0; i < b.N; i++ {
		b.StopTimer()
		time.Sleep(10 * time.Millisecond)
		b.StartTimer()
		work()
	}
}

func BenchmarkLooped(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		time.Sleep(10 * time.Millisecond)
		b.StartTimer()
		work()
	}
}

func BenchmarkOnce(b *testing.B) {
	time.Sleep(600 * time.Millisecond)
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		work()
	}
}

func BenchmarkOnceLooped(b *testing.B) {
	time.Sleep(600 * time.Millisecond)
	for b.Loop() {
		work()
	}
}

func BenchmarkPlain(b *testing.B) {
	for i := 0; i < b.N; i++ {
		work()
	}
}
`

// What costs much outside of the timer for every operation is run for few of them;
// what costs much once is run until enough is timed, as package testing does.
func TestBenchmarksThatAreSlowOutsideTheirTimerEnd(t *testing.T) {
	binary := build(t, module(t, slowOutside))
	for name, many := range map[string]bool{"Each": false, "Looped": false, "Once": true, "OnceLooped": true, "Plain": true} {
		began := time.Now()
		out, err := exec.Command(binary, "-test.run=^$", "-test.bench=^Benchmark"+name+"$", "-test.benchtime=10ms", "-test.cpu=1").CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		line := regexp.MustCompile(`Benchmark\w+\s+(\d+)\s+([0-9.]+) ns/op`).FindStringSubmatch(string(out))
		if line == nil {
			t.Fatalf("%s: no result in\n%s", name, out)
		}
		n, _ := strconv.Atoi(line[1])
		each, _ := strconv.ParseFloat(line[2], 64)
		if timed := time.Duration(float64(n) * each); many && timed < 9*time.Millisecond {
			t.Errorf("%s: %d operations in %v of the timer, want 10ms", name, n, timed)
		}
		if !many && (n < 10 || n > 100) { // 50 take half a second, on a machine that does nothing else
			t.Errorf("%s: %d operations of 10 ms outside of the timer", name, n)
		}
		t.Logf("%s: %d operations of %v, %v in all", name, n, time.Duration(each), time.Since(began))
	}
}
