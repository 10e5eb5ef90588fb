package workloads

import (
	"context"
	"encoding/binary"
	"math/bits"
	"sync"

	"overlap/primitives"
)

// Sieve counts the primes below n with the sieve of Eratosthenes, segment by
// segment, so that the marks stay in the first-level cache. A segment is 2^16
// numbers; each odd one has a byte.
//
// Large is the primes below 10^8, medium 10^7, small 10^6. A slice has a smaller
// n. A piece is a segment. Items are numbers.
var Sieve = Workload{
	Name:    "sieve",
	Kind:    CPU,
	Doc:     "primes below 10^7 by a segmented sieve of Eratosthenes, a task per 2^16 numbers",
	Models:  "integer programs with tables that are divided to fit the cache",
	Source:  "Eratosthenes; in segments: Bays and Hudson, 1977; counts: OEIS A006880",
	Limit:   "stores to the first-level cache",
	Checked: "the count, against a serial sieve; for the powers of ten also against OEIS",
	Expect:  Linear,
	Why:     "segments are independent and do not leave the cache, so only cores help",
	SetUp:   newSieve,
}

// sieveSegment is the numbers in a segment; half as many bytes fit a
// first-level cache of 32 KiB, the smallest that is common.
const sieveSegment = 1 << 16

// sieveMarks has a byte for each odd number of a segment: 1 if it is composite.
type sieveMarks [sieveSegment / 2]byte

// SieveNumbers is the argument of a piece: the numbers [First, End), where
// First is even and they are one segment at most.
type SieveNumbers struct{ First, End int64 }

var sievePiece = primitives.Define("workloads.sieve", func(_ context.Context, s SieveNumbers) (int64, error) {
	marks := sieveFree.Get().(*sieveMarks)
	defer sieveFree.Put(marks)
	clear(marks[:])
	for _, p := range sievePrimes() {
		if p*p >= s.End {
			break
		}
		// The first odd multiple that is in the segment and not below p².
		multiple := max(p*p, (s.First+p-1)/p*p)
		if multiple%2 == 0 {
			multiple += p
		}
		marks.mark((multiple-s.First)/2, p)
	}
	return marks.primes(s), nil
})

// sieveFree holds marks that no piece uses.
var sieveFree = sync.Pool{New: func() any { return new(sieveMarks) }}

// sievePrimes are the odd primes below 2^20, enough for n up to 2^40.
var sievePrimes = sync.OnceValue(func() (primes []int64) {
	const limit = 1 << 20
	composite := make([]bool, limit)
	for i := int64(3); i < limit; i += 2 {
		if composite[i] {
			continue
		}
		primes = append(primes, i)
		for k := i * i; k < limit; k += 2 * i {
			composite[k] = true
		}
	}
	return primes
})

// mark marks every p-th byte from first on and returns where to begin in the next
// segment.
func (m *sieveMarks) mark(first, p int64) int64 {
	i := uint(first)
	for ; i < uint(len(m)); i += uint(p) {
		m[i] = 1
	}
	return int64(i) - int64(len(m))
}

// primes counts the primes of a marked segment. 2 has no mark; the number 1, which
// counts as a prime here, makes up for it.
func (m *sieveMarks) primes(s SieveNumbers) int64 {
	odd := m[:(s.End-s.First)/2]
	count := int64(len(odd))
	for ; len(odd) >= 8; odd = odd[8:] {
		count -= int64(bits.OnesCount64(binary.LittleEndian.Uint64(odd)))
	}
	for _, mark := range odd {
		count -= int64(mark)
	}
	return count
}

type sieveJob struct {
	exact[int64]
	divided[SieveNumbers, int64]
}

func newSieve(p Params) (Job, error) {
	j := &sieveJob{}
	j.items, j.piece = p.amount(1e6, 1e7, 1e8), sievePiece
	n := int64(j.items)
	for first := int64(0); first < n; first += sieveSegment {
		j.args = append(j.args, SieveNumbers{first, min(first+sieveSegment, n)})
	}
	j.merge = func(counts []int64) { j.compare(total(counts)) }
	j.plain = func() int64 { return sieveSerial(n) }
	j.want = j.plain()
	return j, nil
}

// sieveSerial sieves segment after segment. It remembers where the multiples of each
// prime continue; a piece has to compute that with a division.
func sieveSerial(n int64) (total int64) {
	var marks sieveMarks
	primes := sievePrimes()
	var next []int64
	for first := int64(0); first < n; first += sieveSegment {
		s := SieveNumbers{first, min(first+sieveSegment, n)}
		for i := len(next); i < len(primes) && primes[i]*primes[i] < s.End; i++ {
			next = append(next, (primes[i]*primes[i]-first)/2)
		}
		clear(marks[:])
		for i, place := range next {
			next[i] = marks.mark(place, primes[i])
		}
		total += marks.primes(s)
	}
	return total
}
