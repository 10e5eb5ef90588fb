package host

import "slices"

// group is CPUs that share something. The name is their list.
type group struct {
	name string
	ids  []int
}

// groups returns the group of each CPU, as read tells it. A list that lacks the
// CPU itself is garbage. CPUs that contradict each other have no group, and one
// that says nothing is in the group of those that name it, if they agree. What
// names the group.
func (t tree) groups(what string, cpus []int, read func(id int) []int) map[int]group {
	own := map[int]group{}
	for _, id := range cpus {
		if ids := read(id); slices.Contains(ids, id) {
			own[id] = group{FormatList(ids), ids}
		}
	}
	clash := map[int]bool{}
	for id, g := range own {
		for _, other := range g.ids {
			if o, ok := own[other]; ok && o.name != g.name {
				clash[id], clash[other] = true, true
			}
		}
	}
	if len(clash) > 0 {
		ids := except(cpus, func(id int) bool { return !clash[id] })
		t.notes.add("contradictory and ignored", "the CPUs of one "+what+" by CPU "+FormatList(ids))
	}
	told := map[int]group{}
	for id, g := range own {
		for _, other := range g.ids {
			if before, ok := told[other]; ok && before.name != g.name || clash[id] {
				told[other] = group{} // of no name
			} else {
				told[other] = g
			}
		}
	}
	for id, g := range told {
		if g.name == "" {
			delete(told, id)
		}
	}
	return told
}

// siblings is the CPUs in the first of the files that has some, as a list or as a
// mask.
func (t tree) siblings(id int, files ...string) []int {
	for _, file := range files {
		name := cpuFile(id, "topology/"+file)
		if ids := t.cpus(name+"_list", name); slices.Contains(ids, id) {
			return ids
		}
	}
	return nil
}

// parts returns the numbers of the parts that CPUs are in, -1 if unknown: as
// their own files tell, or else cpuinfo. Where both are silent, or say -1, those
// that share a part tell: it has the number that is known of one of them, or the
// next. Groups of one CPU each tell nothing, because that is what kernels write
// that know no such part.
func (t tree) parts(what string, cpus []int, file string, said map[int]saidPlace, siblings ...string) map[int]int {
	known, next := map[int]int{}, 0
	var silent []int
	for _, id := range cpus {
		n, ok := t.number(cpuFile(id, "topology/"+file))
		if place, in := said[id]; !ok && in {
			n, ok = place.physical, place.physical >= 0
		}
		if !ok {
			silent = append(silent, id)
			n = -1
		}
		known[id], next = n, max(next, n+1)
	}
	if silent == nil {
		return known
	}
	groups := t.groups(what, cpus, func(id int) []int { return t.siblings(id, siblings...) })
	if !slices.ContainsFunc(cpus, func(id int) bool { return len(groups[id].ids) > 1 }) {
		return known
	}
	for _, id := range silent {
		for _, other := range groups[id].ids {
			if n, ok := known[other]; ok && n >= 0 {
				known[id] = n
				break
			}
		}
		if known[id] < 0 && groups[id].ids != nil {
			known[id] = next
			next++
		}
	}
	return known
}
