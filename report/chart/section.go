package chart

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"

	"overlap/report"
)

// OfRow returns the charts of one row alone, for the row's section of a page:
// its curves, the universal scalability law, the stacks of all its points, its latencies and its heat map, as
// far as the file has the numbers.
func OfRow(a *report.Analysis, r report.Row) []Chart {
	alone := *a
	alone.Rows = []report.Row{r}
	charts := []Chart{curves(r)}
	add := func(c Chart, ok bool) {
		if ok {
			charts = append(charts, c)
		}
	}
	add(USLFit(r))
	add(stackOfRow(r))
	add(latencyChart(latencyOfRow(r)))
	add(Heat(&alone))
	for i := range charts {
		charts[i].Row = r.ID()
	}
	return charts
}

// curves are what cores and workers bring to one row, side by side.
func curves(r report.Row) Chart {
	if !hasScaling(r) {
		return workersOfRow(r)
	}
	rows := []report.Row{r}
	title := "Gain from cores"
	if len(r.Lines) > 0 {
		title += ", and throughput against workers"
	}
	title += ", on log scales"
	if len(r.Models.Cores) > 1 {
		title += "; efficiency on a linear one"
	}
	c := Chart{
		Name:    "curves",
		Title:   "Cores and workers",
		Caption: "Cores: on the ceiling the machine is the limit, below it the program.",
		Alt:     scalingAlt(rows),
		width:   pageWidth,
		height:  236,
		draw: func(c draw.Canvas, t Theme) {
			c = t.headline(c, title)
			cores, workers := t.scalingStyle(), t.workersStyle()
			drawn := gainsAndCeilings(r)
			names, plots := []string{"Gain from cores"}, []*plot.Plot{cores.panel(t, r)}
			entries := cores.legend(r.On(r.P)+", or gain from them", r)
			if len(r.Lines) > 0 {
				entries = append(entries, workers.besideCores(r)...)
				drawn = append(drawn, throughputs(r)...)
				names, plots = append(names, "Throughput"), append(plots, workers.panel(t, r))
			}
			if len(r.Models.Cores) > 1 {
				style := t.efficiencyStyle()
				entries = append(entries, style.legend(rows)...)
				drawn = append(drawn, shares(r)...)
				names, plots = append(names, "Efficiency"), append(plots, style.panel(t, r))
			}
			c = t.legend(c, append(entries, t.intervalEntry(drawn)...))
			t.panels(c, names, plots)
		},
	}
	if len(r.Lines) > 0 {
		c.Caption += " Workers: where the curve is level, more of them bring no more."
		if hasBound(r) {
			c.Caption += " Below the knee of the bound, of D the CPU time of a job and Z its waiting, they overlap more waiting; beyond it only cores help."
		}
		c.Alt += " " + workersAlt(rows)
	}
	if len(r.Models.Cores) > 1 {
		c.Caption += " Efficiency: where only G_p/p falls, the machine is the limit, where G_p/H(p) falls, too, the program; the Karp–Flatt fraction is the serial part that would explain the loss."
		c.Alt += " " + efficiencyAlt(rows)
	}
	return c
}

// workersOfRow is the throughput of a row whose cores were not compared.
func workersOfRow(r report.Row) Chart {
	c := Workers(&report.Analysis{Rows: []report.Row{r}})
	c.Name = "curves"
	return c
}

// besideCores are the entries of what the panel of cores has not explained.
func (s workersStyle) besideCores(r report.Row) []entry {
	all := s.legend([]report.Row{r}, hasBound(r))
	if !hasBound(r) {
		return all[:1]
	}
	if r.P == 1 {
		return all
	}
	all[3].label = "bound of " + r.On(r.P)
	return []entry{all[0], all[1], all[3]}
}
