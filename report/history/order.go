package history

import (
	"cmp"
	"fmt"
	"slices"

	"overlap/internal/table"
)

// sort sets h.Commits, oldest first, and returns the entries in the order of their
// commits. It leaves out, with a note, entries whose base comes after their commit and,
// with Options.Since, entries of earlier commits.
func (h *History) sort(entries []Entry, o Options) []Entry {
	places := o.places()
	entries = slices.Clone(entries)
	if o.Since != "" {
		n := len(entries)
		entries = slices.DeleteFunc(entries, func(e Entry) bool { return places[e.Commit] <= places[o.Since] })
		h.noteLeftOut(n-len(entries), "of commits that are not later than the one asked for")
	}
	n := len(entries)
	entries = slices.DeleteFunc(entries, func(e Entry) bool {
		return places[e.Commit] > 0 && places[e.Base] >= places[e.Commit]
	})
	// All entries of a commit have the same place: that of the earliest.
	commits := map[string]Commit{}
	for _, e := range entries {
		if c, ok := commits[e.Commit]; !ok || e.Time.Before(c.Time) {
			commits[e.Commit] = Commit{Hash: e.Commit, Time: e.Time}
		}
		if _, ok := commits[e.Base]; !ok && places[e.Base] > 0 {
			commits[e.Base] = Commit{Hash: e.Base}
		}
	}
	index := h.number(merge(commits, places, o.Order), commits, entries)
	entries = slices.DeleteFunc(entries, func(e Entry) bool { return index[e.Base] >= index[e.Commit] })
	h.noteLeftOut(n-len(entries), "with a base that is not before the commit")
	slices.SortStableFunc(entries, func(a, b Entry) int {
		return cmp.Or(index[a.Commit]-index[b.Commit], index[a.Base]-index[b.Base], a.Time.Compare(b.Time))
	})
	return entries
}

func (h *History) noteLeftOut(n int, which string) {
	if n > 0 {
		h.Notes = append(h.Notes, fmt.Sprintf("left out: %s %s", table.Count(n, "comparison"), which))
	}
}

// merge inserts the commits that the repository does not have among those that it has,
// by time.
func merge(commits map[string]Commit, places map[string]int, order []Commit) (all []Commit) {
	var known, unknown []Commit
	for hash, c := range commits {
		if i := places[hash]; i > 0 {
			known = append(known, order[i-1])
		} else {
			unknown = append(unknown, c)
		}
	}
	slices.SortFunc(known, func(a, b Commit) int { return places[a.Hash] - places[b.Hash] })
	slices.SortFunc(unknown, func(a, b Commit) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Hash, b.Hash)) })
	for _, c := range known {
		for len(unknown) > 0 && unknown[0].Time.Before(c.Time) {
			all, unknown = append(all, unknown[0]), unknown[1:]
		}
		all = append(all, c)
	}
	return append(all, unknown...)
}

// number sets h.Commits and returns the index of each. order has the commits by place;
// a base that is not among them goes right before the first commit that was compared
// with it.
func (h *History) number(order []Commit, commits map[string]Commit, entries []Entry) map[string]int {
	bases := map[string][]string{}
	for _, e := range entries {
		if _, ok := commits[e.Base]; !ok {
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
