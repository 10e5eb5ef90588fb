package workloads

// fifo is a queue of fixed capacity. It has no lock.
type fifo[T any] struct {
	ring  []T
	first int
	n     int
}

func newFifo[T any](capacity int) fifo[T] { return fifo[T]{ring: make([]T, capacity)} }

// push returns false if the queue is full.
func (q *fifo[T]) push(v T) bool {
	if q.n == len(q.ring) {
		return false
	}
	q.ring[(q.first+q.n)%len(q.ring)] = v
	q.n++
	return true
}

// pop returns false if the queue is empty.
func (q *fifo[T]) pop() (v T, ok bool) {
	if q.n == 0 {
		return v, false
	}
	v = q.ring[q.first]
	q.first = (q.first + 1) % len(q.ring)
	q.n--
	return v, true
}

func (q *fifo[T]) clear() { q.first, q.n = 0, 0 }
