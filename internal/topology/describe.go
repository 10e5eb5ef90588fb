package topology

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"overlap/internal/table"
)

// Compare orders CPUs by where they lie: those that are close in the machine are close
// in the order.
func Compare(a, b CPU) int {
	return cmp.Or(a.Package-b.Package, a.Die-b.Die, a.Node-b.Node, a.Cache-b.Cache, a.CoreKey()-b.CoreKey(), a.Thread-b.Thread, a.ID-b.ID)
}

// Describe says in words how many parts of each kind there are.
func Describe(cpus []CPU) string {
	count := func(of func(CPU) int) int {
		seen := map[int]bool{}
		for _, c := range cpus {
			if v := of(c); v != -1 {
				seen[v] = true
			}
		}
		return len(seen)
	}
	slow := func(c CPU) int {
		if c.Class != Efficiency {
			return -1
		}
		return c.CoreKey()
	}
	cores, slowCores := count(CPU.CoreKey), count(slow)
	title := table.Count(cores, "core")
	if slowCores > 0 && slowCores < cores {
		title = fmt.Sprintf("%d performance and %s", cores-slowCores, table.Count(slowCores, "efficiency core"))
	} else if len(cpus) > cores {
		title += " with " + table.Count(len(cpus), "thread")
	}
	if n := count(func(c CPU) int { return c.Package }); n > 0 {
		title += " in " + table.Count(n, "package")
	}
	verb := " have "
	if cores == 1 {
		verb = " has "
	}
	var parts []string
	if n := count(func(c CPU) int { return c.Cache }); n == 1 && cores > 1 {
		title, verb = title+" share one last-level cache", " and have "
	} else if n > 0 {
		parts = append(parts, table.Count(n, "last-level cache"))
	}
	if n := count(func(c CPU) int { return c.Node }); n > 1 {
		parts = append(parts, table.Count(n, "memory node"))
	}
	if parts != nil {
		title += verb + strings.Join(parts, " and ")
	}
	return title
}

// Group is the CPUs that share a last-level cache, and what else is known of where they
// lie.
type Group struct{ Place, CPUs string }

// Groups lists all CPUs by where they lie. The threads of a core are joined by +.
func Groups(cpus []CPU) (groups []Group) {
	cpus = slices.SortedFunc(slices.Values(cpus), Compare)
	dies := slices.ContainsFunc(cpus, func(c CPU) bool { return c.Die > 0 }) // one in each package is no more than the package
	for i, c := range cpus {
		place, class := c.place(dies), ""
		if c.Class == Efficiency {
			class = "efficiency "
		}
		n := len(groups)
		switch {
		case n == 0 || groups[n-1].Place != place:
			groups = append(groups, Group{place, class + fmt.Sprint(c.ID)})
		case cpus[i-1].CoreKey() == c.CoreKey():
			groups[n-1].CPUs += "+" + fmt.Sprint(c.ID)
		default:
			groups[n-1].CPUs += ", " + class + fmt.Sprint(c.ID)
		}
	}
	return groups
}

// place names the parts that a CPU is in, as far as they are known.
func (c CPU) place(dies bool) string {
	var parts []string
	for _, part := range []struct {
		name   string
		number int
		known  bool
	}{{"package", c.Package, true}, {"die", c.Die, dies}, {"memory node", c.Node, true}, {"last-level cache", c.Cache, true}} {
		if part.known && part.number >= 0 {
			parts = append(parts, fmt.Sprintf("%s %d", part.name, part.number))
		}
	}
	return strings.Join(parts, ", ")
}
