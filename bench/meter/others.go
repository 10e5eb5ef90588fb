package meter

import (
	"context"
	"time"
)

// TakenByOthers returns how many of the given CPUs others keep busy, the hypervisor's
// other guests included, during a window in which it blocks. ok is false where the
// system does not report it, or if ctx ended first. The clocks have ticks of 10 ms, so
// a window should be some hundred milliseconds.
func TakenByOthers(ctx context.Context, cpus []int, window time.Duration) (others float64, ok bool) {
	base := time.Now()
	read := func() clocks {
		d := readClocks(cpus, nil, nil)
		d.own = readUsage().cpu
		d.at = time.Since(base)
		return d
	}
	from := read()
	select {
	case <-time.After(window):
	case <-ctx.Done():
		return 0, false
	}
	to := read()
	if !from.stat || !to.stat {
		return 0, false
	}
	s := from.until(to, len(cpus))
	return float64(s.takenByOthers()) / float64(s.wall), true
}
