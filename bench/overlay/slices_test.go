package overlay

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

const sliced = `package m

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

var calls, ops, setups, collections int

// tell prints how often what happened, with every call of a benchmark function.
func tell(b *testing.B, n int) {
	calls++
	ops += n
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Fprintf(os.Stderr, "calls %d ops %d setups %d collections %d\n", calls, ops, setups, m.NumForcedGC)
}

var sink []byte

// allocate is so much that the runtime's own few allocations are lost in it, such as
// those of a thread that it starts because the machine is busy.
func allocate() {
	for j := 0; j < 1000; j++ {
		sink = make([]byte, 100)
	}
}

func BenchmarkCount(b *testing.B) {
	defer tell(b, b.N)
	for i := 0; i < b.N; i++ {
		allocate()
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(float64(calls), "calls")
}

func BenchmarkLoop(b *testing.B) {
	setups++
	n := 0
	for b.Loop() {
		n++
		allocate()
		time.Sleep(time.Millisecond)
	}
	tell(b, n)
}

func BenchmarkStops(b *testing.B) {
	for i := 0; i < b.N; i++ {
		b.StopTimer()
		time.Sleep(20 * time.Millisecond)
		b.StartTimer()
		time.Sleep(time.Millisecond)
	}
}

func BenchmarkSetsUp(b *testing.B) {
	time.Sleep(30 * time.Millisecond)
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		time.Sleep(time.Millisecond)
	}
}

// BenchmarkCounts sets up for a millisecond on the timer.
func BenchmarkCounts(b *testing.B) {
	time.Sleep(time.Millisecond)
	BenchmarkParallel(b)
}

// BenchmarkCountsMuch sets up for so long that no slice is long enough.
func BenchmarkCountsMuch(b *testing.B) {
	time.Sleep(40 * time.Millisecond)
	for i := 0; i < b.N; i++ {
		time.Sleep(time.Millisecond)
	}
}

func BenchmarkParallel(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			time.Sleep(time.Millisecond)
		}
	})
}

// BenchmarkStarts computes beside a process that it started and that computes.
func BenchmarkStarts(b *testing.B) {
	if calls++; calls == 1 {
		if err := exec.Command("sh", "-c", "while kill -0 $PPID; do :; done").Start(); err != nil {
			b.Fatal(err)
		}
	}
	for i := 0; i < b.N; i++ {
		for start := time.Now(); time.Since(start) < time.Millisecond; {
		}
	}
}

// TestOnMockClocks runs benchmarks on clocks that only sleep moves.
func TestOnMockClocks(t *testing.T) {
	for name, f := range map[string]func(*testing.B){"Count": BenchmarkCount, "Loop": BenchmarkLoop, "Stops": BenchmarkStops, "SetsUp": BenchmarkSetsUp, "Counts": BenchmarkCounts, "CountsMuch": BenchmarkCountsMuch, "Parallel": BenchmarkParallel} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(*testing.T) { fmt.Println(testing.Benchmark(f).Extra) }) })
	}
}

func BenchmarkFails(b *testing.B) {
	if calls++; calls > 3 {
		b.Fatal("no more")
	}
}

func BenchmarkFailsSoftly(b *testing.B) {
	if calls++; calls > 3 {
		b.Error("no more")
	}
}
`

// slice runs a benchmark of the binary in slices.
func slice(t *testing.T, binary, bench, benchtime string, ops int) (out, errs string, path string, err error) {
	t.Helper()
	return sliceFor(t, 100*time.Millisecond, ops, binary, "-test.run=^$", "-test.bench=^Benchmark"+bench+"$", "-test.benchtime="+benchtime)
}

// sliceFor times slices for so long in what the arguments make the binary run.
func sliceFor(t *testing.T, total time.Duration, ops int, binary string, args ...string) (out, errs string, path string, err error) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "slices")
	cmd := exec.Command(binary, append(args, "-test.benchmem", "-test.cpu=2")...)
	cmd.Env = append(os.Environ(), SlicesVariable+"="+path, SliceVariable+"=4ms", SlicesTimeVariable+"="+total.String(), SliceOpsVariable+"="+strconv.Itoa(ops))
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return stdout.String(), stderr.String(), path, err
}

