package workloads

import (
	"context"
	"fmt"
	"math/bits"
	"sync/atomic"

	"overlap/primitives"
)

// Gups makes random updates of a table, T[x mod words] ^= x, as HPCC's
// RandomAccess does. It uses an atomic XOR, so that no update is lost, where the
// original may lose 1 %. The numbers are those of splitmix64 from seed 0, any of
// which can be computed directly.
//
// Medium is a table of 2^24 words, 128 MiB, and 2^19 updates; large is 2^26 words
// and 2^21 updates. Sixteen runs in turn use different parts of one stream, so
// that together they reach nearly every line of the table. A slice has its share
// of the updates and of the table, rounded up to a power of two. Items are
// updates.
var Gups = Workload{
	Name:        "gups",
	Kind:        Memory,
	Doc:         "HPCC RandomAccess: XOR of random words of a table of 128 MiB",
	Models:      "hash tables, graphs and databases that are larger than the caches",
	Source:      "RandomAccess of the HPC Challenge (Luszczek et al., 2005), with atomic updates",
	Limit:       "latency of memory and of address translation, divided by the misses that a core has in flight",
	Checked:     "every word: making the same updates again, serially, restores the table with 0 errors",
	Expect:      Saturating,
	Why:         "every core adds misses in flight, until memory cannot serve more",
	NoProcesses: "its tasks share one table",
	Needs:       func(p Params, _ string) Needs { return Needs{Bytes: 8 * gupsWords(p)} },
	SetUp:       newGups,
}

// gupsTurns is the number of runs after which the stream begins again.
const gupsTurns = 16

type gupsJob struct {
	table   []uint64
	updates int // in a run
	tasks   int
	runs    int // since the table was in its first state
}

// gupsWords is the size of the table: a power of two.
func gupsWords(p Params) int { return 1 << bits.Len(uint(p.amount(1<<12, 1<<24, 1<<26)-1)) }

func newGups(p Params) (Job, error) {
	words := gupsWords(p)
	j := &gupsJob{table: make([]uint64, words), updates: p.amount(1<<12, 1<<19, 1<<21)}
	j.tasks = max(16*p.copies(), j.updates>>13)
	touch(words, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			j.table[i] = uint64(i)
		}
	})
	return j, nil
}

func (j *gupsJob) Run(ctx context.Context, ex primitives.Executor) error {
	first := j.runs % gupsTurns * j.updates
	j.runs++
	return doShares(ctx, ex, j.updates, j.tasks, func(lo, hi int) {
		gupsTogether(j.table, first+lo, first+hi)
	})
}

func (j *gupsJob) Serial() error {
	j.alone(j.runs % gupsTurns)
	j.runs++
	return nil
}

// alone makes the updates of one turn.
func (j *gupsJob) alone(turn int) {
	mask := uint64(len(j.table) - 1)
	for i := range j.updates {
		x := splitmixAt(uint64(turn*j.updates + i))
		j.table[x&mask] ^= x
	}
}

// gupsTogether makes the updates [lo, hi) while other tasks make theirs. A locked
// instruction waits for all loads before it, so some words are loaded before the
// first of them is changed: HPCC allows looking 1024 ahead.
func gupsTogether(table []uint64, lo, hi int) {
	var numbers, words [32]uint64
	mask := uint64(len(table) - 1)
	for ; lo < hi; lo += len(numbers) {
		n := min(len(numbers), hi-lo)
		for k := range n {
			numbers[k] = splitmixAt(uint64(lo + k))
			words[k] = atomic.LoadUint64(&table[numbers[k]&mask])
		}
		for k, x := range numbers[:n] {
			xor(&table[x&mask], words[k], x)
		}
	}
}

// xor is an atomic *p ^= x, where old is a recent value of *p. sync/atomic has no
// Xor.
func xor(p *uint64, old, x uint64) {
	for !atomic.CompareAndSwapUint64(p, old, old^x) {
		old = atomic.LoadUint64(p)
	}
}

// Check restores the table: it repeats the turns that were made an odd number of
// times. Wherever a run was wrong, that leaves a wrong word.
func (j *gupsJob) Check() error {
	for turn := range gupsTurns {
		if times := (j.runs + gupsTurns - 1 - turn) / gupsTurns; times%2 == 1 {
			j.alone(turn)
		}
	}
	j.runs = 0
	wrong := 0
	for i, word := range j.table {
		if word != uint64(i) {
			wrong++
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d words are wrong", wrong, len(j.table))
	}
	return nil
}

func (j *gupsJob) Items() int   { return j.updates }
func (j *gupsJob) Close() error { return nil }
