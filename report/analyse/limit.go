package analyse

import (
	"fmt"
	"slices"
	"strings"

	"overlap/internal/table"
)

// shortfall is the limit of a row that falls short of its goal; empty for one that
// reaches it.
func (r Row) shortfall() string {
	if r.share().High < 0.95 {
		return r.limit(r.Workers)
	}
	return ""
}

// limit says what limits the row with that many workers, or with the fewest beyond
// that could use all cores: with fewer, a core without a task says nothing. It
// begins with a semicolon; empty if nothing is known to limit it.
func (r Row) limit(workers int) string {
	find := func(match func(workers int) bool) int {
		return slices.IndexFunc(r.Stacks, func(s Stack) bool { return s.P == r.P && match(s.Workers) })
	}
	i := find(func(w int) bool { return w >= max(r.P, workers) })
	if i < 0 {
		i = find(func(w int) bool { return w == workers })
	}
	if i < 0 {
		return ""
	}
	loss := r.loss(r.Stacks[i])
	switch {
	case loss == "":
		return ""
	case r.Stacks[i].Workers != workers:
		return fmt.Sprintf("; with %d workers %s", r.Stacks[i].Workers, loss)
	}
	return "; " + loss
}

// loss puts the largest loss of a stack into words, if it is a tenth of the cores
// or more.
func (r Row) loss(s Stack) string {
	largest := s.Largest()
	if largest.Cores < 0.1*float64(s.P) || 0 < s.Workers && s.Workers < s.P {
		return ""
	}
	amount := fmt.Sprintf("%s of %d cores", table.Round(largest.Cores), s.P)
	name, _, several := strings.Cut(largest.Name, " ")
	switch name {
	case "inflation":
		return fmt.Sprintf("limited by sharing%s: %s do extra work that one worker does not need", r.sharing(), amount)
	case "GC":
		return fmt.Sprintf("limited by garbage collection: it takes %s", amount)
	case "run":
		if s.throttled > s.RunQueue/2 {
			return fmt.Sprintf("limited by the CPU quota: it took %s", amount)
		}
		return fmt.Sprintf("limited by other programs or virtual machines: they took %s", amount)
	case "imbalance":
		if several {
			return fmt.Sprintf("limited by uneven tasks or slow wake-ups: %s have no running task", amount)
		}
		return fmt.Sprintf("limited by a serial part or uneven tasks: %s have no task", amount)
	case "locked":
		return fmt.Sprintf("limited by a lock: %s wait for it", amount)
	case "runnable":
		return fmt.Sprintf("limited by slow wake-ups: %s have only tasks that are ready but not yet running", amount)
	}
	if several {
		return fmt.Sprintf("limited by idle cores: %s, and the file does not say why", amount)
	}
	return fmt.Sprintf("limited by waiting: %s have only tasks that wait", amount)
}

// sharing is the kind of a workload whose tasks share what it is named after. The
// stack cannot distinguish that from other reasons, so it is only a hint.
func (r Row) sharing() string {
	if slices.Contains([]string{"lock", "memory", "comm", "spawn"}, r.Kind) {
		return " (kind: " + r.Kind + ")"
	}
	return ""
}
