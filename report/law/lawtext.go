package law

import (
	"fmt"
	"math"
	"strings"

	"overlap/internal/interval"
	"overlap/internal/table"
)

var Trends = map[Trend]string{
	Lossless:    "The Karp–Flatt fraction is too small to matter: nearly nothing is lost.",
	Constant:    "The Karp–Flatt fraction is the same on few cores and on many: a serial part explains the loss.",
	Rising:      "The Karp–Flatt fraction rises with cores: overhead grows with them, a serial part alone does not explain the loss.",
	Falling:     "The Karp–Flatt fraction falls with cores: the loss is not serial, more cores shorten it, too.",
	Superlinear: "The Karp–Flatt fraction is negative on the most cores: more than the cores can give, as when the data of a core fit its caches only if they are split.",
}

// Words describes the fraction and its limit, or says why there are none. The limit
// is left out where the fraction rises with cores: then it is not the limit.
func (s SerialFit) Words(t Trend) string {
	if s.Why != "" {
		return "not identifiable, " + s.Why
	}
	text := "serial fraction " + Span(s.Fraction)
	if !math.IsInf(s.Limit.Value, 1) && t != Rising {
		text += ", so no number of cores gives more than × " + Span(s.Limit)
	}
	return text
}

// Words describes the coefficients, or says why they mean nothing. counts and unit
// name the N, as "core counts" and "cores".
func (u USL) Words(counts, unit string) string {
	if u.Distinct() < EnoughN {
		return fmt.Sprintf("not identifiable, %s %s", u.Why, counts)
	}
	if !u.Drawable() {
		return "not identifiable, " + u.Why
	}
	text := u.Coefficients(unit)
	if !u.Identifiable {
		return "not identifiable, " + u.Why + ": " + text
	}
	most := u.fit.largest()
	part := func(name string, of func(Split) float64) string {
		i := spread(of(u.at.split(most)), u.draws, func(d draw) float64 { return of(d.bounded.split(most)) })
		text, low, high := fmt.Sprintf("%.0f %% %s", 100*i.Value, name), fmt.Sprintf("%.0f", 100*i.Low), fmt.Sprintf("%.0f", 100*i.High)
		if low != high {
			text += fmt.Sprintf(" (%s to %s)", low, high)
		}
		return text
	}
	return text + fmt.Sprintf("; of the time at %s %s %s, %s, %s", table.Round(most), unit,
		part("is the work shared out", Split.ideal), part("contention", Split.contention), part("coherency", Split.coherency))
}

// Coefficients describes the coefficients and the N at which the curve is highest.
func (u USL) Coefficients(unit string) string {
	text := fmt.Sprintf("σ %s, κ %s", Span(u.Sigma), Span(u.Kappa))
	if peak := u.Peak.Value; u.Kappa.Low > 0 { // or there may be no peak
		text += fmt.Sprintf(", highest at %s", table.Amount(math.Round(max(peak, 1)), strings.TrimSuffix(unit, "s")))
	}
	return text
}

// Span writes a value with its bounds, which may lie unevenly around it.
func Span(i interval.Interval) string {
	if math.IsNaN(i.Low) {
		return table.Round(i.Value)
	}
	return fmt.Sprintf("%s (%s to %s)", table.Round(i.Value), table.Round(i.Low), table.Round(i.High))
}

// FittedTo says which errors the fits minimise: see Loss.
const FittedTo = "fitted by relative errors; published coefficients often come from fits by absolute errors and therefore differ (SPEC SDM91: σ 0.014 here, 0.028 in print)"
