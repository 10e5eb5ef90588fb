package report

import "fmt"

// Advice is the least that brings almost all: of the points whose throughput is
// within 5 % of the best, the one with the fewest cores, and of these the one
// with the fewest workers. Cores come first because they cost money. The best is
// that of the fewest workers of a level, not what seems best of all by chance.
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
	var best series
	for _, l := range levels {
		times := d.timesAt(base, l)
		if w, ok := fewest(times, 1/almost, anyWorkers); ok && (best == nil || times[w].mean() < best.mean()) {
			best = times[w]
		}
	}
	for _, l := range levels { // by cores, and then by workers
		for _, w := range d.workersAt(base, l) {
			times, _ := d.series(base.at(w, l))
			if share := quotient(best, times); share.Value >= almost {
				return Advice{w, l.p(), share}
			}
		}
	}
	return Advice{}
}
