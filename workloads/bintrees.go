package workloads

import (
	"context"

	"overlap/primitives"
)

// Bintrees allocates complete binary trees, walks each once to count its nodes
// and drops it. For every even depth d from 4 to the deepest, D, there are
// 2^(D−d+4) trees, so that all depths have as many nodes. The original also has
// one stretching and one long-lived tree, which pieces could not share.
//
// Medium has D = 12, large 16, small 6. A sixteenth of the trees of one depth
// is a piece. A slice has fewer pieces of every depth. Items are nodes.
var Bintrees = Workload{
	Name:    "bintrees",
	Kind:    Memory,
	Doc:     "binary trees of depths 4 to 12, allocated node by node, counted and dropped",
	Models:  "programs with many small short-lived objects: compilers, interpreters, servers",
	Source:  "the Computer Language Benchmarks Game's binary-trees, after GCBench (Ellis, Kovac and Boehm, 1997)",
	Limit:   "the allocator and the garbage collector",
	Checked: "the nodes of every depth: 2^(d+1)−1 a tree",
	Expect:  Sublinear,
	Why:     "all workers share one heap, and more of them make its collector stop them more often",
	SetUp:   newBintrees,
}

// bintreesShallowest is the smallest depth, and the logarithm of the number of
// trees of the largest.
const bintreesShallowest = 4

// BintreesTrees is the argument of a piece: a number of trees of one depth.
type BintreesTrees struct{ Depth, Trees int64 }

var bintreesPiece = primitives.Define("workloads.bintrees", func(_ context.Context, t BintreesTrees) (nodes int64, err error) {
	for range t.Trees {
		nodes += plant(t.Depth).nodes()
	}
	return nodes, nil
})

type bintreesNode struct{ left, right *bintreesNode }

// plant makes a tree of that depth.
func plant(depth int64) *bintreesNode {
	if depth == 0 {
		return &bintreesNode{}
	}
	return &bintreesNode{plant(depth - 1), plant(depth - 1)}
}

func (n *bintreesNode) nodes() int64 {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.nodes() + n.right.nodes()
}

// bintreesNodes are the nodes of every depth: 4, 6, 8 …
type bintreesNodes [8]int64

type bintreesJob struct {
	exact[bintreesNodes]
	divided[BintreesTrees, int64]
}

func newBintrees(p Params) (Job, error) {
	deepest := p.pick(6, 12, 16)
	parts := p.share(1 << bintreesShallowest) // pieces of each depth
	j := &bintreesJob{}
	for d := bintreesShallowest; d <= deepest; d += 2 {
		trees := 1 << (deepest - d)
		for range parts {
			j.args = append(j.args, BintreesTrees{int64(d), int64(trees)})
		}
		nodes := parts * trees * (2<<d - 1)
		j.want[bintreesIndex(int64(d))] = int64(nodes)
		j.items += nodes
	}
	j.piece, j.merge = bintreesPiece, func(counts []int64) {
		var got bintreesNodes
		for i, nodes := range counts {
			got[bintreesIndex(j.args[i].Depth)] += nodes
		}
		j.compare(got)
	}
	j.plain = func() (got bintreesNodes) {
		for depth := int64(bintreesShallowest); depth <= int64(deepest); depth += 2 {
			for range parts << (int64(deepest) - depth) {
				got[bintreesIndex(depth)] += plant(depth).nodes()
			}
		}
		return got
	}
	return j, nil
}

// bintreesIndex returns the index of a depth in bintreesNodes.
func bintreesIndex(depth int64) int { return int(depth-bintreesShallowest) / 2 }
