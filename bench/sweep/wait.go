package sweep

import (
	"context"
	"slices"
	"time"

	"overlap/bench/host"
)

// Other programs come and go, in spells of milliseconds to seconds. While they have a CPU,
// the turns of points that need it wait for those that do not, and then for the program to
// leave: turns beside others say little, however many there are. A block in which it did not
// makes the next one half as patient.
const (
	mostPatience  = 600 * time.Millisecond
	leastPatience = 40 * time.Millisecond

	glance = time.Millisecond     // for which CPUs are watched that should be idle
	pause  = 4 * time.Millisecond // between two glances
	taken  = 0.2                  // of a glance that others have a CPU which is taken
)

// next returns which of some parts can have a turn now: the first of them whose CPUs are
// free, or the first if there is no time to wait.
func (t *sitting) next(ctx context.Context, queue []*part) int {
	if p := queue[0]; !t.disturbed && !settles(p.point) && p.point.Copies == 1 {
		return 0 // not worth a glance
	}
	for {
		t.glance()
		if i := slices.IndexFunc(queue, t.isFree); i >= 0 {
			return i
		}
		if t.patience <= 0 || ctx.Err() != nil {
			return 0
		}
		began := time.Now()
		time.Sleep(pause)
		t.patience -= time.Since(began) + glance
	}
}

// glance finds the CPUs that others have.
func (t *sitting) glance() {
	t.taken = t.busy()
	t.disturbed = len(t.taken) > 0
}

// watchCPUs returns the CPUs of a block that are busy while none of its processes runs;
// none where that cannot be seen.
func (t *sitting) watchCPUs() (list []int) {
	if !host.CanBind {
		return nil
	}
	cpus := t.cpus()
	before := t.probes.Look(cpus, true)
	time.Sleep(glance)
	for i, after := range t.probes.Look(cpus, false) {
		span := after.At.Sub(before[i].At)
		if idle := after.Idle - before[i].Idle; before[i].Idle >= 0 && float64(span-idle) > taken*float64(span) {
			list = append(list, cpus[i])
		}
	}
	return list
}

// isFree reports whether nobody has the CPUs of a part's next turn.
func (t *sitting) isFree(p *part) bool {
	free := func(cpus []int) bool {
		return !slices.ContainsFunc(cpus, func(id int) bool { return slices.Contains(t.taken, id) })
	}
	if p.moves != nil {
		return slices.ContainsFunc(p.moves, func(id int) bool { return free([]int{id}) })
	}
	if p.alone {
		return slices.ContainsFunc(p.players, func(q *player) bool { return free(q.cpus) })
	}
	return !slices.ContainsFunc(p.players, func(q *player) bool { return !free(q.cpus) })
}

// turnOf returns which of n places has a part's next turn: one after the other, but for
// those that others have.
func (t *sitting) turnOf(p *part, n int, cpus func(int) []int) int {
	for k := range n {
		i := (t.Number + p.turns + k) % n
		if !slices.ContainsFunc(cpus(i), func(id int) bool { return slices.Contains(t.taken, id) }) {
			return i
		}
	}
	return (t.Number + p.turns) % n
}

// again returns the parts that lack turns without others, where these are seen.
func (t *sitting) again() []*part {
	return slices.DeleteFunc(t.choose().lacking, func(p *part) bool {
		_, seen := t.othersIn(t.turnsOf(p))
		return !seen || p.turns >= maxTurns
	})
}
