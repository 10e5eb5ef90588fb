package meter

import (
	"context"
	"time"
)

// Watch watches who has some CPUs.
type Watch struct {
	cpus     []int
	base     time.Time
	from, to clocks
}

// NewWatch begins to watch.
func NewWatch(cpus []int) *Watch {
	w := &Watch{cpus: cpus, base: time.Now()}
	w.from = w.read()
	return w
}

func (w *Watch) read() clocks {
	d := readClocks(w.cpus, nil, nil)
	d.own = readUsage().cpu
	d.at = time.Since(w.base)
	return d
}

// Stop ends the watch.
func (w *Watch) Stop() { w.to = w.read() }

// Others returns how many of the CPUs others kept busy, on average, than this process,
// the children that it has waited for, and whoever had the CPU time own. The
// hypervisor's other guests count as others. ok is false where the system does not
// report it. The clocks have ticks of 10 ms, so a watch should last some hundred
// milliseconds.
func (w *Watch) Others(own time.Duration) (cpus float64, ok bool) {
	if !w.from.stat || !w.to.stat {
		return 0, false
	}
	s := w.from.until(w.to, len(w.cpus))
	s.own += own
	return float64(s.takenByOthers()) / float64(s.wall), true
}

// TakenByOthers returns what Watch.Others does after a window in which it blocks. ok is
// false, too, if ctx ended first.
func TakenByOthers(ctx context.Context, cpus []int, window time.Duration) (others float64, ok bool) {
	w := NewWatch(cpus)
	select {
	case <-time.After(window):
	case <-ctx.Done():
		return 0, false
	}
	w.Stop()
	return w.Others(0)
}
