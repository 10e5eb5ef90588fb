package moved

import (
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"sort"
)

var (
	shuffled = rand.New(rand.NewPCG(1, 2)).Perm(64)
	sorted   = func() []int { s := slices.Clone(shuffled); slices.Sort(s); return s }()
	block    = make([]byte, 1<<10)
)

// Collatz is a loop of a few instructions.
func Collatz() (steps int) {
	for range Units {
		for n := 27; n != 1; steps++ {
			if n%2 == 0 {
				n /= 2
			} else {
				n = 3*n + 1
			}
		}
	}
	return steps
}

// Search calls a small function in a loop.
func Search() (sum int) {
	for u := range Units {
		for i := range 16 {
			want := (u*16 + i*5) % 64
			sum += sort.Search(len(sorted), func(at int) bool { return sorted[at] >= want })
		}
	}
	return sum
}

// Sort sorts small slices.
func Sort() int {
	list := make([]int, len(shuffled))
	for range Units {
		copy(list, shuffled)
		slices.Sort(list)
	}
	return list[1]
}

// Hash is straight code, which does not care where it is.
func Hash() (sum [sha256.Size]byte) {
	for range Units {
		sum = sha256.Sum256(block)
	}
	return sum
}
