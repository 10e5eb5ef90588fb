package gate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"overlap/bench/sweep"
	"overlap/internal/table"
)

// Sampler takes the slots of one build. ops is the operations of a slice, or 0
// for the sampler to find how many make a slice (see SliceTime); d is how
// long to time slices.
type Sampler interface {
	Slot(ctx context.Context, p sweep.Point, ops int, d time.Duration) (Slot, error)
}

// Turner is a Sampler that can take two slots at once, the first its own and the
// second of another, which time their slices in turns. d is how long the two take
// together. The error is a sweep.SideError if one side failed, and
// errors.ErrUnsupported where processes cannot take turns: then the slots of a block
// come one after the other.
type Turner interface {
	Sampler
	Turns(ctx context.Context, other Sampler, p sweep.Point, ops int, d time.Duration) ([2]Slot, error)
}

// Record is a measured slot, for the result file.
type Record struct {
	Head  bool // else base
	Point sweep.Point
	Block int // from 0
	Place int // in the block, from 0
	Slot  Slot
}

// Config says what to measure.
type Config struct {
	Points     []sweep.Point
	HeadOnly   []sweep.Point // of head alone
	Base, Head Sampler
	Blocks     int                             // of every point, if it is not settled before
	SlotTime   time.Duration                   // how long the slices of a slot take
	Brief      func(sweep.Point) time.Duration // the same before the first of the looks, up to SlotTime; may be nil
	Seed       uint64                          // of the order of points, of the coins and of the layouts
	Relink     Relink                          // the zero Relink leaves the binaries as they are
	Looks      Looks                           // after which Settled is called
	Time       time.Duration                   // planned, for looks beyond Blocks and for lateness; 0 for no limit
	Quiet      func(context.Context)           // waits for others to leave the CPUs alone; may be nil
	Append     func(Record) error              // may be nil
	Stop       func(sweep.Point) error         // called for a point that is not measured until the last look; may be nil
	Progress   func(done, all int)             // of slots; may be nil

	// Settled returns which points need no further blocks.
	Settled func([]Series) func(sweep.Point) bool
}

// Relink gives the two sides new binaries before some rounds.
type Relink struct {
	Every int // rounds that the same binaries serve

	// Link links both sides anew, with their functions in the orders of two seeds,
	// of base and of head, which are positive.
	Link func(ctx context.Context, seeds [2]int64) error

	// Moves reports whether the functions of a point's binaries are put in that
	// order. The others were linked as they always are.
	Moves func(p sweep.Point) bool
}

// Measure visits the points in rounds, each round in an order of its own, and takes a
// block of a point at each visit. Before the first round it finds, with base, how many
// operations make a slice of a point; both builds keep to that number. Quiet is called
// before that, and after each block in which others had the CPUs. Such a block is left
// out when speedups are judged, and not measured again. After a look it measures only the
// points that are not settled. When all have Blocks, it goes on to a further look if the
// time suffices for all rounds until then. No round begins when lateness times Time have
// passed, without what Quiet took: what others do to the CPUs can make every process slow.
//
// A point with a process that fails is left out, with the reason and all of its
// blocks: those would be the ones in which it did not fail. If the context ends, or
// Append or a link fails, Measure returns the whole blocks so far with the cause.
func Measure(ctx context.Context, c Config) ([]Series, []Problem, error) {
	m := measurement{Config: c, random: rand.New(rand.NewPCG(c.Seed, 0)), orders: rand.New(rand.NewPCG(c.Seed, 1))}
	m.quiet(ctx)
	if err := m.findOps(ctx); err != nil {
		return nil, m.problems, err
	}
	m.began, m.waited = time.Now(), 0
	order := slices.Clone(m.points)
	var err error
	for block := 0; err == nil; block++ {
		if order, err = m.look(order, block); err != nil || len(order) == 0 {
			break
		}
		if err = m.relink(ctx, block); err != nil {
			break
		}
		m.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, p := range order {
			if err = m.measureBlock(ctx, p, block); err != nil {
				break
			}
		}
	}
	return m.series(), m.problems, err
}

// series are those of the points that did not fail.
func (m *measurement) series() (all []Series) {
	for _, p := range m.points {
		if !p.failed {
			all = append(all, p.Series)
		}
	}
	return all
}

// lateness is how many times the planned time a measurement may take. Ended at once, few
// checks on a busy machine would have a verdict.
const lateness = 2

// late reports whether the planned time has passed too often. Names have no part in this
// rule, so it costs nothing of the error rate: the next look is early.
func (m *measurement) late() bool {
	return m.Time > 0 && time.Since(m.began)-m.waited > lateness*m.Time
}

