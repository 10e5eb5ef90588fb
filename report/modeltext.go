package report

import (
	"fmt"
	"math"
	"strings"
)

// Lines are the models in words, a sentence each. What was not measured, or
// cannot be told, is said to be so, or left out where it has no meaning.
func (m Models) Lines() (lines []string) {
	if len(m.Cores) == 0 {
		return nil // not fitted
	}
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	defer func() {
		if m.Others {
			say("The laws over cores, and what follows from them, are of %d workers: fewer cannot use all cores.", m.Workers)
		}
	}()
	for _, e := range m.Cores {
		if e.P == 1 {
			continue
		}
		ceiling := "was not measured"
		if !math.IsNaN(e.OfCeiling.Value) {
			ceiling = "is " + e.OfCeiling.String()
		}
		say("Efficiency %s: G_p/p is %v, G_p/H(p) %s.", m.nominal.under(e.P), e.OfIdeal, ceiling)
		say("Karp–Flatt serial fraction %s: %v%s.", m.nominal.under(e.P), e.Serial, aboveOne(e.Serial))
	}
	if text := trends[m.Serial]; text != "" {
		say("%s", text)
	}
	if len(m.Cores) > 0 {
		say("Amdahl over cores: %s.", m.Amdahl.words(m.Serial))
	}
	for _, s := range m.Scaled {
		if s.P > 1 {
			say("Scaled speedup of %d workers %s: %v, so the serial share of the time is %v (Gustafson).", s.P, m.nominal.under(s.P), s.Gain, GustafsonAt(s.Gain, s.P))
		}
	}
	if len(m.Scaled) > 0 {
		say("Gustafson over cores: %s.", m.Gustafson.words(Unclear))
	}
	if len(m.Cores) > 0 {
		say("USL over cores: %s.", m.OverCores.words("core counts", "cores"))
	}
	if len(m.OverWorkers.Points) > 0 {
		say("USL over workers: %s.", m.OverWorkers.words("numbers of workers", "workers"))
	}
	if !math.IsNaN(m.Knee) && !math.IsInf(m.Knee, 0) {
		say("Knee of the operational bounds: %s; if nothing else is lost, more of them only queue.", many(m.Knee, "worker"))
	}
	for _, p := range m.Predictions {
		lines = append(lines, p.words(m))
	}
	if m.NoPrediction != "" {
		say("No prediction: %s.", m.NoPrediction)
	}
	return lines
}

// FittedTo says which error the laws' coefficients make small: see Loss.
const FittedTo = "fitted to relative errors; published coefficients are often of absolute ones, and differ (SPEC SDM91: σ 0.014 here, 0.028 in print)"

// lawNotes say what to know about the laws; none if no row has one that is known.
func (a *Analysis) lawNotes() []string {
	for _, r := range a.Rows {
		if m := r.Models; len(m.Cores) > 0 && (m.Amdahl.Why == "" || m.OverCores.Drawable() || m.OverWorkers.Drawable()) {
			return []string{"The laws, on the page and in report.json, are " + FittedTo + "."}
		}
	}
	return nil
}

var trends = map[Trend]string{
	Lossless:    "The Karp–Flatt fraction is too small to matter: nearly nothing is lost.",
	Constant:    "The Karp–Flatt fraction is the same on few cores and on many: a serial part explains the loss.",
	Rising:      "The Karp–Flatt fraction rises with cores: overhead grows with them, a serial part alone does not explain the loss.",
	Falling:     "The Karp–Flatt fraction falls with cores: the loss is no serial part, more cores shorten it, too.",
	Superlinear: "The Karp–Flatt fraction is negative on the most cores: more than the cores can give, as when the data of a core fit its caches only if they are split.",
}

// words say the fraction and its limit, or why there are none. A law of which
// the fraction rises with cores has no limit to believe in.
func (s SerialFit) words(t Trend) string {
	if s.Why != "" {
		return "not identifiable, " + s.Why
	}
	text := "serial fraction " + span(s.Fraction)
	if !math.IsInf(s.Limit.Value, 1) && t != Rising {
		text += ", so no number of cores gives more than × " + span(s.Limit)
	}
	return text
}

