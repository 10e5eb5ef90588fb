package report_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"overlap/internal/interval"
	"overlap/report/analyse"
	"overlap/report/load"
)

// tally counts how often something was said, and how often it was false.
type tally struct{ made, wrong int }

func (t *tally) count(right bool) {
	t.made++
	if !right {
		t.wrong++
	}
}

// wrongAtMost reports whether the share of what was false is shown to be no more,
// give or take three standard errors.
func (t tally) wrongAtMost(share float64) bool {
	expected := share * float64(t.made)
	return float64(t.wrong) <= expected+3*math.Sqrt(expected)
}

func (t tally) String() string {
	if t.made == 0 {
		return "0 of 0"
	}
	return fmt.Sprintf("%.1f %% of %d", 100*float64(t.wrong)/float64(t.made), t.made)
}

// claim is what a verdict may say, and whether it is true of a program.
type claim struct {
	name string
	made func(analyse.Row) bool
	true func(program, analyse.Row) bool
}

// within reports whether a gain is nothing, but for rounding.
func within(gain float64) bool { return math.Abs(math.Log(gain)) < math.Log(1.05)+1e-9 }

// cores is what the cores bring that a row speaks of.
func (p program) cores(r analyse.Row) float64 {
	if r.FromCores() == r.Speedup {
		return p.x(r.Workers, 2)
	}
	return p.x(r.Workers, 2) / p.x(r.Workers, 1)
}

func says(pattern string) func(analyse.Row) bool {
	expression := regexp.MustCompile(pattern)
	return func(r analyse.Row) bool { return expression.MatchString(r.Verdict) }
}

func is(classes ...analyse.Class) func(analyse.Row) bool {
	return func(r analyse.Row) bool { return slices.Contains(classes, r.Class) }
}

var claims = []claim{
	{name: "serial", made: is(analyse.Serial), true: func(p program, r analyse.Row) bool { return p.most() < 1.05+1e-9 && within(p.cores(r)) }},
	{name: "adds nothing", made: says("adds nothing|neither workers nor cores help"), true: func(p program, r analyse.Row) bool { return within(p.cores(r)) }},
	{name: "enough", made: says("; enough: "), true: func(p program, r analyse.Row) bool {
		return p.x(r.Advice.Workers, r.Advice.Cores) > (0.95-1e-9)*p.most()
	}},
	{name: "scales", made: is(analyse.Scales), true: func(p program, r analyse.Row) bool { return p.cores(r) > (0.8-1e-9)*ceiling }},
	{name: "stalls", made: is(analyse.Stalls), true: func(p program, r analyse.Row) bool { return p.cores(r) < (0.8+1e-9)*ceiling }},
	{name: "contends", made: is(analyse.Contends), true: func(p program, r analyse.Row) bool { return p.x(r.WorstWorkers, 2) < 1 }},
	{name: "costs", made: says("second core costs"), true: func(p program, r analyse.Row) bool { return p.x(r.Workers, 2) < p.x(r.Workers, 1) }},
	{name: "workers help", made: is(analyse.Waits, analyse.Overlaps, analyse.Mixes), true: func(p program, r analyse.Row) bool { return p.x(r.Workers, 1) > 1 }},
	{name: "cores help", made: is(analyse.Scales, analyse.Stalls, analyse.Shares, analyse.Mixes), true: func(p program, r analyse.Row) bool { return p.cores(r) > 1 }},
}

// gains are those of a row whose interval has to hold the truth.
var gains = []struct {
	name  string
	of    func(analyse.Row) interval.Interval
	truth func(program, analyse.Row) float64
}{
	{"G_c", func(r analyse.Row) interval.Interval { return r.Concurrency }, func(p program, r analyse.Row) float64 { return p.x(r.Workers, 1) }},
	{"G_p", func(r analyse.Row) interval.Interval { return r.Parallelism }, func(p program, r analyse.Row) float64 { return p.x(r.Workers, 2) / p.x(r.Workers, 1) }},
	{"S", func(r analyse.Row) interval.Interval { return r.Speedup }, func(p program, r analyse.Row) float64 { return p.x(r.Workers, 2) }},
	{"H", func(r analyse.Row) interval.Interval { return r.Ceiling }, func(program, analyse.Row) float64 { return ceiling }},
}

