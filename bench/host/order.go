package host

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The placement policies that need no argument. The others are node:N and
// class:CLASS.
const (
	Compact    = "compact"
	Scatter    = "scatter"
	OnePerCore = "one-per-core"
	smt        = "smt"
)

// OnePerCore returns the Order of the policy one-per-core.
func (h Host) OnePerCore() []int { return ids(h.onePerCore()) }

// Order returns the allowed CPUs in the order in which they are taken, which is the
// same for the same machine. The policies:
//
//   - compact: as close together as possible. All threads of a core, then the
//     next core of the same last-level cache, die, node, package. Numbers
//     decide within these, also between classes of cores.
//   - scatter: as far apart as possible. Packages take turns, in each its
//     nodes, dies, caches and cores; second threads come after all first ones.
//   - one-per-core: the first thread of every core, performance cores first and
//     else in the order of compact, so that SMT siblings do not pass for cores;
//     then the second threads, and so on.
//   - smt: only cores with more than one allowed thread: all threads of one,
//     then all of the next. An error if there are none.
//   - node:N: one-per-core within memory node N.
//   - class:performance, class:efficiency: one-per-core within the class.
//
// What is unknown comes last. An unknown policy, or one that selects no CPU, is an
// error that names the policies that select some.
func (h Host) Order(policy string) ([]int, error) {
	var list []CPU
	kind, arg, _ := strings.Cut(policy, ":")
	switch {
	case policy == Compact:
		list = h.compact()
	case policy == Scatter:
		list = h.scatter()
	case policy == OnePerCore:
		list = h.onePerCore()
	case policy == smt:
		list = h.siblings()
	case kind == "node":
		list = h.only(func(c CPU) bool { return c.Node >= 0 && strconv.Itoa(c.Node) == arg }).onePerCore()
	case kind == "class":
		list = h.only(func(c CPU) bool { return c.Class != "" && c.Class == arg }).onePerCore()
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("placement %q selects no CPUs: on this machine there are %s", oneLine(policy), strings.Join(h.Policies(), ", "))
	}
	return ids(list), nil
}

// Policies names the placement policies that select CPUs here.
func (h Host) Policies() []string {
	list := []string{Compact, Scatter, OnePerCore}
	if len(h.siblings()) > 0 {
		list = append(list, smt)
	}
	for _, node := range h.distinct(func(c CPU) int { return c.Node }) {
		list = append(list, fmt.Sprintf("node:%d", node))
	}
	for _, class := range []string{Performance, Efficiency} {
		if len(h.only(func(c CPU) bool { return c.Class == class }).CPUs) > 0 {
			list = append(list, "class:"+class)
		}
	}
	return list
}

// distinct returns the known values of a number of the CPUs, ascending.
func (h Host) distinct(of func(CPU) int) (values []int) {
	for _, c := range h.CPUs {
		if v := of(c); v >= 0 {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

func (h Host) only(keep func(CPU) bool) (part Host) {
	for _, c := range h.CPUs {
		if keep(c) {
			part.CPUs = append(part.CPUs, c)
		}
	}
	return part
}

func ids(cpus []CPU) []int { return Host{CPUs: cpus}.IDs() }

// last sorts unknown numbers after the known ones.
func last(n int) int {
	if n < 0 {
		return math.MaxInt
	}
	return n
}

// place is where a CPU is, from the widest to the narrowest.
func (c CPU) place() []int {
	return []int{last(c.Package), last(c.Node), last(c.Die), last(c.LLC), last(c.Core)}
}

func (h Host) compact() []CPU {
	return slices.SortedFunc(slices.Values(h.CPUs), func(a, b CPU) int {
		return cmp.Or(slices.Compare(a.place(), b.place()), cmp.Compare(a.ID, b.ID))
	})
}

func (h Host) onePerCore() []CPU {
	list := h.compact()
	turn := threadRank(list)
	slices.SortStableFunc(list, func(a, b CPU) int {
		return cmp.Or(cmp.Compare(turn[a.ID], turn[b.ID]), cmp.Compare(a.rank(), b.rank()))
	})
	return list
}

// rank sorts efficiency cores after all other cores.
func (c CPU) rank() int {
	if c.Class == Efficiency {
		return 1
	}
	return 0
}

// threadRank returns how many allowed threads of its core come before each CPU. CPU.Thread would
// be wrong: the mask may hold only the second thread of a core.
func threadRank(list []CPU) map[int]int {
	turn, taken := map[int]int{}, map[[2]int]int{}
	for _, c := range list {
		turn[c.ID] = taken[c.core()]
		taken[c.core()]++
	}
	return turn
}

func (h Host) siblings() []CPU {
	threads := map[[2]int]int{}
	for _, c := range h.CPUs {
		threads[c.core()]++
	}
	return h.only(func(c CPU) bool { return threads[c.core()] > 1 }).compact()
}

func (h Host) scatter() []CPU {
	list := h.compact()
	turn := threadRank(list)
	var spread []CPU
	for t := 0; len(spread) < len(list); t++ {
		var now []CPU
		for _, c := range list {
			if turn[c.ID] == t {
				now = append(now, c)
			}
		}
		spread = append(spread, interleave(now, 0)...)
	}
	return spread
}

// interleave takes turns between the groups of CPUs at a level of place, each
// interleaved at the levels below. The list is in the order of compact, so the
// groups are runs.
func interleave(list []CPU, level int) []CPU {
	if len(list) == 0 || level == len(list[0].place()) {
		return list
	}
	var groups [][]CPU
	for i, c := range list {
		if i == 0 || c.place()[level] != list[i-1].place()[level] {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], c)
	}
	for i := range groups {
		groups[i] = interleave(groups[i], level+1)
	}
	mixed := make([]CPU, 0, len(list))
	for i := 0; len(mixed) < len(list); i++ {
		for _, g := range groups {
			if i < len(g) {
				mixed = append(mixed, g[i])
			}
		}
	}
	return mixed
}

// Alike returns those of some CPUs that are of the class of the first, on its node and at
// its last-level cache: where a thread that moves finds the same speed and memory.
func (h Host) Alike(cpus []int) (list []int) {
	place := func(id int) (CPU, bool) {
		i := slices.IndexFunc(h.CPUs, func(c CPU) bool { return c.ID == id })
		if i < 0 {
			return CPU{}, false
		}
		c := h.CPUs[i]
		return CPU{Package: c.Package, Die: c.Die, Node: c.Node, LLC: c.LLC, Class: c.Class}, true
	}
	for _, id := range cpus {
		first, _ := place(cpus[0])
		if c, ok := place(id); ok && c == first {
			list = append(list, id)
		}
	}
	return list
}
