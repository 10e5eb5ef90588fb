package calibrate

import (
	"math"
	"strings"
	"testing"
	"time"

	"overlap/bench/gate"
	"overlap/internal/racing"
)

// The example of R's p.adjust: of these, Holm leaves 5 below .05.
func TestHolmRejectsAsRDoes(t *testing.T) {
	// p.adjust(c(.001,.008,.039,.041,.042,.06,.074,.205,.212,.216,.222,.251,.269,.275,.34), "holm")
	// 0.015 0.112 0.507 0.507 0.507 0.600 0.666 …
	ps := []float64{.222, .001, .039, .041, .042, .06, .074, .205, .212, .216, .008, .251, .269, .275, .34}
	for alpha, want := range map[float64]int{0.01: 0, 0.02: 1, 0.11: 1, 0.12: 2, 0.5: 2, 0.51: 5, 0.61: 6, 0.67: 7} {
		if got := holm(ps, alpha); got != want {
			t.Errorf("at %v: %d, want %d", alpha, got, want)
		}
	}
}

func TestTheUsualPracticeIsJudgedAsBenchstatDoes(t *testing.T) {
	low, high := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, []float64{11, 12, 13, 14, 15, 16, 17, 18, 19, 20}
	u := judgeUsual([]Suite{
		{Took: 30 * time.Second, Usual: []Usual{{"A", low, high}, {"B", low, low}, {"C", low, low}}},
		{Took: 30 * time.Second, Usual: []Usual{{"A", low, low}, {"B", low, low}, {"C", low, low}}},
	})
	// Ten against ten without overlap: p = 2/184756, below every level.
	want := Share{Suites: 1, Comparisons: 1}
	if u.Suites != 2 || u.Comparisons != 6 || u.Alone != want || u.Holm != want || u.Bonferroni != want || u.Pair != 10 || u.Error != 0 {
		t.Errorf("%+v", u)
	}
	if got := u.Found[0]; math.Abs(got-1.0/6) > 1e-12 {
		t.Errorf("found %v at a quarter of a percent, want the one that is there anyway", got)
	}
	if faster := judgeUsual([]Suite{{Usual: []Usual{{"A", high, low}}}}); faster.Found[0] != 0 || faster.Alone.Suites != 1 {
		t.Errorf("faster by far is found to be slower: %+v", faster)
	}
}

func TestCallsTakeWhatTheyAreAbout(t *testing.T) {
	suite := []Trial{{Point: point("A", 1)}, {Point: point("A", 2)}, {Point: point("B", 1)}}
	change := func(name string, cores int, q gate.Quantity, ratio, p float64, v gate.Verdict) gate.Change {
		return gate.Change{Benchmark: name, Cores: cores, Quantity: q, Ratio: ratio, Adjusted: p, Verdict: v}
	}
	got := calls(suite, []gate.Change{
		change("A", 1, gate.Time, 1.01, 0.01, gate.Same),
		change("A", 1, gate.MeanTime, 1.01, 0.5, gate.CannotTell),
		change("A", 1, gate.ConcurrencyGain, 1.2, 0.001, gate.Better),
		change("A", 2, gate.Time, 0.9, 0.001, gate.Better),
		change("A", 2, gate.MeanTime, 1.2, 0.5, gate.CannotTell),
		change("A", 2, gate.Speedup, 0.8, 0.001, gate.Worse),
		change("A", 2, gate.Efficiency, 0.8, 0.001, gate.Worse),
		change("B", 1, gate.Time, 1.3, 0.011, gate.CannotTell),
		change("B", 1, gate.MeanTime, 1.4, 0.001, gate.Worse),
		change("B", 1, gate.AverageParallelism, 0.4, 0.001, gate.Worse),
		change("C", 1, gate.Time, 9, 0, gate.Worse),
	}, 0.01)
	for i, want := range []Call{{Ratio: 1.01, Slower: true, Differs: true}, {Ratio: 0.9, Differs: true, ScalesWorse: true}, {Ratio: 1.3, Slower: true, Differs: true, Worse: true}} {
		if got[i] != want {
			t.Errorf("%s: %+v, want %+v", suite[i].Point, got[i], want)
		}
	}
}

func TestLostEfficiencyIsFoundAndNoneIsMadeUp(t *testing.T) {
	racing.Long(t)
	n := newNoise(20, 0.02, 0)
	same := []Series{{point("A", 1), n.blocks(80, 1)}, {point("A", 2), n.blocks(80, 1)}, {point("B", 1), n.blocks(80, 1)}}
	worse := []Series{same[0], {point("A", 2), n.blocks(80, 1.25)}}
	s := Study{Alpha: 0.05, Tests: 1, Trials: 8}
	if f := s.Real(Gate, worse, 10); f.Trials != 2 || f.Found != 2 || f.OneCore != 0 || f.Blocks != 40 {
		t.Errorf("measured: %+v", f)
	}
	if f := s.Made(Gate, same, 10, 0.2); f.Trials != 8 || f.Found < 7 || f.OneCore > 1 {
		t.Errorf("made: %+v", f)
	}
	if f := s.Made(Gate, same, 10, 0); f.Trials != 8 || f.Found > 2 {
		t.Errorf("nothing lost: %+v", f)
	}
	if f := s.Made(says(Call{ScalesWorse: true, Slower: true}), same, 10, 0); f.Trials != 8 || f.Found != 8 || f.OneCore != 8 {
		t.Errorf("an oracle: %+v", f)
	}
}

func TestTablesSayHowManyTrialsThereWere(t *testing.T) {
	racing.Long(t)
	n := newNoise(2, 0.01, 0)
	var series []Series
	for _, name := range []string{"A", "B"} {
		series = append(series, Series{point(name, 1), n.blocks(45, 1)})
	}
	low, high := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, []float64{11, 12, 13, 14, 15, 16, 17, 18, 19, 20}
	var b strings.Builder
	err := Analyse(&b, []Suite{
		{Part: "same", Series: series},
		{Part: "usual", Usual: []Usual{{"A", low, high}}},
		{Part: "slower", Series: []Series{{point("A", 1), n.blocks(20, 1.05)}}},
		{Part: "scaling-same", Series: []Series{series[0], {point("A", 2), n.blocks(45, 1)}}},
	}, Study{Alpha: 0.01, Trials: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| same | 1 | 2 | 45 |",
		"| overlap check, names given out anew | 10 | 1 | 0 | 0 |",
		"| 3 × 2 |",
		"not measured for long enough",
		"| p < .05 | 1 of 1 | 1 of 1 |",
		"none, there are more alarms than that",
		"| A | 20 | +5.",
		"| made of slots of the same code (40 blocks) | 3 |",
		"| measured, disjoint (0 blocks) | 0 |",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the tables lack %q", want)
		}
	}
	if t.Failed() {
		t.Log(b.String())
	}
	if err := Analyse(&b, nil, Study{}); err == nil {
		t.Error("nothing to analyse is no error")
	}
}
