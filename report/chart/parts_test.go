package chart

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"overlap/internal/interval"
	"overlap/report/analyse"
)

// Every part of a stack has a pattern and a colour that no other has, whatever
// it is named after.
func TestEveryPartIsDrawnInItsOwnWay(t *testing.T) {
	colours := map[any]string{}
	patterns := map[pattern]string{}
	for i, part := range stackParts {
		if other := patterns[part.pattern]; other != "" {
			t.Errorf("%s has the pattern of %s", part.name, other)
		}
		patterns[part.pattern] = part.name
		if i < len(Light.Series) {
			if other := colours[Light.Series[i]]; other != "" {
				t.Errorf("%s has the colour of %s", part.name, other)
			}
			colours[Light.Series[i]] = part.name
		}
	}
	one := analyse.Stack{Workers: 4, P: 9, Work: 1, Inflation: 1, GC: 1, RunQueue: 1, Imbalance: 1, Locked: 1, Runnable: 1, Waiting: 1, Residual: 1}
	parts, kinds := stackBar{"x", one}.drawn()
	if len(parts) != len(stackParts) {
		t.Fatalf("%d parts are drawn, want %d", len(parts), len(stackParts))
	}
	for i, k := range kinds {
		if k != i || !strings.HasPrefix(parts[i].Name, stackParts[k].name) {
			t.Errorf("%s is drawn as %s", parts[i].Name, stackParts[k].name)
		}
	}
	one.Residual = 0.9 * analyse.Tolerance * 9 // within what clocks disagree by
	if parts, _ := (stackBar{"x", one}).drawn(); len(parts) != len(stackParts)-1 {
		t.Errorf("%d parts with a small residual", len(parts))
	}
}

// Work that takes less CPU time than its baseline is what it took: a bar of both
// parts would be longer than the cores.
func TestSavedTimeIsNoPart(t *testing.T) {
	s := stackBar{"x", analyse.Stack{P: 2, Work: 1.5, Inflation: -0.5, Waiting: 1}}
	low, high := stackBars{bars: []stackBar{s}}.reach()
	if low != 0 || high != 2 {
		t.Errorf("from %v to %v, want 0 to 2", low, high)
	}
	if parts, _ := s.drawn(); len(parts) != 2 || parts[0].Cores != 1 || parts[1].Cores != 1 {
		t.Errorf("%v, want work and waiting of one core each", parts)
	}
	if alt := stackAlt([]stackBar{s}); !strings.Contains(alt, "x: work 1.00 of 2 cores, waiting 1.00") {
		t.Errorf("in words it is %q", alt)
	}
}

func TestHatchingStaysWithinItsBar(t *testing.T) {
	for _, r := range []vg.Rectangle{span(10, 50, 3, 14), span(10, 12, 3, 14), span(10, 10.5, 3, 40)} {
		for p := solid; p <= dashed; p++ {
			for _, comp := range p.strokes(r) {
				if at := comp.Pos; at.X < r.Min.X-1e-9 || at.X > r.Max.X+1e-9 || at.Y < r.Min.Y-1e-9 || at.Y > r.Max.Y+1e-9 {
					t.Errorf("pattern %d leaves %v at %v", p, r, at)
				}
			}
		}
	}
	wide := span(0, 100, 0, 11)
	for p := upright; p <= dotted; p++ {
		if len(p.strokes(wide)) == 0 {
			t.Errorf("pattern %d has no strokes", p)
		}
	}
	for i, up := range []bool{true, false} {
		stroke := []pattern{rising, falling}[i].strokes(wide)
		if (stroke[1].Pos.Y > stroke[0].Pos.Y) != up {
			t.Errorf("pattern %d leans to the wrong side", i)
		}
	}
}

