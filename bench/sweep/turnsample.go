package sweep

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchunit"
	"gonum.org/v1/gonum/stat"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/overlay"
	"overlap/bench/turns"
)

// TurnLog is the times of a block, for who wants to estimate something else from them.
type TurnLog struct {
	Round  int       `json:"round"`
	Points []string  `json:"points"`
	Turns  [][]int64 `json:"turns"` // in the order of time: the index of the point, how much of its CPUs the turn lost, per mille, and ns per job of all that was timed; of several copies, one after the other

	Disturbed Disturbed       `json:"-"`
	First     []time.Duration `json:"-"` // that the first turn of each point took
	Later     time.Duration   `json:"-"` // that all others took together
	Vain      bool            `json:"-"` // others stayed for longer than Block.Wait
}

// lines are what a result file has of the log: lines of bounded length, each with its points,
// because readers of the format refuse long ones.
func (t *TurnLog) lines() (text string) {
	for rest := t.Turns; ; {
		part := TurnLog{Round: t.Round, Points: t.Points, Turns: [][]int64{}}
		for n := 0; len(rest) > 0 && n < maxTimes; rest = rest[1:] {
			part.Turns = append(part.Turns, rest[0])
			n += len(rest[0])
		}
		line, err := json.Marshal(part)
		if err != nil {
			panic("sweep: " + err.Error()) // numbers and strings
		}
		text += turnsLine + string(line) + "\n"
		if len(rest) == 0 {
			return text
		}
	}
}

// maxTimes is how many times of turns a line has, each of at most a dozen bytes.
const maxTimes = 1500

// log is the times of all turns.
func (t *sitting) log() *TurnLog {
	log, lost := &TurnLog{Round: t.Number, Turns: [][]int64{}, Disturbed: t.count(), Later: t.later, Vain: t.Wait > 0 && t.patience <= 0}, t.lost()
	index := map[*part]int64{}
	for i, p := range t.parts {
		log.Points = append(log.Points, p.point.String())
		log.First = append(log.First, p.took)
		index[p] = int64(i)
	}
	for i, d := range t.dealt {
		turn := []int64{index[d.part], int64(math.Round(1000 * lost[i].all()))}
		for k, q := range d.players {
			for _, ns := range q.turn(d.turns[k]) {
				turn = append(turn, int64(math.Round(ns)))
			}
		}
		log.Turns = append(log.Turns, turn)
	}
	return log
}

// entries are the samples of the points, in their order.
func (t *sitting) entries() (all []Entry) {
	c := t.choose()
	for _, p := range t.parts {
		e := Entry{Point: p.point.String(), Round: t.Number}
		e.Result, e.Err = t.sample(p, c)
		all = append(all, e)
	}
	all[0].Turns = t.log()
	return all
}

var errNoTurns = errors.New("it had no turn")

// sample is what the turns of a part measured, or why they did not. Of several copies at
// once it is what the slowest did.
func (t *sitting) sample(p *part, c choice) (*benchfmt.Result, error) {
	if err := rootErr(p.players); err != nil {
		return nil, err
	}
	all, chosen := t.turnsOf(p), c.turns[p]
	var from *player
	var of []*player // whose times count
	for _, q := range p.players {
		times := t.times(chosen, q)
		if len(times) > 0 && (p.alone || from == nil || c.time(times) > c.time(t.times(chosen, from))) {
			from = q
		}
	}
	if from == nil {
		return nil, errNoTurns
	}
	if of = []*player{from}; p.alone {
		of = p.players
	}
	times, every := t.times(chosen, of...), t.times(all, of...)
	jobs, cpus := 0, p.moves
	for _, q := range of {
		jobs += q.slices.Ops * len(t.times(chosen, q))
	}
	for _, q := range p.players {
		if p.moves == nil && (p.alone || len(t.times(all, q)) > 0) {
			cpus = append(cpus, q.proc.cpus...)
		}
	}
	r := from.result.Clone()
	r.Name = benchfmt.Name(p.point.Name())
	if len(p.players) > 1 { // whose other measurements are of turns alone and together
		r.Values = slices.DeleteFunc(r.Values, func(v benchfmt.Value) bool { return v.Unit != "sec/op" })
	}
	setConfig(r, "cpus", host.FormatList(cpus))
	setConfig(r, "copies", strconv.Itoa(p.point.Copies))
	r.Iters = jobs
	setValue(r, "ns/op", stat.Mean(every, nil))
	sorted := slices.Sorted(slices.Values(times))
	for _, q := range []struct {
		unit string
		q    float64
	}{{"q02-ns/op", 0.02}, {"q25-ns/op", 0.25}, {"q50-ns/op", 0.5}} {
		if _, ok := r.Value(tidied(q.unit)); !ok {
			setValue(r, q.unit, stat.Quantile(q.q, stat.Empirical, sorted, nil))
		}
	}
	if len(p.players) == 1 && from.slices.CPU > 0 {
		setValue(r, "cpus-busy", float64(from.slices.CPU)/float64(from.slices.Wall))
	}
	setValue(r, "undisturbed-ns/op", c.time(times))
	setValue(r, "timings", float64(len(times)))
	if pressure, ok := t.pressure(p, from, chosen); ok {
		setValue(r, "pressure", max(pressure, bench.ZeroSubstitute))
	}
	return r, nil
}

