package meter

import (
	"math"
	"time"
)

// usage is what the kernel counts for this process and for the children that
// it has waited for.
type usage struct {
	cpu    time.Duration
	events [kindsOfEvent]int64 // nothing where countsEvents is false
}

const (
	voluntary = iota // switches because a thread had to wait
	involuntary
	minorFaults // pages found in memory
	majorFaults // pages read from a disk
	kindsOfEvent
)

// since is the difference of two readings.
func (u usage) since(from usage) usage {
	u.cpu -= from.cpu
	for i := range u.events {
		u.events[i] -= from.events[i]
	}
	return u
}

// plus is the sum of two differences.
func (u usage) plus(v usage) usage {
	u.cpu += v.cpu
	for i := range u.events {
		u.events[i] += v.events[i]
	}
	return u
}

// event is the number of events of a kind, NaN where the system does not count.
func (u usage) event(kind int) float64 {
	if !countsEvents {
		return math.NaN()
	}
	return float64(u.events[kind])
}
