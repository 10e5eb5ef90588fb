package workloads

import (
	"context"
	"fmt"
	"sync/atomic"

	"overlap/primitives"
)

// Wavefront is the p2p kernel of the Parallel Research Kernels (Synch_p2p):
// A[i][j] = A[i−1][j] + A[i][j−1] − A[i−1][j−1] over a grid whose first row is j
// and first column i; at the end of a run A[0][0] becomes −A[m−1][n−1].
//
// The grid is cut into 32×4 tiles of 28×248 points (medium, 7 MiB). A task is a
// tile, swept eight times. The first sweep computes the result; the others repeat
// it, so that arithmetic is the limit and not memory, and the cap becomes visible.
// A tile can start when those above and to the left of it have ended: the later
// of them submits it. The grid is tall and narrow, like the kernel's strips of
// columns: in a square grid the diagonals would grow and shrink, and the speedup
// would fall below H(p) long before its cap. A slice has fewer rows of tiles, and
// weak scaling more. Items are points.
var Wavefront = Workload{
	Name:        "wavefront",
	Kind:        CPU,
	Doc:         "PRK p2p: 32×4 tiles, each after those above and to the left of it",
	Models:      "dynamic programming (alignment, edit distance), triangular solves, builds of dependent parts",
	Source:      "Synch_p2p of the Parallel Research Kernels (Van der Wijngaart and Mattson, 2014), with each tile swept eight times",
	Limit:       "latency of two additions per point, and the longest chain of tiles",
	Checked:     "every point: after k runs i + j + (k−1)(m+n−2), the corner k(m+n−2); no tile before those it needs",
	Expect:      Capped(waveRows * waveColumns / float64(waveRows+waveColumns-1)),
	Why:         "the longest chain has 32+4−1 of the 128 tiles, however many cores there are",
	NoProcesses: "its tasks share one grid",
	SetUp:       newWavefront,
}

// The tiles of a whole grid.
const (
	waveRows    = 32
	waveColumns = 4
)

type wavefrontJob struct {
	grid          []float64
	m, n          int // rows and columns of points
	height, width int // of a tile
	tiles         []waveTile
	runs          int
	early         atomic.Int64 // tiles that ran too early or twice, of all runs
	swept         atomic.Int64 // sweeps of tiles, of all runs: one leaves the same values as eight
}

// waveSweeps is how often a tile is swept.
const waveSweeps = 8

// waveTile is the state of a tile. It has two cache lines of its own.
type waveTile struct {
	needs atomic.Int32 // tiles that must end before it
	run   int          // the last run in which it was done
	task  func(*crowd) error
	_     [128 - 3*word]byte
}

func newWavefront(p Params) (Job, error) {
	j := &wavefrontJob{height: p.pick(4, 28, 112), width: p.pick(16, 248, 496)}
	j.m, j.n = p.share(waveRows*j.height), waveColumns*j.width
	j.grid = make([]float64, j.m*j.n)
	touch(j.m, func(lo, hi int) { clear(j.grid[lo*j.n : hi*j.n]) })
	for i := range j.m {
		j.grid[i*j.n] = float64(i)
	}
	for k := range j.n {
		j.grid[k] = float64(k)
	}
	j.tiles = make([]waveTile, (j.m+j.height-1)/j.height*waveColumns)
	for t := range j.tiles {
		j.tiles[t].task = func(c *crowd) error {
			j.tile(t)
			j.release(c, t)
			return nil
		}
	}
	return j, nil
}

// Run submits the first tile and waits until no task is left.
func (j *wavefrontJob) Run(ctx context.Context, ex primitives.Executor) error {
	for t := range j.tiles {
		j.tiles[t].needs.Store(int32(min(t/waveColumns, 1) + min(t%waveColumns, 1)))
	}
	j.runs++
	err := runCrowd(ctx, ex, func(c *crowd) { c.submit(j.tiles[0].task) })
	if err == nil {
		j.turn()
	}
	return err
}

// release submits the tiles that waited only for this one.
func (j *wavefrontJob) release(c *crowd, tile int) {
	if tile%waveColumns < waveColumns-1 && j.tiles[tile+1].needs.Add(-1) == 0 {
		c.submit(j.tiles[tile+1].task)
	}
	if below := tile + waveColumns; below < len(j.tiles) && j.tiles[below].needs.Add(-1) == 0 {
		c.submit(j.tiles[below].task)
	}
}

// tile computes one tile. It notes if the tile has been done, or one that it needs
// has not: the next run might overwrite the wrong values before Check sees them.
func (j *wavefrontJob) tile(t int) {
	row, column := t/waveColumns, t%waveColumns
	if j.tiles[t].run == j.runs ||
		row > 0 && j.tiles[t-waveColumns].run != j.runs ||
		column > 0 && j.tiles[t-1].run != j.runs {
		j.early.Add(1)
	}
	j.sweep(row*j.height, column*j.width)
	j.tiles[t].run = j.runs
}

func (j *wavefrontJob) Serial() error {
	j.runs++
	for row := 0; row < j.m; row += j.height {
		for column := 0; column < j.n; column += j.width {
			j.sweep(row, column)
		}
	}
	j.turn()
	return nil
}

// sweep computes the points of the tile that begins at that row and column,
// except those of the grid's first row and column.
func (j *wavefrontJob) sweep(row, column int) {
	from, to := max(column, 1), column+j.width
	for range waveSweeps {
		j.swept.Add(1)
		for i := max(row, 1); i < min(row+j.height, j.m); i++ {
			waveRow(j.grid[(i-1)*j.n+from-1:(i-1)*j.n+to], j.grid[i*j.n+from-1:i*j.n+to])
		}
	}
}

// waveRow computes all elements of a row but the first.
func waveRow(up, row []float64) {
	row = row[:len(up)]
	left := row[0]
	for k := 1; k < len(up); k++ {
		left = up[k] + left - up[k-1]
		row[k] = left
	}
}

// turn makes the next run depend on this one.
func (j *wavefrontJob) turn() { j.grid[0] = -j.corner() }

func (j *wavefrontJob) corner() float64 { return j.grid[len(j.grid)-1] }

func (j *wavefrontJob) Check() error {
	if got, want := j.swept.Load(), int64(j.runs*len(j.tiles)*waveSweeps); got != want {
		return fmt.Errorf("%d sweeps of tiles in %d runs, want %d", got, j.runs, want)
	}
	if n := j.early.Load(); n > 0 {
		return fmt.Errorf("%d tiles ran twice in a run, or before tiles that they need", n)
	}
	for k, got := range j.grid {
		if want := float64(j.want(k/j.n, k%j.n)); got != want {
			return fmt.Errorf("after %d runs point %d, %d is %v, want %v", j.runs, k/j.n, k%j.n, got, want)
		}
	}
	return nil
}

// want returns the right value of a point: A[i][j] = A[i][0] + A[0][j] − A[0][0]
// solves the recurrence.
func (j *wavefrontJob) want(row, column int) int {
	around := j.m + j.n - 2
	switch {
	case row > 0 && column > 0 && j.runs > 0:
		return row + column + (j.runs-1)*around
	case row > 0 && column > 0:
		return 0
	case row+column == 0:
		return -j.runs * around
	}
	return row + column
}

func (j *wavefrontJob) Items() int   { return len(j.grid) }
func (j *wavefrontJob) Close() error { return nil }
