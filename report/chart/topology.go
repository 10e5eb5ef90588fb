package chart

import (
	"strconv"
	"strings"
)

// hardware is a CPU in the line "topology:" of a result file: a hardware
// thread, with the numbers of the parts it is in. -1 is unknown.
type hardware struct{ id, pkg, die, node, llc, core, thread, class int }

// The classes of cores in the line.
const (
	performance = 0
	efficiency  = 1
)

// drawable is the most CPUs of which a picture can be read.
const drawable = 1024

// parseTopology reads the line, in which each part has a value for each CPU:
//
//	cpus=0-7 package=0x8 node=0x8 llc=0-1x2*2 core=0-3*2 class=0-1x2*2
//
// A-B are values that count upwards, xN is how often each of them is repeated,
// *N is how often all that is repeated, and "?" is an unknown value. False if
// the line is malformed or has more CPUs than can be drawn. Parts of unknown
// name are ignored.
func parseTopology(s string) ([]hardware, bool) {
	var cpus []hardware
	for part := range strings.FieldsSeq(s) {
		name, text, ok := strings.Cut(part, "=")
		values, valid := parseRuns(text)
		if !ok || !valid {
			return nil, false
		}
		if name == "cpus" && cpus == nil {
			for _, id := range values {
				cpus = append(cpus, hardware{id, -1, -1, -1, -1, -1, -1, -1})
			}
			continue
		}
		if len(values) != len(cpus) { // also if cpus does not come first
			return nil, false
		}
		for i, v := range values {
			if field := cpus[i].field(name); field != nil {
				*field = v
			}
		}
	}
	for i, c := range cpus {
		if c.id < 0 || i > 0 && c.id <= cpus[i-1].id {
			return nil, false
		}
	}
	return cpus, len(cpus) > 0
}

func (h *hardware) field(name string) *int {
	return map[string]*int{
		"package": &h.pkg, "die": &h.die, "node": &h.node, "llc": &h.llc, "core": &h.core, "thread": &h.thread, "class": &h.class,
	}[name]
}

func parseRuns(s string) (values []int, ok bool) {
	for text := range strings.SplitSeq(s, ",") {
		text, rounds, ok1 := cutNumber(text, "*")
		text, times, ok2 := cutNumber(text, "x")
		first, last, ok3 := parseRange(text)
		if !ok1 || !ok2 || !ok3 || (last-first+1)*times*rounds > drawable-len(values) {
			return nil, false
		}
		for range rounds {
			for v := first; v <= last; v++ {
				for range times {
					values = append(values, v)
				}
			}
		}
	}
	return values, true
}

// cutNumber cuts a number from 1 behind the mark off s; without mark it is 1.
func cutNumber(s, mark string) (before string, n int, ok bool) {
	before, text, found := strings.Cut(s, mark)
	if !found {
		return s, 1, true
	}
	n, ok = digits(text)
	return before, n, ok && n > 0
}

func parseRange(s string) (first, last int, ok bool) {
	if s == "?" {
		return -1, -1, true
	}
	a, b, isRange := strings.Cut(s, "-")
	first, ok = digits(a)
	if !isRange {
		return first, first, ok
	}
	last, ok2 := digits(b)
	return first, last, ok && ok2 && first <= last
}

// digits reads a number of at most four digits, so that products of three do
// not overflow.
func digits(s string) (int, bool) {
	if len(s) == 0 || len(s) > 4 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
