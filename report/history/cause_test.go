package history

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
)

// counts are ratios without an error, of one commit after the other, by "name quantity".
type counts []map[string]float64

func (all counts) history() *History {
	known := map[string]bool{}
	for _, ratios := range all {
		for key := range ratios {
			known[key] = true
		}
	}
	var entries []Entry
	for i, ratios := range all {
		e := Entry{Base: hashOf(i), Commit: hashOf(i + 1), Blocks: 22}
		for key := range known {
			ratio, changed := ratios[key]
			if !changed {
				ratio = 1
			}
			name, q, _ := strings.Cut(key, " ")
			e.Results = append(e.Results, Result{Metric: Metric{"m/a", name, Quantity(q)}, Ratio: Ratio{ratio, ratio, ratio}})
		}
		entries = append(entries, e)
	}
	return Build(entries, Options{Order: orderOf(len(all) + 1)})
}

// told are the causes: range, title and direction, then the evidence.
func told(h *History) (all []string) {
	for _, c := range h.Causes {
		text := fmt.Sprintf("%d..%d %s %v:", c.At[0], c.At[1], c.Title(), c.Worse)
		for _, s := range c.Steps {
			text += " " + strings.TrimPrefix(s.Title(), "a.") + " " + string(s.Quantity)
		}
		all = append(all, text)
	}
	return all
}

func TestOneEditIsOneCause(t *testing.T) {
	for _, x := range []struct {
		name string
		of   counts
		want []string
	}{
		{"quantities and points", counts{{}, {"A/cores=1 time": 1.5, "A/cores=1 allocs": 2, "A/cores=1 bytes": 2, "A/cores=2-2 time": 1.4, "A/cores=2-2 speedup": 0.9}, {}},
			[]string{"1..2 a.A true: A/cores=1 allocs A/cores=1 bytes A/cores=1 time A/cores=2-2 time A/cores=2-2 speedup"}},
		{"up and down", counts{{"A/cores=1 time": 1.5, "A/cores=2-2 time": 0.5}},
			[]string{"0..1 a.A false: A/cores=2-2 time", "0..1 a.A true: A/cores=1 time"}},
		{"up, and down later", counts{{"A/cores=1 time": 1.5}, {"A/cores=1 time": 0.5}},
			[]string{"1..2 a.A false: A/cores=1 time", "0..1 a.A true: A/cores=1 time"}},
		{"a speedup that only has another divisor", counts{{"A/cores=1 time": 0.8, "A/cores=2-2 speedup": 0.7}},
			[]string{"0..1 a.A false: A/cores=1 time A/cores=2-2 speedup"}},
		{"a speedup beside fewer allocations", counts{{"A/cores=1 allocs": 0.8, "A/cores=2-2 speedup": 0.7}},
			[]string{"0..1 a.A true: A/cores=2-2 speedup", "0..1 a.A false: A/cores=1 allocs"}},
		{"several benchmarks", counts{{"A/cores=1 time": 1.5, "B time": 1.6, "B bytes": 1.1, "C time": 1.2, "D time": 0.7}},
			[]string{"0..1 a.B and 2 other benchmarks true: B time B bytes A/cores=1 time C time", "0..1 a.D false: D time"}},
		{"newest first", counts{{"A time": 9}, {"B time": 1.1}, {"C time": 2, "D time": 0.1}},
			[]string{"2..3 a.D false: D time", "2..3 a.C true: C time", "1..2 a.B true: B time", "0..1 a.A true: A time"}},
	} {
		h := x.of.history()
		if got := told(h); !slices.Equal(got, x.want) {
			t.Errorf("%s:\n%s\nwant\n%s", x.name, strings.Join(got, "\n"), strings.Join(x.want, "\n"))
		}
		for i, s := range h.Steps {
			if !slices.ContainsFunc(h.Causes[s.Cause].Steps, func(o Step) bool { return o == s }) || i > 0 && s.Cause < h.Steps[i-1].Cause {
				t.Errorf("%s: step %d is of cause %d", x.name, i, s.Cause)
			}
		}
	}
}

// gathered returns the causes of steps that are given as benchmark, quantity and range.
func gathered(steps ...Step) *History {
	h := &History{Commits: orderOf(20)}
	for _, s := range steps {
		s.Ratio = Ratio{2, 2, 2}
		h.Series = append(h.Series, Series{Metric: s.Metric, Steps: []Step{s}})
	}
	h.gather(make([]int, len(h.Commits)))
	return h
}