// lastTold is the last line that tell printed.
func lastTold(t *testing.T, errs string) (calls, ops, setups, collections int) {
	t.Helper()
	all := regexp.MustCompile(`calls (\d+) ops (\d+) setups (\d+) collections (\d+)`).FindAllStringSubmatch(errs, -1)
	if all == nil {
		t.Fatalf("it printed nothing: %s", errs)
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(all[len(all)-1][i+1])
	}
	return n[0], n[1], n[2], n[3]
}

func TestSlicesComeBehindAnOrdinaryRun(t *testing.T) {
	binary := build(t, module(t, sliced))
	out, errs, path, err := slice(t, binary, "Count", "7x", 3)
	if err != nil {
		t.Fatalf("%v\n%s", err, errs)
	}
	s, err := ReadSlices(path)
	if err != nil {
		t.Fatal(err)
	}
	if s.Ops != 3 || s.Elapsed < 100*time.Millisecond || s.Wall > s.Elapsed || s.CPU <= 0 {
		t.Errorf("%d operations a slice, %v elapsed, %v timed, CPU %v", s.Ops, s.Elapsed, s.Wall, s.CPU)
	}
	var sum time.Duration
	for _, d := range s.Times {
		if sum += d; d < 3*time.Millisecond {
			t.Errorf("three operations of a millisecond took %v", d)
		}
	}
	if sum > s.Wall {
		t.Errorf("slices of %v in %v", sum, s.Wall)
	}
	calls, ops, _, collections := lastTold(t, errs)
	if calls != 2+len(s.Times) || ops != 1+7+3*len(s.Times) {
		t.Errorf("%d calls, %d operations in %d slices", calls, ops, len(s.Times))
	}
	if collections > 3 { // before one and before seven operations, and the frame's
		t.Errorf("%d forced collections in %d slices", collections, len(s.Times))
	}
	if !regexp.MustCompile(`BenchmarkCount-2\s+7\s.* 1\.000 calls\s.*\s10\d\d allocs/op`).MatchString(out) {
		t.Errorf("the result is not that of the ordinary run:\n%s", out)
	}
}

func TestSlicesOfALoopShareItsSetUp(t *testing.T) {
	binary := build(t, module(t, sliced))
	var out, errs, path string
	var s Slices
	// On a machine that does much else a slice may take longer than all should.
	for total := 100 * time.Millisecond; len(s.Times) < 2 && total < time.Minute; total *= 4 {
		var err error
		if out, errs, path, err = sliceFor(t, total, 3, binary, "-test.run=^$", "-test.bench=^BenchmarkLoop$", "-test.benchtime=7x"); err != nil {
			t.Fatalf("%v\n%s", err, errs)
		}
		if s, err = ReadSlices(path); err != nil {
			t.Fatal(err)
		}
	}
	calls, ops, setups, _ := lastTold(t, errs)
	if calls != 2 || setups != 2 || ops != 7+3*len(s.Times) || len(s.Times) < 2 {
		t.Errorf("%d calls, %d set-ups, %d operations in %d slices", calls, setups, ops, len(s.Times))
	}
	for _, d := range s.Times {
		if d < 3*time.Millisecond {
			t.Errorf("three operations of a millisecond took %v", d)
		}
	}
	if !regexp.MustCompile(`BenchmarkLoop-2\s+7\s.*\s10\d\d allocs/op`).MatchString(out) {
		t.Errorf("the result is not that of the ordinary run:\n%s", out)
	}
}

// The clocks are mock ones: no others make so many operations of a slice on every
// machine, however busy.
func TestSlicesFitTheirLength(t *testing.T) {
	binary := build(t, module(t, sliced))
	for bench, want := range map[string]int{
		"Count":      4,
		"Loop":       4,
		"SetsUp":     30, // the set-up takes 30 ms: a slice of 4 ms would waste most of the time
		"Stops":      80, // four stop for 80 ms
		"Parallel":   8,  // two at once
		"Counts":     20, // the set-up takes 1 ms
		"CountsMuch": 400,
	} {
		out, errs, path, err := sliceFor(t, 100*time.Millisecond, 0, binary, "-test.run=^TestOnMockClocks$/^"+bench+"$", "-test.benchtime=20ms")
		if err != nil {
			t.Fatalf("%s: %v\n%s%s", bench, err, out, errs)
		}
		if s, err := ReadSlices(path); err != nil || s.Ops != want {
			t.Errorf("%s: %d operations in a slice of 4 ms, want %d: %v", bench, s.Ops, want, err)
		}
		if strings.Contains(out, SetUpUnit) != strings.HasPrefix(bench, "Counts") {
			t.Errorf("%s: the share of set-up is missing, or said without need:\n%s", bench, out)
		}
	}
}

