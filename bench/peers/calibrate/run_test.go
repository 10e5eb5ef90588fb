package calibrate

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"overlap/bench/gate"
	"overlap/bench/host"
	"overlap/bench/sweep"
)

const knob = "overlap/bench/peers/knob"

// TestCalibrate calibrates the gate on this machine, which should do nothing
// else meanwhile:
//
//	OVERLAP_CALIBRATE=DIR go test -timeout 12h -run TestCalibrate -v ./calibrate, in bench/peers
//
// It measures into DIR for OVERLAP_CALIBRATE_TIME (30m), if DIR has nothing yet,
// and then prints tables of OVERLAP_CALIBRATE_TRIALS (40) trials of each
// benchmark.
func TestCalibrate(t *testing.T) {
	dir := os.Getenv("OVERLAP_CALIBRATE")
	if dir == "" {
		t.Skip("takes half an hour of a machine that does nothing else: set OVERLAP_CALIBRATE to a directory")
	}
	trials, err := strconv.Atoi(setting("OVERLAP_CALIBRATE_TRIALS", "40"))
	if err != nil || trials < 1 {
		t.Fatalf("OVERLAP_CALIBRATE_TRIALS: want a number of trials: %v", err)
	}
	suites, err := Load(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if len(suites) == 0 {
		measure(t, dir)
		if suites, err = Load(dir); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	if err := Analyse(os.Stdout, suites, Study{Alpha: 0.01, Trials: trials, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	t.Logf("judged in %s", time.Since(began).Round(time.Second))
}

func setting(name, or string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return or
}

func measure(t *testing.T, dir string) {
	total, err := time.ParseDuration(setting("OVERLAP_CALIBRATE_TIME", "30m"))
	if err != nil {
		t.Fatalf("OVERLAP_CALIBRATE_TIME: %v", err)
	}
	h, err := host.Read()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := NewPlan(total, knob, len(h.OnePerCore()))
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString(plan.String())
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt)
	defer stop()
	f := foreign(ctx, t, h)
	s := &Stage{Plan: plan, Sampler: knobs(f), Binary: stock(ctx, t), Dir: dir, Seed: uint64(time.Now().UnixNano()), Log: os.Stdout}
	if err := s.Measure(ctx); err != nil {
		t.Fatal(err)
	}
}

// knobs are the samplers of the benchmarks with knobs turned.
func knobs(f *sweep.Foreign) func(env string) gate.Turner {
	return func(env string) gate.Turner {
		turned := *f
		if env != "" {
			turned.Env = []string{env}
		}
		return gate.SliceSampler{Slicer: &turned}
	}
}

// foreign is the sampler of the knob's benchmarks.
func foreign(ctx context.Context, t *testing.T, h host.Host) *sweep.Foreign {
	f := &sweep.Foreign{Go: "go", Dir: ".", Placement: h.OnePerCore(), SampleTime: time.Millisecond, Timeout: time.Minute, Host: h}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	found, _, notes, err := f.Find(ctx, knob, ".", sweep.Level{Cores: 2, Procs: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		if !slices.ContainsFunc(found, func(b sweep.Benchmark) bool { return b.Title() == name && !b.NoCeiling }) {
			t.Fatalf("benchmark %s was not found, or not with clocks: %q", name, notes)
		}
	}
	return f
}

// stock is the test binary that go test makes.
func stock(ctx context.Context, t *testing.T) string {
	path := filepath.Join(t.TempDir(), "knob.test.exe")
	if out, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", path, knob).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}
