package report

import (
	"cmp"
	"slices"
)

// Cell is the throughput of a point over that of one worker on one core with
// GOMAXPROCS 1, which makes it a speedup.
type Cell struct {
	Cores, Procs, Workers int
	Gain                  Interval
}

// grid is GOMAXPROCS × workers, by GOMAXPROCS and then by workers. The cores
// are those at which most values of GOMAXPROCS were measured, if these are two
// or more; otherwise both grow together.
func (d *Data) grid(base, first Point, levels []level) (cells []Cell) {
	one, _ := d.series(first)
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
func (d *Data) ridge(base Point) []level {
	byCores := map[int][]level{}
	for l := range d.groups[base].workers {
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

// BestCell is the index of the cell with the highest gain, and Advised that of
// the cell with the smallest GOMAXPROCS, then the fewest workers, within 5 % of
// it: what costs least for about as much. Both are -1 if nothing was measured.
func (r Row) BestCell() (best, advised int) {
	best, advised = -1, -1
	for i, c := range r.Grid {
		if c.Gain.Value > 0 && (best < 0 || c.Gain.Value > r.Grid[best].Gain.Value) {
			best = i
		}
	}
	for i, c := range r.Grid {
		if best < 0 || !(1.05*c.Gain.Value >= r.Grid[best].Gain.Value) {
			continue
		}
		if advised < 0 || cmp.Or(c.Procs-r.Grid[advised].Procs, c.Workers-r.Grid[advised].Workers) < 0 {
			advised = i
		}
	}
	return best, advised
}
