package page

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"overlap/internal/sampling"
	"overlap/internal/table"
	"overlap/report/analyse"
)

// point is a row of the table of points.
type point struct {
	Cells []string
	Strip template.HTML
}

// pointHeadings are the headings of the table of points, except the last, the strips.
var pointHeadings = []string{
	"workers", "cores", "GOMAXPROCS", "for", "samples", "left out", "time of a job", "95 % interval", "median", "fastest … slowest",
	"jobs/s", "gain over 1 worker on 1 core", "p50", "p99", "tasks in flight", "CPUs busy",
}

func newPoint(p analyse.PointSamples) point {
	role := p.Role()
	if role == "" {
		role = "–"
	} else if p.Point.Slices > 1 {
		role += fmt.Sprintf(" (1 of %d)", p.Point.Slices)
	}
	return point{
		Cells: []string{
			table.Natural(p.Point.Workers), fmt.Sprint(p.Point.Cores), fmt.Sprint(p.Point.Procs), role,
			fmt.Sprint(len(p.Samples)), fmt.Sprint(p.LeftOut),
			seconds(p.Time.Value), bounds(p.Time, seconds), seconds(p.Median),
			seconds(p.Fastest) + " … " + seconds(p.Slowest), table.Figures(p.Throughput().Value),
			p.Gain.String(), seconds(p.Latency.P50.Value), seconds(p.Latency.P99.Value), table.Number(p.Inflight), table.Number(p.CPUsBusy),
		},
		Strip: strip(p),
	}
}

// maxDots limits the samples of a strip: more would cover each other.
const maxDots = 400

// strip draws the samples of a point: rounds from left to right, slower ones higher, and
// those that were left out as crosses.
func strip(p analyse.PointSamples) template.HTML {
	if len(p.Samples) < 2 || len(p.Samples) > maxDots {
		return ""
	}
	low, high, last := math.Inf(1), math.Inf(-1), 2
	for _, s := range p.Samples {
		low, high, last = min(low, s.Seconds), max(high, s.Seconds), max(last, s.Round)
	}
	var dots, crosses strings.Builder
	for _, s := range p.Samples {
		share := 0.5
		if high > low {
			share = (s.Seconds - low) / (high - low)
		}
		x, y := 3+math.Round(114*float64(s.Round-1)/float64(last-1)), 21-math.Round(18*share)
		if p.LeftOut > 0 && s.Pressure > sampling.MaxPressure {
			fmt.Fprintf(&crosses, "M%g %gl4 4m0-4l-4 4", x-2, y-2)
		} else {
			fmt.Fprintf(&dots, "M%g %gh0", x, y)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="strip" viewBox="0 0 120 24" role="img" aria-label="%s by round, from %s to %s, %d left out"><path d="%s"></path>`,
		table.Count(len(p.Samples), "sample"), seconds(low), seconds(high), p.LeftOut, dots.String())
	if crosses.Len() > 0 {
		fmt.Fprintf(&b, `<path class="out" d="%s"></path>`, crosses.String())
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}
