package chart

import (
	"math"
	"slices"
	"testing"
)

func TestNumbersHaveNoExponent(t *testing.T) {
	for x, want := range map[float64]string{1987: "1990", 999.7: "1000", 0.125: "0.125", 12_345_678: "12300000", 0: "0", -1987: "-1990", 0.000123: "0.000123"} {
		if got := plain(x); got != want {
			t.Errorf("%v is %q, want %q", x, got, want)
		}
	}
	for got, want := range map[string]string{seconds(5000): "5000 s", rate(999.7): "1000", rate(2e9): "2000M", seconds(2e-8): "20 ns"} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := plain(1e300); len(got) > 8 {
		t.Errorf("%q is not a number that people read", got)
	}
}

// What lies between two labels can be read off, and labels do not touch on a
// panel 100 points high.
func TestLogAxesHaveTicksWithinDecades(t *testing.T) {
	for decades := 0.3; decades < 40; decades *= 1.07 {
		for _, low := range []float64{-3, -0.4, 2.1} {
			ticks := timeTicks{}.Ticks(low*math.Log2(10), (low+decades)*math.Log2(10))
			labels, last := 0, math.Inf(-1)
			for _, tick := range ticks {
				if tick.IsMinor() {
					continue
				}
				labels++
				if gap := 100 * (tick.Value - last) / (decades * math.Log2(10)); gap < 12 {
					t.Errorf("%.2f decades: %s is %.1f points from the label before it", decades, tick.Label, gap)
				}
				last = tick.Value
			}
			if labels == 0 || decades > 0.5 && labels < 2 {
				t.Errorf("%.2f decades from %v have %d labels", decades, low, labels)
			}
			if decades < 6 && len(ticks) <= labels && decades > 0.5 {
				t.Errorf("%.2f decades from %v have no ticks but the %d labelled", decades, low, labels)
			}
		}
	}
}

// From 1 to 2 ms there is a label between.
func TestLogAxesOfOneDoubling(t *testing.T) {
	var labels []string
	for _, tick := range (timeTicks{}).Ticks(math.Log2(0.7e-3), math.Log2(2.6e-3)) {
		if !tick.IsMinor() {
			labels = append(labels, tick.Label)
		}
	}
	if want := []string{"1 ms", "1.5 ms", "2 ms"}; !slices.Contains(labels, want[1]) || !slices.Contains(labels, want[0]) || !slices.Contains(labels, want[2]) {
		t.Errorf("labels %v do not hold %v", labels, want)
	}
	found := ""
	for _, tick := range (decadeTicks{}).Ticks(-6.01, -2.99) {
		found += tick.Label + ";"
	}
	if want := "1 µs;;;;;;;;;10 µs;;;;;;;;;100 µs;;;;;;;;;1 ms;"; found != want {
		t.Errorf("ticks %s, want %s", found, want)
	}
}
