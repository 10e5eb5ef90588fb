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
	rows := []report.Row{r}
	c := Chart{
		Name:    "curves",
		Title:   "Cores and workers",
		Caption: scalingCaption,
		Alt:     scalingAlt(rows),
		width:   pageWidth,
		height:  236,
		draw: func(c draw.Canvas, t Theme) {
			c = t.headline(c, "Gain from cores, and throughput against workers, on doubling scales")
			cores, workers := t.scalingStyle(), t.workersStyle()
			names, plots := []string{"Gain from cores"}, []*plot.Plot{cores.panel(t, r)}
			entries := cores.legend(plural(r.P, "core")+", or gain from them", r)
			if len(r.Lines) > 0 {
				all := workers.legend("")
				entries = append(entries, all[0], all[1], entry{"bound of " + plural(r.P, "core"), all[3].mark})
				names, plots = append(names, "Throughput"), append(plots, workers.panel(t, r))
			}
			if len(r.Models.Cores) > 1 {
				style := t.efficiencyStyle()
				entries = append(entries, style.legend()[:3]...)
				names, plots = append(names, "Efficiency"), append(plots, style.panel(t, r))
			}
			c = t.legend(c, append(entries, t.intervalEntry()))
			t.panels(c, names, plots)
		},
	}
	if len(r.Lines) > 0 {
		c.Caption += " " + workersCaption
		c.Alt += " " + workersAlt(rows)
	}
	if len(r.Models.Cores) > 1 {
		c.Caption += " " + efficiencyCaption
		c.Alt += " " + efficiencyAlt(rows)
	}
	return c
}