// study is what the reports of many runs of known programs said.
type study struct {
	programs []program
	gains    map[string]*tally   // whose interval does not hold the truth
	claims   map[string]*tally   // that are false
	said     []map[string]*tally // by program
}

func newStudy() *study {
	s := &study{programs: programs(), gains: map[string]*tally{}, claims: map[string]*tally{}}
	for _, g := range gains {
		s.gains[g.name] = &tally{}
	}
	for _, c := range claims {
		s.claims[c.name] = &tally{}
	}
	for range s.programs {
		s.said = append(s.said, map[string]*tally{})
	}
	return s
}

// add runs every program once more, in a weather. All are in one file, each with a
// sweep of its own, because a report fits no laws to so many rows, which takes
// longer than all else.
func (s *study) add(t *testing.T, w weather, rounds int, rng *rand.Rand) {
	t.Helper()
	var b strings.Builder
	b.WriteString("host: h\nplacement: one-per-core\n")
	for i := range 2 * len(s.programs) {
		s.programs[i%len(s.programs)].run(&b, fmt.Sprint("X", i), w, rounds, rng)
	}
	d, err := load.Read(strings.NewReader(b.String()), "run.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range analyse.Analyze(d).Rows {
		i, err := strconv.Atoi(r.Workload[1:])
		if err != nil {
			t.Fatal(err)
		}
		s.judge(i%len(s.programs), r)
	}
}

func (s *study) judge(i int, r analyse.Row) {
	p := s.programs[i]
	for _, g := range gains {
		if x := g.of(r); x.Low < x.High {
			truth := g.truth(p, r)
			s.gains[g.name].count(x.Low <= truth && truth <= x.High)
		}
	}
	for _, c := range claims {
		if s.said[i][c.name] == nil {
			s.said[i][c.name] = &tally{}
		}
		made := c.made(r)
		s.said[i][c.name].count(made)
		if made {
			s.claims[c.name].count(c.true(p, r))
		}
	}
}

// summary is the shares of intervals that miss, and of claims that are false.
func (s *study) summary(name string) string {
	for _, g := range gains {
		name += fmt.Sprintf("; %s misses %s", g.name, s.gains[g.name])
	}
	for _, c := range claims {
		name += fmt.Sprintf("; %s: %s", c.name, s.claims[c.name])
	}
	return name
}

// In every weather, with points that stop early and points that go on, the 95 %
// intervals of gains hold the truth in at least 93 of 100, and what is said is
// false in at most 5 of the 100 reports that say it. Where the machine is quiet,
// what is plainly so is said in at least 90. OVERLAP_SOAK=1 takes 400 runs of
// each program, of 12 and of 30 samples a point, and prints the shares.
func TestClaimsSoak(t *testing.T) {
	runs, budgets := 8, []int{30}
	switch {
	case os.Getenv("OVERLAP_SOAK") != "":
		runs, budgets = 400, []int{12, 30}
	case testing.Short():
		runs = 2
	}
	for _, rounds := range budgets {
		for _, w := range weathers {
			t.Run(fmt.Sprintf("%d samples, %s", rounds, w.name), func(t *testing.T) {
				t.Parallel()
				s, rng := newStudy(), rand.New(rand.NewPCG(uint64(rounds), 1))
				for range runs / 2 {
					s.add(t, w, rounds, rng)
				}
				t.Log(s.summary(t.Name()))
				for _, g := range gains {
					if miss := s.gains[g.name]; !miss.wrongAtMost(0.07) {
						t.Errorf("%s is outside its interval in %s, want at most 7 %%", g.name, miss)
					}
				}
				for _, c := range claims {
					if wrong := s.claims[c.name]; !wrong.wrongAtMost(0.05) {
						t.Errorf("%q is false in %s, want at most 5 %%", c.name, wrong)
					}
				}
				for i, p := range s.programs {
					for _, name := range p.says {
						if left := s.said[i][name]; w.name == "2 %" && !left.wrongAtMost(0.1) {
							t.Errorf("that what %s %q is left unsaid in %s, want at most 10 %%", p.name, name, left)
						}
					}
				}
			})
		}
	}
}
