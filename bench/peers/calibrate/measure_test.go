package calibrate

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"overlap/bench/gate"
	"overlap/bench/sweep"
)

// knobbed makes samplers whose slots take as long as their knobs say.
type knobbed struct {
	*noise
	asked []int // operations
	slow  int   // slots with a knob turned
	turns int   // pairs of slots that took turns
	fail  error
}

// sampler is one with a knob turned, or none.
func (k *knobbed) sampler(env string) gate.Turner { return turned{k, env} }

type turned struct {
	*knobbed
	env string
}

func (k turned) Turns(ctx context.Context, other gate.Sampler, p sweep.Point, ops int, d time.Duration) (both [2]gate.Slot, err error) {
	k.turns++
	for i, s := range []gate.Sampler{k, other} {
		if both[i], err = s.Slot(ctx, p, ops, d); err != nil {
			return both, err
		}
		both[i].Turns = true
	}
	return both, nil
}

func (k turned) Slot(_ context.Context, p sweep.Point, ops int, _ time.Duration) (gate.Slot, error) {
	factor := 1.0
	if k.env == "KNOB_PCT=5" {
		factor, k.slow = 1.05, k.slow+1
	}
	if k.env == "KNOB_SERIAL=25" {
		k.slow++
		if p.Cores == 2 {
			factor = 1.25
		}
	}
	k.asked = append(k.asked, ops)
	s := k.slot(factor)
	s.Ops = 7
	return s, k.fail
}

func small(parts ...string) Plan {
	plan, err := NewPlan(time.Second, "example.com/knob", 2)
	if err != nil {
		panic(err)
	}
	var p Plan
	for _, part := range plan.Parts {
		for _, name := range parts {
			if part.Name == name {
				part.Time = 0
				p.Parts = append(p.Parts, part)
			}
		}
	}
	return p
}

func TestMeasureTurnsTheKnobForHeadOnly(t *testing.T) {
	for part, slow := range map[string]int{"same": 0, "alone": 0, "slower": 12 * 2 * 2, "scaling-same": 0, "scaling-worse": 6 * 2 * 2} {
		k := &knobbed{noise: newNoise(20, 0.001, 0)}
		dir := filepath.Join(t.TempDir(), "new")
		if err := (&Stage{Plan: small(part), Sampler: k.sampler, Dir: dir, Log: io.Discard}).Measure(t.Context()); err != nil {
			t.Fatal(err)
		}
		if k.slow != slow {
			t.Errorf("%s: %d slots with a knob turned, want %d", part, k.slow, slow)
		}
		if taken := k.turns > 0; taken == (part == "alone") {
			t.Errorf("%s: %d pairs of slots took turns", part, k.turns)
		}
		suites, err := Load(dir)
		if err != nil || len(suites) != 1 || suites[0].Part != part || suites[0].Number != 1 {
			t.Fatalf("%s: %v, %v", part, suites, err)
		}
		points := len(suites[0].Series)
		for i, ops := range k.asked {
			if want := map[bool]int{true: 0, false: 7}[i < points]; ops != want {
				t.Fatalf("%s, slot %d: asked for %d operations, want %d", part, i, ops, want)
			}
		}
		for _, s := range suites[0].Series {
			call := Alternatives()[0].Judge([]Trial{measured(s.Point, s.Blocks)}, 0.01, 1)[0]
			want := 1.0
			switch {
			case part == "slower":
				want = 1.05
			case part == "scaling-worse" && s.Point.Cores == 2:
				want = 1.25
			}
			if len(s.Blocks) != 2 || call.Ratio < want-0.005 || call.Ratio > want+0.005 {
				t.Errorf("%s, %s: %d blocks, ratio %v, want 2 and %v", part, s.Point, len(s.Blocks), call.Ratio, want)
			}
		}
	}
}

