package primitives

import "sync"

// nestedMost is how many futures may finish inside each other's callbacks on
// one stack: a chain of Then can be any length, a stack cannot.
const nestedMost = 64

// cascade is the callbacks that one goroutine is running inside each other.
type cascade struct {
	depth int
	later []func() // those that were too deep: they run when the outermost has returned
}

// cascades holds the goroutines' cascades by their number. Sharded, for
// workers that finish futures at the same time.
var cascades [64]struct {
	sync.Mutex
	of map[uintptr]*cascade
	_  [64]byte
}

// callInside calls run, which runs callbacks, or puts it off if the goroutine
// is too deep in callbacks already.
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
	if c.depth == nestedMost {
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

// drain runs what was put off, whatever a callback does to the goroutine.
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
