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

// moves returns the CPUs among which a part of one CPU moves from turn to turn, so that one
// that is slow for a while is not taken for all of them.
func (t *sitting) moves(p *part) []int {
	if p.point.Cores > 1 || p.point.Slices > 1 || len(p.players) != 1 || !host.CanBind {
		return nil
	}
	cpus := t.cpus()
	alike := slices.DeleteFunc(slices.Clone(t.Alike), func(id int) bool { return !slices.Contains(cpus, id) })
	if len(alike) < 2 {
		return nil
	}
	return alike
}

// move binds the player of such a part to the next of them, or leaves it where it is if
// that CPU has gone away.
func (t *sitting) move(p *part, together []*player) {
	if p.moves == nil || together[0].family {
		return
	}
	q := together[0]
	was := q.cpus
	i := t.turnOf(p, len(p.moves), func(i int) []int { return p.moves[i:][:1] })
	if q.bind(p.moves[i:][:1]) != nil {
		p.moves = nil
		q.err = q.bind(was)
	}
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
		if !ok || q.family {
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

// lost returns the loss of each turn. A CPU is compared with itself and those that are like
// it, in turns on as many CPUs: alone and together they have other clocks. One CPU of n that is
// lost costs a job between a share of 1/n and all of that CPU: the root is in the middle.
func (t *sitting) lost() []loss {
	type class struct{ n, cpu int }
	fastest := map[class]time.Duration{}
	classOf := func(n, cpu int) class {
		if slices.Contains(t.Alike, cpu) {
			cpu = -1
		}
		return class{n, cpu}
	}
	for _, d := range t.dealt {
		for i, s := range d.saw.speed {
			c := classOf(len(d.saw.speed), d.saw.cpus[i])
			if best, ok := fastest[c]; !ok || s < best {
				fastest[c] = s
			}
		}
	}
	lost := make([]loss, len(t.dealt))
	for k, d := range t.dealt {
		root := math.Sqrt(float64(max(1, len(d.saw.cpus))))
		lost[k].others = max(0, d.saw.others) / root
		for i, s := range d.saw.speed {
			if slow := 1 - float64(fastest[classOf(len(d.saw.speed), d.saw.cpus[i])])/float64(s); slow > maxLost {
				lost[k].slow += slow / root
			}
		}
	}
	return lost
}

// Disturbed counts turns, and those that were disturbed.
type Disturbed struct{ Turns, Others, Slow int }

// count counts the turns of a block.
func (t *sitting) count() (d Disturbed) {
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
