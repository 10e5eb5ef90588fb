package cases

import "sync/atomic"

// Metrics counts the requests of a server.
type Metrics struct {
	requests, bytes atomic.Int64
	_               [128]byte
}

// Observe counts a request.
func (m *Metrics) Observe(size int) {
	m.requests.Add(1)        // why: atomic
	m.bytes.Add(int64(size)) // why: atomic
}
