package primitives

// deque is a first-in, first-out queue of tasks, a ring that grows.
type deque struct {
	ring []task // a power of two long
	head int    // of the first task
	n    int
}

func (q *deque) push(t task) {
	if q.n == len(q.ring) {
		grown := make([]task, max(16, 2*q.n))
		copied := copy(grown, q.ring[q.head:])
		copy(grown[copied:], q.ring[:q.head])
		q.ring, q.head = grown, 0
	}
	q.ring[(q.head+q.n)&(len(q.ring)-1)] = t
	q.n++
}

// pop returns the first task, or nil.
func (q *deque) pop() task {
	if q.n == 0 {
		return nil
	}
	t := q.ring[q.head]
	q.ring[q.head] = nil
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
	return t
}

// purge removes the tasks that were cancelled, or run by those who wait for
// them, while they were in the queue, and reports whether there were any.
func (q *deque) purge() bool {
	before := q.n
	for range before {
		if t := q.pop(); !t.stale() {
			q.push(t)
		}
	}
	return q.n < before
}

// first returns the task that pop would return, or nil.
func (q *deque) first() task {
	if q.n == 0 {
		return nil
	}
	return q.ring[q.head]
}

// drop cancels every task with err. If a callback calls runtime.Goexit, the
// caller ends, but only after all tasks are cancelled.
func (q *deque) drop(err error) {
	if q.n == 0 {
		return
	}
	defer q.drop(err)
	for t := q.pop(); t != nil; t = q.pop() {
		t.drop(err)
	}
}
