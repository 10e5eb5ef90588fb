package report

import (
	"cmp"
	"slices"
)

// Cell is the throughput of a point over that of one worker on one core with
// GOMAXPROCS 1, which makes it a speedup.
type Cell struct {
	Cores   int      `json:"cores"`      // CPUs that the process is bound to
	Procs   int      `json:"gomaxprocs"` // GOMAXPROCS
	Workers int      `json:"workers"`    // tasks in progress at once
	Gain    Interval `json:"gain"`       // throughput over that of one worker on one core
}

// grid is GOMAXPROCS × workers, by GOMAXPROCS and then by workers. The cores
// are those at which most values of GOMAXPROCS were measured, if these are two
// or more; otherwise both grow together.
func (d survey) grid(base Point, one series, levels []level) (cells []Cell) {
	if ridge := d.ridge(base); len(ridge) > 1 {
		levels = ridge
	}
	for _, l := range levels {
		for _, w := range d.workersAt(base, l) {
			s, _ := d.series(base.at(w, l))
			cells = append(cells, Cell{l.cores, l.procs, w, quotient(one, s)})
		}
	}
	return cells
}

// ridge is the levels of the one number of cores that has most of them; of
// several such numbers the largest.
func (d survey) ridge(base Point) []level {
	byCores := map[int][]level{}
	for _, l := range d.allLevels(base) {
		byCores[l.cores] = append(byCores[l.cores], l)
	}
	var best []level
	for _, list := range byCores {
		if best == nil || cmp.Or(len(list)-len(best), list[0].cores-best[0].cores) > 0 {
			best = list
		}
	}
	slices.SortFunc(best, func(x, y level) int { return x.procs - y.procs })
	return best
}

// AdvisedCell is the index of the cell of the row's advice, -1 if there is
// none or the grid does not have it. Of several GOMAXPROCS beyond the cores it is the smallest.
func (r Row) AdvisedCell() int {
	enough, ok := r.Enough()
	return slices.IndexFunc(r.Grid, func(c Cell) bool {
		return ok && c.Workers == enough.Workers && level{c.Cores, c.Procs}.p() == enough.Cores
	})
}