// look returns which of the points that were measured in the last round, if there was one,
// have another, when they have so many blocks.
func (m *measurement) look(order []*measured, blocks int) ([]*measured, error) {
	order = slices.DeleteFunc(order, func(p *measured) bool { return p.failed })
	last := m.Blocks
	if m.Looks != nil {
		last = m.Looks[len(m.Looks)-1]
	}
	if blocks == last {
		return nil, nil
	}
	i, looks := slices.BinarySearch(m.Looks, blocks)
	late := blocks > 0 && m.late()
	if !looks && !late {
		return order, nil
	}
	var going []*measured
	if !late {
		settled := m.Settled(m.series())
		going = slices.DeleteFunc(slices.Clone(order), func(p *measured) bool { return settled(p.Point) })
		if blocks >= m.Blocks && m.Time > 0 && time.Since(m.began)+m.roundTime(going, m.Looks[i+1]-blocks) > m.Time {
			going = nil
		}
	}
	if len(going) > 0 {
		m.rounds = m.Looks[i+1]
	}
	for _, p := range order {
		if p.stopped = !slices.Contains(going, p); p.stopped && m.Stop != nil {
			if err := m.Stop(p.Point); err != nil {
				return nil, err
			}
		}
	}
	return going, nil
}

// roundTime estimates how long so many rounds of the points take, links included.
func (m *measurement) roundTime(points []*measured, rounds int) time.Duration {
	took := m.linking / time.Duration(max(1, m.links)) * time.Duration((rounds+m.every()-1)/m.every())
	for _, p := range points {
		took += p.took / time.Duration(max(1, p.whole)) * time.Duration(rounds)
	}
	return took
}

// measured is a point while it is measured.
type measured struct {
	Series
	ops     int
	took    time.Duration // for its blocks that were not brief
	whole   int           // how many those are
	failed  bool
	stopped bool // before the last look
}

type measurement struct {
	Config
	random   *rand.Rand
	orders   *rand.Rand // of functions: seeds of the layouts
	layouts  [2]int64   // of base and of head, since the last link
	points   []*measured
	problems []Problem
	done     int
	began    time.Time     // of the first round
	waited   time.Duration // in Quiet since then
	linking  time.Duration // all links
	links    int
	rounds   int // until the next look
}

// findOps finds the operations of a slice, and drops points that one of the builds
// cannot run.
func (m *measurement) findOps(ctx context.Context) error {
	for i, p := range slices.Concat(m.Points, m.HeadOnly) {
		s := &measured{Series: Series{Point: p, HeadOnly: i >= len(m.Points)}}
		slot, err := m.measureSlot(ctx, s, false, m.slotTime(p, 0)/2)
		if s.ops = slot.Ops; err == nil {
			_, err = m.measureSlot(ctx, s, true, 0)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil {
			m.points = append(m.points, s)
		}
	}
	return nil
}

// relink gives both sides new binaries, if the round is to begin with that.
func (m *measurement) relink(ctx context.Context, round int) error {
	if m.Relink.Link == nil || round%m.every() != 0 {
		return nil
	}
	defer func(began time.Time) { m.links, m.linking = m.links+1, m.linking+time.Since(began) }(time.Now())
	for i := range m.layouts {
		// The linker's generator takes seeds modulo 2^31-1, and 0 for none.
		m.layouts[i] = 1 + m.orders.Int64N(math.MaxInt32-1)
	}
	return m.Relink.Link(ctx, m.layouts)
}

func (m *measurement) every() int { return max(1, m.Relink.Every) }

// layoutSeed returns the seed of a side's binary, or 0 for the linker's own order.
func (m *measurement) layoutSeed(p sweep.Point, head bool) int64 {
	switch {
	case m.Relink.Moves == nil || !m.Relink.Moves(p):
		return 0
	case head:
		return m.layouts[1]
	}
	return m.layouts[0]
}

// measureBlock measures a block of a point. Its error is one that ends the measurement.
func (m *measurement) measureBlock(ctx context.Context, p *measured, n int) error {
	length := m.slotTime(p.Point, n)
	defer func(began time.Time) {
		if length == m.SlotTime {
			p.took, p.whole = p.took+time.Since(began), p.whole+1
		}
	}(time.Now())
	b := Block{HeadFirst: m.random.IntN(2) == 1 || p.HeadOnly}
	for place := 0; place < len(b.Slots); place += 2 {
		head := (place == 0) == b.HeadFirst
		two, err := m.measurePair(ctx, p, head, length)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return nil
		}
		for i, slot := range two {
			slot.Layout = m.layoutSeed(p.Point, p.HeadOnly || head != (i == 1))
			b.Slots[place+i] = slot.Stored() // as the file has it, so that it can be judged again
			if m.Append != nil {
				if err := m.Append(Record{Head: p.HeadOnly || head != (i == 1), Point: p.Point, Block: n, Place: place + i, Slot: slot}); err != nil {
					return err
				}
			}
		}
		m.done += 2
		if m.Progress != nil {
			m.Progress(m.done, m.countSlots())
		}
	}
	p.Blocks = append(p.Blocks, b)
	if b.others().disturbed() {
		m.quiet(ctx)
	}
	return nil
}

