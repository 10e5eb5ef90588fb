package report

import "fmt"

// Advice is the least that brings almost all: of the points whose throughput is
// within 5 % of the best measured, or not told apart from it, the one with the
// fewest cores, and of these the one with the fewest workers. Cores come first
// because they cost money.
type Advice struct {
	Workers, Cores int      // Workers is 0 for a benchmark that decides itself
	Share          Interval // its throughput over the best
}

// String is the advice in words.
func (a Advice) String() string {
	cores := fmt.Sprintf("%d cores", a.Cores)
	if a.Cores == 1 {
		cores = "1 core"
	}
	switch a.Workers {
	case 0:
		return cores
	case 1:
		return "1 worker on " + cores
	}
	return fmt.Sprintf("%d workers on %s", a.Workers, cores)
}

// almost is the share of the best throughput that is enough.
const almost = 0.95

func (d *Data) advice(base Point, levels []level) Advice {
	type candidate struct {
		workers int
		level   level
		times   series
	}
	var all []candidate
	best := 0
	for _, l := range levels {
		for _, w := range d.workersAt(base, l) {
			s, _ := d.series(base.at(w, l))
			all = append(all, candidate{w, l, s})
			if s.mean() < all[best].times.mean() {
				best = len(all) - 1
			}
		}
	}
	for _, c := range all { // by cores, and then by workers
		if asGood(c.times, all[best].times, 1/almost) {
			return Advice{c.workers, c.level.p(), quotient(all[best].times, c.times)}
		}
	}
	return Advice{}
}
