// Package topology reads the line "topology:" of a result file, which says where in the
// machine each CPU lies that a run could use. It knows nothing of how a system reports it.
package topology

import (
	"strconv"
	"strings"
)

// CPU is a hardware thread, with the numbers of the parts that it is in. -1 is unknown.
type CPU struct{ ID, Package, Die, Node, Cache, Core, Thread, Class int }

// Efficiency is the class of a CPU in an efficiency core; 0 is that of the others.
const Efficiency = 1

// Unknown is a CPU of which nothing but the number is known.
func Unknown(id int) CPU { return CPU{id, -1, -1, -1, -1, -1, -1, -1} }

// CoreKey identifies the core; a CPU of unknown core is its own.
func (c CPU) CoreKey() int {
	if c.Core < 0 {
		return 10_000 + c.ID // more than any number of four digits
	}
	return c.Core
}

// maxCPUs limits what a damaged line can claim.
const maxCPUs = 1024

// Parse reads the line, in which each part has a value for each CPU:
//
//	cpus=0-7 package=0x8 node=0x8 llc=0-1x2*2 core=0-3*2 class=0-1x2*2
//
// A-B are values that count upwards, xN is how often each of them is repeated,
// *N is how often all that is repeated, and "?" is an unknown value. False if
// the line is malformed or has more than 1024 CPUs. Parts of unknown
// name are ignored.
func Parse(s string) ([]CPU, bool) {
	var cpus []CPU
	for part := range strings.FieldsSeq(s) {
		name, text, ok := strings.Cut(part, "=")
		values, valid := parseRuns(text)
		if !ok || !valid {
			return nil, false
		}
		if name == "cpus" && cpus == nil {
			for _, id := range values {
				cpus = append(cpus, Unknown(id))
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
		if c.ID < 0 || i > 0 && c.ID <= cpus[i-1].ID {
			return nil, false
		}
	}
	return cpus, len(cpus) > 0
}

func (c *CPU) field(name string) *int {
	return map[string]*int{
		"package": &c.Package, "die": &c.Die, "node": &c.Node, "llc": &c.Cache, "core": &c.Core, "thread": &c.Thread, "class": &c.Class,
	}[name]
}

func parseRuns(s string) (values []int, ok bool) {
	for text := range strings.SplitSeq(s, ",") {
		text, rounds, ok1 := cutNumber(text, "*")
		text, times, ok2 := cutNumber(text, "x")
		first, last, ok3 := parseRange(text)
		if !ok1 || !ok2 || !ok3 || (last-first+1)*times*rounds > maxCPUs-len(values) {
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
