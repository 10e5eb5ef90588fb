package calibrate

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"

	"overlap/bench/gate"
	"overlap/bench/sweep"
)

// Trial is a point as a method gets it: named by coins, and with a slower head
// if that is tried.
type Trial struct {
	Point  sweep.Point
	Blocks []gate.Block
	Pairs  []Unit // two of each block, if a coin is tossed for every pair of slots
}

// Call is what a method says of a trial.
type Call struct {
	Ratio       float64 // of the times, head over base
	Slower      bool    // at the level, by whatever little
	Differs     bool    // at the level: slower, faster, or another speedup
	Worse       bool    // and by more than the gate's threshold
	ScalesWorse bool    // at the level
	Used        float64 // share of the slices that it looked at
}

// Method is a way to judge. Judge gets the trials of a suite and the chance of a
// false alarm in it, and returns a call for each.
type Method struct {
	Name  string
	Pairs bool // it wants a coin for every pair of slots
	Judge func(suite []Trial, alpha float64, seed uint64) []Call
}

// threshold is the default of overlap check.
const threshold = 0.03

// options are those of overlap check, without what a study of power does not read.
func options(alpha float64, seed uint64) gate.Options {
	return gate.Options{Alpha: alpha, Threshold: threshold, Seed: seed, Quick: true, OnlyFound: true}
}

// Gate is the method of overlap check.
var Gate = Method{Name: "overlap check", Judge: func(suite []Trial, alpha float64, seed uint64) []Call {
	series := make([]gate.Series, len(suite))
	for i, t := range suite {
		series[i] = gate.Series{Point: t.Point, Blocks: t.Blocks}
	}
	return calls(suite, gate.Judge(series, options(alpha, seed)).Changes, alpha)
}}

// Looking is overlap check where it stops at looks for what is settled then, and where what
// uses one core has slots of a third until the first of them. No trial gets to the last look,
// for which settled benchmarks leave time: they have blocks for one budget.
var Looking = Method{Name: "overlap check, looking early", Judge: func(suite []Trial, alpha float64, seed uint64) []Call {
	most := 0
	series := make([]gate.Series, len(suite))
	for i, t := range suite {
		series[i], most = gate.Series{Point: t.Point, Blocks: t.Blocks}, max(most, len(t.Blocks))
	}
	o := options(alpha, seed)
	if looks := gate.PlanLooks(most, 1, 4*len(suite), alpha); looks != nil {
		o.Looks = looks
		early := slices.Clone(series)
		for i, t := range suite {
			early[i].Blocks = slices.Clone(t.Blocks[:min(looks[0], len(t.Blocks))])
			wide := func(u Trial) bool { return u.Point.Workload == t.Point.Workload && u.Point.Cores > 1 }
			if !slices.ContainsFunc(suite, wide) {
				for k := range early[i].Blocks {
					early[i].Blocks[k] = brief(early[i].Blocks[k])
				}
			}
		}
		settled := gate.Settled(early, o)
		for i, t := range suite {
			if series[i] = early[i]; !settled(t.Point) {
				series[i].Blocks = append(series[i].Blocks, t.Blocks[len(series[i].Blocks):]...)
			}
		}
	}
	all := calls(suite, gate.Judge(series, o).Changes, alpha)
	for i, t := range suite {
		all[i].Used = float64(timed(series[i].Blocks)) / float64(max(1, timed(t.Blocks)))
	}
	return all
}}

// brief is the block as if its slots had taken a third of the time.
func brief(b gate.Block) gate.Block {
	for place, s := range b.Slots {
		b.Slots[place].Slices = s.Slices[:(len(s.Slices)+2)/3]
	}
	return b
}

// timed is how many slices the blocks have.
func timed(blocks []gate.Block) (n int) {
	for _, b := range blocks {
		for _, s := range b.Slots {
			n += len(s.Slices)
		}
	}
	return n
}

// withoutTurns is the same method where processes run one after the other.
var withoutTurns = Method{Name: "overlap check without turns", Judge: Gate.Judge}

// calls sorts changes by the points that they are of.
func calls(suite []Trial, changes []gate.Change, alpha float64) []Call {
	all := make([]Call, len(suite))
	for i, t := range suite {
		for _, c := range changes {
			if c.Benchmark == t.Point.Workload && c.Cores == min(t.Point.Cores, t.Point.Procs) {
				all[i].add(c, alpha)
			}
		}
	}
	return all
}

func (call *Call) add(c gate.Change, alpha float64) {
	sure := c.Adjusted <= alpha
	switch c.Quantity {
	case gate.Time, gate.MeanTime:
		if c.Quantity == gate.Time {
			call.Ratio = c.Ratio
		}
		call.Slower = call.Slower || sure && c.Ratio > 1
		call.Differs = call.Differs || sure
		call.Worse = call.Worse || c.Verdict == gate.Worse
	case gate.Speedup, gate.ConcurrencyGain, gate.ParallelismGain, gate.SoftwareEfficiency:
		call.ScalesWorse = call.ScalesWorse || sure && c.Ratio < 1
		call.Differs = call.Differs || sure
	}
}