func TestFailuresAmongSlicesLeaveNone(t *testing.T) {
	binary := build(t, module(t, sliced))
	for _, bench := range []string{"Fails", "FailsSoftly"} {
		out, errs, path, err := slice(t, binary, bench, "3x", 3)
		if err == nil || !strings.Contains(out+errs, "no more") {
			t.Errorf("%s: %v: %s%s", bench, err, out, errs)
		}
		if _, err := ReadSlices(path); err == nil {
			t.Errorf("%s wrote slices", bench)
		}
	}
}

func TestDamagedSlicesAreAnError(t *testing.T) {
	s, err := parseSlices(strings.NewReader("3 10 20 30\n40 5 6 7 0:1:2:3 12:4:5:6\n7\n8\n"))
	want := Slices{Ops: 3, CPU: 10, Wall: 20, Elapsed: 30, Times: []time.Duration{7, 8}, Turns: []int{1, 1}, Demand: &Demand{Window: 40, Blind: 5, Own: 6, Delayed: 7, CPUs: map[int]CPUTime{0: {1, 2, 3}, 12: {4, 5, 6}}}}
	if err != nil || !reflect.DeepEqual(s, want) {
		t.Errorf("%+v, %v, want %+v", s, err, want)
	}
	if s, err := parseSlices(strings.NewReader("3 10 20 30\n-\n7 8\n9\n")); err != nil || !reflect.DeepEqual(s.Turns, []int{2, 1}) || len(s.Times) != 3 {
		t.Errorf("two turns: %+v, %v", s, err)
	}
	if s, err := parseSlices(strings.NewReader("3 10 20 30\n-\n7\n")); err != nil || s.Demand != nil {
		t.Errorf("a system that tells nothing: %+v, %v", s, err)
	}
	for _, text := range []string{
		"", "\n", "3 10 20 30\n-\n", "0 10 20 30\n-\n7\n", "3 10 20\n-\n7\n", "3 10 20 x\n-\n7\n", "3 10 20 30\n7\n",
		"3 -1 20 30\n-\n7\n", "3 10 20 30\n-\n-7\n", "3 10 20 30\n-\n7 x\n", "99999999999999999999 10 20 30\n-\n7\n", "3 10 20 30\n-\n7\n\n8\n",
		"3 10 20 30\n1 2 3\n7\n", "3 10 20 30\n1 2 3 x\n7\n", "3 10 20 30\n1 2 3 4 x:1:2:3\n7\n", "3 10 20 30\n1 2 3 4 -1:1:2:3\n7\n", "3 10 20 30\n1 2 3 4 0:1:2\n7\n", "3 10 20 30\n1 2 3 4 0\n7\n", "3 10 20 30\n\n7\n",
		"3 10 20 30\n-\n" + strings.Repeat("1\n", maxSlices+1), "3 10 20 30\n-\n" + strings.Repeat("1", 1<<20),
	} {
		if s, err := parseSlices(strings.NewReader(text)); err == nil {
			t.Errorf("%.40q was read as %d slices", text, len(s.Times))
		}
	}
	if _, err := ReadSlices(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a missing file is no error")
	}
}

// What a benchmark's children do is its own doing, waited for or not.
func TestDemandHoldsTheFamily(t *testing.T) {
	binary := build(t, module(t, sliced))
	_, errs, path, err := slice(t, binary, "Starts", "1x", 1)
	if err != nil {
		t.Fatalf("%v\n%s", err, errs)
	}
	s, err := ReadSlices(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/self/task"); err != nil {
		if s.Demand != nil {
			t.Errorf("without /proc it knows %+v", s.Demand)
		}
		return
	}
	d := s.Demand
	if d == nil {
		t.Skip("this system hides the scheduler's clocks")
	}
	if lists, _ := filepath.Glob("/proc/self/task/*/children"); lists == nil {
		t.Skip("this kernel does not list children")
	}
	// Two take CPU time for as long as the slices last, or wait for it.
	if all := d.Own + d.Delayed; all < d.Window*5/4 || d.Own > 3*d.Window {
		t.Errorf("two that compute for %v had %v of CPUs and waited for %v", d.Window, d.Own, d.Delayed)
	}
	if len(d.CPUs) < 1 || d.Window < s.Elapsed || d.Blind <= 0 {
		t.Errorf("%+v around slices of %v", d, s.Elapsed)
	}
}
