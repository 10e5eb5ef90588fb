package sweep

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/turns"
)

const turning = `package m

import (
	"os"
	"testing"
	"time"
)

func BenchmarkSleep(b *testing.B) {
	for i := 0; i < b.N; i++ {
		time.Sleep(time.Millisecond)
	}
}

func BenchmarkLoop(b *testing.B) {
	for b.Loop() {
		time.Sleep(time.Millisecond)
	}
}

func BenchmarkSetsUp(b *testing.B) {
	time.Sleep(time.Millisecond)
	for i := 0; i < b.N; i++ {
		time.Sleep(20 * time.Microsecond)
	}
}

// BenchmarkAlone fails if two processes are at it at once.
func BenchmarkAlone(b *testing.B) {
	path := os.Getenv("TURNING")
	if b.N != 2 {
		return
	}
	for i := 0; i < b.N; i++ {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o666)
		if err != nil {
			b.Fatal("at the same time: ", err)
		}
		time.Sleep(time.Millisecond)
		f.Close()
		os.Remove(path)
	}
}

// BenchmarkFits is like it where it finds out how many operations make a slice: not one, of
// a millisecond, nor as many as the ordinary run has.
func BenchmarkFits(b *testing.B) {
	if b.N != 4 {
		time.Sleep(time.Duration(b.N) * time.Millisecond)
		return
	}
	f, err := os.OpenFile(os.Getenv("TURNING"), os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		b.Fatal("at the same time: ", err)
	}
	time.Sleep(4 * time.Millisecond)
	f.Close()
	os.Remove(f.Name())
}

var calls int

func BenchmarkFails(b *testing.B) {
	if calls++; calls > 5 && os.Getenv("FAILS") != "" {
		b.Fatal("no more")
	}
	time.Sleep(time.Millisecond)
}
`

func TestProcessesTakeTurns(t *testing.T) {
	if testing.Short() || !turns.Supported {
		t.Skip("builds package testing, and hands pipes to processes")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/m\n\ngo 1.24\n", "m_test.go": turning} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	f := &Foreign{Go: "go", Dir: dir, Placement: cpus, SampleTime: time.Millisecond, Timeout: 10 * time.Minute, Env: []string{"TURNING=" + filepath.Join(dir, "busy")}}
	t.Cleanup(func() { f.Close() })
	level := Level{Cores: len(cpus), Procs: 1}
	if _, _, _, err := f.Find(t.Context(), ".", ".", level); err != nil {
		t.Fatal(err)
	}
	at := func(name string) Point {
		return Point{Point: bench.Point{Workload: name, Cores: level.Cores, Procs: 1, Slices: 1}, Package: "example.com/m", Copies: 1}
	}
	// On a machine that does much else a turn may take longer than all should: then
	// there is more time, until somebody failed or both had two turns.
	turns := func(name string, by [2]Slicer) (both [2]Sliced, err error) {
		for total := 60 * time.Millisecond; total < time.Minute; total *= 4 {
			both, err = Turns(t.Context(), by, at(name), Slicing{Ops: 2, Slice: time.Millisecond, Time: total})
			if err != nil || name != "Fails" && len(both[0].Slices[0].Times) >= 2 {
				break
			}
		}
		return both, err
	}
	for _, name := range []string{"Sleep", "Loop", "Alone"} {
		both, err := turns(name, [2]Slicer{f, f})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n := len(both[0].Slices[0].Times)
		if n != len(both[1].Slices[0].Times) || n < 2 {
			t.Errorf("%s: %d and %d slices", name, n, len(both[1].Slices[0].Times))
		}
		for i, one := range both {
			s := one.Slices[0]
			var sum time.Duration
			for _, d := range s.Times {
				sum += d
			}
			if one.Result == nil || s.Ops != 2 || sum > s.Wall {
				t.Errorf("%s, side %d: slices of %v in %v timed of %v", name, i, sum, s.Wall, s.Elapsed)
			}
		}
		// Who begins also ends last, so its time holds what either timed; both could
		// not, if they ran at once or timed how they wait. A loop starts its timer
		// once more when it is over, and then nobody waits for it.
		if first, second := both[0].Slices[0], both[1].Slices[0]; name != "Loop" && first.Wall+second.Wall > first.Elapsed {
			t.Errorf("%s: %v and %v timed within %v", name, first.Wall, second.Wall, first.Elapsed)
		}
	}
	// A turn with several CPUs settles, and has several slices.
	wide := at("Loop")
	wide.Procs = len(cpus)
	fits := at("Fits")
	fits.Procs = len(cpus)
	entries, err := f.Block(t.Context(), Block{Points: []Point{at("Sleep"), wide, at("SetsUp"), at("Fits"), fits}, Jobs: []int{0, 2, 0, 0, 0}, Time: 60 * time.Millisecond, Settle: 10 * time.Millisecond, Number: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Err != nil {
			t.Fatalf("%s: %v", e.Point, e.Err)
		}
		if n, _ := e.Result.Value("timings"); n < 1 {
			t.Errorf("%s: %v timings", e.Point, n)
		}
		if want := string(e.Result.Name.Full()); !strings.HasSuffix(e.Point, want) {
			t.Errorf("%s is called %s", e.Point, want)
		}
	}
	// A hundred times the set-up; a hundredth of that would be ten times a timing.
	e := entries[2]
	n, _ := e.Result.Value("timings")
	if each := float64(e.Result.Iters) / n * nsPerOp(e.Result); each < 0.02 {
		t.Errorf("set-up of a millisecond is part of timings of %v s", each)
	}
	broken := *f
	broken.Env = append(broken.Env, "FAILS=1")
	for side, by := range [][2]Slicer{{&broken, f}, {f, &broken}} {
		_, err := turns("Fails", by)
		if blamed := new(SideError); !errors.As(err, &blamed) || blamed.Side != side || !strings.Contains(err.Error(), "no more") {
			t.Errorf("side %d fails: %v", side, err)
		}
	}
	if _, err := Turns(t.Context(), [2]Slicer{f, f}, at("Missing"), Slicing{Ops: 2}); err == nil || !strings.Contains(err.Error(), "Missing was not found") {
		t.Errorf("a benchmark that is not there: %v", err)
	}
}
