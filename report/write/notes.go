package write

import (
	"fmt"

	"overlap/internal/sampling"
	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/law"
	"overlap/report/load"
)

// sampleNote says how many samples the numbers rest on.
func sampleNote(a *analyse.Analysis) string {
	if !a.Data.KnowsPressure() {
		return fmt.Sprintf("%s; the gains and ceilings in the table rest on at least %d.", table.Count(a.Samples, "sample"), a.Fewest)
	}
	return fmt.Sprintf("%s, %d left out because others wanted more than %.0f %% of the CPUs; the gains and ceilings in the table rest on at least %d.",
		table.Count(a.Samples, "sample"), a.LeftOut, 100*sampling.MaxPressure, a.Fewest)
}

// crossoverNotes lists n½ of all executors, a line for each workload and core count.
func crossoverNotes(a *analyse.Analysis) (notes []string) {
	for i, c := range a.Crossovers {
		if i > 0 && a.Crossovers[i-1].SameButExecutor(c) {
			notes[len(notes)-1] += fmt.Sprintf("; %s %v", c.Executor, c)
			continue
		}
		notes = append(notes, fmt.Sprintf("n½, the smallest task of %s of which half the time of %s is work: %s %v", c.Name(), table.Count(c.P, "core"), c.Executor, c))
	}
	return notes
}

// gainNotes says why gains from workers are unknown.
func gainNotes(a *analyse.Analysis) []string {
	var why load.Reasons
	for _, r := range a.Rows {
		if text := r.UnknownGain(); text != "" {
			why.Add(r.Brief(), text)
		}
	}
	return why.Sentences(load.MaxListed)
}

// lawNotes says which error the laws are fitted to; it is empty if no row has a law.
func lawNotes(a *analyse.Analysis) []string {
	for _, r := range a.Rows {
		if m := r.Models; len(m.Cores) > 0 && (m.Amdahl.Why == "" || m.OverCores.Drawable() || m.OverWorkers.Drawable()) {
			return []string{"The laws, on the page and in report.json, are " + law.FittedTo + "."}
		}
	}
	return nil
}
