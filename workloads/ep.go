package workloads

import (
	"context"
	"fmt"
	"math"

	"overlap/primitives"
)

// Ep is the EP kernel of the NAS Parallel Benchmarks: pairs of Gaussian
// deviates by Marsaglia's polar method from the benchmark's linear congruential
// sequence, tallied by square annulus.
//
// Large is class S, 2^24 pairs, with its published sums. Medium and small are
// the first 2^18 and 2^12 pairs of the same sequence. A slice is the beginning
// of the sequence. Items are pairs.
var Ep = Workload{
	Name:    "ep",
	Kind:    CPU,
	Doc:     "NPB EP: Gaussian pairs from the class S sequence, tallied by annulus",
	Models:  "Monte Carlo simulation: long independent arithmetic, then one sum",
	Source:  "NAS Parallel Benchmarks (Bailey et al., 1991)",
	Limit:   "floating-point arithmetic in registers",
	Checked: "both sums within 1e-8 and all counts exactly, against one serial loop",
	Expect:  Linear,
	Why:     "the pairs are independent and touch no memory, so only cores help",
	SetUp:   newEp,
}

const (
	epSeed       = 271828183
	epMultiplier = 1220703125 // 5^13
	epMask       = 1<<46 - 1  // the sequence is modulo 2^46
	epScale      = 1.0 / (1 << 46)
)

// EpSums is the result of EP: the sums of the deviates, the pairs that the
// polar method accepted, and how many fell into each annulus.
type EpSums struct {
	SX, SY float64
	Counts [10]int64
}

// Pairs returns the number of accepted pairs.
func (s EpSums) Pairs() int {
	n := 0
	for _, c := range s.Counts {
		n += int(c)
	}
	return n
}

func (s EpSums) String() string {
	return fmt.Sprintf("%d accepted: sx %.9e, sy %.9e, counts %v", s.Pairs(), s.SX, s.SY, s.Counts)
}

func (s EpSums) plus(o EpSums) EpSums {
	s.SX += o.SX
	s.SY += o.SY
	for i, c := range o.Counts {
		s.Counts[i] += c
	}
	return s
}

type epJob struct {
	exact[EpSums] // but compared with a tolerance
	divided[EpBlock, EpSums]
}

// EpBlock is the argument of a piece: which pairs of the sequence.
type EpBlock struct{ First, Pairs int64 }

var epPiece = primitives.Define("workloads.ep", func(_ context.Context, b EpBlock) (EpSums, error) {
	return epPairs(int(b.First), int(b.Pairs)), nil
})

func newEp(p Params) (Job, error) {
	blocks, pairs := p.amount(16, 128, 256), p.pick(1<<8, 1<<11, 1<<16)
	j := &epJob{}
	j.items, j.piece = blocks*pairs, epPiece
	for i := range blocks {
		j.args = append(j.args, EpBlock{int64(i * pairs), int64(pairs)})
	}
	j.want = epPairs(0, j.items)
	j.merge = func(parts []EpSums) { j.compare(sum(parts, EpSums.plus)) }
	return j, nil
}

func (j *epJob) Serial() error {
	j.compare(epPairs(0, j.items))
	return nil
}

// compare uses the benchmark's own tolerance: the blocks' sums are added in
// another order than in one loop.
func (j *epJob) compare(got EpSums) {
	near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-8*math.Abs(b) }
	j.note(near(got.SX, j.want.SX) && near(got.SY, j.want.SY) && got.Counts == j.want.Counts, got, j.want)
}

// epPairs computes the pairs [first, first+pairs) of the sequence.
func epPairs(first, pairs int) EpSums {
	var sx, sy float64
	var counts [10]int64
	x := epJump(uint64(2 * first))
	for range pairs {
		x = x * epMultiplier & epMask
		u := 2*epScale*float64(int64(x)) - 1 // a conversion of uint64 has a branch
		x = x * epMultiplier & epMask
		v := 2*epScale*float64(int64(x)) - 1
		// The conversions forbid fused multiply-add, which would change bits on
		// the machines that have it.
		t := float64(u*u) + float64(v*v)
		if t > 1 {
			continue
		}
		f := math.Sqrt(-2 * epLog(t) / t)
		gx, gy := float64(u*f), float64(v*f)
		counts[int(max(math.Abs(gx), math.Abs(gy)))]++
		sx += gx
		sy += gy
	}
	return EpSums{sx, sy, counts}
}

// logTable divides [11/16, 22/16) into parts and holds 1/c and log c of the middle c of
// each.
var logTable = func() (table [128]struct{ inverse, log float64 }) {
	for i := range table {
		middle := math.Float64frombits(logStart + uint64(i)<<logShift + 1<<(logShift-1))
		table[i].inverse, table[i].log = 1/middle, math.Log(middle)
	}
	return table
}()

const (
	logStart = 0x3fe6 << 48 // the bits of 11/16
	logShift = 52 - 7       // of the number of the part
)

// epLog returns log t, for t that are positive and normal (table and polynomial: Tang,
// 1990). The error is below 5e-16, or below 5e-16 of the logarithm where that is more.
// math.Log has a small relative error also near 1, which the sums do not need.
func epLog(t float64) float64 {
	bits := math.Float64bits(t)
	from := bits - logStart
	exponent := int64(from) >> 52
	part := &logTable[from>>logShift%128]
	r := float64(math.Float64frombits(bits-uint64(exponent)<<52)*part.inverse) - 1 // within 2^-8
	r2 := float64(r * r)
	odd := 1.0/3 + float64(r2*(1.0/5))
	even := -0.5 - float64(r2*(0.25+float64(r2*(1.0/6))))
	return float64(float64(exponent)*math.Ln2) + part.log + r + float64(r2*(even+float64(r*odd)))
}

// epJump returns the n-th number of the sequence: seed·a^n modulo 2^46.
func epJump(n uint64) uint64 {
	x, a := uint64(epSeed), uint64(epMultiplier)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			x = x * a & epMask
		}
		a = a * a & epMask
	}
	return x
}
