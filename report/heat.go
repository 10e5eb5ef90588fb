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

// grid returns GOMAXPROCS × workers, by GOMAXPROCS and then by workers. If several
// values of GOMAXPROCS were measured on the same cores, it keeps to these cores;
// otherwise both grow together.
func (s survey) grid(one series) (cells []Cell) {
	if ridge := s.ridge(); len(ridge) > 1 {
		s.levels = ridge
	}
	for _, p := range s.points() {
		cells = append(cells, Cell{p.Cores, p.Procs, p.Workers, quotient(one, s.times(p))})
	}
	return cells
}

// ridge returns the levels of the number of cores that has most of them; of
// several such numbers the largest.
func (s survey) ridge() []level {
	byCores := map[int][]level{}
	for _, l := range s.allLevels(s.base) {
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

// AdvisedCell returns the index of the cell of the row's advice, -1 if there is
// none. Of several GOMAXPROCS beyond the cores it takes the smallest.
func (r Row) AdvisedCell() int {
	enough, ok := r.Enough()
	return slices.IndexFunc(r.Grid, func(c Cell) bool {
		return ok && c.Workers == enough.Workers && level{c.Cores, c.Procs}.p() == enough.Cores
	})
}