func TestLongNamesAreCutInTheMiddle(t *testing.T) {
	style := Light.text(small, Light.Ink)
	for _, name := range []string{"ep", strings.Repeat("ab/", 9) + "end", strings.Repeat("ö", 100_000), ""} {
		got := clip(style, name, 60)
		if style.Width(got) > 60 || strings.Contains(got, "…") != (style.Width(name) > 60) {
			t.Errorf("%.20q is cut to %q", name, got)
		}
	}
	if got := clip(style, "beginning of a long name with an end", 80); !strings.HasPrefix(got, "begin") || !strings.HasSuffix(got, "end") {
		t.Errorf("cut to %q", got)
	}
}

// Text keeps its distance in lightness from the cell that it stands on, and no
// colour of the scale turns round with the page.
func TestNumbersAreReadableOnTheHeatScale(t *testing.T) {
	s := heatScale{low: 0.1, high: 64}
	before := -1.0
	for gain := 0.05; gain < 100; gain *= 1.1 {
		fill, ink := s.of(gain)
		l := luminance(fill)
		if l < before {
			t.Errorf("%v is darker than less of it", gain)
		}
		before = l
		if ratio := contrast(fill, ink); ratio < 4.5 {
			t.Errorf("the number %v has a contrast of %.2f, want 4.5 (WCAG AA)", gain, ratio)
		}
		for _, theme := range []Theme{Light, Dark} {
			for _, c := range append(theme.Series[:], theme.Background, theme.Ink, theme.Muted, theme.Grid) {
				if c == fill || c == ink {
					t.Errorf("%v is a colour of a theme", c)
				}
			}
		}
	}
}

func TestTimesAndGainsAreBrief(t *testing.T) {
	for x, want := range map[float64]string{1e-9: "1 ns", 2.5e-4: "250 µs", 9.999e-4: "1 ms", 0.0125: "12.5 ms", 1: "1 s", 90: "90 s"} {
		if got := seconds(x); got != want {
			t.Errorf("%v is %q, want %q", x, got, want)
		}
	}
	for x, want := range map[float64]string{0.001: "<.01", 0.14: ".14", 0.997: "1.0", 1.94: "1.9", 9.96: "10", 53.7: "54", 1234: "1.2k"} {
		if got := brief(x); got != want {
			t.Errorf("%v is %q, want %q", x, got, want)
		}
	}
}

// A gain that may be none says so, if there is room.
func TestGainsThatMayBeNone(t *testing.T) {
	for _, c := range []struct {
		gain interval.Interval
		want string
	}{
		{interval.Interval{Value: 0.91, Low: 0.8, High: 1.1}, "≈0.91 ≈.91 0.91 .91"},
		{interval.Interval{Value: 0.91, Low: 0.8, High: 0.99}, "0.91 .91"},
		{interval.Interval{Value: 1.3, Low: 1.1, High: 1.5}, "1.3 1.3"},
		{interval.Interval{Value: 0.001, Low: 0.0005, High: 2}, "<0.01 <.01"},
		{interval.Interval{Value: 1, Low: 1, High: 1}, "1.0 1.0"},
		{interval.Interval{Value: 1, Low: math.NaN(), High: math.NaN()}, "1.0 1.0"},
	} {
		if got := strings.Join(numbers(c.gain), " "); got != c.want {
			t.Errorf("%v is written %s, want %s", c.gain, got, c.want)
		}
	}
}

func TestLabelsOfAnAxisDoNotTouch(t *testing.T) {
	style := Light.text(small, Light.Ink)
	for _, n := range []int{1, 7, 10, 64} {
		var values []int
		for i := range n {
			values = append(values, 1000+i)
		}
		const length = 150
		labels := vg.Length(0)
		ticks := thinned(ordinals(values), style, length)
		last := -1
		for i, tick := range ticks {
			if tick.Label == "" {
				continue
			}
			if gap := vg.Length(i-last) * length / vg.Length(n); last >= 0 && gap < style.Width(tick.Label) {
				t.Errorf("%d values: %s touches the label before it", n, tick.Label)
			}
			last = i
			labels++
		}
		if ticks[0].Label == "" || labels < min(vg.Length(n), 3) {
			t.Errorf("%d values have %v labels", n, labels)
		}
	}
}
