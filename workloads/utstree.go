package workloads

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"math"
)

// UtsTree defines the tree. It is geometric if it has Levels: nodes
// above that depth have 4 children on average. Otherwise it is binomial: the
// root has Root children, other nodes have 8 with that Probability, or none.
type UtsTree struct {
	Seed         uint32
	Levels, Root int32
	Probability  float64
}

// UtsCounts is the result: nodes, leaves, the largest depth, and the sum of all
// nodes' random numbers, because the counts do not show which nodes they were.
type UtsCounts struct{ Nodes, Leaves, Depth, Sum int64 }

func (c UtsCounts) plus(o UtsCounts) UtsCounts {
	return UtsCounts{c.Nodes + o.Nodes, c.Leaves + o.Leaves, max(c.Depth, o.Depth), c.Sum + o.Sum}
}

// UtsNode is a node: its random state and its depth.
type UtsNode struct {
	State [sha1.Size]byte
	Depth uint32
}

// root returns the root. Its state is the hash of 16 zeros and the seed.
func (t UtsTree) root() UtsNode {
	var b [20]byte
	binary.BigEndian.PutUint32(b[16:], t.Seed)
	return UtsNode{State: sha1.Sum(b[:])}
}

// child returns child i. Its state is the hash of its parent's state and i.
func (n *UtsNode) child(i int) UtsNode {
	var b [sha1.Size + 4]byte
	copy(b[:], n.State[:])
	binary.BigEndian.PutUint32(b[sha1.Size:], uint32(i))
	return UtsNode{sha1.Sum(b[:]), n.Depth + 1}
}

// random returns the node's random number.
func (n *UtsNode) random() uint32 { return binary.BigEndian.Uint32(n.State[16:]) }

// utsMore is the logarithm of the probability that a geometric node has another
// child: with 4 on average, it has no more with probability 1/5.
var utsMore = math.Log(1 - 1.0/(1+4))

// children returns how many children a node has.
func (n *UtsNode) children(t UtsTree) int {
	u := float64(n.random()&math.MaxInt32) / (1 << 31)
	switch {
	case t.Levels > 0 && int64(n.Depth) >= int64(t.Levels):
		return 0
	case t.Levels > 0:
		return min(100, int(math.Log(1-u)/utsMore))
	case n.Depth == 0:
		return int(t.Root)
	case u < t.Probability:
		return 8
	}
	return 0
}

// counts returns the counts of the node alone, which has so many children.
func (n *UtsNode) counts(children int) UtsCounts {
	c := UtsCounts{Nodes: 1, Depth: int64(n.Depth), Sum: int64(n.random())}
	if children == 0 {
		c.Leaves = 1
	}
	return c
}

// expand counts the node and appends its children to a list.
func (n *UtsNode) expand(t UtsTree, list []UtsNode) (UtsCounts, []UtsNode) {
	children := n.children(t)
	for i := range children {
		list = append(list, n.child(i))
	}
	return n.counts(children), list
}

// UtsSearch is the argument of a piece: nodes to search, and how many to count at
// most. It is also the result: what was counted, and the nodes left.
type UtsSearch struct {
	UtsHead
	Open []UtsNode
}

// UtsHead is the part of a search that is of fixed size.
type UtsHead struct {
	Tree   UtsTree
	Budget int64
	Counts UtsCounts
}

// explore searches depth first from the open nodes.
func (s UtsSearch) explore() UtsSearch {
	// Room for most searches, because growing the list allocates.
	open := make([]UtsNode, len(s.Open), len(s.Open)+int(s.Budget)/4+64)
	copy(open, s.Open)
	var more UtsCounts
	for len(open) > 0 && s.Counts.Nodes < s.Budget {
		n := open[len(open)-1]
		more, open = n.expand(s.Tree, open[:len(open)-1])
		s.Counts = s.Counts.plus(more)
	}
	s.Open = open
	return s
}

// halves returns the searches that continue s: none, one or two.
func (s UtsSearch) halves() (list []UtsSearch) {
	next := UtsHead{Tree: s.Tree, Budget: s.Budget}
	h := len(s.Open) / 2
	for _, open := range [][]UtsNode{s.Open[:h], s.Open[h:]} {
		if len(open) > 0 {
			list = append(list, UtsSearch{next, open})
		}
	}
	return list
}

// MarshalBinary writes the search for another process. gob, which the list
// would need otherwise, describes the types again in every message.
func (s UtsSearch) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, binary.Size(s.UtsHead)+binary.Size(UtsNode{})*len(s.Open))
	b, err := binary.Append(b, binary.LittleEndian, s.UtsHead)
	for i := range s.Open {
		b = append(b, s.Open[i].State[:]...)
		b = binary.LittleEndian.AppendUint32(b, s.Open[i].Depth)
	}
	return b, err
}

// UnmarshalBinary is the inverse of MarshalBinary.
func (s *UtsSearch) UnmarshalBinary(b []byte) error {
	used, err := binary.Decode(b, binary.LittleEndian, &s.UtsHead)
	if err != nil {
		return fmt.Errorf("uts: %w", err)
	}
	size := binary.Size(UtsNode{})
	s.Open = make([]UtsNode, (len(b)-used)/size)
	for i := range s.Open {
		node := b[used+i*size:]
		copy(s.Open[i].State[:], node)
		s.Open[i].Depth = binary.LittleEndian.Uint32(node[sha1.Size:])
	}
	return nil
}
