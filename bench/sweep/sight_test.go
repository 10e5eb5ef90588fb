package sweep

import (
	"errors"
	"fmt"
	"math"
	"os/exec"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/overlay"
)

// played is a sitting of one part of n CPUs that had its turns: of each, its time per job
// and what was seen.
func played(n int, took []time.Duration, saw []sight) *sitting {
	p := &part{point: Point{Point: bench.Point{Workload: "Ep", Executor: "pool", Workers: 1, Cores: n, Procs: n, Slices: 1}, Copies: 1}}
	q := &player{point: p.point, proc: &process{cpus: make([]int, n)}, result: &benchfmt.Result{}, slices: overlay.Slices{Ops: 1, Times: took}}
	p.players = []*player{q}
	t := &sitting{parts: []*part{p}, players: p.players}
	for i := range took {
		q.slices.Turns = append(q.slices.Turns, 1)
		t.dealt = append(t.dealt, dealt{part: p, players: p.players, turns: []int{i}, saw: saw[i]})
	}
	return t
}

func measured(t *testing.T, s *sitting) map[string]float64 {
	t.Helper()
	r, err := s.sample(s.parts[0], s.choose())
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, v := range r.Values {
		values[v.Unit] = v.Value
	}
	return values
}

const ms = time.Millisecond

// A turn that others disturbed does not count, whether it was slow or not; a slow turn in
// which nobody was there does. The first only warms up.
func TestTurnsCountByWhatWasSeen(t *testing.T) {
	calm := sight{cpus: []int{3}, speed: []time.Duration{100}}
	slow, others := calm, calm
	slow.speed, others.others = []time.Duration{140}, 0.5
	v := measured(t, played(1, []time.Duration{90 * ms, 4 * ms, 8 * ms, 4 * ms, 7 * ms}, []sight{calm, calm, calm, others, slow}))
	for unit, want := range map[string]float64{"undisturbed-sec/op": 0.006, "sec/op": 0.00575, "timings": 2} {
		if math.Abs(v[unit]-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", unit, v[unit], want)
		}
	}
	if v["pressure"] > 0.01 {
		t.Errorf("the pressure is %v", v["pressure"])
	}
	// If too few turns were calm, all count, and the sample says what others had.
	v = measured(t, played(1, []time.Duration{4 * ms, 6 * ms}, []sight{others, {cpus: []int{3}, speed: []time.Duration{100}, others: 0.3}}))
	if math.Abs(v["undisturbed-sec/op"]-0.0049) > 1e-4 || math.Abs(v["pressure"]-0.4) > 1e-9 {
		t.Errorf("all disturbed: %v", v)
	}
	// Where the system does not tell who had the CPUs, it is the middle half of all turns.
	calm.others = -1
	took, saw := []time.Duration{9 * ms, 4 * ms, 4 * ms, 4 * ms, 4 * ms, 4 * ms, 4 * ms, 1 * ms, 40 * ms}, []sight{}
	for range took {
		saw = append(saw, calm)
	}
	v = measured(t, played(1, took, saw))
	if _, ok := v["pressure"]; ok || math.Abs(v["undisturbed-sec/op"]-0.004) > 1e-9 {
		t.Errorf("nothing is known of others: %v", v)
	}
	if v["timings"] != 8 || v["sec/op"] != 0.008125 {
		t.Errorf("%v timings of %v s", v["timings"], v["sec/op"])
	}
}

// As many jobs are timed at once in later blocks as there were in a timing of the first,
// however many turns were disturbed.
func TestJobsAreThoseOfTheTimings(t *testing.T) {
	calm, slow := sight{cpus: []int{3}, speed: []time.Duration{100}}, sight{cpus: []int{3}, speed: []time.Duration{150}}
	s := played(1, []time.Duration{ms, ms, ms, ms, ms, ms}, []sight{slow, slow, calm, slow, calm, slow})
	s.players[0].slices.Ops = 50
	r, err := s.sample(s.parts[0], s.choose())
	if timings, ok := r.Value("timings"); err != nil || !ok || timings != 2 || r.Iters != 100 {
		t.Errorf("%v timings of %d jobs, %v", timings, r.Iters, err)
	}
}

// A CPU is compared with those of turns on as many: with all of them busy the clock is
// lower. One CPU of many that others have is seen.
func TestLost(t *testing.T) {
	of := func(others float64, speed ...time.Duration) dealt {
		return dealt{saw: sight{cpus: make([]int, len(speed)), speed: speed, others: others}}
	}
	many := make([]time.Duration, 64)
	for i := range many {
		many[i] = 130
	}
	s := &sitting{dealt: []dealt{of(0, 100), of(0, 103), of(-1, 200), of(0, 130, 130), of(0, 130, 260), of(0.2, 100), of(1, many...)}}
	for i, want := range []float64{0, 0, 0.5, 0, 0.5 / math.Sqrt2, 0.2, 0.125} {
		if got := s.lost()[i].all(); math.Abs(got-want) > 1e-9 {
			t.Errorf("turn %d lost %v, want %v", i, got, want)
		}
	}
	if got, want := s.count(), (Disturbed{Turns: 7, Others: 2, Slow: 2}); got != want {
		t.Errorf("disturbed %+v, want %+v", got, want)
	}
}

