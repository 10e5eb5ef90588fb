package sweep

import (
	"math"
	"slices"
	"time"

	"overlap/bench/host"
	"overlap/bench/meter"
)

// sight is what was seen of others in a turn.
type sight struct {
	cpus   []int           // on which it was
	speed  []time.Duration // that fixed work took on each of them, before or after, whichever was slower
	others float64         // how many of them others had, on average; below 0 if the system does not tell
}

// move binds a player of one CPU to the next of those that are alike, so that a CPU that
// is slow for a while is not taken for all of them.
func (t *sitting) move(p *part, q *player) {
	if p.point.Cores > 1 || p.point.Slices > 1 || p.point.Executor == "processes" || !host.CanBind {
		return
	}
	cpus := t.cpus()
	here := slices.DeleteFunc(slices.Clone(t.Alike), func(id int) bool { return !slices.Contains(cpus, id) })
	if len(here) > 1 {
		q.err = q.bind(here[(t.Number+p.turns)%len(here):][:1])
	}
}

// bind binds a player that waits for its turn.
func (q *player) bind(cpus []int) error {
	if slices.Equal(q.cpus, cpus) {
		return nil
	}
	q.cpus = cpus
	return host.Rebind(q.proc.cmd.Process.Pid, cpus)
}

// look looks at the CPUs of some players, and again when the function that it returns is
// called, which tells what happened in between.
func (t *sitting) look(all []*player) func() sight {
	var s sight
	for _, q := range all {
		s.cpus = append(s.cpus, q.cpus...)
	}
	if !host.CanBind { // a probe could be anywhere
		s.others = -1
		return func() sight { return s }
	}
	before := t.probes.Look(s.cpus, true)
	began, known := consumed(all)
	return func() sight {
		ended, still := consumed(all)
		known = known && still
		longest := time.Duration(1)
		taken := began - ended
		for i, after := range t.probes.Look(s.cpus, false) {
			span := after.At.Sub(before[i].At)
			longest = max(longest, span)
			taken += span - (after.Idle - before[i].Idle)
			known = known && before[i].Idle >= 0 && after.Idle >= 0
			s.speed = append(s.speed, max(before[i].Speed, after.Speed))
		}
		if s.others = max(0, float64(taken)/float64(longest)); !known {
			s.others = -1
		}
		return s
	}
}

// consumed is the CPU time of players. That of processes which they started is unknown.
func consumed(all []*player) (sum time.Duration, ok bool) {
	for _, q := range all {
		cpu, ok := meter.ProcessCPU(q.proc.cmd.Process.Pid)
		if !ok || q.point.Executor == "processes" {
			return 0, false
		}
		sum += cpu
	}
	return sum, true
}

// loss is which share of its CPUs a turn did not have, about.
type loss struct {
	others float64 // other programs had it
	slow   float64 // a CPU was slower than the fastest in the block
}

func (l loss) all() float64 { return max(l.others, l.slow) }

// lost returns the loss of each turn. Alone and together CPUs have other clocks, so they
// are compared with as many. One CPU of n that others have costs a job between a share of
// 1/n and all of that CPU: the root is in the middle.
func (t *sitting) lost() []loss {
	fastest := map[int]time.Duration{}
	for _, d := range t.dealt {
		n := len(d.saw.cpus)
		for _, s := range d.saw.speed {
			if best, ok := fastest[n]; !ok || s < best {
				fastest[n] = s
			}
		}
	}
	lost := make([]loss, len(t.dealt))
	for i, d := range t.dealt {
		n := len(d.saw.cpus)
		lost[i].others = max(0, d.saw.others) / math.Sqrt(float64(n))
		for _, s := range d.saw.speed {
			lost[i].slow = max(lost[i].slow, 1-float64(fastest[n])/float64(s))
		}
	}
	return lost
}

// Disturbed counts turns, and those that were disturbed.
type Disturbed struct{ Turns, Others, Slow int }

// disturbed counts the turns of a block.
func (t *sitting) disturbed() (d Disturbed) {
	for _, l := range t.lost() {
		d.Turns++
		if l.others > maxLost {
			d.Others++
		}
		if l.slow > maxLost {
			d.Slow++
		}
	}
	return d
}
