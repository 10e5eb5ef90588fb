package workloads

import (
	"context"

	"overlap/primitives"
)

// Nqueens counts all ways to place n queens on an n×n board so that none
// attacks another, by backtracking with bit masks. The pieces are the safe
// placements in the first two rows; their subtrees differ in size.
//
// Large is n = 13, medium 12, small 8. A slice is every k-th placement. Weak
// scaling repeats the board. Items are solutions.
var Nqueens = Workload{
	Name:    "nqueens",
	Kind:    CPU,
	Doc:     "all solutions of n queens by backtracking, a task per placement in the first two rows",
	Models:  "exhaustive search: constraint solving, planning, games",
	Source:  "Savina (Imam and Sarkar, 2014) and sandmark; the counts are OEIS A000170",
	Limit:   "integer arithmetic in registers and branches that cannot be predicted",
	Checked: "solutions and queens placed on the way exactly, against the serial search from the empty board",
	Expect:  Linear,
	Why:     "subtrees are independent, and there are many more of them than cores to even out their sizes",
	SetUp:   newNqueens,
}

// NqueensCounts is the result: solutions, and queens placed on the way to them
// and to dead ends.
type NqueensCounts struct{ Solutions, Placed int64 }

func (c NqueensCounts) plus(o NqueensCounts) NqueensCounts {
	return NqueensCounts{c.Solutions + o.Solutions, c.Placed + o.Placed}
}

// NqueensBoard is the argument of a piece: an n×n board with queens in its first
// rows. The masks say which squares of the next row they attack along columns
// and along both diagonals.
type NqueensBoard struct{ N, Columns, Left, Right uint32 }

var nqueensPiece = primitives.Define("workloads.nqueens", func(_ context.Context, b NqueensBoard) (NqueensCounts, error) {
	c := NqueensCounts{Placed: 1} // the second queen; the first belongs to several pieces
	c.search(1<<b.N-1, b.Columns, b.Left, b.Right)
	return c, nil
})

type nqueensJob struct {
	exact[NqueensCounts]
	divided[NqueensBoard, NqueensCounts]
}

func newNqueens(p Params) (Job, error) {
	n, boards := p.pick(8, 12, 13), p.copies()
	starts := nqueensSecondRow(uint32(n))
	j := &nqueensJob{}
	j.piece = nqueensPiece
	for range boards {
		for i := 0; i < len(starts); i += p.Slices {
			j.args = append(j.args, starts[i])
		}
	}
	j.merge = func(parts []NqueensCounts) {
		first := NqueensCounts{Placed: int64(boards * n)}
		j.compare(first.plus(sum(parts, NqueensCounts.plus)))
	}
	j.plain = func() (c NqueensCounts) {
		for range boards {
			deal := nqueensDeal{all: 1<<n - 1, slices: p.Slices}
			deal.search(0, 0, 0, 2)
			c = c.plus(deal.NqueensCounts)
		}
		return c
	}
	j.want = j.plain()
	j.items = int(j.want.Solutions)
	return j, nil
}

// nqueensSecondRow returns the boards with two queens, in the order of their
// columns.
func nqueensSecondRow(n uint32) (boards []NqueensBoard) {
	for first := range n {
		for second := range n {
			if second+1 < first || second > first+1 {
				a, b := uint32(1)<<first, uint32(1)<<second
				boards = append(boards, NqueensBoard{n, a | b, a<<2 | b<<1, a>>2 | b>>1})
			}
		}
	}
	return boards
}

// search places queens in all rows below. The diagonals move by one column a
// row; what leaves the board does no harm.
func (c *NqueensCounts) search(all, columns, left, right uint32) {
	for free := all &^ (columns | left | right); free != 0; free &= free - 1 {
		queen := free & -free
		c.Placed++
		if columns|queen == all {
			c.Solutions++
			continue
		}
		c.search(all, columns|queen, (left|queen)<<1, (right|queen)>>1)
	}
}

// nqueensDeal is the serial search from the empty board, which leaves out what
// belongs to other slices.
type nqueensDeal struct {
	NqueensCounts
	all           uint32
	slices, dealt int
}

// search places queens in the next rows, and the rest by the plain search.
func (d *nqueensDeal) search(columns, left, right uint32, rows int) {
	if rows == 0 {
		d.dealt++
		if (d.dealt-1)%d.slices == 0 {
			d.Placed++
			d.NqueensCounts.search(d.all, columns, left, right)
		}
		return
	}
	for free := d.all &^ (columns | left | right); free != 0; free &= free - 1 {
		queen := free & -free
		if rows > 1 {
			d.Placed++
		}
		d.search(columns|queen, (left|queen)<<1, (right|queen)>>1, rows-1)
	}
}