// A player that waits can be bound elsewhere, with all its threads; one that has ended
// cannot.
func TestBind(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux binds processes to CPUs")
	}
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	q := &player{proc: &process{cmd: cmd}}
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	if err := q.bind(cpus[:1]); err != nil {
		t.Errorf("bind: %v", err)
	}
	_ = cmd.Process.Kill()
	var ended *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &ended) {
		t.Fatal(err)
	}
	q.cpus = nil
	if err := q.bind(cpus[:1]); err == nil {
		t.Error("a process that has ended was bound")
	}
}

// A block compares calm turns of all its points, or those without other programs, or for
// a point that has too few of these all.
func TestTurnsAreChosen(t *testing.T) {
	calm := sight{cpus: []int{3}, speed: []time.Duration{100}}
	slow := sight{cpus: []int{3}, speed: []time.Duration{150}}
	others := sight{cpus: []int{3}, speed: []time.Duration{100}, others: 0.5}
	for _, c := range []struct {
		first, second []sight
		want          string
		lacking       int
	}{
		{[]sight{calm, calm, slow, calm, calm}, []sight{slow, calm, calm, slow}, "3 2", 0},
		{[]sight{calm, calm, slow, calm, calm}, []sight{calm, slow, calm, slow}, "4 3", 0},
		{[]sight{calm, calm, slow, others, calm}, []sight{slow, calm, slow, others}, "3 2", 0},
		{[]sight{calm, calm, slow, others, calm}, []sight{slow, calm, others, others}, "3 3", 1},
		{[]sight{others, slow}, []sight{slow}, "2 1", 1},
		{[]sight{others, slow, slow}, []sight{slow}, "2 1", 0}, // the first of three does not count
	} {
		took := []time.Duration{ms, ms, ms, ms, ms}
		s := played(1, took[:len(c.first)], c.first)
		other := played(1, took[:len(c.second)], c.second)
		s.parts, s.dealt = append(s.parts, other.parts...), append(s.dealt, other.dealt...)
		chosen := s.choose()
		if got := fmt.Sprint(len(chosen.turns[s.parts[0]]), " ", len(chosen.turns[s.parts[1]])); got != c.want || len(chosen.lacking) != c.lacking {
			t.Errorf("%v, %v: %s turns, want %s; %d parts lack some, want %d", c.first, c.second, got, c.want, len(chosen.lacking), c.lacking)
		}
	}
}

// A part whose next CPU has gone away stays where it is, and is not moved again.
func TestMoveIsGivenUp(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux binds processes to CPUs")
	}
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	s := played(1, nil, nil)
	p, q := s.parts[0], s.players[0]
	q.proc.cmd, q.proc.cpus, q.cpus = cmd, cpus[:1], cpus[:1]
	s.Alike = []int{cpus[0], host.MaxCPUs - 1}
	if p.moves = s.moves(p); p.moves != nil {
		t.Errorf("it moves to %v, of which it has no process on one", p.moves)
	}
	s.Alike = []int{0, 1}
	two := &part{point: p.point, players: []*player{{proc: &process{cpus: []int{0}}}, {proc: &process{cpus: []int{1}}}}}
	s.players = append(s.players, two.players...)
	if one, copies := s.moves(p), s.moves(two); !slices.Equal(one, s.Alike) || copies != nil {
		t.Errorf("one moves to %v, and copies, which have a CPU each, to %v", one, copies)
	}
	p.moves = []int{cpus[0], host.MaxCPUs - 1}
	for range 3 {
		s.move(p, p.players)
		p.turns++
	}
	if q.err != nil || !slices.Equal(q.cpus, cpus[:1]) || p.moves != nil {
		t.Errorf("it is on %v, moves to %v, %v", q.cpus, p.moves, q.err)
	}
}

// unable is a program that cannot be timed in slices.
type unable struct{}

func (unable) slicing(Point, Slicing) (launcher, func(*benchfmt.Result), error) {
	return launcher{}, nil, errNoSlices
}

// A side that cannot even start is named, and nobody gets a turn.
func TestTurnsNameTheSideThatCannotStart(t *testing.T) {
	p := Point{Point: bench.Point{Workload: "Ep", Workers: 1, Cores: 1, Procs: 1, Slices: 1}, Copies: 1}
	_, err := Turns(t.Context(), [2]Slicer{unable{}, unable{}}, p, Slicing{Time: ms})
	var side *SideError
	if !errors.As(err, &side) || side.Side != 0 || !errors.Is(err, errNoSlices) {
		t.Errorf("%v", err)
	}
}