// Anchor is what alternating alone brings: Mann and Whitney's test on the means
// of slots, with Bonferroni's correction.
var Anchor = Method{Name: "interleaved, Mann–Whitney on means of slots", Judge: each(func(t Trial, alpha float64, _ *rand.Rand) Call {
	var means [2][]float64
	for _, b := range t.Blocks {
		base, head := b.Sides()
		for i := range base {
			means[0] = append(means[0], stat.Mean(base[i].Slices, nil))
			means[1] = append(means[1], stat.Mean(head[i].Slices, nil))
		}
	}
	p, ratio := mannWhitney(means[0], means[1])
	return Call{Ratio: ratio, Slower: p <= alpha && ratio > 1, Differs: p <= alpha}
})}

// quantiles are those that the gate chooses from.
var quantiles = []float64{0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5}

// Alternatives are designs and statistics to hold against the gate's. The first
// is the gate's own in short, so that what differs is one thing at a time.
func Alternatives() []Method {
	chosen := func(list []float64) func([]Unit, *rand.Rand) statistic {
		return func(u []Unit, r *rand.Rand) statistic { return pool(u, narrowest(u, list, r)) }
	}
	scored := func(q float64) func([]Unit, *rand.Rand) statistic {
		return func(u []Unit, _ *rand.Rand) statistic { return score(u, q) }
	}
	return []Method{
		alternative("ABBA, chosen quantile", false, chosen(quantiles)),
		alternative("AB or BA, chosen quantile", true, chosen(quantiles)),
		alternative("ABBA, chosen from the low half", false, chosen(quantiles[:4])),
		alternative("ABBA, 2 % quantile", false, chosen([]float64{0.02})),
		alternative("ABBA, median", false, chosen([]float64{0.5})),
		alternative("ABBA, mean over blocks of 5 % quantiles", false, scored(0.05)),
		alternative("AB or BA, mean over pairs of 5 % quantiles", true, scored(0.05)),
	}
}

func alternative(name string, pairs bool, prepare func([]Unit, *rand.Rand) statistic) Method {
	return Method{Name: name, Pairs: pairs, Judge: each(func(t Trial, alpha float64, r *rand.Rand) Call {
		u := t.units()
		ratio, slower := exchange(prepare(u, r), len(u), alpha, r)
		return Call{Ratio: ratio, Slower: slower}
	})}
}

// each judges trials one by one, each at its share of alpha.
func each(one func(t Trial, alpha float64, r *rand.Rand) Call) func([]Trial, float64, uint64) []Call {
	return func(suite []Trial, alpha float64, seed uint64) []Call {
		all := make([]Call, len(suite))
		for i, t := range suite {
			all[i] = one(t, alpha/float64(len(suite)), rand.New(rand.NewPCG(seed, uint64(i))))
		}
		return all
	}
}

func (t Trial) units() []Unit {
	if t.Pairs != nil {
		return t.Pairs
	}
	var all []Unit
	for _, b := range t.Blocks {
		base, head := b.Sides()
		all = append(all, Unit{slices.Concat(base[0].Slices, base[1].Slices), slices.Concat(head[0].Slices, head[1].Slices)})
	}
	return all
}

// relabel makes a trial: it tosses the coins anew and multiplies head's times
// by 1+e. Of the same coins, it makes the same names at every e.
func (m Method) relabel(p sweep.Point, blocks []Block, e float64, r *rand.Rand) Trial {
	t := Trial{Point: p}
	for _, b := range blocks {
		if m.Pairs {
			for i := 0; i < 4; i += 2 {
				base, head := i, i+1
				if r.IntN(2) == 0 {
					base, head = head, base
				}
				t.Pairs = append(t.Pairs, Unit{b.Slots[base].Slices, slower(b.Slots[head], e).Slices})
			}
			continue
		}
		b.HeadFirst = r.IntN(2) == 0
		t.Blocks = append(t.Blocks, b.slowed(e))
	}
	return t
}

// slowed multiplies the times of head, as the block names it, by 1+e.
func (b Block) slowed(e float64) gate.Block {
	for place := range b.Slots {
		if isHead(b.HeadFirst, place) {
			b.Slots[place] = slower(b.Slots[place], e)
		}
	}
	return b.Block
}

func slower(s gate.Slot, e float64) gate.Slot {
	if e == 0 {
		return s
	}
	times := make([]float64, len(s.Slices))
	for i, t := range s.Slices {
		times[i] = t * (1 + e)
	}
	s.Slices = times
	return s
}

// windows cuts the blocks into runs that follow each other, each as many blocks
// as fit into the budget.
func (s Series) windows(budget float64) [][]Block {
	if len(s.Blocks) == 0 {
		return nil
	}
	var took float64
	for _, b := range s.Blocks {
		took += b.Took.Seconds() / float64(len(s.Blocks))
	}
	n := max(1, int(math.Round(budget/took)))
	var all [][]Block
	for w := range slices.Chunk(s.Blocks, n) {
		if len(w) == n {
			all = append(all, w)
		}
	}
	return all
}

// measured is the trial with the names under which it was measured.
func measured(p sweep.Point, blocks []Block) Trial {
	t := Trial{Point: p}
	for _, b := range blocks {
		t.Blocks = append(t.Blocks, b.Block)
	}
	return t
}