func TestOverlappingRangesNarrowACause(t *testing.T) {
	step := func(name string, q Quantity, from, to int) Step {
		return Step{Metric: Metric{"m/a", name, q}, Span: Span{At: [2]int{from, to}}, Worse: true}
	}
	for _, x := range []struct {
		name string
		h    *History
		want []string
	}{
		{"of one benchmark", gathered(step("A", Time, 2, 6), step("A", Bytes, 4, 8)), []string{"4..6 a.A true: A bytes A time"}},
		{"that only touch", gathered(step("A", Time, 2, 4), step("A", Bytes, 4, 8)), []string{"4..8 a.A true: A bytes", "2..4 a.A true: A time"}},
		{"a long one over two", gathered(step("A", Time, 0, 8), step("A", Bytes, 1, 2), step("A", Allocs, 5, 6)), []string{"5..6 a.A true: A allocs", "1..2 a.A true: A bytes A time"}},
		{"of several benchmarks", gathered(step("A", Time, 2, 6), step("B", Bytes, 3, 4)), []string{"2..6 a.A true: A time", "3..4 a.B true: B bytes"}},
		{"of several, narrowed to the same", gathered(step("A", Time, 2, 6), step("A", Bytes, 3, 4), step("B", Bytes, 3, 4)), []string{"3..4 a.A and 1 other benchmark true: A bytes A time B bytes"}},
	} {
		if got := told(x.h); !slices.Equal(got, x.want) {
			t.Errorf("%s:\n%s\nwant\n%s", x.name, strings.Join(got, "\n"), strings.Join(x.want, "\n"))
		}
		if c := x.h.Causes[0]; c.Before != x.h.Commits[c.At[0]] || c.Inside != c.At[1]-c.At[0]-1 {
			t.Errorf("%s: %+v", x.name, c.Span)
		}
	}
}

func TestTextTellsAStepOnce(t *testing.T) {
	change := map[string]float64{"Z/x/cores=1 time": 3, "Z/x/cores=1 bytes": 2.5}
	for i := range 8 {
		change[fmt.Sprintf("Z/x/workers=%d/cores=2-2 time", i+1)] = 2
	}
	h := counts{{}, change, {"Z/x/cores=1 time": 0.5}}.history()
	var b strings.Builder
	if err := h.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		": 2 steps, 1 for the worse, 11 quantities in 10 series over 4 commits", "\n−50.0 % better  a.Z/x: time, 1 core  counted\n", "\n× 3 worse       a.Z/x: time, 1 core  counted\n",
		"\n  also: B/op × 2.5; 1 worker on 2 cores: time +100.0 %; ", "\n    1 more\n",
	} {
		if !strings.Contains("x: "+b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	long := strings.Repeat("Long", 30)
	if err := (counts{{long + "1/cores=1 time": 3, long + "2 time": 2}}).history().WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), " and 1 other benchmark: time, 1 core  counted\n") {
		t.Errorf("a long name hides what is said of it:\n%s", b.String())
	}
	for line := range strings.Lines(b.String()) {
		if text := strings.TrimSpace(line); uniseg.StringWidth(text) > 100 || strings.HasPrefix(text, "core") || strings.HasSuffix(text, " on 2") {
			t.Errorf("line %q", line)
		}
	}
	var out struct {
		Steps []struct{ Cause int }
	}
	text, err := json.Marshal(h)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil || len(out.Steps) != 11 || out.Steps[0].Cause != 0 || out.Steps[10].Cause != 1 {
		t.Errorf("as JSON: %v, %+v", err, out.Steps)
	}
}

func TestPlacesAreInWords(t *testing.T) {
	for name, want := range map[string]string{
		"A/cores=1": "time, 1 core", "A/cores=1_×2": "time, 2 copies, each on 1 core", "A/workers=1/cores=1_×4": "time, 4 copies, each with 1 worker on 1 core",
		"A/executor=pool/workers=4/cores=2-8": "time, pool, 4 workers on 2 cores, GOMAXPROCS 8", "A/cores=2/x": "time", "cores=1": "time",
	} {
		m := Metric{"m/a", name, Time}
		if got := m.What(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if b, at := (Metric{"m/a", "A/b/cores=1_×2", Time}).Cut(); b != (Metric{"m/a", "A/b", ""}) || at != "/cores=1_×2" {
		t.Errorf("%v at %q", b, at)
	}
}