// words say the law's coefficients, or why they mean nothing.
func (u USL) words(counts, unit string) string {
	if u.distinct() < enoughN {
		return fmt.Sprintf("not identifiable, %s %s", u.Why, counts)
	}
	if !u.Drawable() {
		return "not identifiable, " + u.Why
	}
	text := u.Words(unit)
	if !u.Identifiable {
		return "not identifiable, " + u.Why + ": " + text
	}
	most := u.fit.most()
	part := func(name string, of func(Split) float64) string {
		i := spread(of(u.at.split(most)), u.draws, func(d draw) float64 { return of(d.bounded.split(most)) })
		text, low, high := fmt.Sprintf("%.0f %% %s", 100*i.Value, name), fmt.Sprintf("%.0f", 100*i.Low), fmt.Sprintf("%.0f", 100*i.High)
		if low != high {
			text += fmt.Sprintf(" (%s to %s)", low, high)
		}
		return text
	}
	return text + fmt.Sprintf("; of the time at %s %s %s, %s, %s", round(most), unit,
		part("is the work shared out", Split.ideal), part("contention", Split.contention), part("coherency", Split.coherency))
}

// Words say the coefficients and where the curve is highest, for N of a unit.
func (u USL) Words(unit string) string {
	text := fmt.Sprintf("σ %s, κ %s", span(u.Sigma), span(u.Kappa))
	if peak := u.Peak.Value; u.Kappa.Low > 0 { // or there may be no peak
		text += fmt.Sprintf(", highest at %s", many(math.Round(max(peak, 1)), strings.TrimSuffix(unit, "s")))
	}
	return text
}

// words say the gain by each way that has one, and on what suppositions, given
// the row's models.
func (p Prediction) words(m Models) string {
	workers, law, text := m.Workers, m.OverCores, m.nominal.on(p.P)
	switch {
	case workers >= p.P:
		text += fmt.Sprintf(" at %d workers", workers)
	case workers > 0:
		text += fmt.Sprintf(", supposing that %d workers or more scale as %d did", p.P, workers)
	}
	model := "too few core counts for a model"
	switch {
	case !math.IsNaN(p.Model.Value):
		model = fmt.Sprintf("× %s by the model", span(p.Model))
	case law.distinct() >= enoughN:
		model = "no model, because " + law.Why
	}
	ceiling := "no prediction by the ceiling, " + p.noCeiling
	if c := p.Ceiling; !math.IsNaN(c.Value) {
		ceiling = fmt.Sprintf("× %s by the ceiling, if doublings go on as the last went", round(c.Value))
		if !math.IsNaN(c.Low) {
			ceiling += fmt.Sprintf(" (%s if the machine has no more to give, %s if the efficiency stays: no 95 %% interval)", round(c.Low), round(c.High))
		}
	}
	return fmt.Sprintf("%s: %s; %s.", text, model, ceiling)
}

// aboveOne says what a Karp–Flatt fraction means that is no share any more.
func aboveOne(fraction Interval) string {
	switch {
	case fraction.Low > 1:
		return ", above 1: more cores cost"
	case fraction.Value > 1:
		return ", which may be 1: then more cores bring nothing"
	}
	return ""
}

// many is a number of things that need not be whole: 1 core, 1.5 cores.
func many(x float64, thing string) string {
	if text := round(x); text != "1" {
		return text + " " + thing + "s"
	}
	return countOf(1, thing)
}

// span is a value with its bounds, which may lie unevenly around it.
func span(i Interval) string {
	if math.IsNaN(i.Low) {
		return round(i.Value)
	}
	return fmt.Sprintf("%s (%s to %s)", round(i.Value), round(i.Low), round(i.High))
}

// Brief is the value alone in two digits, – if unknown.
func (i Interval) Brief() string { return round(i.Value) }

// round is a number in two digits, however small, without an exponent where
// people would not write one.
func round(x float64) string {
	switch {
	case math.IsNaN(x):
		return "–"
	case math.IsInf(x, 1):
		return "∞"
	case math.Abs(x) >= 99.5: // which %.2g rounds to 1e+02
		return fmt.Sprintf("%.0f", x)
	case x != 0 && math.Abs(x) < 1e-9:
		return "0"
	}
	return fmt.Sprintf("%.2g", x)
}
