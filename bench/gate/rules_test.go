package gate

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// A rule decides for its function and that function's sub-benchmarks which sizes of changes
// count, and for nothing else. Chance is judged as without it.
func TestRulesAreOfOneFunction(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	quiet := noise{fast: 1, slow: 1, jitter: .002, each: 20}
	var list []Series
	for _, name := range []string{"Parse", "Parse/long", "ParseAll", "Other"} {
		s := quiet.series(rng, point(name, 0, 1, 1), 15, 100, 0)
		for i := range s.Blocks {
			for j := range s.Blocks[i].Slots {
				if slot := &s.Blocks[i].Slots[j]; outside(j) == s.Blocks[i].HeadFirst {
					slot.Bytes *= 1.06
				}
			}
		}
		list = append(list, slowed([]Series{s}, .06)...)
	}
	o := Options{Quick: true, Seed: 1}
	before := Judge(list, o)
	o.Rules = Rules{
		{Package: "example.com/y", Benchmark: "Other", Threshold: .5},
		{Package: "example.com/x", Benchmark: "Parse", Threshold: .1},
	}
	f := Judge(list, o)
	tested := 0
	for i, c := range f.Changes {
		if c.Quantity != Time && c.Quantity != Bytes {
			continue
		}
		tested++
		want, threshold := Worse, .03
		if strings.HasPrefix(c.Benchmark+"/", "Parse/") {
			want, threshold = Same, .1
		}
		if c.Verdict != want || c.Threshold != threshold || c.P != before.Changes[i].P || c.Adjusted != before.Changes[i].Adjusted || before.Changes[i].Verdict != Worse {
			t.Errorf("%s, %s: %s to %v, p %v; without rules %s, p %v", c.Benchmark, c.Quantity, c.Verdict, c.Threshold, c.P, before.Changes[i].Verdict, before.Changes[i].P)
		}
	}
	if tested != 8 || f.Tests != before.Tests {
		t.Errorf("%d changes, %d tests", tested, f.Tests)
	}
}

// What a rule demands replaces what is demanded of all on the same number of cores.
func TestRulesDemandOfOneFunction(t *testing.T) {
	rng := rand.New(rand.NewPCG(53, 54))
	quiet := noise{fast: 1, slow: 1, jitter: .002, each: 20}
	var list []Series
	for _, name := range []string{"Flat", "Flat/sub", "Other"} {
		for _, cores := range []int{1, 2, 4} {
			list = append(list, quiet.series(rng, point(name, 0, cores, 1), 15, 100, 0))
		}
	}
	demands := func(o Options) (all []string) {
		o.Quick = true
		f := Judge(list, o)
		for _, d := range f.Demands {
			all = append(all, join(d.Benchmark, d.Point)+": "+digits(d.Least)+" "+string(d.Verdict))
		}
		if notes := strings.Join(f.Notes, "\n"); strings.Contains(notes, "does not apply") {
			t.Errorf("notes %s", notes)
		}
		return all
	}
	rules := Rules{{Package: "example.com/x", Benchmark: "Flat", Demands: map[int]float64{2: .4, 4: .3}}, {Package: "example.com/x", Benchmark: "Gone", Demands: map[int]float64{8: .5}}}
	for _, c := range []struct {
		o    Options
		want []string
	}{
		{Options{Rules: rules[:1]}, []string{"Flat/cores=2-2: 0.40 same", "Flat/sub/cores=2-2: 0.40 same", "Flat/cores=4-4: 0.30 worse", "Flat/sub/cores=4-4: 0.30 worse"}},
		{Options{Rules: rules, Demands: map[int]float64{2: .8}}, []string{"Flat/cores=2-2: 0.40 same", "Flat/sub/cores=2-2: 0.40 same", "Other/cores=2-2: 0.80 worse", "Flat/cores=4-4: 0.30 worse", "Flat/sub/cores=4-4: 0.30 worse"}},
		{Options{Demands: map[int]float64{2: .8}}, []string{"Flat/cores=2-2: 0.80 worse", "Flat/sub/cores=2-2: 0.80 worse", "Other/cores=2-2: 0.80 worse"}},
		{Options{}, nil},
	} {
		if got := demands(c.o); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: got %q, want %q", c.o, got, c.want)
		}
	}
	if len(rules[0].Demands) != 2 {
		t.Errorf("the rule was changed: %v", rules[0])
	}
}

