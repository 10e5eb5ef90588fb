package report_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"overlap/internal/racing"
	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

// expecting is the sweep of a workload that declares a shape.
func expecting(shape string, ceiling float64, t func(w, p int) float64) *file {
	f := sweep("Known", t, ceiling)
	f.kinds = "Known=cpu\nexpect: Known=" + shape
	return f
}

func TestExpectationsAreHeldAgainstTheMeasurement(t *testing.T) {
	worker := func(w, p int) float64 { return 8 / float64(min(w, p)) }
	waiter := func(w, p int) float64 { return 64 / float64(w) }
	hermit := func(w, p int) float64 { return 8 }
	half := func(w, p int) float64 { return 8 / (1 + 0.5*float64(min(w, p)-1)) }
	memory := func(w, p int) float64 { return 8 / min(float64(min(w, p)), 1.3) }
	fighter := func(w, p int) float64 { return 8 * (1 + 0.5*math.Log2(float64(w))*float64(p-1)) }
	overlapper := func(w, p int) float64 { return 64 / math.Sqrt(float64(w)) }
	for _, c := range []struct {
		shape   string
		ceiling float64
		time    func(w, p int) float64
		want    analyse.Outcome
		reason  string
	}{
		{"linear", 2, worker, analyse.Met, ""},
		{"linear", 2, half, analyse.NotMet, "S/H(p) is 0.75"},
		{"linear", 1.55, half, analyse.Met, ""},
		{"linear", 2, waiter, analyse.NotMet, "expected at"},
		{"saturating", 1.3, memory, analyse.Met, ""},
		{"saturating", 2, worker, analyse.TooSmall, "2 cores do not use all of the bandwidth: S is 2.0"},
		{"saturating", 2, memory, analyse.NotMet, "S/H(p) is 0.65"},
		{"sublinear", 2, half, analyse.Met, ""},
		{"sublinear", 2, worker, analyse.NotMet, "S/H(p) is 1.00"},
		{"sublinear", 2, hermit, analyse.NotMet, "G_p is 1.0"},
		{"capped:2", 2, half, analyse.Met, ""},
		{"capped:9", 2, worker, analyse.TooSmall, "the limit of 9 shows only on more than 2 cores"},
		{"capped:9", 2, hermit, analyse.NotMet, "S is 1.00"},
		{"capped:1.5", 2, worker, analyse.NotMet, "S is 2.00"},
		{"capped:x", 2, worker, analyse.Unknown, "its limit is not a number"},
		{"capped:NaN", 2, worker, analyse.Unknown, "its limit is not a number"},
		{"flat", 2, hermit, analyse.Met, ""},
		{"flat", 2, worker, analyse.NotMet, "S is 2.00"},
		{"retrograde", 2, fighter, analyse.Met, ""},
		{"retrograde", 2, hermit, analyse.NotMet, "at 1 worker is 1.00"},
		{"waiting", 2, waiter, analyse.Met, ""},
		{"waiting", 2, overlapper, analyse.NotMet, "G_c/w is 0.1"},
		{"overlaps", 2, overlapper, analyse.Met, ""},
		{"overlaps", 2, worker, analyse.NotMet, "G_c is 1.00"},
		{"saturating", 1.3, worker, analyse.TooSmall, "S is 2.0"},
		{"overhead", 2, worker, analyse.NotMeasured, "the serial program was not measured"},
		{"steep", 2, worker, analyse.Unknown, "does not know the shape"},
	} {
		r := analyze(t, expecting(c.shape, c.ceiling, c.time).save(t)).Rows[0]
		if e := r.Expected; e.Shape != c.shape || e.Outcome != c.want || !strings.Contains(e.Reason, c.reason) || (e.Reason == "") != (c.want == analyse.Met) {
			t.Errorf("%s at ceiling %.1f: %+v, want %s because %q", c.shape, c.ceiling, e, c.want, c.reason)
		}
	}
}

