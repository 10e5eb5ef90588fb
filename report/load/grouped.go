package load

import (
	"fmt"
	"strings"

	"overlap/internal/table"
)

// Reasons is why benchmarks of one or several packages are left out.
type Reasons struct{ table.Reasons }

// AddFor adds a benchmark's name to a reason.
func (r *Reasons) AddFor(pkg, name, why string) { r.Add(pkg+"\x00"+name, why) }

// Sentences returns "names: reason" for at most limit reasons, and how many more there
// are. It prefixes names with their package if they come from several.
func (r *Reasons) Sentences(limit int) (list []string) {
	packages := map[string]bool{}
	for _, reason := range r.List() {
		for _, name := range reason.Names {
			if pkg, _, ok := strings.Cut(name, "\x00"); ok {
				packages[pkg] = true
			}
		}
	}
	for i, reason := range r.List() {
		if i == limit {
			return append(list, "and "+table.Count(len(r.List())-limit, "further reason"))
		}
		names := make([]string, len(reason.Names))
		for i, name := range reason.Names {
			pkg, short, ok := strings.Cut(name, "\x00")
			switch {
			case !ok:
				names[i] = name
			case len(packages) > 1 && pkg != "":
				names[i] = ShortPackage(pkg) + "." + short
			default:
				names[i] = short
			}
		}
		list = append(list, enumerate(names)+": "+reason.Why)
	}
	return list
}

// enumerate returns the first MaxListed names, and how many more there are.
func enumerate(names []string) string {
	if len(names) <= MaxListed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:MaxListed], ", "), len(names)-MaxListed)
}

// MaxListed is how many reasons, or names, a list has at most.
const MaxListed = 10