// choice is the turns of a block from which its undisturbed times come.
type choice struct {
	turns   map[*part][]int // the places of those of each part
	time    func([]float64) float64
	lacking []*part // that had too few without other programs, or where these are not seen
}

// choose takes the turns in which nobody else had the CPUs, if every part of the block has
// enough of them: the time is their mean. What was seen of others decides, and not
// how long the turns took, so that what jobs do themselves now and then is in it. One rule
// holds for all parts: with turns of one on fast CPUs and of the next on slow ones, a
// quotient would be of two machines.
//
// Else the time is the middle half of the turns in which no other program had the CPUs,
// or, of a part that has too few of those, of all, which makes it a sample under pressure.
func (t *sitting) choose() choice {
	lost := t.lost()
	all, calm, free := map[*part][]int{}, map[*part][]int{}, map[*part][]int{}
	for _, p := range t.parts {
		for _, i := range t.turnsOf(p) {
			all[p] = append(all[p], i)
			if lost[i].all() <= maxLost {
				calm[p] = append(calm[p], i)
			}
			if lost[i].others <= maxLost {
				free[p] = append(free[p], i)
			}
		}
	}
	lacking := func(some map[*part][]int) (parts []*part) {
		for _, p := range t.parts {
			if _, seen := t.othersIn(all[p]); !seen || len(some[p]) < min(enoughTurns-1, len(all[p])) {
				parts = append(parts, p)
			}
		}
		return parts
	}
	if len(lacking(calm)) == 0 {
		return choice{turns: calm, time: func(times []float64) float64 { return stat.Mean(times, nil) }}
	}
	c := choice{turns: free, time: turns.MiddleHalf, lacking: lacking(free)}
	for _, p := range c.lacking {
		c.turns[p] = all[p]
	}
	return c
}

// maxLost is which share of its CPUs a turn may have lost that counts as undisturbed. The
// looks of a quiet machine differ by less.
const maxLost = 0.05

// turnsOf returns the places of the turns of a part that count. The first does not, unless
// there are few, or the part settles: it brings what the part works on into the caches.
func (t *sitting) turnsOf(p *part) (list []int) {
	for i, d := range t.dealt {
		if d.part == p {
			list = append(list, i)
		}
	}
	if len(list) >= enoughTurns && !settles(p.point) {
		list = list[1:]
	}
	return list
}

// times returns how long a job of some players took in these turns.
func (t *sitting) times(list []int, of ...*player) (times []float64) {
	for _, i := range list {
		for k, q := range t.dealt[i].players {
			if slices.Contains(of, q) {
				times = append(times, q.turn(t.dealt[i].turns[k])...)
			}
		}
	}
	return times
}

// rootErr returns why players are out.
func rootErr(all []*player) (err error) {
	for _, q := range all {
		if q.err != nil && !follows(q.err) {
			return q.err
		}
		err = cmp.Or(err, q.err)
	}
	return err
}

// follows reports whether a player is out only because another one has failed, and got no
// further turn.
func follows(err error) bool {
	return errors.Is(err, turns.ErrLeft) || errors.Is(err, errNoTurns) || strings.Contains(err.Error(), turns.ErrNoTurn.Error()) || strings.Contains(err.Error(), overlay.NoTurn)
}

// pressure is the share of the CPUs within reach that others had while a player wanted
// them: at most what others had, in these turns or, where that is unknown, in the whole
// block, and at most the time for which its threads were ready and had no CPU.
func (t *sitting) pressure(p *part, q *player, list []int) (float64, bool) {
	reach := float64(max(1, min(p.point.Cores, p.point.Procs)))
	others, ok := t.othersIn(list)
	d := q.slices.Demand
	if d == nil || q.slices.Wall <= 0 {
		return others / reach / float64(p.point.Copies), ok
	}
	if !ok {
		if others, ok = t.othersInBlock(); !ok {
			return 0, false
		}
	}
	return min(float64(d.Delayed)/float64(q.slices.Wall)/reach, others/reach/float64(p.point.Copies)), true
}

// othersIn returns how many CPUs others had in some turns, on average.
func (t *sitting) othersIn(list []int) (cpus float64, ok bool) {
	for _, i := range list {
		if t.dealt[i].saw.others < 0 {
			return 0, false
		}
		cpus += t.dealt[i].saw.others / float64(len(list))
	}
	return cpus, true
}

func (t *sitting) othersInBlock() (cpus float64, ok bool) {
	if t.watch == nil {
		return 0, false
	}
	var own time.Duration
	for _, q := range t.players {
		if q.slices.Demand != nil {
			own += q.slices.Demand.Own
		}
	}
	return t.watch.Others(own)
}

// enoughTurns is how many turns a part must have had for the first one not to count.
const enoughTurns = 3

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
