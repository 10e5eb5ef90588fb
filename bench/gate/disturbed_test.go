package gate

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"overlap/bench/sweep"
	"overlap/internal/racing"
)

// loops come and go: at is the share of a block, from 0 to 1, in which four
// loops are bound to CPU 1. Their machine has two CPUs, on which a program that
// shares nothing takes 100 ns with one of them and 52 with both.
type loops struct {
	rng    *rand.Rand
	at     func(block int) float64
	change float64 // of head's times, as a factor
	lock   bool    // head gains nothing from the second CPU
}

const trueSpeedup, trueCeiling = 100. / 52, 2 * 100 / 101.

// block is one of a point, whose processes take turns unless they are copies.
func (l loops) block(p sweep.Point, k int) Block {
	b := Block{HeadFirst: l.rng.IntN(2) == 0}
	begins := l.rng.Float64() // of the loops, in the block
	share := l.at(k)
	for i := range b.Slots {
		s := Slot{Ops: 1, CPUs: 1, Allocs: 0, Bytes: 0, Turns: p.Copies <= 1, Others: Others{}}
		const each = 40
		beside := 0
		for j := range each {
			now := (float64(i/2) + float64(j)/each) / 2
			disturbed := share >= 1 || math.Mod(now-begins+1, 1) < share
			if disturbed {
				beside++
			}
			s.Slices = append(s.Slices, l.slice(p, disturbed, (i == 0 || i == 3) == b.HeadFirst, j))
		}
		had := float64(beside) / each
		tick := func() float64 { return (l.rng.Float64() - l.rng.Float64()) * 10 / 150 }
		switch {
		case p.Copies > 1:
			s.Others["0"], s.Others["1"] = tick(), had*.8+tick()
		case p.Cores > 1:
			s.Others["0-1"] = had + tick()
		default:
			s.Others["0"], s.Others["1"] = tick(), had+tick()
		}
		b.Slots[i] = s
	}
	return b
}

func (l loops) slice(p sweep.Point, disturbed, head bool, j int) float64 {
	ns := 100.
	switch {
	case p.Copies > 1:
		if ns = 101; disturbed && j%2 == 1 {
			ns *= 5
		}
	case p.Cores > 1 && !disturbed && !(head && l.lock):
		ns = 52
	}
	if head {
		ns *= l.change
	}
	return ns * math.Exp(.01*l.rng.NormFloat64())
}

func (l loops) series(blocks int) (list []Series) {
	for _, p := range []sweep.Point{point("Pure", 0, 1, 1), point("Pure", 0, 2, 1), point("Pure", 0, 1, 2)} {
		s := Series{Point: p}
		for k := range blocks {
			s.Blocks = append(s.Blocks, l.block(p, k))
		}
		list = append(list, s)
	}
	return list
}

// spells of loops are on for a share of the blocks of a check, all at its start,
// or for a share of each block.
func spells(share float64, blocks int) map[string]func(int) float64 {
	return map[string]func(int) float64{
		"at the start": func(k int) float64 {
			if float64(k) < share*float64(blocks) {
				return 1
			}
			return 0
		},
		"every block": func(int) float64 { return share },
	}
}

// Whatever part of a check the loops are there, no gain and no floor is wrong by
// more than its interval, and the same code is called nothing else. Of intervals of
// 95 % up to five standard deviations more than a twentieth may miss.
func TestAbsolutesAreNeverThoseBesideOthers(t *testing.T) {
	racing.Skip(t)
	const blocks = 20
	trials := 6
	if testing.Short() {
		trials = 2
	}
	rng := rand.New(rand.NewPCG(21, 22))
	for _, share := range []float64{1, .5, .1, 0} {
		for what, at := range spells(share, blocks) {
			missed, known, all := 0, 0, 0
			for range trials {
				f := Judge(loops{rng: rng, at: at, change: 1}.series(blocks), Options{Quick: true, Seed: rng.Uint64(), Demands: map[int]float64{2: .8}})
				for _, c := range f.Changes {
					if c.Verdict == Worse || c.Verdict == Better {
						t.Errorf("loops for %v, %s: the same code is called %s: %+v", share, what, c.Word(), c)
					}
					truth := map[Quantity]float64{Speedup: trueSpeedup, SoftwareEfficiency: trueSpeedup / trueCeiling}[c.Quantity]
					if truth == 0 {
						continue
					}
					all++
					if c.Why != "" && math.IsNaN(c.Base) && math.IsNaN(c.Head) {
						continue
					}
					known++
					for _, s := range []Span{c.BaseSpan, c.HeadSpan} {
						if !(s.Low <= truth && truth <= s.High) {
							missed++
						}
					}
				}
				if d := f.Demands[0]; d.Verdict == Worse || d.Verdict == CannotTell && d.Why == "" {
					t.Errorf("loops for %v, %s: %+v", share, what, d)
				}
			}
			if n := float64(2 * known); float64(missed) > .05*n+5*math.Sqrt(.05*.95*n) {
				t.Errorf("loops for %v, %s: %d of %v intervals do not hold the truth", share, what, missed, n)
			}
			if can := share == 0 || share <= .5 && what == "at the start"; can && known < all || share >= .5 && !can && known > 0 {
				t.Errorf("loops for %v, %s: %d of %d gains were known", share, what, known, all)
			}
		}
	}
}

