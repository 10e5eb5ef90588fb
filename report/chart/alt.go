package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/analyse"
)

// sentence joins say(0) to say(n-1) with semicolons. After the first few it only counts
// the rest: a screen reader would take minutes to read dozens.
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

// gainsAlt says speedup = concurrency gain × parallelism gain for each row.
func gainsAlt(rows []analyse.Row) string {
	return "Concurrency gain × parallelism gain = speedup: " + sentence(len(rows), func(i int) string {
		r := rows[i]
		s := r.Name() + " " + product(r, interval.Interval.String)
		if hasCeiling(r) {
			s += fmt.Sprintf(", ceiling × %s", r.Ceiling)
		}
		return s
	})
}

// scalingAlt says what the cores of each row bring, and what they could bring.
func scalingAlt(rows []analyse.Row) string {
	return "Gain from cores at the best number of workers: " + sentence(len(rows), func(i int) string {
		r := rows[i]
		s := fmt.Sprintf("%s reaches %s %s", r.Name(), table.Figures(r.FromCores().Value), r.AtCoresText(r.P))
		if h := r.Ceiling.Value; !math.IsNaN(h) && r.P > 1 {
			s += fmt.Sprintf(", where separate programs reach %s", table.Figures(h))
		}
		return s
	})
}

// workersAlt says the highest throughput of each row, and its share of the bound.
func workersAlt(rows []analyse.Row) string {
	return "Highest throughput on all cores: " + sentence(len(rows), func(i int) string {
		r := rows[i]
		l := r.Lines[len(r.Lines)-1]
		best := analyse.LinePoint{}
		for _, p := range l.Points {
			if p.Throughput.Value > best.Throughput.Value {
				best = p
			}
		}
		s := fmt.Sprintf("%s %s jobs per second at %s", r.Name(), plain(best.Throughput.Value), table.Count(best.Workers, "worker"))
		if bound := l.MaxThroughput(float64(best.Workers)); bound > 0 && !math.IsInf(bound, 0) {
			s += fmt.Sprintf(", %.0f %% of its bound", 100*best.Throughput.Value/bound)
		}
		return s
	})
}

// planeAlt says where each row lies on the plane.
func planeAlt(rows []analyse.Row) string {
	var known []analyse.Row
	for _, r := range rows {
		if onPlane(r) {
			known = append(known, r)
		}
	}
	return "Tasks in flight and CPUs busy: " + sentence(len(known), func(i int) string {
		return fmt.Sprintf("%s %s and %s", known[i].Name(), table.Figures(known[i].Inflight.Value), table.Figures(known[i].CPUsBusy.Value))
	})
}

// maxLabelWidth limits the name of a row beside its bar.
const maxLabelWidth vg.Length = 150

func namesOf(rows []analyse.Row) (names []string) {
	for _, r := range rows {
		names = append(names, r.Name())
	}
	return names
}

// clipAll shortens names to widths: each in its middle, which reads best, unless two would
// look the same. Then the words that they share are shortened.
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

// clip shortens s to a width, with an ellipsis in the middle: names that begin alike
// differ at their ends.
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
