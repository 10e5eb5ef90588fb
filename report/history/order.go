package history

import (
	"cmp"
	"fmt"
	"slices"

	"overlap/internal/table"
)

// sort fills in the commits, oldest first, and returns the entries in the order
// of their commits. Entries whose base comes after their commit, and with
// Options.Since those not after it, are left out with a note.
func (h *History) sort(entries []Entry, o Options) []Entry {
	place := map[string]int{}
	for i, c := range o.Order {
		place[c.Hash] = i
	}
	entries = slices.Clone(entries)
	if o.Since != "" {
		n := len(entries)
		entries = slices.DeleteFunc(entries, func(e Entry) bool { return position(place, e.Commit) <= position(place, o.Since) })
		h.note(n-len(entries), "of commits that are not after the one asked for")
	}
	n := len(entries)
	entries = slices.DeleteFunc(entries, func(e Entry) bool {
		commit := position(place, e.Commit)
		return commit >= 0 && position(place, e.Base) >= commit
	})
	// Of several entries of a commit all have to be at one place: its earliest.
	at := map[string]Commit{}
	for _, e := range entries {
		if c, ok := at[e.Commit]; !ok || e.Time.Before(c.Time) {
			at[e.Commit] = Commit{Hash: e.Commit, Time: e.Time}
		}
		if _, ok := at[e.Base]; !ok && position(place, e.Base) >= 0 {
			at[e.Base] = Commit{Hash: e.Base}
		}
	}
	index := h.number(merge(at, place, o.Order), entries)
	entries = slices.DeleteFunc(entries, func(e Entry) bool { return index[e.Base] >= index[e.Commit] })
	h.note(n-len(entries), "whose base is not before their commit")
	slices.SortStableFunc(entries, func(a, b Entry) int {
		return cmp.Or(index[a.Commit]-index[b.Commit], index[a.Base]-index[b.Base], a.Time.Compare(b.Time))
	})
	return entries
}

func (h *History) note(n int, why string) {
	if n > 0 {
		h.Notes = append(h.Notes, fmt.Sprintf("left out: %s %s", table.Count(n, "comparison"), why))
	}
}

// merge puts the commits that the repository does not know between those that
// it does, by time.
func merge(at map[string]Commit, place map[string]int, known []Commit) (order []Commit) {
	var strange []Commit
	for hash, c := range at {
		if i, ok := place[hash]; ok {
			order = append(order, known[i])
		} else {
			strange = append(strange, c)
		}
	}
	slices.SortFunc(order, func(a, b Commit) int { return place[a.Hash] - place[b.Hash] })
	slices.SortFunc(strange, func(a, b Commit) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Hash, b.Hash)) })
	var all []Commit
	for _, c := range order {
		for len(strange) > 0 && strange[0].Time.Before(c.Time) {
			all, strange = append(all, strange[0]), strange[1:]
		}
		all = append(all, c)
	}
	return append(all, strange...)
}

// number fills in the commits of the history: those of the order, and each base
// that neither the repository knows nor anybody compared, right before the first
// commit that was compared with it.
func (h *History) number(order []Commit, entries []Entry) map[string]int {
	ordered := map[string]bool{}
	for _, c := range order {
		ordered[c.Hash] = true
	}
	bases := map[string][]string{}
	for _, e := range entries {
		if !ordered[e.Base] {
			bases[e.Commit] = append(bases[e.Commit], e.Base)
		}
	}
	index := map[string]int{}
	add := func(c Commit) {
		if _, ok := index[c.Hash]; !ok {
			index[c.Hash] = len(h.Commits)
			h.Commits = append(h.Commits, c)
		}
	}
	for _, c := range order {
		for _, base := range slices.Sorted(slices.Values(bases[c.Hash])) {
			add(Commit{Hash: base})
		}
		add(c)
	}
	return index
}

func position(place map[string]int, hash string) int {
	if i, ok := place[hash]; ok {
		return i
	}
	return -1
}
