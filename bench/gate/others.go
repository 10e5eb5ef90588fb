package gate

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"overlap/bench/host"
	"overlap/bench/overlay"
	"overlap/bench/sweep"
)

// Others is how many CPUs others had while a slot was timed, on average: of every
// set of CPUs that can be told by itself, in the kernel's list format. The CPUs
// that a process is bound to are one set, since nobody tells on which of them it
// ran; each further CPU that was watched is another. Numbers are a little below 0
// where the clocks, which have ticks of 10 ms, make them so. Others is nil if
// unknown.
//
// What others had is what was neither idle, nor this benchmark's, nor an
// interrupt. Steal counts as others: it is part of that where the kernel takes it
// out of the CPU time of processes, and instead of that where it does not.
type Others map[string]float64

// What Others has in place of a set of CPUs: for those that a CPU quota held back,
// which are idle and were not to be had; and, where the system does not tell what
// CPUs do, for those that threads of the benchmark waited for.
const (
	byQuota = "quota"
	byDelay = "delay"
)

// bound are the processes that were bound to the same CPUs at the same time.
type bound struct {
	cpus   []int
	demand *overlay.Demand // as the first of them read it
	own    float64         // CPUs that they had
	queued time.Duration   // for which their threads waited for a CPU

	processes int
}

// group sorts the processes of a slot, or of two that took turns, by their CPUs.
// It is nil if one of them does not know who had the CPUs.
func group(all ...sweep.Sliced) (groups []*bound) {
	of := map[string]*bound{}
	for _, s := range all {
		for i, slices := range s.Slices {
			d := slices.Demand
			if d == nil || d.Window <= 0 {
				return nil
			}
			key := host.FormatList(s.CPUs[i])
			if of[key] == nil {
				of[key] = &bound{cpus: s.CPUs[i], demand: d}
				groups = append(groups, of[key])
			}
			of[key].own += float64(d.Own) / float64(d.Window)
			of[key].queued += d.Delayed
			of[key].processes++
		}
	}
	return groups
}

// othersOf is what others had of the CPUs of the groups, and of those watched
// besides.
func othersOf(watched []int, groups []*bound) Others {
	o, known := Others{}, map[int]bool{}
	for _, g := range groups {
		n, ok := busy(g.demand, g.cpus, g.own)
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
		if n, ok := busy(groups[0].demand, []int{id}, 0); ok {
			o[host.FormatList([]int{id})] = n
		}
	}
	if len(o) == 0 {
		return nil
	}
	return o
}

