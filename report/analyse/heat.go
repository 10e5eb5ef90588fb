package analyse

import (
	"cmp"
	"slices"

	"overlap/internal/interval"
	"overlap/report/load"
)

// Cell is the throughput of a point over that of one worker on one core with
// GOMAXPROCS 1, which makes it a speedup.
type Cell struct {
	Cores   int               `json:"cores"`      // CPUs that the process is bound to
	Procs   int               `json:"gomaxprocs"` // GOMAXPROCS
	Workers int               `json:"workers"`    // tasks in progress at once
	Gain    interval.Interval `json:"gain"`       // throughput over that of one worker on one core
}

// grid returns GOMAXPROCS × workers, by GOMAXPROCS and then by workers. If several
// values of GOMAXPROCS were measured on the same cores, it keeps to these cores;
// otherwise both grow together.
func (s survey) grid(one interval.Series) (cells []Cell) {
	if ridge := s.ridge(); len(ridge) > 1 {
		s.levels = ridge
	}
	for _, p := range s.points() {
		cells = append(cells, Cell{p.Cores, p.Procs, p.Workers, interval.Quotient(one, s.times(p))})
	}
	return cells
}

// ridge returns the levels of the number of cores that has most of them; of
// several such numbers the largest.
func (s survey) ridge() []load.Level {
	byCores := map[int][]load.Level{}
	for _, l := range s.AllLevels(s.base) {
		byCores[l.Cores] = append(byCores[l.Cores], l)
	}
	var best []load.Level
	for _, list := range byCores {
		if best == nil || cmp.Or(len(list)-len(best), list[0].Cores-best[0].Cores) > 0 {
			best = list
		}
	}
	slices.SortFunc(best, func(x, y load.Level) int { return x.Procs - y.Procs })
	return best
}

// AdvisedCell returns the index of the cell of the row's advice, -1 if there is
// none. Of several GOMAXPROCS beyond the cores it takes the smallest.
func (r Row) AdvisedCell() int {
	enough, ok := r.Enough()
	return slices.IndexFunc(r.Grid, func(c Cell) bool {
		return ok && c.Workers == enough.Workers && load.Level{Cores: c.Cores, Procs: c.Procs}.P() == enough.Cores
	})
}
