package workloads

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"overlap/primitives"
)

// Counter counts, in seven ways that allow many workers to count at once. The
// first four have one number that all share; the others have one for every shard
// or task and add them up at the end. padded and unpadded differ only in the
// distance of the numbers.
//
// Medium is 128 tasks, large 1024. Items are operations: increments; for
// rwmutex, nine reads for each. A task does 4000 of them, 1000 in channel. A
// slice is every k-th task.
var Counter = Workload{
	Name:    "counter",
	Kind:    Lock,
	Doc:     "operations on one counter, which all tasks share unless the variant divides it",
	Models:  "statistics, reference counts, sequence numbers: little work under a lock that all need",
	Source:  "EPCC's lock and atomic benchmarks (Bull, 1999); padded and unpadded after JMH sample 22",
	Limit:   "handing one lock, or one cache line, from core to core",
	Checked: "the total exactly; in rwmutex also every read",
	Expect:  Retrograde,
	Why:     "only one worker can hold the lock, and handing it over costs more than keeping it",
	Variants: []Variant{
		{"mutex", "one sync.Mutex around the counter", Retrograde},
		{"rwmutex", "one sync.RWMutex, nine reads to a write", Retrograde},
		{"atomic", "one atomic addition", Retrograde},
		{"channel", "the number lies in a channel of capacity 1: receive, add, send back", Retrograde},
		{"sharded", "64 mutexes and numbers on cache lines of their own, chosen by the task", Linear},
		{"padded", "a number per task, 128 bytes apart, added to atomically", Linear},
		{"unpadded", "the same, eight numbers in a cache line (false sharing)", Retrograde},
	},
	NoProcesses: "its tasks share one counter",
	SetUp:       newCounter,
}

const (
	counterShards   = 64 // whatever the workers: the work must not depend on them
	counterOpsWrite = 10 // operations of rwmutex for each write
	counterPadding  = 16 // words between the numbers of padded: 128 bytes
)

// counts is the result: the counter, and reads of impossible values.
type counts struct{ total, badReads int64 }

func (c counts) String() string { return fmt.Sprintf("total %d, bad reads %d", c.total, c.badReads) }

type counterJob struct {
	exact[counts]
	tasks, ops int // operations in a task
	variant    string

	_     [128]byte
	mu    sync.Mutex
	count int64
	_     [128]byte
	rw    sync.RWMutex
	twins [2]int64 // under rw: always equal and never smaller than before
	_     [128]byte
	one   atomic.Int64
	_     [128]byte

	box    chan int64 // holds the number of channel while nobody adds to it
	shards []counterShard
	words  []atomic.Int64 // of padded and unpadded
	stride int            // words from one task's number to the next one's
}

type counterShard struct {
	sync.Mutex
	count int64
	_     [128 - 16]byte
}

func newCounter(p Params) (Job, error) {
	j := &counterJob{
		tasks:   p.amount(16, 128, 1024),
		ops:     p.pick(1000, 4000, 4000),
		variant: p.Variant,
		box:     make(chan int64, 1),
		shards:  make([]counterShard, counterShards),
		stride:  1,
	}
	switch p.Variant {
	case "channel":
		j.ops = p.pick(200, 1000, 1000)
	case "padded":
		j.stride = counterPadding
	}
	j.words = make([]atomic.Int64, j.tasks*j.stride)
	j.items, j.plain = j.tasks*j.ops, j.serial
	j.want.total = int64(j.items)
	if p.Variant == "rwmutex" {
		j.want.total /= counterOpsWrite
	}
	return j, nil
}

func (j *counterJob) Run(ctx context.Context, ex primitives.Executor) error {
	j.reset()
	task := map[string]func(i int) (badReads int64){
		"mutex":    j.countLocked,
		"rwmutex":  j.countAndRead,
		"atomic":   j.countAtomic,
		"channel":  j.countInBox,
		"sharded":  j.countSharded,
		"padded":   j.countOwn,
		"unpadded": j.countOwn,
	}[j.variant]
	bad, err := forEach(ctx, ex, j.tasks, func(_ context.Context, i int) (int64, error) { return task(i), nil })
	if err != nil {
		return err
	}
	j.compare(counts{j.total(), total(bad)})
	return nil
}

// reset makes all numbers zero.
func (j *counterJob) reset() {
	j.count, j.twins = 0, [2]int64{}
	j.one.Store(0)
	select {
	case <-j.box:
	default:
	}
	j.box <- 0
	clear(j.shards)
	clear(j.words)
}

// total returns the sum of all numbers, including those that the variant does not
// use.
func (j *counterJob) total() int64 {
	boxed := <-j.box
	total := j.count + j.twins[0] + j.one.Load() + boxed
	for i := range j.shards {
		total += j.shards[i].count
	}
	for i := range j.words {
		total += j.words[i].Load()
	}
	return total
}

func (j *counterJob) countLocked(int) (badReads int64) {
	for range j.ops {
		j.mu.Lock()
		j.count++
		j.mu.Unlock()
	}
	return 0
}

func (j *counterJob) countAndRead(int) (badReads int64) {
	seen := int64(0)
	for k := range j.ops {
		if k%counterOpsWrite == 0 {
			j.rw.Lock()
			j.twins[0]++
			j.twins[1]++
			j.rw.Unlock()
			continue
		}
		j.rw.RLock()
		a, b := j.twins[0], j.twins[1]
		j.rw.RUnlock()
		if a != b || a < seen {
			badReads++
		}
		seen = a
	}
	return badReads
}

func (j *counterJob) countAtomic(int) (badReads int64) {
	for range j.ops {
		j.one.Add(1)
	}
	return 0
}

// countInBox never waits for a task that has not started: a task that holds the
// number sends it back at once.
func (j *counterJob) countInBox(int) (badReads int64) {
	for range j.ops {
		j.box <- <-j.box + 1
	}
	return 0
}

func (j *counterJob) countSharded(i int) (badReads int64) {
	s := &j.shards[i%counterShards]
	for range j.ops {
		s.Lock()
		s.count++
		s.Unlock()
	}
	return 0
}

// countOwn adds atomically, although no other task adds to the same word: a plain
// counter would stay in a register until the end.
func (j *counterJob) countOwn(i int) (badReads int64) {
	own := &j.words[i*j.stride]
	for range j.ops {
		own.Add(1)
	}
	return 0
}

// serial counts in memory, without a lock and with the same reads.
func (j *counterJob) serial() (got counts) {
	j.twins = [2]int64{}
	writeEvery, seen := 1, int64(0)
	if j.variant == "rwmutex" {
		writeEvery = counterOpsWrite
	}
	for k := range j.items {
		if k%writeEvery == 0 {
			j.twins[0]++
			j.twins[1]++
			continue
		}
		if j.twins[0] != j.twins[1] || j.twins[0] < seen {
			got.badReads++
		}
		seen = j.twins[0]
	}
	got.total = j.twins[1]
	return got
}
