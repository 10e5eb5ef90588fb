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

// gathered returns the causes of steps that are given as benchmark, quantity and range,
// each larger than the next.
func gathered(steps ...Step) *History {
	h := &History{Commits: orderOf(20)}
	for i, s := range steps {
		ratio := 2 - float64(i)/10
		s.Ratio, s.Before, s.After, s.Inside = Ratio{ratio, ratio, ratio}, h.Commits[s.At[0]], h.Commits[s.At[1]], s.At[1]-s.At[0]-1
		h.Series = append(h.Series, Series{Metric: s.Metric, Steps: []Step{s}})
	}
	h.gather()
	return h
}

// A cause has the range of its largest change: what ranges share may hold no change at all.
func TestACauseHasTheRangeOfItsLead(t *testing.T) {
	step := func(name string, q Quantity, from, to int) Step {
		return Step{Metric: Metric{"m/a", name, q}, Span: Span{At: [2]int{from, to}}, Worse: true}
	}
	for _, x := range []struct {
		name string
		h    *History
		want []string
	}{
		// Slower in commit 3, and more bytes in commit 7.
		{"of two edits", gathered(step("A", Time, 2, 6), step("A", Bytes, 4, 8)), []string{"2..6 a.A true: A time A bytes"}},
		{"that only touch", gathered(step("A", Time, 2, 4), step("A", Bytes, 4, 8)), []string{"4..8 a.A true: A bytes", "2..4 a.A true: A time"}},
		{"two in a larger one", gathered(step("A", Time, 0, 8), step("A", Bytes, 1, 2), step("A", Allocs, 5, 6)), []string{"0..8 a.A true: A time A bytes A allocs"}},
		{"two in a smaller one", gathered(step("A", Bytes, 1, 2), step("A", Allocs, 5, 6), step("A", Time, 0, 8)), []string{"5..6 a.A true: A allocs", "1..2 a.A true: A bytes A time"}},
		{"a chain", gathered(step("A", Time, 0, 4), step("A", Bytes, 3, 7), step("A", Allocs, 6, 9)), []string{"6..9 a.A true: A allocs", "0..4 a.A true: A time A bytes"}},
		{"of several benchmarks", gathered(step("A", Time, 2, 6), step("B", Bytes, 3, 4)), []string{"2..6 a.A true: A time", "3..4 a.B true: B bytes"}},
		{"of several with the same lead", gathered(step("A", Bytes, 3, 4), step("A", Time, 2, 6), step("B", Bytes, 3, 4)), []string{"3..4 a.A and 1 other benchmark true: A bytes A time B bytes"}},
	} {
		if got := told(x.h); !slices.Equal(got, x.want) {
			t.Errorf("%s:\n%s\nwant\n%s", x.name, strings.Join(got, "\n"), strings.Join(x.want, "\n"))
		}
		if c := x.h.Causes[0]; c.Span != c.Lead().Span || c.Before != x.h.Commits[c.At[0]] {
			t.Errorf("%s: %+v", x.name, c.Span)
		}
	}
	h := gathered(step("A", Time, 2, 6), step("A", Bytes, 4, 8), step("A", Allocs, 2, 6))
	if got, want := h.Causes[0].Also(), "B/op +90.0 % in "+h.Commits[4].Short()+".."+h.Commits[8].Short()+", allocs/op +80.0 %"; got != want {
		t.Errorf("%q, want %q", got, want)
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
	if want := "2 steps, 1 for the worse (10 of 10 series) over 4 commits\n"; !strings.HasPrefix(b.String(), want) {
		t.Errorf("it does not begin with %q:\n%s", want, b.String())
	}
	for _, want := range []string{
		"\n−50.0 % better  a.Z/x: time, 1 core  counted\n", "\n× 3 worse       a.Z/x: time, 1 core  counted\n",
		"\n  also: B/op × 2.5; 1 worker on 2 cores: time +100.0 %; ", "\n    1 more\n",
	} {
		if !strings.Contains(b.String(), want) {
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
		if text := strings.TrimSpace(line); uniseg.StringWidth(strings.TrimSuffix(line, "\n")) > 100 || strings.HasPrefix(text, "core") || strings.HasSuffix(text, " on 2") {
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