func TestDemandsAreRead(t *testing.T) {
	for text, want := range map[string]struct {
		cores int
		least float64
	}{
		"0.8@4": {4, .8}, "2@2": {2, 2}, ".5@128": {128, .5},
		"": {}, "0.8": {}, "@4": {}, "0.8@": {}, "0.8@1": {}, "0@4": {}, "-1@4": {}, "2.1@4": {}, "NaN@4": {}, "Inf@4": {}, "80%@4": {}, "0.8@4@4": {}, "0.8@4.5": {}, "0.8@99999999999999999999": {}, "0,8@4": {},
	} {
		cores, least, err := ParseDemand(text)
		if cores != want.cores || least != want.least || (err == nil) != (want.cores > 0) {
			t.Errorf("%q: %v@%d, %v", text, least, cores, err)
		}
	}
	if _, _, err := ParseDemand(strings.Repeat("\x1b\u202e", 1000)); err == nil || len(err.Error()) > 1000 || strings.ContainsAny(err.Error(), "\x1b\u202e") {
		t.Errorf("%v", err)
	}
}

func TestRuleChangesSayWhatWasAndWhatIs(t *testing.T) {
	one := Rule{Package: "m", Benchmark: "B", Threshold: .05, Demands: map[int]float64{4: .8, 2: .9}}
	none := Rule{Package: "m", Benchmark: "B"}
	looser := Rule{Package: "m", Benchmark: "B", Threshold: .05, Demands: map[int]float64{2: .9, 4: .7}}
	for _, same := range []RuleChange{{one, one}, {none, none}, {none, Rule{Demands: map[int]float64{}}}} {
		if same.Differ() {
			t.Errorf("%+v differ", same)
		}
	}
	r := &Report{Ruled: Ruled{RuleChanges: []RuleChange{{one, none}, {one, looser}, {none, Rule{Package: "m", Benchmark: "B", Threshold: .125}}}}}
	for _, c := range r.RuleChanges {
		if !c.Differ() {
			t.Errorf("%+v do not differ", c)
		}
	}
	const had = "m.B from threshold 5 %, minimum efficiency 0.90 on 2 cores, minimum efficiency 0.80 on 4 cores to "
	want := "head changes comments above benchmarks: " + had + "none; " + had + "threshold 5 %, minimum efficiency 0.90 on 2 cores, minimum efficiency 0.70 on 4 cores; m.B from none to threshold 12.5 %"
	if got := r.ruleChangeLine(); len(got) != 1 || got[0] != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if r.Rules = make(Rules, 25); !strings.HasSuffix(r.ruleLine()[0], "; and 5 more") {
		t.Errorf("%q", r.ruleLine())
	}
	if got := (&Report{}).differing(); got != nil {
		t.Errorf("%q", got)
	}
}

// A file may hold only rules that a comment can make.
func TestStoredRulesAreChecked(t *testing.T) {
	for text, good := range map[string]bool{
		`{"package":"m","benchmark":"B","threshold":0.1,"min_efficiency":{"2":0.8}}`: true,
		`{"package":"m","benchmark":"B","threshold":1}`:                              false,
		`{"package":"m","benchmark":"B","threshold":-0.1}`:                           false,
		`{"package":"m","benchmark":"B","min_efficiency":{"1":0.8}}`:                 false,
		`{"package":"m","benchmark":"B","min_efficiency":{"2":0}}`:                   false,
		`{"package":"m","benchmark":"B","min_efficiency":{"2":3}}`:                   false,
		`{"package":"m","benchmark":"B","min_efficiency":{"x":1}}`:                   false,
		`7`: false,
	} {
		r := &reader{}
		if err := r.parsePlan(ruleLine, text); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
		for _, change := range []string{`{"base":` + text + `}`, `{"head":` + text + `}`} {
			if err := r.parsePlan(ruleChangeLine, change); (err == nil) != good {
				t.Errorf("%s: %v", change, err)
			}
		}
	}
}
