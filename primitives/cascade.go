package primitives

import "sync"

// maxNested is how many futures may finish inside each other's callbacks on one
// stack: a chain of Then can have any length, a stack cannot.
const maxNested = 64

// cascade holds the callbacks that one goroutine runs inside each other.
type cascade struct {
	depth int
	later []func() // were too deep: they run when the outermost has returned
}

// cascades holds the cascades by the number of their goroutine. It is sharded
// because workers finish futures at the same time.
var cascades [64]struct {
	sync.Mutex
	of map[uintptr]*cascade
	_  [64]byte
}

// callInside calls run, which runs callbacks, or defers it if the goroutine is
// too deep in callbacks already.
func callInside(run func()) {
	g := goroutine()
	s := &cascades[g>>8%64]
	s.Lock()
	c := s.of[g]
	if c == nil {
		if s.of == nil {
			s.of = map[uintptr]*cascade{}
		}
		c = &cascade{}
		s.of[g] = c
	}
	s.Unlock()
	if c.depth == maxNested {
		c.later = append(c.later, run)
		return
	}
	c.depth++
	defer func() {
		if c.depth--; c.depth == 0 {
			c.drain()
			s.Lock()
			delete(s.of, g)
			s.Unlock()
		}
	}()
	run()
}

// drain runs what was deferred, even if a callback calls runtime.Goexit.
func (c *cascade) drain() {
	if len(c.later) == 0 {
		return
	}
	defer c.drain()
	for len(c.later) > 0 {
		run := c.later[0]
		c.later = c.later[1:]
		c.depth = 1
		run()
		c.depth = 0
	}
}
