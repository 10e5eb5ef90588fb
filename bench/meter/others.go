package meter

import (
	"context"
	"time"
)

// Others returns how many of the given CPUs others keep busy, the hypervisor's
// other guests included, while this process watches for as long as window. ok
// is false where the system does not tell, or if ctx ended first. The clocks
// have ticks of 10 ms, so a window should be some hundred.
func Others(ctx context.Context, cpus []int, window time.Duration) (others float64, ok bool) {
	from, began := readDemand(cpus), time.Now()
	select {
	case <-time.After(window):
	case <-ctx.Done():
		return 0, false
	}
	to, took := readDemand(cpus), time.Since(began)
	if !from.known || !to.known {
		return 0, false
	}
	busy := to.busy - from.busy - (to.own - from.own) + (to.stolen - from.stolen)
	return max(0, float64(busy)/float64(took)), true
}
