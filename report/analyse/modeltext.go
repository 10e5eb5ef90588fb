package analyse

import (
	"fmt"
	"math"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/law"
)

// Lines are the models in words, a sentence each. They say what is unknown, and
// leave out what has no meaning for the row.
func (m Models) Lines() (lines []string) {
	if len(m.Cores) == 0 {
		return nil // not fitted
	}
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
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
	if text := law.Trends[m.Serial]; text != "" {
		say("%s", text)
	}
	say("Amdahl over cores: %s.", m.Amdahl.Words(m.Serial))
	for _, s := range m.Scaled {
		if s.P > 1 {
			say("Scaled speedup of %d workers %s: %v, so the serial share of the time is %v (Gustafson).", s.P, m.nominal.under(s.P), s.Gain, law.GustafsonAt(s.Gain, s.P))
		}
	}
	if len(m.Scaled) > 0 {
		say("Gustafson over cores: %s.", m.Gustafson.Words(law.Unclear))
	}
	say("USL over cores: %s.", m.OverCores.Words("core counts", "cores"))
	if len(m.OverWorkers.Points) > 0 {
		say("USL over workers: %s.", m.OverWorkers.Words("numbers of workers", "workers"))
	}
	if !math.IsNaN(m.Knee) && !math.IsInf(m.Knee, 0) {
		say("Knee of the operational bounds: %s; without other losses, more workers only queue.", table.Amount(m.Knee, "worker"))
	}
	for _, p := range m.Predictions {
		lines = append(lines, predictionWords(p, m))
	}
	if m.NoPrediction != "" {
		say("No prediction: %s.", m.NoPrediction)
	}
	if m.Others {
		say("The laws over cores and the predictions are for %d workers: fewer cannot use all cores.", m.Workers)
	}
	return lines
}

// aboveOne explains a Karp–Flatt fraction that is no longer a share.
func aboveOne(fraction interval.Interval) string {
	switch {
	case fraction.Low > 1:
		return ", above 1: more cores slow it down"
	case fraction.Value > 1:
		return ", which may be 1: then more cores add nothing"
	}
	return ""
}

// predictionWords states the predicted gain by each method that has one, and its assumptions,
// given the row's models.
func predictionWords(p law.Prediction, m Models) string {
	workers, fit, text := m.Workers, m.OverCores, m.nominal.on(p.P)
	switch {
	case workers >= p.P:
		text += fmt.Sprintf(" at %d workers", workers)
	case workers > 0:
		text += fmt.Sprintf(", assuming that %d workers or more scale as %d did", p.P, workers)
	}
	model := "too few core counts for a model"
	switch {
	case !math.IsNaN(p.Model.Value):
		model = fmt.Sprintf("× %s by the model", law.Span(p.Model))
	case fit.Distinct() >= law.EnoughN:
		model = "no model, because " + fit.Why
	}
	ceiling := "no prediction by the ceiling, " + p.NoCeiling
	if c := p.Ceiling; !math.IsNaN(c.Value) {
		ceiling = fmt.Sprintf("× %s by the ceiling, if every doubling gains as much as the last", table.Round(c.Value))
		if !math.IsNaN(c.Low) {
			ceiling += fmt.Sprintf(" (%s if the machine gives no more, %s if the efficiency stays the same: not a 95 %% interval)", table.Round(c.Low), table.Round(c.High))
		}
	}
	return fmt.Sprintf("%s: %s; %s.", text, model, ceiling)
}
