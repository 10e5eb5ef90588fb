package why_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench"
	"overlap/bench/sweep"
	"overlap/bench/why"
)

// fakeRecorder records in a given time.
type fakeRecorder struct {
	sweep.Recorder
	name  string
	takes time.Duration
	said  *[]string
	fails error
}

func (f fakeRecorder) Code(sweep.Point) []string { return []string{"example.com/m"} }

func (f fakeRecorder) Record(ctx context.Context, p sweep.Point, iterations int, kind, prefix string) (*benchfmt.Result, error) {
	*f.said = append(*f.said, fmt.Sprintf("%s %s %d %s", f.name, kind, iterations, strings.TrimPrefix(prefix, "dir/")))
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(f.takes):
	}
	return &benchfmt.Result{Name: benchfmt.Name("X/cores=1"), Iters: iterations, Values: []benchfmt.Value{{Value: 1, Unit: "sec/op"}}}, f.fails
}

// recordBoth runs it with passes that take a time, and returns what was recorded and for how
// long.
func recordBoth(t *testing.T, takes time.Duration, fails error, kinds ...why.Turns) (said []string, results string, took time.Duration, err error) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		v := why.Versus{
			Base: fakeRecorder{name: "base", takes: takes, said: &said}, Head: fakeRecorder{name: "head", takes: takes, said: &said, fails: fails},
			Point: sweep.Point{Point: bench.Point{Workload: "X", Cores: 1, Procs: 1}}, Op: time.Millisecond, Kinds: kinds, Time: 4 * time.Second, Dir: "dir",
		}
		var text []byte
		text, err = v.Run(t.Context())
		results, took = string(text), time.Since(began)
	})
	return said, results, took, err
}

func TestBuildsTakeTurnsWithTheSameOperations(t *testing.T) {
	said, results, took, err := recordBoth(t, 400*time.Millisecond, nil, why.AllocTurns, why.CPUTurns)
	want := []string{
		"base allocs 20 base.allocs.0", "head allocs 20 head.allocs.0", "head allocs 20 head.allocs.1", "base allocs 20 base.allocs.1",
		"base cpu 400 base.cpu.0", "head cpu 400 head.cpu.0", "head cpu 400 head.cpu.1", "base cpu 400 base.cpu.1", "base cpu 400 base.cpu.2", "head cpu 400 head.cpu.2",
	}
	if err != nil || !slices.Equal(said, want) || took != 4*time.Second {
		t.Errorf("%q in %v, %v", said, took, err)
	}
	for _, line := range []string{"side: base\n", "side: head\n", "pass: allocs\n", "pass: cpu\n", "turn: 2\n", "modules: example.com/m\n"} {
		if !strings.Contains(results, line) {
			t.Errorf("no %q in\n%s", line, results)
		}
	}
	if n := strings.Count(results, "BenchmarkX/cores=1"); n != 10 {
		t.Errorf("%d results", n)
	}
}

func TestFewAllocationsAreCounted(t *testing.T) {
	var said []string
	v := why.Versus{
		Base: fakeRecorder{name: "base", said: &said}, Head: fakeRecorder{name: "head", said: &said},
		Op: 100 * time.Nanosecond, Kinds: []why.Turns{why.AllocTurns}, Time: time.Second, Dir: "dir",
	}
	if _, err := v.Run(t.Context()); err != nil || len(said) != 4 || said[0] != "base allocs 20000 base.allocs.0" {
		t.Errorf("%q, %v", said, err)
	}
}

func TestLongRecordingsEnd(t *testing.T) {
	said, results, took, err := recordBoth(t, 1300*time.Millisecond, nil, why.AllocTurns, why.CPUTurns)
	if n := strings.Count(results, "BenchmarkX"); err != nil || len(said) != 5 || n != 4 || took != 6*time.Second {
		t.Errorf("of %q, %d results in %v, %v", said, n, took, err)
	}
	if _, _, took, err = recordBoth(t, time.Minute, nil, why.CPUTurns); !errors.Is(err, why.ErrLong) || took != 6*time.Second {
		t.Errorf("in %v: %v", took, err)
	}
}

func TestRecordingsThatFail(t *testing.T) {
	said, _, _, err := recordBoth(t, time.Millisecond, errors.New("exit status 2"), why.CPUTurns)
	if err == nil || err.Error() != "head: exit status 2" || len(said) != 2 {
		t.Errorf("%q, %v", said, err)
	}
}
