package cause

import (
	"math"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

// tally is how many samples of each event a stack has.
type tally struct {
	frames                       string
	cycles, instructions, misses int64
}

// counterProfile is a profile of hardware counters, with a sample each 1000 cycles, 1000
// instructions and 10 misses.
func counterProfile(list ...tally) *profile.Profile {
	var stacks []drawn
	for _, x := range list {
		stacks = append(stacks, drawn{1, x.frames})
	}
	p := profileOf("", "", 1, stacks...)
	p.Period, p.SampleType = 10, nil
	for _, name := range []string{"samples", "cycles", "instructions", "cache_misses"} {
		p.SampleType = append(p.SampleType, &profile.ValueType{Type: name, Unit: "count"})
	}
	for i, x := range list {
		p.Sample[i].Value = []int64{x.cycles + x.instructions + x.misses, 1000 * x.cycles, 1000 * x.instructions, 10 * x.misses}
	}
	return p
}

// slowed is the record of a function that takes more CPU time on two cores than on one.
func slowed() Record {
	return Record{
		Cores: 2, Modules: user, One: pass(1, 1), All: pass(2, 1),
		OneCPU: cpuProfile(drawn{100, "example.com/m.Get:3"}), AllCPU: cpuProfile(drawn{200, "example.com/m.Get:3"}),
	}
}

// What the counters say of all lines of a function, and of what it calls, is said of its causes.
func TestCountersOfAFunction(t *testing.T) {
	r := slowed()
	r.OneCounters = counterProfile(
		tally{"example.com/m.Get:3", 90, 200, 0}, tally{"internal/runtime/maps.ctrlGroup:7 = runtime.mapaccess1:9 <- example.com/m.Get:8", 10, 0, 20},
		tally{"example.com/m.Put:3 <- example.com/m.Get:3", 500, 500, 500})
	r.AllCounters = counterProfile(tally{"example.com/m.Get:3", 400, 100, 10_000})
	a, err := Explain(r)
	if err != nil || len(a.Causes) != 1 || a.Causes[0].Counters == nil {
		t.Fatalf("%+v, %v", a, err)
	}
	near := func(got, want float64) bool { return math.Abs(got-want) < 1e-9 }
	one, all := a.Causes[0].Counters.One, a.Causes[0].Counters.All
	if !near(one.PerCycle, 2) || !near(one.PerCycleError, 2*math.Sqrt(1./100+1./200)) || !near(one.Misses, 1) || !near(one.MissesError, math.Sqrt(0.05*0.05*21+1./200)) {
		t.Errorf("one core: %+v", one)
	}
	if !near(all.PerCycle, 0.25) || !near(all.Misses, 1000) {
		t.Errorf("all cores: %+v", all)
	}
	if s := a.Causes[0].Text; !strings.HasSuffix(s, "; instructions per cycle 2.00 → 0.25, cache misses per 1000 instructions 1.00 → 1000") {
		t.Error(s)
	}
}

// Too few samples, those of another function, and those whose caller is unknown say nothing.
func TestCountersThatSayNothing(t *testing.T) {
	enough := counterProfile(tally{"example.com/m.Get:3", 100, 100, 0})
	copied := counterProfile(tally{"runtime.memmove:3 <- example.com/m.Get:3", 100, 100, 0})
	copied.Function[0].Filename = "/go/src/runtime/memmove_amd64.s"
	unknown := counterProfile(tally{"example.com/m.Get:3", 100, 100, 100})
	unknown.Period = -10
	for name, p := range map[string]*profile.Profile{
		"none": nil, "few cycles": counterProfile(tally{"example.com/m.Get:3", 49, 500, 9}), "few instructions": counterProfile(tally{"example.com/m.Get:3", 500, 49, 9}),
		"another function": counterProfile(tally{"example.com/m.Put:3", 100, 100, 0}), "assembly": copied, "no period": unknown,
		"another profile": cpuProfile(drawn{100, "example.com/m.Get:3"}),
	} {
		for _, both := range [][2]*profile.Profile{{enough, p}, {p, enough}} {
			r := slowed()
			r.OneCounters, r.AllCounters = both[0], both[1]
			if a, err := Explain(r); err != nil || len(a.Causes) != 1 || a.Causes[0].Counters != nil || strings.Contains(a.Causes[0].Text, "cycle") {
				t.Errorf("%s: %+v, %v", name, a, err)
			}
		}
	}
}

// Where cores wait or collect garbage, the speed of the function's code is no evidence.
func TestCountersAreOfCPUTime(t *testing.T) {
	p := counterProfile(tally{"example.com/m.Get:3", 100, 100, 0})
	get := lineOf("example.com/m.Get:3")
	causes := []Cause{{Kind: Lock, Line: get, Cores: 1, CPU: 0.25}, {Kind: GC, Line: get, Cores: 1, CPU: 1}, {Kind: Lock, Line: get, Cores: 1, CPU: 0.75}}
	countEvidence(user, Record{OneCounters: p, AllCounters: p}, causes)
	if causes[0].Counters != nil || causes[1].Counters != nil || causes[2].Counters == nil {
		t.Errorf("%+v", causes)
	}
}
