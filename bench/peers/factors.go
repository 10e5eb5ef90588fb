package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// factors are the speedup of a number of workers over one worker on one core of the same
// system: S = G_c × G_p, exactly, because all three are means over the same rounds. If
// only one core was measured, only G_c has a value.
type factors struct {
	workers   int
	gc, gp, s interval
}

// factorise compares the rounds on one core with those on two. A round without one of
// them counts for none of the factors.
func (m *match) factorise(workers int, cores []int) factors {
	one, two := m.rounds[1], m.rounds[slices.Max(cores)]
	var base, more, both []float64
	for i := range max(len(one), len(two)) {
		base = append(base, at(one, i, 1))
		more = append(more, at(one, i, workers))
		both = append(both, at(two, i, workers))
		if last := len(base) - 1; base[last] == 0 || both[last] == 0 {
			base[last], more[last], both[last] = 0, 0, 0
		}
	}
	f := factors{workers: workers, gc: pairedRatio(more, base)}
	if slices.Max(cores) == 1 {
		none := pairedRatio(nil, nil)
		f.gp, f.s = none, none
		return f
	}
	f.gp, f.s = pairedRatio(both, more), pairedRatio(both, base)
	return f
}

// at returns the speed in a round; 0 if it is missing.
func at(all []rates, round, workers int) float64 {
	if round >= len(all) || all[round][workers].tasks == 0 {
		return 0
	}
	return all[round][workers].perSecond()
}

// nearBest is the share of the best speedup that counts as equal to it: which of several
// equal ones is the best is chance.
const nearBest = 0.95

// best returns the factors of the smallest number of workers within 5 % of the best
// speedup, or of the best gain if only one core was measured.
func best(all []factors) factors {
	speed := func(f factors) float64 {
		if math.IsNaN(f.s.Value) {
			return f.gc.Value
		}
		return f.s.Value
	}
	top := 0.0
	for _, f := range all {
		top = max(top, speed(f))
	}
	for _, f := range all {
		if speed(f) >= nearBest*top {
			return f
		}
	}
	return all[0]
}

// writeTasks prints a block for each chore with a row for each system.
func writeTasks(w io.Writer, all []*match, cores []int) error {
	if !slices.ContainsFunc(all, func(m *match) bool { return len(m.rounds) > 0 || m.err != nil }) {
		return nil // none was chosen, or the session ended early
	}
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(m *match) bool { return m.chore.name != all[0].chore.name })
		if n < 0 {
			n = len(all)
		}
		if _, err := fmt.Fprintf(w, "\n%s – %s\n\n", all[0].chore.name, all[0].chore.doc); err != nil {
			return err
		}
		if err := writeCells(w, taskCells(all[:n], cores)); err != nil {
			return err
		}
		all = all[n:]
	}
	_, err := io.WriteString(w, taskLegend)
	return err
}

const taskLegend = `
Tasks per second over those of one worker on one core of the same system, in the same round. G_c: gain from workers on
one core. G_p: gain from cores at those workers. best w: the smallest number of workers within 5 % of the best speedup.
± is the wider half of the 95 % interval.
`

func taskCells(all []*match, cores []int) [][]string {
	header := []string{"system"}
	for _, c := range cores {
		for i, w := range levels[1:] {
			title := fmt.Sprintf("w=%d", w)
			if i == 0 {
				title = fmt.Sprintf("%d core%s: %s", c, plural(c), title)
			}
			header = append(header, title)
		}
	}
	cells := [][]string{append(header, "best w", "G_c", "G_p", "S = G_c×G_p")}
	for _, m := range all {
		cells = append(cells, m.cells(cores))
	}
	return cells
}

// measured returns the factors of every number of workers that was measured.
func (m *match) measured(cores []int) (all []factors) {
	for _, w := range m.system.levels() {
		if f := m.factorise(w, cores); f.gc.N > 0 {
			all = append(all, f)
		}
	}
	return all
}

// best returns the factors at the best number of workers. It returns false if the match
// failed or was not measured.
func (m *match) best(cores []int) (factors, bool) {
	measured := m.measured(cores)
	if m.err != nil || len(measured) == 0 {
		return factors{}, false
	}
	return best(measured), true
}

// cells returns the row of the match, with empty cells for what was not measured.
func (m *match) cells(cores []int) []string {
	row := []string{m.system.name}
	measured := m.measured(cores)
	byWorkers := map[int]factors{}
	for _, f := range measured {
		byWorkers[f.workers] = f
	}
	for _, c := range cores {
		for _, w := range levels[1:] {
			row = append(row, gain(byWorkers[w], c))
		}
	}
	switch {
	case m.err != nil:
		return append(row, "failed", "", "", "")
	case len(measured) == 0:
		return append(row, "", "", "", "")
	}
	f := best(measured)
	return append(row, fmt.Sprint(f.workers), spread(f.gc), spread(f.gp), spread(f.s))
}

// gain returns G_c on one core and S on more.
func gain(f factors, cores int) string {
	x := f.s
	if cores == 1 {
		x = f.gc
	}
	if x.N == 0 {
		return ""
	}
	return number(x.Value)
}

// spread writes a value with the wider half of its interval. The gain of one worker over
// itself is exactly 1.
func spread(x interval) string {
	half := max(x.High-x.Value, x.Value-x.Low)
	switch {
	case x.N == 0:
		return ""
	case half == 0:
		return number(x.Value)
	}
	return number(x.Value) + " ±" + number(twoDigits(half))
}

// twoDigits rounds to two significant digits: an error has no more.
func twoDigits(x float64) float64 {
	if math.IsInf(x, 1) {
		return x
	}
	unit := math.Pow(10, math.Floor(math.Log10(x))-1)
	return math.Round(x/unit) * unit
}

// line returns a sample of a match as benchmarks, one for each number of workers.
func (m *match) line(cores int, got rates) string {
	procs := ""
	if cores > 1 {
		procs = fmt.Sprintf("-%d", cores)
	}
	var b strings.Builder
	for _, w := range m.system.levels() {
		fmt.Fprintf(&b, "BenchmarkPeers/case=%s/side=%s/workers=%d/cores=%d%s %d %.6g tasks/s\n",
			m.chore.name, m.system.name, w, cores, procs, got[w].tasks, got[w].perSecond())
	}
	return b.String()
}

// matchFailures returns the errors of the matches that failed.
func matchFailures(all []*match) (texts []string) {
	for _, m := range all {
		if m.err != nil {
			texts = append(texts, fmt.Sprintf("%s: %v", m.title(), m.err))
		}
	}
	return texts
}