// demanding is the text of a file in which a job has a known demand, in
// milliseconds of CPU time, on whatever core: its cpus-busy give it.
func demanding(f *file, demand float64) string {
	var b strings.Builder
	for line := range strings.Lines(f.text()) {
		if name, _, ok := strings.Cut(line, " "+f.extra); ok {
			var ns float64
			fmt.Sscanf(strings.Fields(name)[2], "%f", &ns)
			line = fmt.Sprintf("%s 1.5 tasks-inflight %f cpus-busy\n", name, 1e6*demand/ns)
		}
		b.WriteString(line)
	}
	return b.String()
}

func TestKneeFollowsTheOperationalBounds(t *testing.T) {
	for name, c := range map[string]struct {
		time func(w, p int) float64
		want analyse.Outcome
	}{
		"at the bound":   {func(w, p int) float64 { return max(64/float64(w), 4/float64(p)) }, analyse.Met},
		"far below it":   {func(w, p int) float64 { return max(64/math.Sqrt(float64(w)), 4/float64(p)) }, analyse.NotMet},
		"without a gain": {func(w, p int) float64 { return 64 }, analyse.NotMet},
	} {
		if e := analyze(t, save(t, demanding(expecting("knee", 2, c.time), 4))).Rows[0].Expected; e.Outcome != c.want {
			t.Errorf("%s: %+v, want %s", name, e, c.want)
		}
	}
}

// Systems on either bound are met, on machines with more cores than workers as
// well; so are those of which the bounds allow no gain from overlapping. The
// bounds are written here as the time of a job with a demand of 1 ms.
func TestKneeIsMetOnItsBounds(t *testing.T) {
	racing.Skip(t)
	for _, cores := range []int{2, 4, 8, 16, 64} {
		for _, wait := range []float64{0.04, 0.5, 1, 3, 9, 49} {
			for side, time := range map[string]func(w, p float64) float64{
				"upper": func(w, p float64) float64 { return max((1+wait)/w, 1/p) },
				"lower": func(w, p float64) float64 { return (max(1, w/p) + wait) / w },
			} {
				f := bigger("Known", "", cores, time)
				f.kinds = "Known=mixed\nexpect: Known=knee"
				if e := analyze(t, save(t, demanding(f, 1))).Rows[0].Expected; e.Outcome != analyse.Met {
					t.Errorf("%s bound, %d cores, waiting %v of 1 ms of work: %+v", side, cores, wait, e)
				}
			}
		}
	}
}

func TestExpectationsOfOneCoreOneThreadOrNoise(t *testing.T) {
	f := &file{rounds: 12, kinds: "Known=cpu\nexpect: Known=linear"}
	f.add("Known/executor=pool/workers=1/cores=1", 8)
	f.add("Known/executor=pool/workers=2/cores=1", 8)
	if e := analyze(t, f.save(t)).Rows[0].Expected; e.Outcome != analyse.TooSmall {
		t.Errorf("on one core: %+v", e)
	}
	loop := expecting("linear", 2, func(w, p int) float64 { return 8 })
	for i := range loop.order {
		name := strings.Replace(loop.order[i], "executor=pool", "executor=loop", 1)
		loop.times[name] = loop.times[loop.order[i]]
		loop.order[i] = name
	}
	if e := analyze(t, loop.save(t)).Rows[0].Expected; e.Shape != "" || e.String() != "–" {
		t.Errorf("an event loop is expected to scale with cores: %+v", e)
	}
	few := expecting("linear", 2, func(w, p int) float64 { return 8 * (1 + 0.02*float64(w)) })
	few.rounds = 1
	if e := analyze(t, few.save(t)).Rows[0].Expected; e.Outcome != analyse.TooNoisy {
		t.Errorf("one sample decides: %+v", e)
	}
	for _, shape := range []string{"waiting", "retrograde", "flat", "linear"} {
		alone := &file{rounds: 12, kinds: "Known=cpu\nexpect: Known=" + shape}
		alone.add("Known/executor=pool/workers=1/cores=1", 8)
		alone.add("Known/executor=pool/workers=1/cores=2-2", 8)
		if e := analyze(t, alone.save(t)).Rows[0].Expected; e.Outcome != analyse.TooFew {
			t.Errorf("%s with one worker: %+v", shape, e)
		}
	}
}

