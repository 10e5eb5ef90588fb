package host

import "slices"

// group is CPUs that share something. The name is their list.
type group struct {
	name string
	ids  []int
}

// groups returns the group of each CPU, by what read returns for it. A list that lacks
// the CPU itself is ignored. CPUs that contradict each other have no group; a CPU
// without a list is in the group of those that name it, if they agree. what names the
// group in notes.
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
	agreed := map[int]group{}
	for id, g := range own {
		for _, other := range g.ids {
			if before, ok := agreed[other]; ok && before.name != g.name || clash[id] {
				agreed[other] = group{} // of no name
			} else {
				agreed[other] = g
			}
		}
	}
	for id, g := range agreed {
		if g.name == "" {
			delete(agreed, id)
		}
	}
	return agreed
}

// siblings returns the CPUs in the first of the files that has some, as a list or a
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

// parts returns the numbers of the parts that CPUs are in, -1 if unknown: by their own
// files, or else by cpuinfo. If neither source has a number, CPUs that share a part get
// the number of one of them, if known, otherwise the next free number. If every group has
// one CPU, the groups are ignored: kernels that do not know this part write such lists.
func (t tree) parts(what string, cpus []int, file string, listed map[int]cpuinfoPlace, siblings ...string) map[int]int {
	known, next := map[int]int{}, 0
	var silent []int
	for _, id := range cpus {
		n, ok := t.number(cpuFile(id, "topology/"+file))
		if place, in := listed[id]; !ok && in {
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
