package pair

import (
	"slices"
	"testing"
	"time"

	"overlap/bench"
	"overlap/bench/sweep"
)

// What the user tells the linker is repeated, since a flag on the command line
// hides the same one in GOFLAGS; the last that matches a package counts.
func TestUsersLinkerFlagsStay(t *testing.T) {
	for goflags, want := range map[string][]string{
		"":                        {"-ldflags=-s -w -randlayout=7"},
		"-mod=mod -tags=a":        {"-ldflags=-s -w -randlayout=7"},
		"-ldflags=-X=m/p.name=me": {"-ldflags=-s -w -randlayout=7", "-ldflags=-s -w -X=m/p.name=me -randlayout=7"},
		"--ldflags=-race -v":      {"-ldflags=-s -w -randlayout=7", "-ldflags=-s -w -race -randlayout=7"},
		"-ldflags=":               {"-ldflags=-s -w -randlayout=7", "-ldflags=-s -w  -randlayout=7"},
		` '-ldflags=-X "m.a=b c" -linkmode=external'  "-ldflags=all=-w"`: {
			"-ldflags=-s -w -randlayout=7",
			`-ldflags=-s -w -X "m.a=b c" -linkmode=external -randlayout=7`,
			"-ldflags=all=-s -w -w -randlayout=7",
		},
		"-ldflags=./...=-X=a.b=c -gcflags=-ldflags=x": {"-ldflags=-s -w -randlayout=7", "-ldflags=./...=-s -w -X=a.b=c -randlayout=7"},
		"'-ldflags=unclosed":                          {"-ldflags=-s -w -randlayout=7", "-ldflags=unclosed=-s -w  -randlayout=7"}, // the go command says what is wrong
	} {
		s := &side{env: []string{"GOFLAGS=" + goflags, "GOWORK=off"}}
		if got := s.layoutFlags(7); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", goflags, got, want)
		}
		if got := s.layoutFlags(0); got != nil {
			t.Errorf("%s: the linker's own order is %q", goflags, got)
		}
	}
}

// The time of the links is part of the budget, which is kept. There are never fewer
// layouts than a result needs.
func TestBudgetHasRoomForLinks(t *testing.T) {
	const second = time.Second
	for _, c := range []struct {
		budget        time.Duration
		points        int
		link          time.Duration
		blocks, every int
	}{
		{0, 1, 0, 30, 1},
		{0, 10, second, 30, 1},
		{0, 1, 20 * second, 30, 2}, // 15 links
		{10 * second, 1, 0, 29, 1},
		{20 * second, 1, second / 2, 23, 1},
		{60 * second, 1, second, 70, 2},
		{64 * second, 1, 4 * second, 14, 1}, // √(4/.34) is 3, but that would be 12 links
		{600 * second, 1, 10 * second, 255, 5},
		{200 * second, 10, second / 2, 51, 1},
	} {
		blocks, every := planBlocks(c.budget, time.Duration(4*c.points)*(SlotTime+slotStart), c.link)
		if blocks != c.blocks || every != c.every {
			t.Errorf("%+v: %d blocks, %d to a pair of layouts", c, blocks, every)
		}
		if blocks/every < leastBlocks || blocks%every != 0 {
			t.Errorf("%+v: %d pairs of layouts in %d blocks", c, blocks/every, blocks)
		}
		took := time.Duration(blocks/max(1, every))*c.link + time.Duration(blocks*c.points*4)*(SlotTime+slotStart)
		if c.budget > 0 && took > c.budget {
			t.Errorf("%+v: takes %v", c, took)
		}
	}
	if n, _ := planBlocks(18*second, 4*(SlotTime+slotStart), second); n != 0 {
		t.Errorf("%d blocks where 14 links take most of the budget", n)
	}
}

// Brief slots before the first look leave time for more blocks, and no plan takes longer than
// its budget.
func TestBriefSlotsMakeRoom(t *testing.T) {
	const second = time.Second
	for _, c := range []struct {
		budget, link, brief, round time.Duration
		points, blocks, first      int
	}{
		{0, second / 3, 2 * second, 3 * second, 10, 30, 15},
		{60 * second, second / 3, 2 * second, 3 * second, 10, 22, 15}, // 15×2 + 7×3 + 22/3 = 58
		{60 * second, second / 3, 3 * second, 3 * second, 10, 18, 0},
		{30 * second, 0, second / 2, 2 * second, 1, 24, 12},
	} {
		s := Schedule{Points: c.points}
		s.Blocks, s.relink.Every = planBlocks(c.budget, c.round, c.link)
		s.withLooks(c.budget, .01, c.link, c.brief, c.round)
		first := 0
		if s.Looks != nil {
			first = s.Looks[0]
		}
		took := time.Duration(first)*c.brief + time.Duration(s.Blocks-first)*c.round + time.Duration(s.Blocks/s.relink.Every)*c.link
		if s.Blocks != c.blocks || first != c.first || s.Total != took || c.budget > 0 && took > c.budget {
			t.Errorf("%+v: %d blocks, %d before the first look, in %v; it says %v", c, s.Blocks, first, took, s.Total)
		}
	}
}

func TestWhoseSlotsAreBrief(t *testing.T) {
	const us = time.Microsecond
	at := func(name string, cores, copies int) sweep.Point {
		return sweep.Point{Point: bench.Point{Workload: name, Cores: cores, Procs: cores, Slices: 1}, Package: "m", Copies: copies}
	}
	builder := func(ops map[string]time.Duration) *sweep.Foreign {
		f := new(sweep.Foreign)
		var all []sweep.Benchmark
		for name, op := range ops {
			all = append(all, sweep.Benchmark{Package: "m", Name: name, Op: op})
		}
		f.Restore(all)
		return f
	}
	p := &Pair{Points: []sweep.Point{at("Fast", 1, 1), at("Middle", 1, 1), at("Slow", 1, 1), at("Slower", 1, 1), at("Curve", 1, 1), at("Curve", 2, 1), at("Copied", 1, 1), at("Copied", 1, 2), at("Floor", 1, 1)}}
	p.HeadOnly = []sweep.Point{at("Floor", 2, 1)}
	ops := map[string]time.Duration{"Fast": us / 10, "Middle": 500 * us, "Slow": 30000 * us, "Slower": us, "Curve": us, "Copied": us, "Floor": us}
	p.head.foreign = builder(ops)
	ops["Slower"] = 500 * us
	p.base.foreign = builder(ops)
	for _, c := range []struct {
		point sweep.Point
		want  time.Duration
	}{
		{at("Fast", 1, 1), 25 * time.Millisecond}, {at("Middle", 1, 1), 50 * time.Millisecond}, {at("Slow", 1, 1), SlotTime}, {at("Slower", 1, 1), 50 * time.Millisecond},
		{at("Curve", 1, 1), SlotTime}, {at("Curve", 2, 1), SlotTime}, {at("Copied", 1, 1), SlotTime}, {at("Floor", 1, 1), SlotTime},
	} {
		if got := p.brief(c.point); got != c.want {
			t.Errorf("%s: %v, want %v", c.point, got, c.want)
		}
	}
	if got := new(Pair).brief(at("Fast", 1, 1)); got != SlotTime {
		t.Errorf("of our own workloads: %v", got)
	}
}
