package workloads

import (
	"context"

	"overlap/primitives"
)

// Bintrees allocates complete binary trees, walks each once to count its nodes
// and drops it. For every even depth d from 4 to the deepest, D, there are
// 2^(D−d+4) trees, as many nodes at each depth, as in the original, whose one
// stretching and one long-lived tree are left out: pieces share nothing.
//
// Medium has D = 12, large 16, small 6. A sixteenth of the trees of one depth
// is a piece. A slice has fewer pieces of every depth. Items are nodes.
var Bintrees = Workload{
	Name:    "bintrees",
	Kind:    Memory,
	Doc:     "binary trees of depths 4 to 12, allocated node by node, counted and dropped",
	Models:  "programs that live on small short-lived objects: compilers, interpreters, servers of requests",
	Source:  "the Computer Language Benchmarks Game's binary-trees, after GCBench (Ellis, Kovac and Boehm, 1997)",
	Limit:   "the allocator and the garbage collector",
	Checked: "the nodes of every depth: 2^(d+1)−1 a tree",
	Expect:  Sublinear,
	Why:     "all workers share one heap, and more of them make its collector stop them more often",
	SetUp:   newBintrees,
}

// bintreesShallowest is the least depth, and the logarithm of the number of
// trees of the greatest.
const bintreesShallowest = 4

// BintreesTrees is the argument of a piece: so many trees of one depth.
type BintreesTrees struct{ Depth, Trees int64 }

var bintreesPiece = primitives.Define("workloads.bintrees", func(_ context.Context, t BintreesTrees) (nodes int64, err error) {
	for range t.Trees {
		nodes += plant(t.Depth).nodes()
	}
	return nodes, nil
})

type bintreesNode struct{ left, right *bintreesNode }

// plant makes a tree of that depth, bottom up.
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
	tally
	deepest int
	parts   int // pieces of each depth
	pieces  []BintreesTrees
	want    bintreesNodes
}

func newBintrees(p Params) (Job, error) {
	j := &bintreesJob{deepest: p.pick(6, 12, 16)}
	j.parts = p.share(1 << bintreesShallowest)
	for d := bintreesShallowest; d <= j.deepest; d += 2 {
		trees := 1 << (j.deepest - d)
		for range j.parts {
			j.pieces = append(j.pieces, BintreesTrees{int64(d), int64(trees)})
		}
		j.want[bintreesIndex(d)] = int64(j.parts * trees * (2<<d - 1))
	}
	return j, nil
}

// bintreesIndex is where the nodes of a depth are.
func bintreesIndex(depth int) int { return (depth - bintreesShallowest) / 2 }

func (j *bintreesJob) Run(ctx context.Context, ex primitives.Executor) error {
	return runPieces(ctx, ex, j)
}

// Split, Piece and Merge implement Divided.
func (j *bintreesJob) Split() []BintreesTrees                        { return j.pieces }
func (j *bintreesJob) Piece() *primitives.Func[BintreesTrees, int64] { return bintreesPiece }
func (j *bintreesJob) Merge(counts []int64) {
	var got bintreesNodes
	for i, nodes := range counts {
		got[bintreesIndex(int(j.pieces[i].Depth))] += nodes
	}
	add(&j.tally, got, j.want)
}

func (j *bintreesJob) Serial() error {
	var got bintreesNodes
	for depth := bintreesShallowest; depth <= j.deepest; depth += 2 {
		for range j.parts << (j.deepest - depth) {
			got[bintreesIndex(depth)] += plant(int64(depth)).nodes()
		}
	}
	add(&j.tally, got, j.want)
	return nil
}

func (j *bintreesJob) Items() (nodes int) {
	for _, n := range j.want {
		nodes += int(n)
	}
	return nodes
}
