package workloads

import (
	"context"

	"overlap/primitives"
)

// Uts is the Unbalanced Tree Search: it counts the nodes of a tree. The shape of
// the tree appears only during the search, because a node's children depend on a
// SHA-1 hash. A task searches depth first until it has seen a fixed number of
// nodes; two new tasks get the nodes that it leaves open.
//
// Large has the published trees T1 and T3. Medium and small have T1 cut at depth
// 7 and 4, and trees like T3 of 81 697 and 721 nodes. Set-up makes the top of the
// tree and deals its subtrees to the slices in turn. Subtrees of T3, and so its
// slices, differ greatly: one child of the root has more than half of all nodes.
// The medium trees' slices are within 11 % of a half, a quarter and an eighth.
// Weak scaling repeats the tree. Items are nodes below the top.
var Uts = Workload{
	Name:    "uts",
	Kind:    CPU,
	Doc:     "unbalanced tree search: a SHA-1 hash per node decides how many children it has",
	Models:  "branch and bound, model checking, ray tracing: searches of unknown size",
	Source:  "UTS (Olivier et al., 2006), trees T1 and T3",
	Limit:   "hashing, and how soon new work reaches an idle worker",
	Checked: "nodes, leaves, depth and the sum of all random numbers exactly, against the serial search from the root",
	Expect:  Linear,
	Why:     "open nodes are distributed again after every few hundred, which balances any tree that is much larger",
	Variants: []Variant{
		{Name: "geometric", Doc: "T1: four children on average, none below a fixed depth", Expect: Linear},
		{Name: "binomial", Doc: "T3: a node has 8 children or none, so that a few subtrees have most nodes", Expect: Linear},
	},
	SetUp: newUts,
}

type utsJob struct {
	exact[UtsCounts]
	divided[UtsSearch, UtsSearch]
	tree     UtsTree
	trees    int       // equal ones
	dealt    int       // the depth at which subtrees are dealt to slices
	slices   int       // the job has one subtree in so many
	top      UtsCounts // above that depth
	subtrees []UtsNode // the job's roots
}

// utsPiece searches for as long as its budget allows.
var utsPiece = primitives.Define("workloads.uts", func(_ context.Context, s UtsSearch) (UtsSearch, error) {
	return s.explore(), nil
})

// utsTrees returns the tree of the parameters and the depth at which it is dealt.
func utsTrees(p Params) (tree UtsTree, dealt int) {
	if p.Variant == "binomial" {
		tree = UtsTree{Seed: uint32(p.pick(2, 27, 42)), Root: int32(p.pick(32, 2000, 2000)), Probability: 0.124875}
		if base, _ := p.Size.split(); base == Medium {
			tree.Probability = 0.1225
		}
		return tree, 1
	}
	return UtsTree{Seed: 19, Levels: int32(p.pick(4, 7, 10))}, p.pick(2, 3, 4)
}

func newUts(p Params) (Job, error) {
	j := &utsJob{trees: p.copies(), slices: p.Slices}
	j.piece, j.merge, j.plain = utsPiece, j.add, j.serial
	j.tree, j.dealt = utsTrees(p)
	j.deal()
	// Enough nodes for pieces of tens of microseconds or more, and few enough for
	// many pieces.
	budget := int64(p.pick(32, 512, 4096))
	for range j.trees {
		const pieces = 64
		for i := range pieces {
			lo, hi := i*len(j.subtrees)/pieces, (i+1)*len(j.subtrees)/pieces
			if lo < hi {
				j.args = append(j.args, UtsSearch{UtsHead{Tree: j.tree, Budget: budget}, j.subtrees[lo:hi]})
			}
		}
		j.want = j.want.plus(j.count(j.tree.root(), new(int)))
	}
	j.items = int(j.want.Nodes) - j.trees*int(j.top.Nodes)
	return j, nil
}

// deal makes the top of the tree, level by level.
func (j *utsJob) deal() {
	level := []UtsNode{j.tree.root()}
	for range j.dealt {
		var next []UtsNode
		for _, n := range level {
			var c UtsCounts
			c, next = n.expand(j.tree, next)
			j.top = j.top.plus(c)
		}
		level = next
	}
	for i := 0; i < len(level); i += j.slices {
		j.subtrees = append(j.subtrees, level[i])
	}
}

// Run submits the nodes that a task leaves open as soon as those before it have
// ended. All tasks take about as long, so the oldest ends next. Which tasks there
// are depends only on the tree.
func (j *utsJob) Run(ctx context.Context, ex primitives.Executor) error {
	var futures []*primitives.Future[UtsSearch]
	for _, s := range j.args {
		futures = append(futures, primitives.Call(ctx, ex, j.piece, s))
	}
	var results []UtsSearch
	var first error
	for i := 0; i < len(futures); i++ {
		r, err := futures[i].Await(context.Background())
		futures[i] = nil // and its open nodes
		if first == nil {
			first = err
		}
		if first != nil {
			continue
		}
		for _, s := range r.halves() {
			futures = append(futures, primitives.Call(ctx, ex, j.piece, s))
		}
		r.Open = nil
		results = append(results, r)
	}
	if first == nil {
		j.merge(results)
	}
	return first
}

// add notes the sum of all pieces, including those that Run has added.
func (j *utsJob) add(parts []UtsSearch) {
	var got UtsCounts
	for range j.trees {
		got = got.plus(j.top)
	}
	for _, part := range parts {
		got = got.plus(part.Counts)
	}
	j.compare(got)
}

// serial searches the same subtrees by recursion.
func (j *utsJob) serial() (got UtsCounts) {
	for range j.trees {
		got = got.plus(j.top)
		for _, n := range j.subtrees {
			got = got.plus(j.count(n, nil))
		}
	}
	return got
}

// count counts a tree by recursion. If seen is not nil, it counts the dealt
// subtrees and skips those of other slices.
func (j *utsJob) count(n UtsNode, seen *int) UtsCounts {
	if seen != nil && int(n.Depth) == j.dealt {
		*seen++
		if (*seen-1)%j.slices > 0 {
			return UtsCounts{}
		}
	}
	children := n.children(j.tree)
	c := n.counts(children)
	for i := range children {
		c = c.plus(j.count(n.child(i), seen))
	}
	return c
}
