package cause

import (
	"fmt"
	"math"
	"strings"

	"github.com/google/pprof/profile"

	"overlap/internal/table"
)

// Counters are what the hardware counters of the processor say of the function that a cause
// is in, as evidence: instructions become slow where data has to come from other cores or from
// memory, and not where there are more of them.
type Counters struct {
	One Rates `json:"one_core"`
	All Rates `json:"all_cores"`
}

// Rates are ratios of counts in user mode, with the standard errors of their samples.
type Rates struct {
	PerCycle      float64 `json:"instructions_per_cycle"`
	PerCycleError float64 `json:"instructions_per_cycle_error"`
	Misses        float64 `json:"cache_misses_per_1000_instructions"` // of the last cache, as the kernel defines it
	MissesError   float64 `json:"cache_misses_per_1000_instructions_error"`
}

// enoughCounted is how many samples, of cycles and of instructions, a function needs.
const enoughCounted = 50

// counts are the samples of a function, and the events that they stand for.
type counts struct{ samples, cycles, instructions, misses float64 }

// count sums the samples of hardware counters, which may be nil, by the user's function that
// they are charged to.
func count(m modules, p *profile.Profile) map[string]*counts {
	sums := map[string]*counts{}
	for event, of := range map[string]func(*counts) *float64{
		"samples":      func(c *counts) *float64 { return &c.samples },
		"cycles":       func(c *counts) *float64 { return &c.cycles },
		"instructions": func(c *counts) *float64 { return &c.instructions },
		"cache_misses": func(c *counts) *float64 { return &c.misses },
	} {
		eachSample(p, event, event, func(s stack, drawn part) {
			path := s.path(m)
			if len(path) == 0 || strings.HasSuffix(s[0].File, ".s") {
				return // assembly has no frame, so that its caller is missing
			}
			if sums[path[0].Function] == nil {
				sums[path[0].Function] = &counts{}
			}
			*of(sums[path[0].Function]) += drawn.value
		})
	}
	return sums
}

// rates returns the ratios; false if there are too few samples. period is the cache misses
// of a sample; cycles and instructions have one of their own.
func (c *counts) rates(period int64) (r Rates, ok bool) {
	if c == nil || period <= 0 || c.cycles <= 0 || c.instructions <= 0 {
		return r, false
	}
	misses := c.misses / float64(period)
	each := (c.samples - misses) / (c.cycles + c.instructions)
	cycles, instructions := c.cycles*each, c.instructions*each
	if !(min(cycles, instructions) >= enoughCounted) {
		return r, false
	}
	r.PerCycle, r.Misses = c.instructions/c.cycles, 1000*c.misses/c.instructions
	r.PerCycleError = r.PerCycle * math.Sqrt(1/cycles+1/instructions)
	r.MissesError = math.Hypot(1000*float64(period)*math.Sqrt(misses+1)/c.instructions, r.Misses/math.Sqrt(instructions))
	return r, true
}

// countEvidence adds to causes that use mostly CPU time what the counters say of their functions.
func countEvidence(m modules, r Record, causes []Cause) {
	if r.OneCounters == nil || r.AllCounters == nil {
		return
	}
	one, all := count(m, r.OneCounters), count(m, r.AllCounters)
	for i := range causes {
		c := &causes[i]
		before, ok := one[c.Line.Function].rates(r.OneCounters.Period)
		after, too := all[c.Line.Function].rates(r.AllCounters.Period)
		if ok && too && 2*c.CPU >= c.Cores && c.Kind != GC {
			c.Counters = &Counters{before, after}
		}
	}
}

// evidence is what the counters say, behind a sentence.
func (c *Counters) evidence() string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("; instructions per cycle %s → %s, cache misses per 1000 instructions %s → %s",
		table.Figures(c.One.PerCycle), table.Figures(c.All.PerCycle), table.Figures(c.One.Misses), table.Figures(c.All.Misses))
}
