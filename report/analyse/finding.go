package analyse

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"overlap/internal/interval"
	"overlap/internal/table"
)

// Finding sums the run up in a few sentences: how many workloads have which
// verdict, and the largest gains from workers and from cores.
func (a *Analysis) Finding() string {
	if len(a.Rows) == 0 {
		return "No gain was measured."
	}
	widest := slices.MaxFunc(a.Rows, func(x, y Row) int { return cmp.Compare(x.P, y.P) })
	where := widest.AtCoresText(widest.P)
	text := fmt.Sprintf("%s: %s.", strings.ToUpper(where[:1])+where[1:], strings.Join(a.tally(), ", "))
	if r, ok := topRow(a.Rows, func(r Row) interval.Interval { return r.Concurrency }); ok {
		text += fmt.Sprintf(" Largest gain from workers: %s, × %s on one core%s.", r.Brief(), r.Concurrency, provisional(r))
	}
	if r, ok := topRow(a.Rows, Row.FromCores); ok {
		text += fmt.Sprintf(" Largest gain from cores: %s, × %s %s%s", r.Brief(), r.FromCores(), r.AtCoresText(r.P), provisional(r))
		if r.Ceiling.Value > 0 {
			text += fmt.Sprintf(", where separate programs gain × %s", r.Ceiling)
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
		n, verb := fmt.Sprint(counts[class]), verbs[class][1]
		if i == 0 {
			n = table.Count(counts[class], a.thing())
		}
		if counts[class] == 1 {
			verb = verbs[class][0]
		}
		parts = append(parts, n+" "+verb)
	}
	return parts
}

// thing names what a row is: several rows may be of one workload.
func (a *Analysis) thing() string {
	if a.Data != nil && len(a.Data.Columns) > 1 {
		return "row"
	}
	return "workload"
}

// verbs are for one row and for several.
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
	OneCore:     {"was measured on one core", "were measured on one core"},
	WorkersOnly: {"compares only workers", "compare only workers"},
	Undecided:   {"has no verdict yet", "have no verdict yet"},
}

// topRow returns the row with the largest gain that helps, among rows with a
// verdict.
func topRow(rows []Row, gain func(Row) interval.Interval) (top Row, found bool) {
	for _, r := range rows {
		if g := gain(r); r.Class != Undecided && helps(g) && (!found || g.Value > gain(top).Value) {
			top, found = r, true
		}
	}
	return top, found
}

// provisional marks a gain that rests on too few samples.
func provisional(r Row) string {
	if r.Samples < r.needs() {
		return fmt.Sprintf(" (provisional, from %s)", table.Count(r.Samples, "sample"))
	}
	return ""
}
