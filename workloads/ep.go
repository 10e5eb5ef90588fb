package workloads

import (
	"context"
	"math"

	"overlap/primitives"
)

// Ep is the EP kernel of the NAS Parallel Benchmarks (Bailey et al., 1991):
// pairs of Gaussian deviates by Marsaglia's polar method from the benchmark's
// linear congruential sequence, tallied by square annulus. The pairs are
// independent; only the sums meet at the end. It should scale like the cores.
//
// Large is class S, 2^24 pairs, with its published sums. Medium and small are
// the first 2^18 and 2^12 pairs of the same sequence. Items are pairs.
var Ep = Workload{
	Name: "ep",
	Kind: CPU,
	Doc:  "NPB EP: Gaussian pairs from the class S sequence, tallied by annulus",
	New:  newEp,
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
	Counts [10]int
}

// Pairs is the number of accepted pairs.
func (s EpSums) Pairs() int {
	n := 0
	for _, c := range s.Counts {
		n += c
	}
	return n
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
	tally
	blocks, pairs int // pairs in a block
	want          EpSums
}

func newEp(p Params) (Job, error) {
	blocks, err := p.amount(16, 128, 256)
	if err != nil {
		return nil, err
	}
	j := &epJob{blocks: blocks}
	switch p.Size {
	case Small:
		j.pairs = 1 << 8
	case Medium:
		j.pairs = 1 << 11
	default:
		j.pairs = 1 << 16
	}
	for i := range blocks {
		j.want = j.want.plus(epBlock(i, j.pairs))
	}
	return j, nil
}

func (j *epJob) Run(ctx context.Context, ex primitives.Executor) error {
	parts, err := forEach(ctx, ex, j.blocks, func(_ context.Context, i int) (EpSums, error) {
		return epBlock(i, j.pairs), nil
	})
	if err != nil {
		return err
	}
	add(&j.tally, sum(parts), j.want)
	return nil
}

func (j *epJob) Items() int   { return j.blocks * j.pairs }
func (j *epJob) Close() error { return nil }

// epBlock computes the pairs [block·pairs, (block+1)·pairs) of the sequence.
func epBlock(block, pairs int) EpSums {
	var sx, sy float64
	var counts [10]int
	x := epJump(uint64(2 * block * pairs))
	for range pairs {
		x = x * epMultiplier & epMask
		u := 2*epScale*float64(x) - 1
		x = x * epMultiplier & epMask
		v := 2*epScale*float64(x) - 1
		// The conversions forbid fused multiply-add, which would give other
		// bits on the machines that have it.
		t := float64(u*u) + float64(v*v)
		if t > 1 {
			continue
		}
		f := math.Sqrt(-2 * math.Log(t) / t)
		gx, gy := float64(u*f), float64(v*f)
		counts[int(max(math.Abs(gx), math.Abs(gy)))]++
		sx += gx
		sy += gy
	}
	return EpSums{sx, sy, counts}
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
