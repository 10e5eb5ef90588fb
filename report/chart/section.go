package chart

import (
	"strings"

	"overlap/report/analyse"
)

// OfRow returns the charts of one row, for its section of the page: its curves with the
// universal scalability law, the stacks of all its points, its latencies and its heat map,
// as far as the file has the numbers.
func OfRow(a *analyse.Analysis, r analyse.Row) []Chart {
	alone := *a
	alone.Rows = []analyse.Row{r}
	charts := []Chart{curves(r)}
	add := func(c Chart, ok bool) {
		if ok {
			charts = append(charts, c)
		}
	}
	add(stackOfRow(r))
	add(latencyChart(latencyOfRow(r)))
	add(Heat(&alone))
	for i := range charts {
		charts[i].Row = r.ID()
	}
	return ofWorkers(charts, alone.Rows)
}

// curves draws what cores and workers bring to one row, side by side.
func curves(r analyse.Row) Chart {
	rows := []analyse.Row{r}
	c := Chart{Name: "curves", Title: "Cores and workers"}
	var titles, names, captions, alts []string
	var panels []func(Theme) *panel
	if hasScaling(r) {
		titles, names = append(titles, "Gain from cores"), append(names, "Gain from cores")
		captions = append(captions, "Cores: on the ceiling the machine is the limit, below it the program.")
		alts = append(alts, scalingAlt(rows))
		panels = append(panels, func(t Theme) *panel { return t.scalingStyle().panel(t, r, r.Models.OverCores) })
	}
	if hasLines(r) {
		titles, names = append(titles, "throughput against workers"), append(names, "Throughput")
		captions = append(captions, "Workers: where the curve is level, more of them bring no more.")
		if hasBound(r) {
			captions = append(captions, "Below the knee of the bound, more workers overlap more waiting; beyond it, only more cores help.")
		}
		alts = append(alts, workersAlt(rows))
		panels = append(panels, func(t Theme) *panel { return t.workersStyle().panel(t, r, r.Models.OverWorkers) })
	}
	if hasLaw(r) {
		captions, alts = append(captions, lawCaption), append(alts, lawAlt(r))
	}
	c.Caption, c.Alt = strings.Join(captions, " "), strings.Join(alts, " ")
	c = c.multiples(panelsAcross, strings.Join(titles, ", and ")+", on log scales",
		func(t Theme) []entry { return t.curveEntries(r) }, names,
		func(t Theme, i int) *panel { return panels[i](t) })
	c.height = 236
	return c
}

// curveEntries explains the curves of one row. What both panels show is explained once.
func (t Theme) curveEntries(r analyse.Row) (entries []entry) {
	workers := t.workersStyle()
	switch {
	case hasScaling(r) && hasLines(r):
		entries = append(t.scalingStyle().legend(r.CoresText(r.P)+", or gain from them", r), workers.entriesAfterCores(r)...)
	case hasScaling(r):
		entries = t.scalingStyle().legend("gain from cores", r)
	default:
		entries = workers.legend([]analyse.Row{r}, hasBound(r))
	}
	if hasLaw(r) {
		entries = append(entries, t.lawEntries()...)
	}
	return entries
}

// entriesAfterCores explains what the panel of cores does not show.
func (s workersStyle) entriesAfterCores(r analyse.Row) []entry {
	all := s.legend([]analyse.Row{r}, hasBound(r))
	switch {
	case r.P == 1 || r.Lines[0].P != 1:
		return all
	case !hasBound(r):
		return all[:1]
	}
	all[3].label = "bound of " + r.CoresText(r.P)
	return []entry{all[0], all[1], all[3]}
}