// A change is found in what turns compare, even if loops are there all the time;
// that a program scales worse is reported only where it can be detected.
func TestVerdictsBesideOthers(t *testing.T) {
	racing.Skip(t)
	const blocks = 30
	rng := rand.New(rand.NewPCG(23, 24))
	for _, share := range []float64{1, .5, .1} {
		for what, at := range spells(share, blocks) {
			slower := Judge(loops{rng: rng, at: at, change: 1.1}.series(blocks), Options{Quick: true})
			for _, point := range []string{"cores=1", "cores=2-2"} {
				if c := find(t, slower, Time, point); c.Verdict != Worse || !near(c.Ratio, 1.1, .01) {
					t.Errorf("loops for %v, %s, %s: %+v, want +10 %%", share, what, point, c)
				}
			}
			lock := Judge(loops{rng: rng, at: at, change: 1, lock: true}.series(blocks), Options{Quick: true})
			s, time := find(t, lock, Speedup, "cores=2-2"), find(t, lock, Time, "cores=2-2")
			can, must := share < 1, share < 1 && what == "at the start"
			if s.Verdict != Worse && (s.Verdict != CannotTell || must) || s.Verdict == Worse && !can || time.Verdict == Same || time.Verdict == Better {
				t.Errorf("loops for %v, %s, a lock in head: %s, time %s", share, what, s.Verdict, time.Verdict)
			}
		}
	}
}

// Which blocks are left out does not depend on which build is called head.
func TestLeavingOutIsBlind(t *testing.T) {
	l := loops{rng: rand.New(rand.NewPCG(25, 26)), at: func(k int) float64 { return float64(k%3) / 10 }, change: 1.1}
	coins := rand.New(rand.NewPCG(1, 1))
	for _, s := range l.series(30) {
		before, _ := prepare(s)
		for k := range s.Blocks {
			s.Blocks[k].HeadFirst = coins.IntN(2) == 0
		}
		after, _ := prepare(s)
		first := func(b Block) *float64 { return &b.Slots[0].Slices[0] }
		if before.undisturbed == before || !slices.EqualFunc(before.undisturbed.blocks, after.undisturbed.blocks, func(a, b Block) bool { return first(a) == first(b) }) {
			t.Errorf("%v: %d undisturbed blocks, with other labels %d", s.Point, len(before.undisturbed.blocks), len(after.undisturbed.blocks))
		}
	}
}

func TestTheCulpritIsNamed(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 28))
	at := func(k int) float64 {
		if k < 25 {
			return 1
		}
		return 0
	}
	o := Options{Quick: true, Demands: map[int]float64{2: .8}}
	list := loops{rng: rng, at: at, change: 1}.series(30)
	f := Judge(list, o)
	const why = "CPU 1 was taken by others in 83 % of the slots"
	if d := f.Demands[0]; d.Verdict != CannotTell || d.Why != why || !strings.Contains(d.sentence(), "efficiency on 2 cores: cannot tell whether it is at least 0.80: "+why) {
		t.Errorf("%+v: %s", d, d.sentence())
	}
	if s := find(t, f, Speedup, "cores=2-2"); s.Why != why || !math.IsNaN(s.Base) || s.values() != "– → –" {
		t.Errorf("%+v", s)
	}
	notes := strings.Join(f.Notes, "\n")
	if want := why + "; speedups and efficiencies rest on blocks without that; there are too few of them for example.com/x.Pure: measure again"; !strings.Contains(notes, want) {
		t.Errorf("%s\nwant %s", notes, want)
	}
	r := &Report{Complete: true, Changes: f.Changes, Demands: f.Demands, Notes: f.Notes}
	if r.Exit(true) != 2 || r.Exit(false) != 0 || !strings.HasSuffix(r.Summary(), why) {
		t.Errorf("exit %d, strict %d: %s", r.Exit(false), r.Exit(true), r.Summary())
	}
	if c := find(t, f, Time, "cores=2-2"); !c.Disturbed || !strings.HasSuffix(c.values(), " ns beside others") {
		t.Errorf("%+v: %s", c, c.values())
	}
	if c := find(t, f, Time, "cores=1"); c.Disturbed || c.Verdict != Same {
		t.Errorf("%+v", c)
	}
	// Times on one CPU rest on nothing else.
	if notes := strings.Join(Judge(list[:1], Options{Quick: true}).Notes, "\n"); strings.Contains(notes, "others") {
		t.Errorf("notes: %s", notes)
	}
	// If no slot was on one CPU, nobody can tell which of two it was.
	if f := Judge(list[1:2], Options{Quick: true}); !strings.HasPrefix(f.Notes[0], "CPUs 0-1 were taken by others in 83 %") {
		t.Errorf("notes: %q", f.Notes)
	}
}