func TestMeasureSaysWhatIsWrong(t *testing.T) {
	broken := errors.New("no such benchmark")
	s := &Stage{Plan: small("same"), Sampler: (&knobbed{noise: newNoise(1, 0, 0), fail: broken}).sampler, Dir: t.TempDir(), Log: io.Discard}
	if err := s.Measure(t.Context()); !errors.Is(err, broken) || !strings.Contains(err.Error(), "part same, suite 1") {
		t.Errorf("a sampler that fails: %v", err)
	}
	s.Sampler = (&knobbed{noise: newNoise(0, 0, 0)}).sampler
	if err := s.Measure(t.Context()); err == nil || !strings.Contains(err.Error(), "no slices") {
		t.Errorf("slots without slices: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(broken)
	s.Sampler = (&knobbed{noise: newNoise(1, 0, 0)}).sampler
	if err := s.Measure(ctx); !errors.Is(err, broken) {
		t.Errorf("ended: %v", err)
	}
	if err := s.Measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Measure(t.Context()); err == nil || !strings.Contains(err.Error(), "empty directory") {
		t.Errorf("a directory that has suites: %v", err)
	}
}

func TestSuitesComeBackAsTheyWere(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	late := Suite{Part: "same", Number: 1, Began: at.Add(time.Hour), Took: time.Minute, Series: []Series{{point("X", 2), newNoise(3, 0.1, 0.5).blocks(2, 1)}}}
	for _, b := range late.Series[0].Blocks {
		for i := range b.Slots {
			b.Slots[i].CPUs = 1 // NaN is not equal to itself
		}
	}
	early := Suite{Part: "usual", Number: 2, Began: at, Usual: []Usual{{"X", []float64{1, 2}, []float64{3}}}}
	for i := range late.Series[0].Blocks {
		for j := range late.Series[0].Blocks[i].Slots {
			s := &late.Series[0].Blocks[i].Slots[j]
			s.CPUs, s.Allocs, s.Bytes, s.Pressure = 1, 2, 3, 4
		}
	}
	for _, s := range []Suite{late, early} {
		if err := s.save(dir); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Load(dir)
	if err != nil || !reflect.DeepEqual(got, []Suite{early, late}) {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bad-001.gob.gz"), []byte("not gzip"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "bad-001.gob.gz") {
		t.Errorf("garbage: %v", err)
	}
}

func TestJoinPutsSuitesBehindEachOther(t *testing.T) {
	n := newNoise(1, 0.1, 0)
	x, y := Series{point("X", 1), n.blocks(2, 1)}, Series{point("X", 2), n.blocks(3, 1)}
	all := join([]Suite{{Series: []Series{x, y}}, {Series: []Series{y, x}}})
	if len(all) != 2 || len(all[0].Blocks) != 4 || len(all[1].Blocks) != 6 || all[1].Point != y.Point {
		t.Errorf("%d series", len(all))
	}
}

func TestThePlanHasEnoughDisjointSuites(t *testing.T) {
	p, err := NewPlan(30*time.Minute, "knob", 2)
	if err != nil {
		t.Fatal(err)
	}
	var share float64
	seconds := map[string]float64{} // of a point
	for _, part := range p.Parts {
		share += part.Share
		if part.Points != nil {
			seconds[part.Name] = float64(part.suites()*part.Blocks) * 4 * (slotTime + started).Seconds()
		}
	}
	if share < 0.999 || share > 1 {
		t.Errorf("the parts have %v of the time", share)
	}
	if n := p.Parts[0].suites(); n < 30 || p.Parts[0].Blocks != suiteBlocks || len(p.Parts[0].Points) != 12 {
		t.Errorf("%d suites of %d blocks of %d points", n, p.Parts[0].Blocks, len(p.Parts[0].Points))
	}
	if seconds["same"] < 75 || seconds["alone"] < 10 || seconds["scaling-same"] < 15 || seconds["scaling-worse"] < 30 || seconds["slower"] < 2 {
		t.Errorf("seconds a point: %v", seconds)
	}
	if u := p.Parts[2]; u.Name != "usual" || u.Points != nil || u.suites() < 1 {
		t.Errorf("%d suites of the usual practice", u.suites())
	}
	if _, err := NewPlan(time.Minute, "knob", 1); err == nil {
		t.Error("one CPU will do")
	}
}

func TestTheUsualPracticeIsReadFromGoTest(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a test binary")
	}
	all, err := usual(t.Context(), stock(t.Context(), t), 10*time.Microsecond)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range all {
		if len(u.Base) != 10 || len(u.Head) != 10 || u.Base[0] < 1000 || u.Base[0] > 1e8 {
			t.Errorf("%+v", u)
		}
	}
	if len(all) != 12 {
		t.Errorf("%d benchmarks", len(all))
	}
}
