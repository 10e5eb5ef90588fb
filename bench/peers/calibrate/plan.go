package calibrate

import (
	"fmt"
	"strings"
	"time"

	"overlap/bench"
	"overlap/bench/sweep"
)

// Slowed and Serialised are the knobs of the heads that are worse, in percent.
const (
	Slowed     = 5  // longer
	Serialised = 25 // of the work under one lock: a fifth of the efficiency of two cores
)

// Part is a piece of the measurement.
type Part struct {
	Name    string
	Head    string        // environment of head, or empty if it is as base
	Alone   bool          // slots come one after the other, not in turns
	Share   float64       // of the time
	Time    time.Duration // in which as many suites are run as fit
	Points  []sweep.Point // none: the usual practice
	Blocks  int           // of every point, in a suite
	Samples time.Duration // -benchtime of the usual practice
}

// Plan is what Measure does.
type Plan struct {
	Parts    []Part
	SlotTime time.Duration
}

// What a suite is made of, and what it costs.
const (
	suiteBlocks = 14 // the minimum to judge twelve benchmarks at 1 %
	count       = 10 // of the usual practice
	slotTime    = 40 * time.Millisecond
	started     = 10 * time.Millisecond // cost of a slot in addition to its slices
	pair        = 10 * time.Second      // of the usual practice, for one benchmark
	overrun     = 1.45                  // of a sample of the usual practice, over its -benchtime: testing feels its way
)

// Serial and parallel benchmarks of the suite, and those that are also measured
// on one core and on two. They are named here and not found, so that the suite
// is the same one in every table.
var (
	serialNames   = strings.Fields("Sort JSONEncode JSONDecode SHA256 StringsFields Regexp Flate Map Memory")
	parallelNames = strings.Fields("PingPong Mutex ParallelSHA2")
	scalingNames  = strings.Fields("ParallelSHA2 ParallelSort ParallelRegexp")
)

// Names are the benchmarks of package knob that are measured.
func Names() []string {
	return append(append(append([]string{}, serialNames...), parallelNames...), scalingNames[1:]...)
}

// NewPlan fits the parts into the time. cores are those of the machine, at least
// two; pkg is the import path of package knob. A time too short for whole suites
// makes them smaller, so that a smoke run goes through every part.
func NewPlan(total time.Duration, pkg string, cores int) (Plan, error) {
	if cores < 2 {
		return Plan{}, fmt.Errorf("calibrate: %d CPU: whether code scales needs two", cores)
	}
	at := func(name string, cores int) sweep.Point {
		return sweep.Point{Point: bench.Point{Workload: name, Cores: cores, Procs: cores, Slices: 1}, Package: pkg, Copies: 1}
	}
	var suite, scaling []sweep.Point
	for _, name := range serialNames {
		suite = append(suite, at(name, 1))
	}
	for _, name := range parallelNames {
		suite = append(suite, at(name, cores))
	}
	for _, name := range scalingNames {
		scaling = append(scaling, at(name, 1), at(name, 2))
	}
	p := Plan{SlotTime: slotTime, Parts: []Part{
		{Name: "same", Share: 0.64, Points: suite},
		{Name: "alone", Share: 0.08, Points: suite, Alone: true},
		{Name: "usual", Share: 0.07},
		{Name: "slower", Share: 0.03, Points: suite, Head: fmt.Sprintf("KNOB_PCT=%d", Slowed)},
		{Name: "scaling-same", Share: 0.06, Points: scaling},
		{Name: "scaling-worse", Share: 0.12, Points: scaling, Head: fmt.Sprintf("KNOB_SERIAL=%d", Serialised)},
	}}
	for i := range p.Parts {
		p.Parts[i].fit(total)
	}
	return p, nil
}

// fit sets the size of the part's suites.
func (p *Part) fit(total time.Duration) {
	p.Time = time.Duration(p.Share * float64(total))
	if p.Points == nil {
		suite := time.Duration(len(serialNames)+len(parallelNames)) * pair
		p.Samples = time.Duration(float64(pair) / (2 * count * overrun) * min(1, float64(p.Time)/float64(suite)))
		return
	}
	p.Blocks = min(suiteBlocks, max(2, int(p.Time/p.block())))
}

// block is about how long a block of every point takes.
func (p *Part) block() time.Duration {
	return time.Duration(len(p.Points)) * 4 * (slotTime + started)
}

// suites is about how many there will be.
func (p *Part) suites() int {
	if p.Points == nil {
		return max(1, int(p.Time/(time.Duration(len(serialNames)+len(parallelNames))*pair)))
	}
	return max(1, int(p.Time/(time.Duration(p.Blocks)*p.block())))
}

// String is the plan in lines, one a part.
func (p Plan) String() string {
	var b strings.Builder
	for _, part := range p.Parts {
		fmt.Fprintf(&b, "%-14s %8s, about %d suites", part.Name, part.Time.Round(time.Second), part.suites())
		if part.Points == nil {
			fmt.Fprintf(&b, " of -count=%d -benchtime=%s, base then head\n", count, part.Samples)
			continue
		}
		fmt.Fprintf(&b, " of %d points × %d blocks × 4 slots of %s", len(part.Points), part.Blocks, p.SlotTime)
		if part.Head != "" {
			fmt.Fprintf(&b, ", head with %s", part.Head)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
