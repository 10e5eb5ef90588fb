package report

import (
	"fmt"
	"slices"
	"strings"

	"overlap/internal/table"
)

// shortfall names the largest loss of a row that falls short of its ceiling, or of
// all its cores if there is no ceiling, and nothing of one that reaches it.
func (r Row) shortfall() string {
	if s, ok := r.stackAt(r.forAllCores(r.Workers)); ok && r.FromCores().over(r.goal()).High < 0.95 {
		if why := r.limits(s); why != "" {
			return "; " + r.ofOthers(s) + why
		}
	}
	return ""
}

// limit is what limits the row with that many workers or more, in front of a
// reason.
func (r Row) limit(workers int) string {
	if s, ok := r.stackAt(r.forAllCores(workers)); ok {
		if why := r.limits(s); why != "" {
			return why + "; "
		}
	}
	return ""
}

// forAllCores is that number of workers, or the smallest that could use all cores:
// with fewer, a core without a task says nothing.
func (r Row) forAllCores(workers int) int {
	for _, s := range r.Stacks {
		if s.P == r.P && s.Workers >= max(r.P, workers) {
			return s.Workers
		}
	}
	return workers
}

// ofOthers names the workers of a stack that is not of the row's.
func (r Row) ofOthers(s Stack) string {
	if s.Workers == r.Workers {
		return ""
	}
	return fmt.Sprintf("with %d of them ", s.Workers)
}

// stackAt is the stack of that many workers on all cores.
func (r Row) stackAt(workers int) (Stack, bool) {
	for _, s := range r.Stacks {
		if s.P == r.P && s.Workers == workers {
			return s, true
		}
	}
	return Stack{}, false
}

// limits puts the largest loss of a stack into words, if it is a tenth of the
// cores or more.
func (r Row) limits(s Stack) string {
	loss := s.Largest()
	if loss.Cores < 0.1*float64(s.P) || 0 < s.Workers && s.Workers < s.P {
		return ""
	}
	amount := fmt.Sprintf("%s of %d cores", table.Round(loss.Cores), s.P)
	name, _, _ := strings.Cut(loss.Name, " ")
	switch name {
	case "inflation":
		return fmt.Sprintf("limited by sharing%s: %s go to CPU time that one worker does not need", r.shared(), amount)
	case "GC":
		return fmt.Sprintf("limited by garbage: %s collect it", amount)
	case "run":
		if s.throttled > s.RunQueue/2 {
			return fmt.Sprintf("limited by the CPU quota: it took %s", amount)
		}
		return fmt.Sprintf("limited by others: they took %s", amount)
	case "imbalance":
		if loss.Name != name {
			return fmt.Sprintf("limited by uneven tasks or by waking them: %s have none that runs", amount)
		}
		return fmt.Sprintf("limited by its serial or uneven part: %s have no task", amount)
	case "locked":
		return fmt.Sprintf("limited by the lock: %s blocked", amount)
	case "runnable":
		return fmt.Sprintf("limited by waking: %s have tasks that are ready and do not run yet", amount)
	}
	if name != loss.Name {
		return amount + " idle, the file does not tell why"
	}
	return fmt.Sprintf("limited by waiting: %s have only tasks that wait", amount)
}

// shared is the kind of a workload whose tasks share what it is named after. The
// stack cannot tell that apart from other reasons, so it is not said to be the
// reason.
func (r Row) shared() string {
	if slices.Contains([]string{"lock", "memory", "comm", "spawn"}, r.Kind) {
		return " (its kind is " + r.Kind + ")"
	}
	return ""
}
