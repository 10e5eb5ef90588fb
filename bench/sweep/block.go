package sweep

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchunit"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/bench/overlay"
	"overlap/bench/turns"
	"overlap/internal/proc"
	"overlap/internal/sampling"
	"overlap/internal/scratch"
)

// Turner is a Sampler that can measure several points side by side.
type Turner interface {
	Sampler

	// Block returns one entry for every point of the block, in their order, with what it
	// measured.
	Block(ctx context.Context, b Block) ([]Entry, error)
}

// launchers start processes that take turns.
type launchers interface {
	// turning returns a launcher for processes that take turns, in which they time so many
	// jobs at once, or as many as take turnTime if jobs is 0, and write their times to the
	// file; and a function that labels their printed result as the result of the point.
	turning(p Point, jobs int, c pace, file string) (launcher, func(*benchfmt.Result), error)
}

// turnTime is for about how long jobs are timed at once, unless one takes longer: long
// beside the microseconds in which a process wakes up, and short beside what disturbs a
// machine.
const turnTime = time.Millisecond

// settleTime is how long a process on several CPUs runs before a turn of it is timed, and
// then is. Threads that were idle wake up on a CPU together, and the system takes some ten
// milliseconds to move them apart: of cashiers with 16 workers on two CPUs, jobs take up
// to twice as long for 60 to 150 ms.
const settleTime = 100 * time.Millisecond

// pace is that of the processes of a point. One CPU has nothing to settle.
func (b Block) pace(p Point) pace {
	if min(p.Cores, p.Procs) == 1 {
		return pace{}
	}
	return pace{settle: b.Settle, length: b.Settle}
}

// Block is points that are measured side by side: each has a process, or one for every
// copy, and all of them take turns in random order until the time is over.
type Block struct {
	Points []Point
	Jobs   []int         // of a turn of each point; 0: about as many as take a millisecond
	Time   time.Duration // of all turns together
	Settle time.Duration // at most settleTime
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
	dealt   []dealt // all turns
	watch   *meter.Watch
	watched int // CPUs
}

// dealt is a turn.
type dealt struct {
	part    *part
	players []*player
	turns   []int // which turn it was of each player
}

// player is one of its processes.
type player struct {
	seat   *turns.Seat
	proc   *process
	point  Point // as which it was started
	file   string
	tidy   func(*benchfmt.Result)
	limit  time.Duration // of a turn
	ctx    context.Context
	cancel context.CancelCauseFunc
	parts  []*part // of the turns that it took
	err    error   // why it is out
	result *benchfmt.Result
	slices overlay.Slices
}

// part is what it measures of one point.
type part struct {
	point   Point
	players []*player     // who take a turn at once, or one after the other
	alone   bool          // one after the other
	took    time.Duration // in the first turn
	warm    bool          // the first turn does not count
	turns   int
}

// start starts a process for every point, and one for each copy. A single share of a job
// needs none if there are copies of it: each of them takes turns alone as well.
func (t *sitting) start(ctx context.Context) {
	for i, p := range t.Points {
		part := &part{point: p}
		t.parts = append(t.parts, part)
		if p.Slices > 1 && p.Copies == 1 && slices.ContainsFunc(t.Points, p.isShareOf) {
			part.alone = true
			continue
		}
		for n := range p.Copies {
			part.players = append(part.players, t.seat(ctx, p, n, t.Jobs[i]))
		}
	}
	for _, part := range t.parts {
		for _, other := range t.parts {
			if part.alone && part.point.isShareOf(other.point) {
				part.players = other.players
			}
		}
	}
	var all []*player
	for _, q := range t.players {
		if q.err == nil {
			all = append(all, q)
		}
	}
	late := watch(all...)
	defer late.Stop()
	for _, q := range all {
		q.err = q.seat.Await()
	}
}

// isShareOf reports whether q is several copies of the share p at once.
func (p Point) isShareOf(q Point) bool {
	same := q
	same.Copies = p.Copies
	return p.Copies == 1 && q.Copies > 1 && p == same
}

