package primitives

import "sync/atomic"

// members are the futures of a composition. It has a waiter in the list of
// each, and removes them when it has ended or nobody needs it any more.
// Otherwise a future that outlives many compositions, such as one that ends
// when a server shuts down, would keep them all.
type members[T any] struct {
	futures []*Future[T]
	waiters []waiter
	order   order
}

// join has end called for each member that has ended or will end, with its index
// and its place in the order, or 0 if it does not count. Members that had ended
// before come first, in the order of the arguments. internal says that end is
// short and need not wait for the member's callbacks. Once enough returns true, join adds
// no further members.
func (m *members[T]) join(internal bool, end func(i int, place int32), enough func() bool) {
	m.waiters = make([]waiter, len(m.futures))
	endedBefore := make([]bool, len(m.futures))
	ended := func(i int) {
		_, err := m.futures[i].outcome()
		end(i, m.order.next(err))
	}
	for i, f := range m.futures {
		if endedBefore[i] = f.final(); endedBefore[i] {
			ended(i)
		}
	}
	for i, f := range m.futures {
		if endedBefore[i] || enough() {
			continue
		}
		l := &m.waiters[i]
		l.order, l.internal, l.fire = &m.order, internal, func() { end(i, l.place) }
		if !f.enlist(l) {
			ended(i)
		}
	}
}

// leave removes the composition from the lists of the members.
func (m *members[T]) leave() {
	for i, f := range m.futures {
		if !f.final() || f.status.Load()&callingBit != 0 {
			f.delist(&m.waiters[i])
		}
	}
}

// order numbers the futures of a composition in the order in which they end.
// A future takes its number under its lock and before anybody can see that it
// has ended: if one future is ended because another has ended, it gets a later
// number. Callbacks run too late for that: one goroutine may overtake another.
type order struct {
	counts func(err error) bool // nil: every end counts
	last   atomic.Int32
}

func (o *order) next(err error) int32 {
	if o.counts != nil && !o.counts(err) {
		return 0
	}
	return o.last.Add(1)
}
