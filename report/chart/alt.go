package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"

	"overlap/internal/table"
	"overlap/report"
)

// sentence joins what say tells of n things. A picture of dozens would take
// minutes to be read out, so of many it tells of the first only.
func sentence(n int, say func(int) string) string {
	const maxParts = 8
	var parts []string
	for i := range n {
		if i == maxParts && n > maxParts+1 {
			parts = append(parts, fmt.Sprintf("and %d more", n-maxParts))
			break
		}
		parts = append(parts, say(i))
	}
	return strings.Join(parts, "; ") + "."
}

// gainsAlt is the identity of each row.
func gainsAlt(rows []report.Row) string {
	return "Concurrency gain × parallelism gain = speedup: " + sentence(len(rows), func(i int) string {
		r := rows[i]
		s := r.Name() + " " + product(r, report.Interval.String)
		if hasCeiling(r) {
			s += fmt.Sprintf(", ceiling × %s", r.Ceiling)
		}
		return s
	})
}

// scalingAlt is what the cores of each row bring, and what they could.
func scalingAlt(rows []report.Row) string {
	return "Gain from cores at the best number of workers: " + sentence(len(rows), func(i int) string {
		r := rows[i]
		s := fmt.Sprintf("%s reaches %s %s", r.Name(), table.Figures(r.FromCores().Value), r.Under(r.P))
		if h := r.Ceiling.Value; !math.IsNaN(h) && r.P > 1 {
			s += fmt.Sprintf(", where separate programs reach %s", table.Figures(h))
		}
		return s
	})
}

// workersAlt is the highest throughput of each row, and what the bound allows.
func workersAlt(rows []report.Row) string {
	return "Highest throughput on all cores: " + sentence(len(rows), func(i int) string {
		r := rows[i]
		l := r.Lines[len(r.Lines)-1]
		best := report.LinePoint{}
		for _, p := range l.Points {
			if p.Throughput.Value > best.Throughput.Value {
				best = p
			}
		}
		s := fmt.Sprintf("%s %s jobs per second at %s", r.Name(), plain(best.Throughput.Value), table.Count(best.Workers, "worker"))
		if bound := l.Bound(float64(best.Workers)); bound > 0 && !math.IsInf(bound, 0) {
			s += fmt.Sprintf(", %.0f %% of its bound", 100*best.Throughput.Value/bound)
		}
		return s
	})
}

// planeAlt is where each row lies.
func planeAlt(rows []report.Row) string {
	var known []report.Row
	for _, r := range rows {
		if onPlane(r) {
			known = append(known, r)
		}
	}
	return "Tasks in flight and CPUs busy: " + sentence(len(known), func(i int) string {
		return fmt.Sprintf("%s %s and %s", known[i].Name(), table.Figures(known[i].Inflight.Value), table.Figures(known[i].CPUsBusy.Value))
	})
}

// maxLabelWidth is how long the name of a row may be beside its bar.
const maxLabelWidth vg.Length = 150

// namesOf are those of rows.
func namesOf(rows []report.Row) (names []string) {
	for _, r := range rows {
		names = append(names, r.Name())
	}
	return names
}

// clipAll shortens each name to a width: in its middle, which is easier to read
// than what is left of the words that all share, unless two would be alike.
func clipAll(style text.Style, names []string, widths []vg.Length) []string {
	clipped := func(names []string) (short []string, apart bool) {
		of := map[string]string{} // short → whole
		apart = true
		for i, name := range names {
			cut := clip(style, name, widths[i])
			was, ok := of[cut]
			apart = apart && (!ok || was == name)
			of[cut] = name
			short = append(short, cut)
		}
		return short, apart
	}
	short, apart := clipped(names)
	if !apart {
		narrowest := slices.Min(widths)
		short, _ = clipped(table.Shorten(names, func(name string) bool { return style.Width(name) <= narrowest }))
	}
	return short
}

// clip shortens s to a width. What was cut is shown by an ellipsis in the
// middle: names that share their beginning differ at the end.
func clip(style text.Style, s string, width vg.Length) string {
	if style.Width(s) <= width {
		return s
	}
	runes := []rune(s)
	for keep := min(len(runes)-1, 200); keep > 0; keep-- {
		short := string(runes[:(keep+1)/2]) + "…" + string(runes[len(runes)-keep/2:])
		if style.Width(short) <= width {
			return short
		}
	}
	return "…"
}