// waitedFor is for how many CPUs threads were kept waiting, where nothing else is
// known. Of processes that take turns on one CPU it says nothing: they wait for each
// other there.
func waitedFor(groups []*bound) Others {
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

// busy is how many of the CPUs were busy beyond own, to three decimals.
func busy(d *overlay.Demand, cpus []int, own float64) (others float64, ok bool) {
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
func (g *bound) pressure(procs int) float64 {
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

// taken reports whether others had one of the CPUs, so that what was measured
// meanwhile is not what the code does with them.
func (o Others) taken() bool {
	for cpus, n := range o {
		if n > allowed(cpus) {
			return true
		}
	}
	return false
}

// Allowed is how many of so many CPUs others may have before they are taken: a
// tenth of one. The errors of the clocks, which for a block and one CPU are 0.03,
// add up as the root of the number of CPUs.
func Allowed(cpus int) float64 { return sweep.MaxPressure * math.Sqrt(float64(cpus)) }

// allowed is that of a set, and without limit of what is none.
func allowed(cpus string) float64 {
	if cpus == byQuota || cpus == byDelay {
		return Allowed(1)
	}
	ids, err := host.ParseList(cpus)
	if err != nil {
		return math.Inf(1)
	}
	return Allowed(len(ids))
}

// others are those of the block: the means of its slots, nil if one is unknown.
// They are the same whichever of its slots are called base.
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

// blind reports whether what others had is not known, of any block.
func (pt *prepared) blind() bool {
	return slices.ContainsFunc(pt.blocks, func(b Block) bool { return b.others() == nil })
}

// meanOthers are those of the point's blocks, on average.
func (pt *prepared) meanOthers() Others {
	mean := Others{}
	for _, b := range pt.blocks {
		for cpus, n := range b.others() {
			mean[cpus] += n / float64(len(pt.blocks))
		}
	}
	return mean
}

// lost is the share of a CPU that others may have had where they had most: what
// they had of each set of CPUs, in units of what is allowed.
func (pt *prepared) lost() float64 {
	most := 0.0
	for cpus, n := range pt.meanOthers() {
		most = max(most, n/allowed(cpus)*Allowed(1))
	}
	return min(most, .5)
}

// disturbed is the share of the slots in which others had a CPU.
func (pt *prepared) disturbed() float64 {
	n := 0
	for _, b := range pt.blocks {
		for _, s := range b.Slots {
			if s.Others.taken() {
				n++
			}
		}
	}
	return float64(n) / float64(4*max(1, len(pt.blocks)))
}

// culprits are the CPUs that others took, as far as slots tell them apart: those
// that were taken at least half as often as the one that was taken most.
func culprits(points []*prepared) (ids []int) {
	times, most := map[int]int{}, 0
	for _, pt := range points {
		for _, b := range pt.blocks {
			for _, s := range b.Slots {
				for cpus, n := range s.Others {
					if id, err := strconv.Atoi(cpus); err == nil && n > allowed(cpus) {
						times[id]++
						most = max(most, times[id])
					}
				}
			}
		}
	}
	for id, n := range times {
		if 2*n >= most {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// why says who had the CPUs, by the point of which the most slots were disturbed.
func (p *Prepared) why(points ...*judged) string {
	worst := points[0].prepared
	for _, pt := range points {
		if pt.disturbed() > worst.disturbed() {
			worst = pt.prepared
		}
	}
	mean, ids := worst.meanOthers(), p.culprits
	often := fmt.Sprintf("in %.0f %% of the slots", max(1, 100*worst.disturbed()))
	if mean[byQuota] > allowed(byQuota) {
		return "a CPU quota held programs back " + often
	}
	if mean[byDelay] > allowed(byDelay) {
		return "threads were kept waiting for a CPU " + often
	}
	if len(ids) == 0 { // no slot was on one CPU
		for _, cpus := range slices.Sorted(maps.Keys(mean)) {
			if mean[cpus] > allowed(cpus) {
				ids, _ = host.ParseList(cpus) // which others are taken has been read before
				break
			}
		}
	}
	return cpusWere(ids) + " taken by others " + often
}

func cpusWere(ids []int) string {
	if len(ids) == 1 {
		return fmt.Sprintf("CPU %d was", ids[0])
	}
	return "CPUs " + host.FormatList(ids) + " were"
}

// leftOut tells of the blocks in which others had the CPUs, of points that something
// rests on which others change.
func (p *Prepared) leftOut(points []*judged, tests []*test) []string {
	rests := map[*judged]bool{}
	for _, t := range tests {
		for _, pt := range t.points {
			rests[pt] = rests[pt] || pt.wide() || len(t.points) > 1
		}
	}
	var taken []*judged
	var few []string // benchmarks
	least, of := math.MaxInt, 0
	for _, pt := range points {
		if pt.free == pt.prepared || !rests[pt] && !pt.alone {
			continue
		}
		taken = append(taken, pt)
		if name := curveOf(pt.Point).title(); !pt.few() {
			least, of = min(least, len(pt.free.blocks)), len(pt.blocks)
		} else if !slices.Contains(few, name) {
			few = append(few, name)
		}
	}
	if taken == nil {
		return nil
	}
	note := p.why(taken...) + "; speedups and efficiencies rest on blocks without that"
	if of > 0 {
		note += fmt.Sprintf(", at least %d of %d", least, of)
	}
	if few != nil {
		note += "; there are too few of them to tell those of " + some(few) + ": measure again when the machine is quiet, or wait longer for that (--wait)"
	}
	return []string{note}
}
