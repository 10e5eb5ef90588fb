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
	Turns  [][]int64 `json:"turns"` // in the order of time: the index of the point, and ns per job of all that was timed; of several copies, one after the other
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
	if err := rootErr(p.players); err != nil {
		return nil, err
	}
	var from *player
	var times []float64
	var cpus []int
	jobs := 0
	for _, q := range p.players {
		list := q.times(p)
		if len(list) == 0 {
			continue // another one had the turn
		}
		cpus = append(cpus, q.proc.cpus...)
		switch {
		case p.alone:
			from, times, jobs = q, append(times, list...), jobs+q.slices.Ops*len(list)
		case from == nil || turns.Undisturbed(list) > turns.Undisturbed(times):
			from, times, jobs = q, list, q.slices.Ops*len(list)
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
	r.Iters = jobs
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
	if len(p.players) == 1 && from.slices.CPU > 0 {
		setValue(r, "cpus-busy", float64(from.slices.CPU)/float64(from.slices.Wall))
	}
	setValue(r, "undisturbed-ns/op", turns.Undisturbed(times))
	setValue(r, "timings", float64(len(times)))
	if pressure, ok := t.pressure(p, from); ok {
		setValue(r, "pressure", max(pressure, bench.ZeroSubstitute))
	}
	return r, nil
}

// rootErr returns why players are out. One that got no further turn because another has
// failed is not to blame.
func rootErr(all []*player) (err error) {
	for _, q := range all {
		switch {
		case q.err == nil:
		case errors.Is(q.err, turns.ErrLeft), errors.Is(q.err, errNoTurns), strings.Contains(q.err.Error(), turns.ErrNoTurn.Error()), strings.Contains(q.err.Error(), overlay.NoTurn):
			err = cmp.Or(err, q.err)
		default:
			return q.err
		}
	}
	return err
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
	return min(delayed, others/reach), true
}

// enoughTurns is how many turns a part must have had for the first one not to count.
const enoughTurns = 3

// times returns how long a job took in all the player's turns for a part that count.
func (q *player) times(p *part) (list []float64) {
	first := p.turns >= enoughTurns && (!p.alone || q == p.players[0])
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
