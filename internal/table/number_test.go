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