// seat starts the process of a copy.
func (t *sitting) seat(ctx context.Context, p Point, copied, jobs int) *player {
	q := &player{point: p, file: filepath.Join(t.dir, strconv.Itoa(len(t.players)))}
	t.players = append(t.players, q)
	l, tidy, err := t.by.turning(p, jobs, t.pace(p), q.file)
	if err != nil {
		q.err = err
		return q
	}
	cpus := l.placement[:p.Cores]
	switch {
	case p.Copies > 1 && host.CanBind:
		cpus = l.placement[copied:][:1]
	case p.Slices > 1 && host.CanBind:
		cpus = l.placement[(t.Number-1)%p.Slices:][:1]
	}
	s, err := turns.NewSeat()
	if err != nil {
		q.err = err
		return q
	}
	defer s.Sit()
	q.ctx, q.cancel = context.WithCancelCause(ctx)
	q.seat, q.tidy = s, tidy
	cmd := l.command(q.ctx, p, 0, cpus, false)
	cmd.ExtraFiles = s.Files()
	q.proc, q.err = launch(q.ctx, cmd, cpus, false, l.prints, l.word)
	q.limit = l.limit
	return q
}

// watch ends players that are not stopped to be watched within their limit.
func watch(all ...*player) *time.Timer {
	if len(all) == 0 {
		return time.NewTimer(0)
	}
	return time.AfterFunc(all[0].limit, func() {
		for _, q := range all {
			q.cancel(errLate{q.limit})
		}
	})
}

// deal gives the turns. First every part has one, in random order, which says how long
// its turns take and brings what it works on into the caches: it does not count, unless
// there is little time for others. The rest come evenly over the time.
func (t *sitting) deal(ctx context.Context) {
	t.watch = meter.NewWatch(t.cpus())
	began := time.Now()
	defer t.watch.Stop()
	for _, i := range t.random.Perm(len(t.parts)) {
		if ctx.Err() != nil {
			return
		}
		start := time.Now()
		t.turn(t.parts[i])
		t.parts[i].took = max(time.Since(start), 1)
	}
	roots := 0.0
	for _, p := range t.parts {
		roots += math.Sqrt(float64(p.took))
	}
	left := max(0, t.Time-time.Since(began))
	for _, p := range t.order(float64(left) / roots) {
		if ctx.Err() != nil || time.Since(began) > t.Time+t.Time/2 {
			return
		}
		t.turn(p)
	}
}

// order is the parts in the order of their turns. In a given time, the error of all
// quotients together is least if the number of turns goes with the root of how long they
// take (Neyman, 1934, for equal spreads): a turn that takes so long has each divided by
// that root.
func (t *sitting) order(each float64) (order []*part) {
	type at struct {
		part  *part
		place float64
	}
	var all []at
	for _, p := range t.parts {
		n := int(math.Round(each / math.Sqrt(float64(p.took))))
		p.warm = n >= 3
		for k := range n {
			all = append(all, at{p, (float64(k) + t.random.Float64()) / float64(n)})
		}
	}
	slices.SortFunc(all, func(a, b at) int { return cmp.Compare(a.place, b.place) })
	for _, a := range all {
		order = append(order, a.part)
	}
	return order
}