func (m *measurement) quiet(ctx context.Context) {
	if m.Quiet != nil {
		defer func(began time.Time) { m.waited += time.Since(began) }(time.Now())
		m.Quiet(ctx)
	}
}

// slotTime is how long a slot of that block of a point takes.
func (m *measurement) slotTime(p sweep.Point, block int) time.Duration {
	if m.Brief != nil && len(m.Looks) > 0 && block < m.Looks[0] {
		return min(m.Brief(p), m.SlotTime)
	}
	return m.SlotTime
}

// measurePair measures half a block: two slots of that length. Head has the first, or the
// first turns, or else base.
func (m *measurement) measurePair(ctx context.Context, p *measured, head bool, length time.Duration) (two [2]Slot, err error) {
	first, second := m.sampler(p, head), m.sampler(p, !head)
	if t, ok := first.(Turner); ok {
		two, err = t.Turns(ctx, second, p.Point, p.ops, 2*length)
		if !errors.Is(err, errors.ErrUnsupported) {
			return two, m.checkTurns(ctx, p, head, two, err)
		}
	}
	for i := range two {
		if two[i], err = m.measureSlot(ctx, p, head != (i == 1), length); err != nil {
			return two, err
		}
	}
	return two, nil
}

// checkTurns notes what is wrong with slots that took turns.
func (m *measurement) checkTurns(ctx context.Context, p *measured, head bool, two [2]Slot, err error) error {
	if err != nil {
		side := new(sweep.SideError)
		return m.leaveOut(ctx, p, head != (errors.As(err, &side) && side.Side == 1), err)
	}
	for i, slot := range two {
		if err := m.leaveOut(ctx, p, head != (i == 1), p.fits(slot)); err != nil {
			return err
		}
	}
	if n := len(two[0].Slices); n != len(two[1].Slices) {
		return m.leaveOut(ctx, p, head, fmt.Errorf("it had %s, and the other side had %d", table.Count(n, "turn"), len(two[1].Slices)))
	}
	return nil
}

// countSlots returns how many slots will have been measured at the end.
func (m *measurement) countSlots() int {
	n := 0
	for _, p := range m.points {
		blocks := max(m.Blocks, m.rounds)
		if p.failed || p.stopped {
			blocks = len(p.Blocks)
		}
		n += 4 * blocks
	}
	return max(n, m.done)
}

// measureSlot measures a slot, or notes why the point is left out.
func (m *measurement) measureSlot(ctx context.Context, p *measured, head bool, d time.Duration) (Slot, error) {
	slot, err := m.sampler(p, head).Slot(ctx, p.Point, p.ops, d)
	if err == nil {
		err = p.fits(slot)
	}
	return slot, m.leaveOut(ctx, p, head, err)
}

// sampler is head's, or base's if the point is compared with it.
func (m *measurement) sampler(p *measured, head bool) Sampler {
	if head || p.HeadOnly {
		return m.Head
	}
	return m.Base
}

// fits returns an error if the slot cannot be compared with others of the point.
func (p *measured) fits(s Slot) error {
	if err := s.check(); err != nil {
		return err
	}
	if p.ops > 0 && s.Ops != p.ops {
		return fmt.Errorf("its slices have %s, not %d", table.Count(s.Ops, "operation"), p.ops)
	}
	return nil
}

// leaveOut notes why the point is left out, if there is an error that is its own.
func (m *measurement) leaveOut(ctx context.Context, p *measured, head bool, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	p.failed = true
	name, side := p.Point.String(), "base"
	if head || p.HeadOnly {
		side = "head"
	}
	if !slices.ContainsFunc(m.problems, func(q Problem) bool { return q.Name == name }) {
		problem := Problem{Name: name, Why: fmt.Sprintf("%s: %v", side, err)}
		if failed := (*sweep.SampleError)(nil); errors.As(err, &failed) {
			problem.Output = failed.Output
		}
		m.problems = append(m.problems, problem)
	}
	return err
}
