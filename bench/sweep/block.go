package sweep

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/meter"
	"overlap/bench/turns"
	"overlap/internal/scratch"
)

// Turner is a Sampler that can measure several points side by side.
type Turner interface {
	Sampler

	// TakesTurns reports whether it can measure so here.
	TakesTurns() bool

	// Block returns one entry for every point of the block, in their order, with what it
	// measured.
	Block(ctx context.Context, b Block) ([]Entry, error)
}

// launchers start processes that take turns.
type launchers interface {
	// turning returns a launcher for processes that take turns, in which they time so many
	// jobs at once, or as many as take turnTime if jobs is 0, and write their times to the
	// file; and a function that labels their printed result as the result of the point.
	turning(p Point, jobs int, length time.Duration, file string) (launcher, func(*benchfmt.Result), error)
}

// Block is points that are measured side by side: each has a process, or one for every
// copy, and all of them take turns in random order until the time is over.
type Block struct {
	Points []Point
	Jobs   []int         // of a turn of each point; 0: about as many as take a millisecond
	Time   time.Duration // of all turns but the first of each point
	Settle time.Duration // at most settleTime
	Wait   time.Duration // for other programs to leave, in addition
	Alike  []int         // CPUs on which jobs of one CPU are timed in turn
	Number int           // of this block, from 1
	Seed   uint64
}

// measure takes turns and returns one sample of every point, or why there is none.
func (b Block) measure(ctx context.Context, by launchers) ([]Entry, error) {
	dir, err := scratch.Make("", "turns")
	if err != nil {
		return nil, err
	}
	defer dir.Remove() // if that fails, a later run does it
	t := &sitting{Block: b, by: by, dir: dir.Path, random: rand.New(rand.NewPCG(b.Seed, uint64(b.Number)))}
	defer t.close()
	t.start(ctx)
	t.deal(ctx)
	t.end()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return t.entries(), nil
}

// sitting is a block while it is measured.
type sitting struct {
	Block
	by      launchers
	dir     string
	random  *rand.Rand
	parts   []*part
	players []*player
	dealt   []dealt       // all turns
	later   time.Duration // that those took which were not the first of a part

	busy      func() []int  // see watchCPUs
	patience  time.Duration // to wait for others to leave
	disturbed bool          // by others, in the last turns
	taken     []int         // CPUs that others have
	glanced   time.Time     // when that was found
	waited    time.Duration // for others
	watch     *meter.Watch
	probes    *meter.Probes
}

// dealt is a turn.
type dealt struct {
	part    *part
	players []*player
	turns   []int // which turn it was of each player
	saw     sight
}

// part is what it measures of one point.
type part struct {
	point   Point
	players []*player     // who take a turn at once, or one after the other
	alone   bool          // one after the other
	took    time.Duration // by the first turn
	turns   int
	moves   []int // CPUs that it takes in turn, if there are several
}

// deal gives the turns. First every part has one, in random order, which says how long
// its turns take and brings what it works on into the caches: see turnsOf for whether it
// counts. The rest come evenly over the time. Who was disturbed by other programs in too
// many has more.
func (t *sitting) deal(ctx context.Context) {
	t.watch = meter.NewWatch(t.cpus())
	t.probes = meter.NewProbes(t.cpus())
	for _, p := range t.parts {
		p.moves = t.moves(p)
	}
	defer t.watch.Stop()
	t.busy, t.patience, t.disturbed = t.watchCPUs, t.Wait, true
	first := slices.Clone(t.parts)
	t.random.Shuffle(len(first), func(i, k int) { first[i], first[k] = first[k], first[i] })
	t.give(ctx, first, func() bool { return true })
	began, waited := time.Now(), t.waited
	defer func() { t.later = waited + time.Since(began) }() // who waits once need not wait again
	within := func(d time.Duration) func() bool { return func() bool { return time.Since(began) < d } }
	t.give(ctx, t.order(), within(t.Time+t.Time/4))
	more := within(t.Time + t.Time/4 + t.Wait)
	for again := t.again(); len(again) > 0 && t.give(ctx, again, more); {
		again = t.again()
	}
}

// give gives a turn to each part of a queue while there is time. It
// reports false if nobody could have one.
func (t *sitting) give(ctx context.Context, queue []*part, isTime func() bool) (some bool) {
	for _, p := range queue {
		if !isTime() {
			break
		}
		if t.wait(ctx); ctx.Err() != nil {
			return false
		}
		start := time.Now()
		if t.turn(p) {
			some = true
			if p.took == 0 {
				p.took = max(time.Since(start), shortestTurn)
			}
		}
	}
	return some
}

// turn gives a part a turn, and reports false if it cannot have one. Who has settled is
// timed for as long, in pieces: it would not be settled after a turn of another.
func (t *sitting) turn(p *part) bool {
	together := p.players
	if p.alone && len(p.players) > 0 { // with another one first in every block
		i := t.turnOf(p, len(p.players), func(i int) []int { return p.players[i].cpus })
		together = p.players[i:][:1]
	}
	if len(together) == 0 || slices.ContainsFunc(together, func(q *player) bool { return q.err != nil }) {
		return false
	}
	for _, q := range together {
		q.family = p.point.Executor == "processes" || len(meter.ChildrenOf(q.proc.cmd.Process.Pid)) > 0
	}
	t.move(p, together)
	settle := t.settle(p)
	until := time.Now()
	if settle > 1 {
		until = until.Add(settle + settle/2)
	}
	for first := true; first || time.Now().Before(until); first = false {
		if slices.ContainsFunc(together, func(q *player) bool { return q.err != nil }) || !t.piece(p, together, settle) {
			break
		}
		settle = 0
	}
	p.turns++
	return true
}

// piece is a turn, or one of the pieces in which it is timed.
func (t *sitting) piece(p *part, together []*player, settle time.Duration) bool {
	look := t.look(together)
	late := watch(together...)
	ok := t.play(p, together, settle)
	late.Stop()
	d := dealt{part: p, players: together, saw: look()}
	if d.saw.others >= 0 && t.crowded() { // on whichever CPUs
		d.saw.others = max(d.saw.others, float64(len(t.taken)))
	}
	for _, q := range together {
		d.turns = append(d.turns, len(q.parts)-1)
	}
	t.dealt = append(t.dealt, d)
	t.disturbed = t.disturbed || d.saw.others > maxLost
	return ok
}

// play lets some players have a turn together. Whoever calls it must watch them.
func (t *sitting) play(p *part, together []*player, settle time.Duration) bool {
	var seats []*turns.Seat
	for _, q := range together {
		if q.err != nil {
			return false
		}
		seats = append(seats, q.seat)
	}
	err := turns.Give(turns.Turn{Settle: settle}, seats...)
	for _, q := range together {
		q.parts = append(q.parts, p)
		q.err = err
	}
	return err == nil
}
