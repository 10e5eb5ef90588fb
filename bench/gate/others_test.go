package gate

import (
	"math"
	"reflect"
	"testing"
	"time"

	"overlap/bench/overlay"
	"overlap/bench/sweep"
)

// demanding is a process that was bound to some CPUs for 150 ms, in which CPUs 0
// to 3 had so many milliseconds without work.
func demanding(cpus []int, own, delayed int, idle ...int) sweep.Sliced {
	const ms = time.Millisecond
	d := &overlay.Demand{Window: 150 * ms, Own: time.Duration(own) * ms, Delayed: time.Duration(delayed) * ms, CPUs: map[int]overlay.CPUTime{}}
	for id, n := range idle {
		d.CPUs[id] = overlay.CPUTime{Idle: time.Duration(n) * ms}
	}
	return sweep.Sliced{CPUs: [][]int{cpus}, Slices: []overlay.Slices{{Demand: d}}}
}

// What others had is what neither of two processes that take turns had: each of
// them alone would take the other for a neighbour.
func TestOthersAreNeitherOfTwo(t *testing.T) {
	for what, c := range map[string]struct {
		of       []sweep.Sliced
		watched  []int
		want     Others
		pressure float64
	}{
		"nobody":                 {[]sweep.Sliced{demanding([]int{0, 1}, 140, 60, 10, 10), demanding([]int{0, 1}, 140, 60, 10, 10)}, []int{0, 1}, Others{"0-1": 0}, 0},
		"four loops on one CPU":  {[]sweep.Sliced{demanding([]int{0, 1}, 75, 70, 0, 0), demanding([]int{0, 1}, 75, 70, 0, 0)}, []int{0, 1}, Others{"0-1": 1}, 140. / 300},
		"elsewhere":              {[]sweep.Sliced{demanding([]int{0}, 70, 60, 10, 3, 120), demanding([]int{0}, 70, 60, 10, 3, 120)}, []int{0, 1, 2}, Others{"0": 0, "1": .98, "2": .2}, 0},
		"own threads in a queue": {[]sweep.Sliced{demanding([]int{0}, 150, 140, 0)}, nil, Others{"0": 0}, 0},
		"an unknown CPU":         {[]sweep.Sliced{demanding([]int{5}, 150, 140, 0)}, nil, nil, math.NaN()},
		"no clocks":              {[]sweep.Sliced{{CPUs: [][]int{{0}}, Slices: []overlay.Slices{{}}}}, []int{0}, nil, 0},
	} {
		groups := groupByCPUs(c.of...)
		if got := othersOf(c.watched, groups); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: others had %v, want %v", what, got, c.want)
		}
		if groups == nil {
			continue
		}
		if got := groups[0].pressure(2); !near(got, c.pressure, .001) && !(math.IsNaN(got) && math.IsNaN(c.pressure)) {
			t.Errorf("%s: pressure %v, want %v", what, got, c.pressure)
		}
	}
	copies := demanding([]int{0}, 140, 0, 10, 0)
	other := demanding([]int{1}, 30, 120, 10, 0)
	copies.CPUs, copies.Slices = append(copies.CPUs, other.CPUs...), append(copies.Slices, other.Slices...)
	if got, want := othersOf([]int{0, 1}, groupByCPUs(copies)), (Others{"0": 0, "1": .8}); !reflect.DeepEqual(got, want) {
		t.Errorf("of copies, each on a CPU: others had %v, want %v", got, want)
	}
}

func TestOthersIncludeInterruptsOfNobodyAndAllSteal(t *testing.T) {
	s := demanding([]int{0, 1}, 150, 0, 0, 0)
	d := s.Slices[0].Demand
	d.CPUs[0] = overlay.CPUTime{Interrupt: 45 * time.Millisecond}
	d.CPUs[1] = overlay.CPUTime{Idle: 75 * time.Millisecond, Stolen: 60 * time.Millisecond}
	if got, want := othersOf(nil, groupByCPUs(s)), (Others{"0-1": .4}); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestTakenIsATenthOfACPU(t *testing.T) {
	for _, c := range []struct {
		others Others
		want   bool
	}{
		{nil, false}, {Others{"0": .09, "1": .1, "2": -.02}, false}, {Others{"0": 0, "1": .11}, true},
		{Others{"0-1": .14}, false}, {Others{"0-1": .15}, true}, {Others{"0-63": .79}, false}, {Others{"0-31,64-95": .81}, true},
	} {
		if got := c.others.disturbed(); got != c.want {
			t.Errorf("%v: disturbed %v", c.others, got)
		}
	}
}

// Where a container hides what the CPUs do, threads that wait for one tell that it
// was not there; but on one CPU two that take turns wait for each other.
func TestDelaysTellWhereCPUsAreHidden(t *testing.T) {
	wide := []sweep.Sliced{demanding([]int{0, 1}, 75, 30), demanding([]int{0, 1}, 75, 45)}
	narrow := []sweep.Sliced{demanding([]int{0}, 75, 70), demanding([]int{0}, 75, 70)}
	alone := demanding([]int{1}, 30, 120)
	for what, c := range map[string]struct {
		of   []sweep.Sliced
		want Others
	}{"two CPUs": {wide, Others{byDelay: .5}}, "turns on one": {narrow, nil}, "one on one": {[]sweep.Sliced{alone}, Others{byDelay: .8}}, "nothing": {nil, nil}} {
		if got := (SliceSampler{Watched: []int{0, 1}}).othersOf(groupByCPUs(c.of...), func() float64 { return 0 }); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
}

// Of a window of a few ticks, a tick more or less is no other program.
func TestTicksAreNobody(t *testing.T) {
	for _, c := range []struct {
		window  time.Duration
		o, want Others
	}{
		{150 * time.Millisecond, Others{"0": .07}, Others{"0": .07}},
		{50 * time.Millisecond, Others{"0": .17, "1": .9, "2": -.1, "3-5": .7, byQuota: .1}, Others{"0": 0, "1": .7, "2": -.1, "3-5": .1, byQuota: .1}},
		{0, Others{"0": .2}, Others{"0": .2}},
		{time.Millisecond, nil, nil},
	} {
		if c.o.beyondTicks(c.window); !reflect.DeepEqual(c.o, c.want) {
			t.Errorf("in %v: %v, want %v", c.window, c.o, c.want)
		}
	}
}

// The process that gives the turns does not count as another, on whichever CPU it is.
func TestTheDealerIsNoOther(t *testing.T) {
	groups := []*cpuGroup{{cpus: []int{0}}}
	for _, c := range []struct{ o, want Others }{
		{Others{"0": .5, "1": .13}, Others{"0": .5, "1": .03}},
		{Others{"0": .5, "1": .02, "2": .6, byQuota: .9}, Others{"0": .5, "1": .02, "2": .5, byQuota: .9}},
		{Others{"0": .5}, Others{"0": .5}},
		{Others{"0": 0, "1": .05}, Others{"0": 0, "1": 0}},
		{nil, nil},
	} {
		if c.o.leaveOut(.1, groups); !reflect.DeepEqual(c.o, c.want) {
			t.Errorf("%v, want %v", c.o, c.want)
		}
	}
}
