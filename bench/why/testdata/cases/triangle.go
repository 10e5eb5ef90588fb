package cases

import (
	"runtime"
	"sync"
)

// distances compares each item with those before it: later rows take longer. Each
// worker gets as many rows as the others.
func distances(items, nearest []int) {
	var workers sync.WaitGroup
	p, n := runtime.GOMAXPROCS(0), len(items)
	for w := range p {
		workers.Go(func() {
			for i := w * n / p; i < (w+1)*n/p; i++ {
				nearest[i] = row(items, i)
			}
		}) // why: imbalance holder
	}
	workers.Wait() // why: imbalance or serial
}

// distancesRepaired deals the rows in turn.
func distancesRepaired(items, nearest []int) {
	var workers sync.WaitGroup
	p, n := runtime.GOMAXPROCS(0), len(items)
	for w := range p {
		workers.Go(func() {
			for i := w; i < n; i += p {
				nearest[i] = row(items, i)
			}
		})
	}
	workers.Wait()
}

// row returns the smallest distance between an item and those before it. Inlined, it
// would be compiled in two ways, of which one is slower.
//
//go:noinline
func row(items []int, i int) int {
	nearest := 1 << 30
	for _, other := range items[:i] {
		d := items[i] - other
		nearest = min(nearest, d*d)
	}
	return nearest
}
