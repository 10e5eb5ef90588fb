package sweep

import (
	"context"
	"math"
	"slices"
	"time"

	"overlap/bench/host"
)

// Other programs come and go, in spells of milliseconds to seconds. While they have a CPU
// of a block, its turns wait for them to leave: turns beside others say little, however
// many there are. All of them wait: who lets those on other CPUs go first measures one
// core beside a program that takes memory bandwidth, and several without it. A block that
// waited in vain makes the next one half as patient.
const (
	mostPatience  = 600 * time.Millisecond
	leastPatience = 40 * time.Millisecond

	glance      = time.Millisecond      // for which CPUs are watched that should be idle
	glanceEvery = 20 * time.Millisecond // or after a turn that was disturbed
	pause       = 4 * time.Millisecond  // between two glances
	taken       = 0.2                   // of a glance that others have a CPU which is taken
)

// wait waits until others have none of the CPUs, or hardly any of many, or there is no more
// patience.
func (t *sitting) wait(ctx context.Context) {
	if !t.disturbed && time.Since(t.glanced) < glanceEvery {
		return
	}
	began := time.Now()
	for {
		t.taken = t.busy()
		t.glanced, t.disturbed = time.Now(), len(t.taken) > 0
		if !t.crowded() || t.patience <= 0 || ctx.Err() != nil {
			break
		}
		waiting := time.Now()
		time.Sleep(pause)
		t.patience -= time.Since(waiting) + glance
	}
	t.waited += time.Since(began)
}

// crowded reports whether others have so many of the CPUs that a turn on all of them is
// disturbed.
func (t *sitting) crowded() bool {
	return len(t.taken) > 0 && float64(len(t.taken)) > 1.5*maxLost*math.Sqrt(float64(len(t.cpus())))
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
		if idle := after.Idle - before[i].Idle; min(before[i].Idle, after.Idle) >= 0 && float64(span-idle) > taken*float64(span) {
			list = append(list, cpus[i])
		}
	}
	return list
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
