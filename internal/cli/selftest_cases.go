package cli

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"overlap/bench/gate"
)

// selfCase is a change with a known verdict.
type selfCase struct {
	name   string
	change string // in words
	edit   edit
	flags  []string
	points int           // that it measures
	cores  int           // the fewest on which it can be measured
	floor  gate.Quantity // its noise floor says how well the change can be seen
	expect string
	judge  func(selfOutcome) (got string, ok bool)
}

// share returns the weight of the case in the budget: linking both sides takes as long as
// a block or two.
func (c selfCase) share() int {
	if c.points == 0 {
		return 0
	}
	return c.points + 2
}

// selfOutcome is the result of a check.
type selfOutcome struct {
	code     int
	said     string // on standard error
	report   gate.Report
	pressure float64 // median of the slots; NaN if unknown
}

// selfSlowdown is how much more work the case slower does, and selfSlack how far
// from it the estimate may be if its interval does not hold it: a hash is not all
// that an operation does, and the linker may place it elsewhere.
const selfSlowdown, selfSlack = 1.05, 0.02

// selfCases are the changes. Each is one edit, which leaves the code around the timed code
// unchanged.
func selfCases() []selfCase {
	return []selfCase{
		{
			name: "same", change: "another text in the binary",
			edit:   edit{"work.go", `Edition = "first"`, `Edition = "other"`},
			points: 4, cores: 1, floor: gate.Time, expect: "no regression", judge: judgeSame,
		},
		{
			name: "slower", change: "105 units of work, not 100",
			edit:  edit{"work.go", "Units = 100", "Units = 105"},
			flags: []string{"--cores=1"}, points: 2, cores: 1, floor: gate.Time, expect: "Hash 5 % slower", judge: judgeSlower,
		},
		{
			name: "mutex", change: "all work under one mutex",
			edit:  edit{"work.go", "&locks[worker]", "&locks[0]"},
			flags: []string{"--bench=Shared"}, points: 3, cores: 2, floor: gate.Speedup, expect: "Shared scales worse", judge: judgeMutex,
		},
		{
			name: "allocs", change: "one more allocation",
			edit:  edit{"work.go", "return chain(Units)", "sum := chain(Units)\n\tkept = &sum\n\treturn sum"},
			flags: []string{"--bench=Hash", "--cores=1"}, points: 1, cores: 1, floor: gate.Time, expect: "Hash allocates more", judge: judgeAllocs,
		},
		{
			name: "broken", change: "a test that does not parse",
			edit:  edit{"work_test.go", "func BenchmarkShared", "func func"},
			cores: 1, expect: "exit 3, and why", judge: judgeBroken,
		},
	}
}

func judgeSame(o selfOutcome) (got string, ok bool) {
	switch {
	case len(o.report.Identical) > 0:
		return "different binaries pass for identical ones", false
	case len(o.report.Changes) == 0:
		return o.describe() + ", nothing was compared", false
	case len(o.worse("")) > 0:
		return o.describe(), false
	}
	return o.ended(0, "no regression")
}

func judgeSlower(o selfOutcome) (got string, ok bool) {
	hash, shared := o.worse("Hash", gate.Time), o.worse("Shared", gate.Time)
	if len(hash) == 0 || len(shared) > 0 {
		return o.describe(), false
	}
	c := hash[0]
	got = fmt.Sprintf("%+.1f %% [%.1f, %.1f]", 100*(c.Ratio-1), 100*(c.Low-1), 100*(c.High-1))
	holds := c.Low <= selfSlowdown && selfSlowdown <= c.High
	if !holds && !(math.Abs(c.Ratio-selfSlowdown) <= selfSlack) {
		return got, false
	}
	return o.ended(1, got)
}

func judgeMutex(o selfOutcome) (got string, ok bool) {
	if slices.ContainsFunc(o.worse("Shared", gate.Time), func(c gate.Change) bool { return c.Cores == 1 }) {
		return "slower on one core, where it is as before", false
	}
	// Beside others, blocks may be left for one of the two only.
	for _, c := range o.worse("Shared", gate.Speedup, gate.SoftwareEfficiency) {
		if c.Cores > 1 {
			return o.ended(1, fmt.Sprintf("%s %.2f → %.2f", c.Quantity, c.Base, c.Head))
		}
	}
	return o.describe(), false
}

func judgeAllocs(o selfOutcome) (got string, ok bool) {
	for _, c := range o.worse("Hash", gate.Allocs) {
		return o.ended(1, fmt.Sprintf("%.0f → %.0f allocs/op", c.Base, c.Head))
	}
	return o.describe(), false
}

// judgeBroken requires the file to be named: exit 3 alone could have any reason.
func judgeBroken(o selfOutcome) (got string, ok bool) {
	named := func(p gate.Problem) bool { return strings.Contains(p.Why, "work_test.go") }
	if !strings.Contains(o.said, "work_test.go") && !slices.ContainsFunc(o.report.Problems, named) {
		return fmt.Sprintf("exit %d, and nothing names work_test.go", o.code), false
	}
	return o.ended(3, "names work_test.go")
}

// ended reports whether the check ended with the exit code wanted, and says so if not.
func (o selfOutcome) ended(want int, got string) (string, bool) {
	if o.code == want {
		return got, true
	}
	return fmt.Sprintf("%s, but exit %d, not %d", got, o.code, want), false
}

// worse finds the regressions of a benchmark in these quantities. An empty name stands
// for all benchmarks, no quantities for all.
func (o selfOutcome) worse(benchmark string, of ...gate.Quantity) (found []gate.Change) {
	for _, c := range o.report.Changes {
		if c.Verdict == gate.Worse && strings.HasPrefix(c.Benchmark, benchmark) && (of == nil || slices.Contains(of, c.Quantity)) {
			found = append(found, c)
		}
	}
	return found
}

// describe says what the check found, if it was not what it should have found.
func (o selfOutcome) describe() string {
	words := []string{fmt.Sprintf("exit %d", o.code)}
	for _, c := range o.worse("") {
		words = append(words, fmt.Sprintf("%s %s (%s × %.3f)", c.Benchmark, c.Word(), c.Quantity, c.Ratio))
	}
	if i := slices.IndexFunc(o.report.Changes, func(c gate.Change) bool { return c.Why != "" }); i >= 0 {
		words = append(words, "cannot tell: "+o.report.Changes[i].Why)
	}
	if lines := strings.Split(strings.TrimSpace(o.said), "\n"); o.code == 3 {
		words = append(words, lines[len(lines)-1])
	}
	return strings.Join(words, ", ")
}

// detects returns the median of the smallest changes of a quantity that the check could
// have detected, as a share; NaN if it reported none.
func (o selfOutcome) detects(q gate.Quantity) float64 {
	var floors []float64
	for _, c := range o.report.Changes {
		if c.Quantity == q && c.Floor > 0 {
			floors = append(floors, c.Floor)
		}
	}
	return middle(floors)
}

// middle returns the median, or NaN of an empty list.
func middle(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