func TestVariantsAndWeakScalingHaveRowsOfTheirOwn(t *testing.T) {
	f := &file{rounds: 12, kinds: "Known=lock\nexpect: Known=flat Known/fast=linear"}
	for _, w := range []int{1, 2} {
		for _, level := range []string{"cores=1", "cores=2-2"} {
			cores := 1 + strings.Count(level, "-2")
			at := func(parts string) string {
				base, procs, _ := strings.Cut(level, "-")
				if procs != "" {
					procs = "-" + procs
				}
				return fmt.Sprintf("Known/executor=pool/workers=%d/%s%s%s", w, base, parts, procs)
			}
			f.add(at(""), 8)
			f.add(at("/variant=fast"), 8/float64(min(w, cores)))
			// Twice the work by two workers: as long on two cores, twice as long on one.
			f.add(at("/scaling=weak"), 8*float64(w)/float64(min(w, cores)))
		}
	}
	a := analyze(t, f.save(t))
	want := map[string][2]float64{"known": {1, 1}, "known fast": {1, 2}, "known weak": {1, 2}}
	if len(a.Rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(a.Rows), len(want))
	}
	for _, r := range a.Rows {
		w, ok := want[r.Name()]
		if !ok || math.Abs(r.Concurrency.Value-w[0]) > 0.02 || math.Abs(r.Parallelism.Value-w[1]) > 0.04 {
			t.Errorf("%q: G_c %s, G_p %s, want %v", r.Name(), r.Concurrency, r.Parallelism, w)
		}
	}
	for _, r := range a.Rows {
		want := map[string]string{"known": "flat", "known fast": "linear", "known weak": "flat"}[r.Name()]
		if r.Expected.Shape != want {
			t.Errorf("%s is expected to be %q, want %q", r.Name(), r.Expected.Shape, want)
		}
	}
	bad := &file{rounds: 1}
	bad.add("Known/executor=pool/workers=1/cores=1/scaling=odd", 1)
	if _, err := load.Load(bad.save(t)); err == nil || !strings.Contains(err.Error(), `scaling is "odd"`) {
		t.Errorf("an unknown scaling: %v", err)
	}
}

func TestCostIsTheCoresThatBeatTheSerialProgram(t *testing.T) {
	for _, c := range []struct{ serial, cost, over float64 }{{9, 1, 2.25}, {6, 2, 1.5}, {3, math.Inf(1), 0.75}} {
		f := sweep("Known", func(w, p int) float64 { return 8 / float64(min(w, p)) }, 2)
		f.add("Known/executor=serial/workers=1/cores=1", c.serial)
		a := analyze(t, f.save(t))
		if len(a.Rows) != 1 {
			t.Fatalf("the serial program has a row of its own: %d rows", len(a.Rows))
		}
		if r := a.Rows[0]; r.Cost != c.cost || math.Abs(r.OverSerial.Value/c.over-1) > 0.02 {
			t.Errorf("serial %v ms: COST %v, %s over it, want %v and %v", c.serial, r.Cost, r.OverSerial, c.cost, c.over)
		}
	}
	if r := analyze(t, sweep("Known", func(w, p int) float64 { return 8 }, 2).save(t)).Rows[0]; !math.IsNaN(r.Cost) {
		t.Errorf("COST without a serial program is %v", r.Cost)
	}
}

func TestTableShowsWhatIsNotMet(t *testing.T) {
	f := expecting("linear", 2, func(w, p int) float64 { return 8 })
	var b strings.Builder
	if err := write.Table(&b, analyze(t, f.save(t)), table.Terminal{}); err != nil {
		t.Fatal(err)
	}
	if want := "\n  not met: it should be linear: S/H(p) is 0.50 ±"; !strings.Contains(b.String(), want) {
		t.Errorf("no %q in\n%s", want, b.String())
	}
}
