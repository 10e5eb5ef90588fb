package cases

import "sync"

// Limiter allows each key a number of requests in a sliding window.
type Limiter struct {
	mu      sync.Mutex
	windows map[int]*window
}

type window struct {
	mu   sync.Mutex
	at   [2048]int64
	next int
	_    [128]byte
}

func newLimiter(keys int) *Limiter {
	l := &Limiter{windows: map[int]*window{}}
	for key := range keys {
		l.windows[key] = &window{}
	}
	return l
}

// allow counts the requests since a time and notes this one.
func (w *window) allow(now int64) bool {
	n := 0
	for _, at := range w.at {
		if at > now-1000 {
			n++
		}
	}
	w.at[w.next%len(w.at)] = now
	w.next++
	return n <= len(w.at)
}

// Allow has one lock for all keys.
func (l *Limiter) Allow(key int, now int64) bool {
	l.mu.Lock() // why: lock
	defer l.mu.Unlock()
	return l.windows[key].allow(now) // why: lock holder
}

// AllowRepaired has a lock for each key.
func (l *Limiter) AllowRepaired(key int, now int64) bool {
	w := l.windows[key]
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.allow(now)
}
