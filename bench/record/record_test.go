package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/host"
)

// The test binary is its own child.
const childVariable = "OVERLAP_TEST_RECORD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(Child(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func parent(t *testing.T) Parent {
	t.Helper()
	t.Setenv(childVariable, "1")
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	return Parent{Command: []string{os.Args[0]}, Placement: cpus}
}

// What the trace shows is tested where it is read, in package report.
func TestTraceHasTheCustomersAndIsSmall(t *testing.T) {
	p := parent(t)
	for cores := 1; cores <= min(2, len(p.Placement)); cores++ {
		trace, err := p.Trace(t.Context(), cores)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(trace, []byte("go 1.")) || len(trace) > 300<<10 {
			t.Errorf("%d cores: %d bytes that begin with %q", cores, len(trace), trace[:min(16, len(trace))])
		}
		for _, customer := range []string{"customer A1", "customer B1", "customer A16", "customer B16"} {
			if !bytes.Contains(trace, []byte(customer)) {
				t.Errorf("%d cores: no %s in the trace", cores, customer)
			}
		}
	}
}

func TestPairsVisitsEveryPair(t *testing.T) {
	p := parent(t)
	if !host.CanBind || len(p.Placement) < 2 {
		t.Skip("needs two CPUs to which threads can be bound")
	}
	p.Placement = p.Placement[:min(3, len(p.Placement))]
	out, err := p.Pairs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	samples := map[string]int{}
	for r := benchfmt.NewReader(bytes.NewReader(out), "pairs"); r.Scan(); {
		switch rec := r.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Error(rec)
		case *benchfmt.Result:
			if sec, _ := rec.Value("sec/op"); sec > 0 && rec.GetConfig("latency") != "" {
				samples[string(rec.Name.Full())]++
			}
		}
	}
	want := len(p.Placement) * (len(p.Placement) - 1) / 2
	for name, n := range samples {
		if n < 10 {
			t.Errorf("%s has %d samples, want 10", name, n)
		}
	}
	name := fmt.Sprintf("CoreToCore/from=%d/to=%d", p.Placement[0], p.Placement[1])
	if len(samples) != want || samples[name] == 0 {
		t.Errorf("samples %v, want %d pairs with %s", samples, want, name)
	}
}

// A ball that is not returned would leave a thread in a busy loop forever.
func TestLatencyOfACPUThatIsNotThere(t *testing.T) {
	if !host.CanBind {
		t.Skip("this system cannot bind threads")
	}
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	const missing = 1 << 13
	for _, pair := range [][2]int{{cpus[0], missing}, {missing, cpus[0]}, {missing, missing}} {
		if _, err := latency(pair[0], pair[1]); err == nil || !strings.Contains(err.Error(), "8192") {
			t.Errorf("%v: %v, want an error that names CPU %d", pair, err, missing)
		}
	}
	after, err := host.Affinity()
	if err != nil || !slices.Equal(cpus, after) {
		t.Errorf("the thread is bound to %v afterwards, was %v; %v", after, cpus, err)
	}
}

func TestThinSelectsEvenly(t *testing.T) {
	cpus := make([]int, 500)
	for i := range cpus {
		cpus[i] = i
	}
	some := thin(cpus)
	if len(some) != maxCPUs || some[0] != 0 || some[len(some)-1] < 490 || !slices.IsSorted(some) || len(slices.Compact(some)) != maxCPUs {
		t.Errorf("500 CPUs become %v", some)
	}
	if got := thin(cpus[:5]); len(got) != 5 {
		t.Errorf("5 CPUs become %v", got)
	}
}

func TestErrorsNameTheCause(t *testing.T) {
	p := parent(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("somebody interrupts")
	cancel(stop)
	if _, err := p.Trace(ctx, 1); !errors.Is(err, stop) {
		t.Errorf("interrupted: %v", err)
	}
	if _, err := p.run(t.Context(), p.Placement, 1, "dance"); err == nil || !strings.Contains(err.Error(), "by hand") {
		t.Errorf("an unknown recording: %v", err)
	}
	if _, err := p.run(t.Context(), p.Placement, 1, pairsChild, "x-y"); err == nil || !strings.Contains(err.Error(), "x-y") {
		t.Errorf("no list: %v", err)
	}
	p.Command = []string{"/nowhere/overlap"}
	if _, err := p.Trace(t.Context(), 1); err == nil || !strings.Contains(err.Error(), "/nowhere/overlap") {
		t.Errorf("no program: %v", err)
	}
}