// A quota that holds the program back takes CPUs that nobody else has.
func TestAQuotaTakesCPUs(t *testing.T) {
	list := loops{rng: rand.New(rand.NewPCG(29, 30)), at: func(int) float64 { return 0 }, change: 1}.series(20)
	for k := range list[1].Blocks {
		for i := range list[1].Blocks[k].Slots {
			list[1].Blocks[k].Slots[i].Others[byQuota] = .4
		}
	}
	f := Judge(list, Options{Quick: true, Demands: map[int]float64{2: .8}})
	if d := f.Demands[0]; d.Verdict != CannotTell || d.Why != "a CPU quota held programs back in 100 % of the slots" {
		t.Errorf("%+v", d)
	}
}

// So the floor is unknown where threads had to wait for it.
func TestFloorsWhereCPUsAreHidden(t *testing.T) {
	list := loops{rng: rand.New(rand.NewPCG(35, 36)), at: func(int) float64 { return 1 }, change: 1}.series(14)
	for i := range list {
		for k := range list[i].Blocks {
			for place := range 4 {
				if o := &list[i].Blocks[k].Slots[place].Others; i > 0 {
					*o = Others{byDelay: .9}
				} else {
					*o = nil
				}
			}
		}
	}
	f := Judge(list, Options{Quick: true, Demands: map[int]float64{2: .8}})
	if d := f.Demands[0]; d.Verdict != CannotTell || d.Why != "threads were kept waiting for a CPU in 100 % of the slots" {
		t.Errorf("%+v", d)
	}
}

// Files of older versions, and other systems, do not tell: the floor is judged, and
// it is said.
func TestFloorsWhereOthersAreNotKnown(t *testing.T) {
	list := loops{rng: rand.New(rand.NewPCG(31, 32)), at: func(int) float64 { return 0 }, change: 1}.series(14)
	list[0].Blocks[3].Slots[2].Others = nil
	f := Judge(list, Options{Quick: true, Demands: map[int]float64{2: .8}})
	if notes := strings.Join(f.Notes, "\n"); f.Demands[0].Verdict != Same || !strings.Contains(notes, "how much CPU time other programs took is unknown") {
		t.Errorf("%+v, notes %s", f.Demands, notes)
	}
}

// Of head alone the floor is judged, by all of its slots, and nothing is compared.
func TestFloorsOfHeadAlone(t *testing.T) {
	l := loops{rng: rand.New(rand.NewPCG(33, 34)), at: func(int) float64 { return 0 }, change: 1.5}
	list := l.series(14)[:2]
	compared := twoModes.series(l.rng, point("A", 0, 1, 1), 14, 100, 0)
	for i := range list {
		list[i].HeadOnly = true
		for k := range list[i].Blocks {
			list[i].Blocks[k].HeadFirst = true
			for place := range 4 { // as fast as the others, so that all count
				for j := range list[i].Blocks[k].Slots[place].Slices {
					list[i].Blocks[k].Slots[place].Slices[j] = l.slice(list[i].Point, false, false, j)
				}
			}
		}
	}
	list[1].Blocks[0].Slots[1].Slices[0] = 1e-3 // an inner slot's, of the lowest quantile
	f := Judge(append([]Series{compared}, list...), Options{Quick: true, Demands: map[int]float64{2: .8}})
	if len(f.Demands) != 1 || f.Demands[0].Verdict != Same || !near(f.Demands[0].Value, trueSpeedup/2, .01) {
		t.Errorf("%+v", f.Demands)
	}
	for _, c := range f.Changes {
		if c.Benchmark != "A" {
			t.Errorf("it was compared: %+v", c)
		}
	}
	if got, _, _ := gainOf(1, 1e-9, judgedOf(list[1])).Value(true, 1, 1); !near(got, 1e3, 1e-3) {
		t.Errorf("the inner slots do not count: %v", 1/got)
	}
}
