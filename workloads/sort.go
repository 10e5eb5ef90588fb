package workloads

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"overlap/primitives"
)

// Sort is a merge sort: leaf tasks copy and sort a 64th of the numbers each,
// then six levels of tasks merge pairs, each level with half as many tasks. The
// last merge is one task on purpose.
//
// All levels of a merge sort cost about the same. 2^17 numbers have 17 levels. The
// leaves do 11 of them, each in a 64th of its time, and the levels of merges take
// 1/32, 1/16, … 1/2, 1 of theirs: on any number of cores at least
// 11/64 + 63/32 ≈ 2.1 of 17 levels, so the speedup is at most 8.
//
// The numbers are from splitmix64. Large is 2^20 of them, from seed 1; medium is
// the first 2^17, small the first 2^10. A slice sorts fewer of them; weak scaling
// and a multiple sort more, in as many tasks. Items are numbers.
var Sort = Workload{
	Name:        "sort",
	Kind:        CPU,
	Doc:         "merge sort of 2^17 numbers: 64 leaf sorts, then levels of pairwise merges, the last by one task",
	Models:      "divide and conquer with a serial end: sorting, index building, reductions of large values",
	Source:      "merge sort (von Neumann, 1945); numbers from splitmix64 (Steele, Lea and Flood, 2014)",
	Limit:       "comparisons and moves in the caches, and the last merges, which few tasks do",
	Checked:     "every number, against the sort of the standard library",
	Expect:      Capped(8),
	Why:         "the last merges take 2 of the 17 levels of the sort, however many cores there are",
	NoProcesses: "its tasks share arrays of numbers",
	Needs:       func(p Params, _ string) Needs { return Needs{Bytes: 4 * 8 * p.amount(1<<10, 1<<17, 1<<20)} },
	SetUp:       newSort,
}

const sortLeaves = 64 // a power of two

type sortJob struct {
	exact[int]               // parts of the result that are right
	in, out, scratch, sorted []uint64
}

func newSort(p Params) (Job, error) {
	n := p.amount(1<<10, 1<<17, 1<<20)
	j := &sortJob{in: make([]uint64, n), out: make([]uint64, n), scratch: make([]uint64, n)}
	numbers := splitmix(1)
	for i := range j.in {
		j.in[i] = numbers.next()
	}
	j.sorted = slices.Sorted(slices.Values(j.in))
	j.items, j.want, j.plain = n, sortLeaves, j.serial
	return j, nil
}

func (j *sortJob) Run(ctx context.Context, ex primitives.Executor) error {
	// Six levels: the last merge is from scratch to out again.
	from, to := j.out, j.scratch
	err := doEach(ctx, ex, sortLeaves, func(i int) {
		lo, hi := j.bound(i), j.bound(i+1)
		copy(j.out[lo:hi], j.in[lo:hi])
		mergeSort(j.out[lo:hi], j.scratch[lo:hi])
	})
	for width := 1; err == nil && width < sortLeaves; width *= 2 {
		err = j.mergePairs(ctx, ex, width, from, to)
		from, to = to, from
	}
	if err != nil {
		return err
	}
	return j.compareParts(ctx, ex)
}

// mergePairs is one level: it merges pairs of runs of width leaves.
func (j *sortJob) mergePairs(ctx context.Context, ex primitives.Executor, width int, from, to []uint64) error {
	return doEach(ctx, ex, sortLeaves/(2*width), func(i int) {
		lo, middle, hi := j.bound(2*i*width), j.bound((2*i+1)*width), j.bound((2*i+2)*width)
		merge(to[lo:hi], from[lo:middle], from[middle:hi])
	})
}

// compareParts notes how many parts of the result are right. Tasks compare them,
// so as not to lengthen the serial end.
func (j *sortJob) compareParts(ctx context.Context, ex primitives.Executor) error {
	right, err := forEach(ctx, ex, sortLeaves, func(_ context.Context, i int) (bool, error) { return j.right(i), nil })
	if err == nil {
		j.compare(count(right))
	}
	return err
}

// right reports whether leaf i's part of the result is right.
func (j *sortJob) right(i int) bool {
	lo, hi := j.bound(i), j.bound(i+1)
	return slices.Equal(j.out[lo:hi], j.sorted[lo:hi])
}

// bound returns where leaf i begins.
func (j *sortJob) bound(i int) int { return i * len(j.in) / sortLeaves }

func (j *sortJob) serial() (right int) {
	copy(j.out, j.in)
	mergeSort(j.out, j.scratch)
	for i := range sortLeaves {
		if j.right(i) {
			right++
		}
	}
	return right
}

// last returns the SHA-256 of the last run's numbers as little-endian bytes.
func (j *sortJob) last() any {
	h := sha256.New()
	binary.Write(h, binary.LittleEndian, j.out)
	return fmt.Sprintf("%x", h.Sum(nil))
}

// mergeSort sorts a. It overwrites scratch, which is as long.
func mergeSort(a, scratch []uint64) {
	if len(a) <= 16 {
		insertionSort(a)
		return
	}
	h := len(a) / 2
	mergeSortInto(scratch[:h], a[:h])
	mergeSortInto(scratch[h:], a[h:])
	merge(a, scratch[:h], scratch[h:])
}

// mergeSortInto sorts a into out. It overwrites a.
func mergeSortInto(out, a []uint64) {
	if len(a) <= 16 {
		copy(out, a)
		insertionSort(out)
		return
	}
	h := len(a) / 2
	mergeSort(a[:h], out[:h])
	mergeSort(a[h:], out[h:])
	merge(out, a[:h], a[h:])
}

func insertionSort(a []uint64) {
	for i := 1; i < len(a); i++ {
		x, k := a[i], i
		for ; k > 0 && a[k-1] > x; k-- {
			a[k] = a[k-1]
		}
		a[k] = x
	}
}

// merge merges two sorted lists into out, which is as long as both. It does not
// branch on which of two numbers is less, since that cannot be predicted.
func merge(out, a, b []uint64) {
	i, k := 0, 0
	for i < len(a) && k < len(b) {
		x, y := a[i], b[k]
		fromB := 0
		if y < x {
			fromB = 1
		}
		out[i+k] = min(x, y)
		i += 1 - fromB
		k += fromB
	}
	copy(out[i+k:], a[i:])
	copy(out[len(a)+k:], b[k:])
}
