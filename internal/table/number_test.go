package table

import (
	"math"
	"testing"
)

func TestNumbersHaveNoExponent(t *testing.T) {
	for x, want := range map[float64]string{99.4: "99", 99.7: "100", 230.4: "230", -230.4: "-230", 0.48: "0.48", math.Inf(1): "∞", math.NaN(): "–"} {
		if got := Round(x); got != want {
			t.Errorf("%v is written %s, want %s", x, got, want)
		}
	}
}
func TestFigures(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0.00", math.Copysign(0, -1): "0.00", -0.001: "0.00", -0.25: "−0.25", 1.234: "1.23", 12.34: "12.3", 123.4: "123", 1234.5: "1234", 1234567: "1.23e+06",
		math.Inf(1): "∞", math.Inf(-1): "−∞",
	} {
		if got := Figures(x); got != want {
			t.Errorf("%v is %q, want %q", x, got, want)
		}
	}
	if got := Figures(math.NaN()); got != "–" {
		t.Errorf("unknown is %q", got)
	}
}

func TestTime(t *testing.T) {
	for x, want := range map[float64]string{
		2.5: "2.50 s", 0.9996: "1.00 s", 1.5e-3: "1.50 ms", 250e-6: "250 µs", 5e-9: "5.00 ns", 0: "0", -2e-3: "−2.00 ms", math.Inf(1): "∞",
	} {
		if got := Time(x, Figures); got != want {
			t.Errorf("%v s is %q, want %q", x, got, want)
		}
	}
	if got := Time(math.NaN(), Figures); got != "–" {
		t.Errorf("unknown is %q", got)
	}
}
