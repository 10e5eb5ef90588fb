package gate

import (
	"math"
	"slices"
	"time"

	"overlap/bench/host"
	"overlap/bench/overlay"
	"overlap/bench/sweep"
)

// Others is how many CPUs other programs had while a slot was timed, on average, by
// sets of CPUs in the kernel's list format. The CPUs that a process is bound to are
// one set, since it is not known on which of them it ran; each further CPU that was
// watched is another. Clocks with ticks of 10 ms make some numbers slightly negative.
// Others is nil if unknown.
//
// What others had is the time that was neither idle, nor this benchmark's, nor spent on
// interrupts. Steal counts as theirs. Where the kernel leaves it out of the CPU time of
// processes, that time contains it already; where the kernel does not, the larger of the
// two counts.
type Others map[string]float64

// What Others has in place of a set of CPUs: how many CPUs a quota held back, which are
// idle and cannot be used; and, where the system hides what CPUs do, how many CPUs threads
// of the benchmark waited for.
const (
	byQuota = "quota"
	byDelay = "delay"
)

// cpuGroup is the processes that were bound to the same CPUs at the same time.
type cpuGroup struct {
	cpus   []int
	demand *overlay.Demand // what the CPUs did, as the first process read it
	own    float64         // CPUs that the processes had
	queued time.Duration   // for which their threads waited for a CPU

	processes int
}

// groupByCPUs groups the processes of a slot, or of two that took turns, by their CPUs.
// It returns nil if one of them does not know what its CPUs did.
func groupByCPUs(all ...sweep.Sliced) (groups []*cpuGroup) {
	of := map[string]*cpuGroup{}
	for _, s := range all {
		for i, slices := range s.Slices {
			d := slices.Demand
			if d == nil || d.Window <= 0 {
				return nil
			}
			key := host.FormatList(s.CPUs[i])
			if of[key] == nil {
				of[key] = &cpuGroup{cpus: s.CPUs[i], demand: d}
				groups = append(groups, of[key])
			}
			of[key].own += float64(d.Own) / float64(d.Window)
			of[key].queued += d.Delayed
			of[key].processes++
		}
	}
	return groups
}

// othersOf returns what others had of the CPUs of the groups, and of the further watched
// CPUs.
func othersOf(watched []int, groups []*cpuGroup) Others {
	o, known := Others{}, map[int]bool{}
	for _, g := range groups {
		n, ok := busyBeyond(g.demand, g.cpus, g.own)
		if !ok {
			return nil
		}
		o[host.FormatList(g.cpus)] = n
		for _, id := range g.cpus {
			known[id] = true
		}
	}
	for _, id := range watched {
		if known[id] || len(groups) == 0 {
			continue
		}
		if n, ok := busyBeyond(groups[0].demand, []int{id}, 0); ok {
			o[host.FormatList([]int{id})] = n
		}
	}
	if len(o) == 0 {
		return nil
	}
	return o
}

// leaveOut leaves out what the process that gives the turns had: it is on the CPU that
// others had most of, besides those of the groups.
func (o Others) leaveOut(dealer float64, groups []*cpuGroup) {
	most := ""
	for cpus, n := range o {
		ofGroup := slices.ContainsFunc(groups, func(g *cpuGroup) bool { return host.FormatList(g.cpus) == cpus })
		if !ofGroup && cpus != byQuota && cpus != byDelay && (most == "" || n > o[most]) {
			most = cpus
		}
	}
	if most != "" {
		o[most] = math.Round(1e3*max(0, o[most]-dealer)) / 1e3
	}
}

// beyondTicks takes from what others had a tick of the clocks for each CPU, if the window is
// shorter than ten of them. In a window of 50 ms, others must have 0.3 of a CPU to be noticed:
// the clocks alone are off by as much as 0.2.
func (o Others) beyondTicks(window time.Duration) {
	const tick = 10 * time.Millisecond
	if window <= 0 || window >= 10*tick {
		return
	}
	for cpus, n := range o {
		if ids, err := host.ParseList(cpus); err == nil {
			o[cpus] = math.Round(1e3*max(min(n, 0), n-float64(len(ids))*float64(tick)/float64(window))) / 1e3
		}
	}
}

// waitedFor returns how many CPUs threads waited for, where nothing else is known. It is
// nil for processes that take turns on one CPU, which wait for each other.
func waitedFor(groups []*cpuGroup) Others {
	waited := 0.0
	for _, g := range groups {
		if len(g.cpus) == 1 && g.processes > 1 {
			return nil
		}
		waited = max(waited, float64(g.queued)/float64(g.demand.Window))
	}
	if len(groups) == 0 {
		return nil
	}
	return Others{byDelay: math.Round(1e3*waited) / 1e3}
}

// busyBeyond returns how many of the CPUs were busy beyond own, to three decimals.
func busyBeyond(d *overlay.Demand, cpus []int, own float64) (others float64, ok bool) {
	others, stolen := -own, 0.0
	for _, id := range cpus {
		t, ok := d.CPUs[id]
		if !ok {
			return 0, false
		}
		others += 1 - float64(t.Idle+t.Interrupt)/float64(d.Window)
		stolen += float64(t.Stolen) / float64(d.Window)
	}
	return math.Round(1e3*max(others, stolen)) / 1e3, true
}

// pressure is the share of the CPUs within reach of procs goroutines that others
// had while threads of the group were ready to run, by the formula of
// overlap/bench/meter. Threads of two processes that take turns wait for each
// other, too: it is bounded by what others had besides both.
func (g *cpuGroup) pressure(procs int) float64 {
	d := g.demand
	had, stolen := -time.Duration(g.own*float64(d.Window)), time.Duration(0)
	for _, id := range g.cpus {
		t, ok := d.CPUs[id]
		if !ok {
			return math.NaN()
		}
		had, stolen = had+d.Window-t.Idle, stolen+t.Stolen
	}
	wall := max(d.Window-d.Blind, 1)
	lost := max(min(had, g.queued+stolen), min(d.Blind, wall/100))
	return float64(lost) / float64(wall) / float64(max(1, min(len(g.cpus), procs)))
}

// others returns the means over the slots of the block, or nil if one is unknown. They
// are the same whichever of its slots are called base.
func (b Block) others() Others {
	sum := Others{}
	for _, s := range b.Slots {
		if s.Others == nil {
			return nil
		}
		for cpus, n := range s.Others {
			sum[cpus] += n / float64(len(b.Slots))
		}
	}
	return sum
}
