package cause

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// The limits of call paths.
const (
	maxDepth = 48
	maxNodes = 1000
	maxName  = 200 // bytes of a function's name, which may hold types
)

// Node is a function on call paths, with the cores that it took, what it calls included, for
// the same operations: one core, in the time that all take, and all. The first node is all of
// the program, on all cores. A path begins with the user's outermost function, if it has one:
// how package testing comes to that tells nothing. A function that calls itself is there once.
type Node struct {
	Function string  `json:"function,omitempty"` // with its package's name; empty of the first one, and if Idle
	Idle     Kind    `json:"idle,omitempty"`     // why cores run nothing, where the function above waits
	One      float64 `json:"one"`
	All      float64 `json:"all"`
	Calls    []*Node `json:"calls,omitempty"` // largest first
	names    map[string]*Node
}

func newNode(function string) *Node { return &Node{Function: function, names: map[string]*Node{}} }

// add adds to what the path of a stack takes, and returns its last node.
func (n *Node) add(s stack, cores float64, of func(*Node) *float64) *Node {
	*of(n) += cores
	for i := range min(len(s), maxDepth) {
		name := s[len(s)-1-i].called()
		if name == n.Function {
			continue // it calls itself
		}
		child := n.names[name]
		if child == nil {
			child = newNode(name)
			n.names[name], n.Calls = child, append(n.Calls, child)
		}
		n = child
		*of(n) += cores
	}
	return n
}

// called is the function with the name of its package.
func (l Line) called() string {
	path, _, _ := strings.Cut(l.Function, "[") // the brackets of a type may hold other paths
	name := l.Function[strings.LastIndexByte(path, '/')+1:]
	return name[:min(len(name), maxName)]
}

// addProfile adds the samples of a profile.
func (n *Node) addProfile(m modules, p *profile.Profile, rest, gc scale, of func(*Node) *float64) {
	eachSample(p, "samples", "cpu", func(s stack, drawn part) {
		by := rest
		if s.isCollection() {
			by = gc
		}
		for i, l := range slices.Backward(s) {
			if m.owns(l.Function) {
				s = s[:i+1]
				break
			}
		}
		n.add(s, by.cores(drawn), of)
	})
}

// finish adds the cores that run nothing because of the causes, and drops what is too small
// to be seen.
func (n *Node) finish(a Account) *Node {
	if n == nil {
		return nil
	}
	all := func(n *Node) *float64 { return &n.All }
	for _, c := range a.Causes {
		if idle := c.Cores - c.CPU; idle > 0 {
			at := n
			if c.Line != (Line{}) {
				at = n.add(slices.Concat(stack{c.Line}, c.Path), idle, all)
			}
			at.Calls = append(at.Calls, &Node{Idle: c.Kind, All: idle})
		}
	}
	n.All = a.Cores
	for least := spare * a.Cores; n.prune(least) > maxNodes; {
		least *= 1.5
	}
	return n
}

// prune drops the nodes below that take less than some cores, and returns how many are left.
func (n *Node) prune(least float64) int {
	n.Calls = slices.DeleteFunc(n.Calls, func(c *Node) bool { return c.All < least })
	slices.SortStableFunc(n.Calls, func(a, b *Node) int { return cmp.Compare(b.All, a.All) })
	left := 1
	for _, c := range n.Calls {
		left += c.prune(least)
	}
	return left
}
