package sweep

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchunit"
	"gonum.org/v1/gonum/stat"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/turns"
)

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
