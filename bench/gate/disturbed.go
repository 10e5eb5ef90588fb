package gate

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"overlap/bench/host"
	"overlap/internal/sampling"
)

// disturbed reports whether others had one of the CPUs, so that what was measured
// meanwhile is not what the code does with all of them.
func (o Others) disturbed() bool {
	for cpus, n := range o {
		if n > allowed(cpus) {
			return true
		}
	}
	return false
}

// Allowed returns how many of so many CPUs others may have before a block is disturbed: a
// tenth of one. The errors of the clocks, which for a block and one CPU are 0.03,
// add up as the root of the number of CPUs.
func Allowed(cpus int) float64 { return sampling.MaxPressure * math.Sqrt(float64(cpus)) }

// allowed is Allowed for a set of CPUs, or without limit if it is not one.
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

// ignoresOthers reports whether it is unknown for a block what others had.
func (pt *prepared) ignoresOthers() bool {
	return slices.ContainsFunc(pt.blocks, func(b Block) bool { return b.others() == nil })
}

// meanOthers returns the mean over the blocks of the point.
func (pt *prepared) meanOthers() Others {
	mean := Others{}
	for _, b := range pt.blocks {
		for cpus, n := range b.others() {
			mean[cpus] += n / float64(len(pt.blocks))
		}
	}
	return mean
}

// lostShare returns the share of a CPU that others may have had: for each set of CPUs
// what they had over what is allowed, and of those the largest.
func (pt *prepared) lostShare() float64 {
	share := 0.0
	for cpus, n := range pt.meanOthers() {
		share = max(share, n/allowed(cpus)*Allowed(1))
	}
	return min(share, .5)
}

// disturbedShare is the share of the slots in which others had a CPU.
func (pt *prepared) disturbedShare() float64 {
	n := 0
	for _, b := range pt.blocks {
		for _, s := range b.Slots {
			if s.Others.disturbed() {
				n++
			}
		}
	}
	return float64(n) / float64(4*max(1, len(pt.blocks)))
}

// disturbedCPUs are the CPUs that others took at least half as often as the one that
// they took most often. Only slots that know of single CPUs count.
func disturbedCPUs(points []*prepared) (ids []int) {
	times, maximum := map[int]int{}, 0
	for _, pt := range points {
		for _, b := range pt.blocks {
			for _, s := range b.Slots {
				for cpus, n := range s.Others {
					if id, err := strconv.Atoi(cpus); err == nil && n > allowed(cpus) {
						times[id]++
						maximum = max(maximum, times[id])
					}
				}
			}
		}
	}
	for id, n := range times {
		if 2*n >= maximum {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// why says who had the CPUs, by the point with the most disturbed slots.
func (j judgement) why(points ...*judged) string {
	worst := points[0].prepared
	for _, pt := range points {
		if pt.disturbedShare() > worst.disturbedShare() {
			worst = pt.prepared
		}
	}
	mean, ids := worst.meanOthers(), j.disturbedCPUs
	often := fmt.Sprintf("in %.0f %% of the slots", max(1, 100*worst.disturbedShare()))
	if mean[byQuota] > allowed(byQuota) {
		return "a CPU quota held programs back " + often
	}
	if mean[byDelay] > allowed(byDelay) {
		return "threads were kept waiting for a CPU " + often
	}
	if len(ids) == 0 { // no slot was on one CPU
		for _, cpus := range slices.Sorted(maps.Keys(mean)) {
			if mean[cpus] > allowed(cpus) {
				ids, _ = host.ParseList(cpus) // Slot.check has read it
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

// noteLeftOut notes the blocks in which others had the CPUs, if something that others
// change rests on their points.
func (j judgement) noteLeftOut() []string {
	rests := map[*judged]bool{}
	for _, t := range j.tests {
		for _, pt := range t.points {
			rests[pt] = rests[pt] || pt.onSeveralCPUs() || len(t.points) > 1
		}
	}
	var taken []*judged
	var few []string // benchmarks
	least, of := math.MaxInt, 0
	for _, pt := range j.points {
		if pt.undisturbed == pt.prepared || !rests[pt] && !pt.headOnly {
			continue
		}
		taken = append(taken, pt)
		if name := curveOf(pt.Point).name(); !pt.tooFewUndisturbed() {
			least, of = min(least, len(pt.undisturbed.blocks)), len(pt.blocks)
		} else if !slices.Contains(few, name) {
			few = append(few, name)
		}
	}
	if taken == nil {
		return nil
	}
	note := j.why(taken...) + "; speedups and efficiencies rest on blocks without that"
	if of > 0 {
		note += fmt.Sprintf(", at least %d of %d", least, of)
	}
	if few != nil {
		note += "; there are too few of them for " + listNames(few) + ": measure again when the machine is quiet, or wait longer for that"
	}
	return []string{note}
}
