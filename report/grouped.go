package report

import (
	"fmt"
	"iter"
	"strings"
)

// reasons is the names that each of several reasons holds for. Both come in the
// order in which they were added: one sentence says a reason, however many there
// are for it.
type reasons struct {
	order []string
	names map[string][]string
	known map[[2]string]bool
}

func (g *reasons) add(name, why string) {
	if g.names == nil {
		g.names, g.known = map[string][]string{}, map[[2]string]bool{}
	}
	if _, ok := g.names[why]; !ok {
		g.order = append(g.order, why)
	}
	if id := [2]string{name, why}; !g.known[id] {
		g.known[id] = true
		g.names[why] = append(g.names[why], name)
	}
}

// addFor is add of a benchmark's name, before which sentences put its package if
// the names are of several.
func (g *reasons) addFor(pkg, name, why string) { g.add(pkg+"\x00"+name, why) }

// all yields the reasons and the names.
func (g *reasons) all() iter.Seq2[string, []string] {
	return func(yield func(string, []string) bool) {
		for _, why := range g.order {
			if !yield(why, g.names[why]) {
				return
			}
		}
	}
}

// sentences are "names: reason", of at most limit reasons, and how many more
// there are.
func (g *reasons) sentences(limit int) (list []string) {
	packages := map[string]bool{}
	for id := range g.known {
		if pkg, _, ok := strings.Cut(id[0], "\x00"); ok {
			packages[pkg] = true
		}
	}
	for why, names := range g.all() {
		if len(list) == limit {
			return append(list, fmt.Sprintf("and %d further reasons", len(g.order)-limit))
		}
		var full []string
		for _, name := range names[:min(len(names), maxListed+1)] {
			if pkg, short, ok := strings.Cut(name, "\x00"); ok {
				if name = short; len(packages) > 1 && pkg != "" {
					name = shortPackage(pkg) + "." + short
				}
			}
			full = append(full, name)
		}
		list = append(list, firstOf(full, len(names))+": "+why)
	}
	return list
}
