package cases

import (
	"runtime"
	"sync"
)

// publish computes the digests of blocks on all cores, and then one goroutine
// seals them all.
func publish(blocks []byte) {
	inParts(len(blocks), func(from, to int) {
		for i := from; i < to; i++ {
			blocks[i] = digest(1, i)
		}
	})
	var sealed sync.WaitGroup
	sealed.Go(func() {
		for i := range blocks {
			blocks[i] ^= digest(1, int(blocks[i]))
		}
	}) // why: serial holder
	sealed.Wait() // why: serial
}

// publishRepaired seals on all cores, too.
func publishRepaired(blocks []byte) {
	inParts(len(blocks), func(from, to int) {
		for i := from; i < to; i++ {
			blocks[i] = digest(1, i)
		}
	})
	inParts(len(blocks), func(from, to int) {
		for i := from; i < to; i++ {
			blocks[i] ^= digest(1, int(blocks[i]))
		}
	})
}

// inParts runs do for n items in as many equal parts as there are cores.
func inParts(n int, do func(from, to int)) {
	var parts sync.WaitGroup
	p := runtime.GOMAXPROCS(0)
	for i := range p {
		parts.Go(func() { do(i*n/p, (i+1)*n/p) })
	}
	parts.Wait()
}