// cpus are all that processes are bound to.
func (t *sitting) cpus() (all []int) {
	for _, q := range t.players {
		if q.proc != nil {
			all = append(all, q.proc.cpus...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// turn gives a part a turn.
func (t *sitting) turn(p *part) {
	together := p.players
	if p.alone && len(p.players) > 0 {
		together = p.players[p.turns%len(p.players):][:1]
	}
	var seats []*turns.Seat
	for _, q := range together {
		if q.err != nil {
			return
		}
		seats = append(seats, q.seat)
	}
	if len(seats) == 0 {
		return
	}
	late := watch(together...)
	err := turns.Give(seats...)
	late.Stop()
	for _, q := range together {
		q.parts = append(q.parts, p)
		q.err = err
	}
	p.turns++
	d := dealt{part: p, players: together}
	for _, q := range together {
		d.turns = append(d.turns, len(q.parts)-1)
	}
	t.dealt = append(t.dealt, d)
}

// end ends the processes and reads what they measured.
func (t *sitting) end() {
	for _, q := range t.players {
		if q.err == nil {
			q.err = q.seat.End()
		}
		if q.seat != nil {
			q.seat.Close() // whoever still waits for a turn ends
			q.seat = nil
		}
	}
	var done sync.WaitGroup
	for _, q := range t.players {
		if q.proc == nil {
			continue
		}
		done.Go(func() {
			r, err := q.proc.result(q.ctx, q.point)
			if err == nil && q.err == nil {
				q.slices, err = overlay.ReadSlices(q.file)
			}
			if err == nil && q.err == nil && len(q.slices.Turns) != len(q.parts) {
				err = fmt.Errorf("it had %d turns and timed %d", len(q.parts), len(q.slices.Turns))
			}
			if err != nil {
				q.err = err
				return
			}
			q.tidy(r)
			q.result = r
		})
	}
	done.Wait()
}

// close ends whoever is left.
func (t *sitting) close() {
	for _, q := range t.players {
		if q.seat != nil {
			q.seat.Close()
		}
		if q.proc != nil {
			_ = proc.Kill(q.proc.cmd.Process)
			_ = q.proc.wait()
		}
		if q.cancel != nil {
			q.cancel(nil)
		}
	}
}

// TurnLog is the times of a block, for who wants to estimate something else from them.
type TurnLog struct {
	Round  int       `json:"round"`
	Points []string  `json:"points"`
	Turns  [][]int64 `json:"turns"` // in the order of time: the index of the point, and ns per job of all that was timed; of several copies, one after the other
}

func (t *TurnLog) line() string {
	text, err := json.Marshal(t)
	if err != nil {
		panic("sweep: " + err.Error()) // numbers and strings
	}
	return turnsLine + string(text) + "\n"
}

// log is the times of all turns.
func (t *sitting) log() *TurnLog {
	log := &TurnLog{Round: t.Number, Turns: [][]int64{}}
	index := map[*part]int64{}
	for i, p := range t.parts {
		log.Points = append(log.Points, p.point.String())
		index[p] = int64(i)
	}
	for _, d := range t.dealt {
		turn := []int64{index[d.part]}
		for i, q := range d.players {
			for _, ns := range q.turn(d.turns[i]) {
				turn = append(turn, int64(math.Round(ns)))
			}
		}
		log.Turns = append(log.Turns, turn)
	}
	return log
}

// entries are the samples of the points, in their order.
func (t *sitting) entries() (all []Entry) {
	for _, p := range t.parts {
		e := Entry{Point: p.point.String(), Round: t.Number}
		e.Result, e.Err = t.sample(p)
		all = append(all, e)
	}
	all[0].Turns = t.log()
	return all
}

var errNoTurns = errors.New("it had no turn")

// sample is what the turns of a part measured, or why they did not. Of several copies at
// once it is what the slowest did.
func (t *sitting) sample(p *part) (*benchfmt.Result, error) {
	var from *player
	var times []float64
	var cpus []int
	for _, q := range p.players {
		if q.err != nil {
			return nil, q.err
		}
		cpus = append(cpus, q.proc.cpus...)
		list := q.times(p)
		switch {
		case p.alone:
			from, times = q, append(times, list...)
		case len(times) == 0 || turns.Undisturbed(list) > turns.Undisturbed(times):
			from, times = q, list
		}
	}
	if len(times) == 0 {
		return nil, errNoTurns
	}
	r := from.result.Clone()
	r.Name = benchfmt.Name(p.point.Name())
	if len(p.players) > 1 { // whose other measurements are of turns alone and together
		r.Values = slices.DeleteFunc(r.Values, func(v benchfmt.Value) bool { return v.Unit != "sec/op" })
	}
	setConfig(r, "cpus", host.FormatList(cpus))
	setConfig(r, "copies", strconv.Itoa(p.point.Copies))
	r.Iters = from.slices.Ops * len(times)
	setValue(r, "ns/op", stat.Mean(times, nil))
	sorted := slices.Sorted(slices.Values(times))
	for _, q := range []struct {
		unit string
		q    float64
	}{{"q02-ns/op", 0.02}, {"q25-ns/op", 0.25}, {"q50-ns/op", 0.5}} {
		if _, ok := r.Value(tidied(q.unit)); !ok {
			setValue(r, q.unit, stat.Quantile(q.q, stat.Empirical, sorted, nil))
		}
	}
	setValue(r, "undisturbed-ns/op", turns.Undisturbed(times))
	setValue(r, "timings", float64(len(times)))
	if pressure, ok := t.pressure(p, from); ok {
		setValue(r, "pressure", max(pressure, bench.ZeroSubstitute))
	}
	return r, nil
}

// pressure is the share of the CPUs within reach that others had while a player wanted
// them: at most what others had, and at most the time for which its threads were ready
// and had no CPU. It has only its turns to want them in.
func (t *sitting) pressure(p *part, q *player) (float64, bool) {
	d := q.slices.Demand
	if d == nil || q.slices.Wall <= 0 || t.watch == nil {
		return 0, false
	}
	var own time.Duration
	for _, q := range t.players {
		if q.slices.Demand != nil {
			own += q.slices.Demand.Own
		}
	}
	others, ok := t.watch.Others(own)
	if !ok {
		return 0, false
	}
	reach := float64(max(1, min(p.point.Cores, p.point.Procs)))
	delayed := float64(d.Delayed) / float64(q.slices.Wall) / reach
	return min(delayed, others/float64(max(1, len(t.cpus())))), true
}

// times returns how long a job took in all the player's turns for a part that count.
func (q *player) times(p *part) (list []float64) {
	first := p.warm && (!p.alone || q == p.players[0])
	for i, of := range q.parts {
		if of == p && !first {
			list = append(list, q.turn(i)...)
		}
		first = first && of != p
	}
	return list
}

// turn returns how long a job took in the player's i-th turn; nothing if it did not get
// that far.
func (q *player) turn(i int) (list []float64) {
	if i >= len(q.slices.Turns) {
		return nil
	}
	from := 0
	for _, n := range q.slices.Turns[:i] {
		from += n
	}
	for _, d := range q.slices.Times[from : from+q.slices.Turns[i]] {
		list = append(list, float64(d)/float64(q.slices.Ops))
	}
	return list
}

func tidied(unit string) string {
	_, unit = benchunit.Tidy(1, unit)
	return unit
}

// setValue sets a value of a result.
func setValue(r *benchfmt.Result, unit string, x float64) {
	v := benchfmt.Value{OrigValue: x, OrigUnit: unit}
	v.Value, v.Unit = benchunit.Tidy(x, unit)
	if v.Unit == unit {
		v.OrigValue, v.OrigUnit = 0, ""
	}
	if i := slices.IndexFunc(r.Values, func(w benchfmt.Value) bool { return w.Unit == v.Unit }); i >= 0 {
		r.Values[i] = v
		return
	}
	r.Values = append(r.Values, v)
}

// Block implements Turner.
func (s Processes) Block(ctx context.Context, b Block) ([]Entry, error) { return b.measure(ctx, s) }

// turning implements launchers.
func (s Processes) turning(p Point, jobs int, c pace, file string) (launcher, func(*benchfmt.Result), error) {
	l := launcher{placement: s.Placement, limit: s.Timeout, word: "ready", prints: p.Name()}
	l.command = func(ctx context.Context, p Point, _ int, cpus []int, _ bool) *exec.Cmd {
		cmd := s.command(ctx, p, 1, cpus, false)
		cmd.Args = append(cmd.Args, "-turns="+file, "-turn="+turnTime.String(), "-turn-jobs="+strconv.Itoa(jobs), "-settle="+c.settle.String(), "-turn-length="+c.length.String())
		return cmd
	}
	return l, func(*benchfmt.Result) {}, nil
}

// Block implements Turner. Where the test binary has no clocks in package testing, the
// points are measured one after the other.
func (f *Foreign) Block(ctx context.Context, b Block) ([]Entry, error) {
	if f.binaries[b.Points[0].Package].hooked {
		return b.measure(ctx, f)
	}
	var entries []Entry
	for i, p := range b.Points {
		e := Entry{Point: p.String(), Round: b.Number}
		e.Result, e.Err = f.Sample(ctx, p, b.Jobs[i], b.Number)
		entries = append(entries, e)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return entries, nil
}

// turning implements launchers.
func (f *Foreign) turning(p Point, jobs int, c pace, file string) (launcher, func(*benchfmt.Result), error) {
	s := Slicing{Ops: jobs, Slice: turnTime}
	l, tidy, err := f.slicing(p, s)
	if err != nil {
		return l, nil, err
	}
	start := l.command
	l.command = func(ctx context.Context, p Point, iterations int, cpus []int, _ bool) *exec.Cmd {
		cmd := start(ctx, p, iterations, cpus, false)
		cmd.Env = append(s.environ(cmd, file), c.environ())
		return cmd
	}
	return l, tidy, nil
}

// runTurns measures blocks, one of each workload in a round. After the first round the
// best numbers of workers are known, and with them the key points.
func (s *sweep) runTurns(ctx context.Context) error {
	if s.Rounds == 0 {
		s.Rounds = math.MaxInt32
	}
	for s.round = 1; s.round <= s.Rounds && slices.ContainsFunc(s.points, s.wanted); s.round++ {
		s.thin()
		groups := s.groups(s.order(s.points))
		s.blocks = len(groups)
		if err := s.visit(ctx, groups); err != nil {
			return err
		}
		s.summary.Rounds = s.round
		if s.key == nil {
			s.points = append(s.points, s.Plan.AdaptivePoints(s.best)...)
			s.key = map[Point]bool{}
			for _, p := range s.Plan.KeyPoints(s.best) {
				s.key[p] = true
			}
		}
	}
	return nil
}

// leastBlocks is how many blocks of every workload there should be, and leastBlock how long
// the turns of one should take at least.
const (
	leastBlocks = 6
	leastBlock  = 200 * time.Millisecond
)

// blockTime is how long the turns of a block may take: the sample time for each point, or
// less, so that there are enough blocks in the budget. groups is how many are left in this
// round, with this one.
func (s *sweep) blockTime(group []Point, groups int) time.Duration {
	wanted := s.Sample * time.Duration(len(group))
	if s.Budget <= 0 {
		return wanted
	}
	after := max(0, min(leastBlocks, s.Rounds)-s.round) // rounds
	share := (s.Budget - s.spent) / time.Duration(groups+after*s.blocks)
	return min(wanted, max(leastBlock, share-s.idleTime(group)))
}

// block measures points side by side and says of each, by its processes, how much of the
// time it took.
func (s *sweep) block(ctx context.Context, b Block) ([]Entry, error) {
	began := time.Now()
	entries, err := s.turner.Block(ctx, b)
	took := time.Since(began)
	processes := time.Duration(0)
	for _, p := range b.Points {
		processes += time.Duration(p.Copies)
	}
	for i := range entries {
		e, share := &entries[i], time.Duration(b.Points[i].Copies)
		e.Took, e.Idle, e.Rest = took*share/processes, max(0, took-b.Time)*share/processes, len(entries)-i-1
	}
	return entries, err
}

// idleTime is how long blocks of these points take besides their turns.
func (s *sweep) idleTime(points []Point) (total time.Duration) {
	for _, p := range points {
		if known := s.state[p]; known != nil {
			total += known.idle
		}
	}
	return total
}

// jobsOf is how many jobs a turn of p has; 0 if that is not known.
func (s *sweep) jobsOf(p Point) int {
	if known := s.state[p]; known != nil {
		return known.iterations
	}
	return 0
}

// The points of a row that are not key points are measured in every leastEvery-th round,
// or in fewer if there is no time to start their processes, and in the first.
const (
	leastEvery = 3
	mostEvery  = 64
)

// thin decides in how many rounds points are measured that are not key points.
func (s *sweep) thin() {
	s.every = leastEvery
	if s.turner == nil || s.key == nil || s.Budget <= 0 {
		return
	}
	rounds := max(1, min(leastBlocks, s.Rounds)-s.round+1)
	most := 2 * (s.Budget - s.spent) / time.Duration(3*rounds)
	var key, others time.Duration
	for _, p := range s.points {
		if s.key[p] {
			key += s.idleTime([]Point{p})
		} else {
			others += s.idleTime([]Point{p})
		}
	}
	for s.every < mostEvery && key+others/time.Duration(s.every) > most {
		s.every *= 2
	}
}

// inTurn reports whether a point is measured in this round that is not in every one.
func (s *sweep) inTurn(p Point) bool { return (slices.Index(s.points, p)+s.round)%max(1, s.every) == 0 }

// manyBlocks is how many blocks there are before a workload is found to be precise. With
// few, the interval is narrow by chance now and then, and who stops there has too many
// intervals that do not hold the truth.
const manyBlocks = 12

// done reports whether all key points of the point's group are known to within the
// precision, compared with the first of them, which may be that of one worker on one
// core.
func (s *sweep) done(p Point) bool {
	if s.Precision <= 0 {
		return false
	}
	group := groupsOf(s.points)
	var first *state
	for _, q := range s.points {
		known := s.state[q]
		if !s.key[q] || group(q) != group(p) || known == nil || known.failed >= maxFailures {
			continue
		}
		if first == nil {
			first = known
		}
		if len(known.all) < manyBlocks || len(known.all) != len(first.all) {
			return false
		}
		quotients := slices.Clone(known.all)
		floats.Sub(quotients, first.all)
		if sampling.HalfWidth(quotients) > math.Log1p(s.Precision) {
			return false
		}
	}
	return first != nil
}

// InTurns reports whether a sweep with this sampler measures points side by side.
func InTurns(s Sampler) bool {
	_, ok := s.(Turner)
	return ok && turns.Supported
}
