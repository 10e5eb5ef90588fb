package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"overlap/internal/sampling"
	"overlap/internal/table"
)

// Finding says in a few sentences what the run found: how many workloads have
// which verdict, and where workers and where cores bought most.
func (a *Analysis) Finding() string {
	if len(a.Rows) == 0 {
		return "There is nothing to factorise."
	}
	most := a.Rows[0]
	for _, r := range a.Rows {
		if r.P > most.P {
			most = r
		}
	}
	where := most.Under(most.P)
	text := fmt.Sprintf("%s: %s.", strings.ToUpper(where[:1])+where[1:], strings.Join(a.tally(), ", "))
	if r, ok := mostGained(a.Rows, func(r Row) Interval { return r.Concurrency }); ok {
		text += fmt.Sprintf(" Workers bought most in %s: × %s on one core%s.", r.Brief(), r.Concurrency, provisional(r))
	}
	if r, ok := mostGained(a.Rows, Row.FromCores); ok {
		text += fmt.Sprintf(" Cores bought most in %s: × %s %s%s", r.Brief(), r.FromCores(), r.Under(r.P), provisional(r))
		if r.Ceiling.Value > 0 {
			text += fmt.Sprintf(", where separate programs gained × %s", r.Ceiling)
		}
		text += "."
	}
	return text
}

// tally counts the classes, the most frequent first.
func (a *Analysis) tally() (parts []string) {
	counts := map[Class]int{}
	var order []Class
	for _, r := range a.Rows {
		if counts[r.Class]++; counts[r.Class] == 1 {
			order = append(order, r.Class)
		}
	}
	slices.SortStableFunc(order, func(x, y Class) int { return cmp.Compare(counts[y], counts[x]) })
	for i, class := range order {
		n := fmt.Sprint(counts[class])
		if i == 0 {
			n = table.Count(counts[class], a.thing())
		}
		if counts[class] == 1 {
			parts = append(parts, n+" "+verbs[class][0])
		} else {
			parts = append(parts, n+" "+verbs[class][1])
		}
	}
	return parts
}

// thing is what a row is: several may be of one workload.
func (a *Analysis) thing() string {
	if a.Data != nil && len(a.Data.Columns) > 1 {
		return "row"
	}
	return "workload"
}

// verbs are those of one and of several.
var verbs = map[Class][2]string{
	Scales:      {"scales", "scale"},
	Stalls:      {"stalls", "stall"},
	Waits:       {"waits", "wait"},
	Overlaps:    {"overlaps", "overlap"},
	Scheduled:   {"follows a schedule", "follow a schedule"},
	Mixes:       {"mixes both", "mix both"},
	Shares:      {"shares the machine's limits", "share the machine's limits"},
	Contends:    {"contends", "contend"},
	Serial:      {"is serial", "are serial"},
	OneCore:     {"has nothing to compare cores with", "have nothing to compare cores with"},
	WorkersOnly: {"compares workers only", "compare workers only"},
	Undecided:   {"has no verdict yet", "have no verdict yet"},
}

// mostGained is the row whose gain is the largest of those that help and of which a
// verdict is known.
func mostGained(rows []Row, gain func(Row) Interval) (Row, bool) {
	var top Row
	found := false
	for _, r := range rows {
		if g := gain(r); r.Class != Undecided && helps(g) && (!found || g.Value > gain(top).Value) {
			top, found = r, true
		}
	}
	return top, found
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

// provisional says that a gain rests on too few samples.
func provisional(r Row) string {
	if r.Samples < sampling.MinSamples {
		return fmt.Sprintf(" (provisional, of %s)", table.Count(r.Samples, "sample"))
	}
	return ""
}
