package sweep

import "testing"

// Where every second goroutine is five times as fast, three are slower than two and four.
func TestZigzag(t *testing.T) {
	for _, c := range []struct {
		times [4]float64
		want  bool
	}{
		{[4]float64{1, 1. / 3, 3. / 7, 1. / 3}, true},
		{[4]float64{1, 3, 7. / 3, 3}, true},
		{[4]float64{1, 0.5, 0.33, 0.25}, false},
		{[4]float64{1, 1.02, 1, 1.03}, false},
		{[4]float64{1, 2, 1.5, 1.51}, false},
		{[4]float64{1, 2, 1, 0}, false},
	} {
		if got := zigzag(c.times); got != c.want {
			t.Errorf("%v: %t", c.times, got)
		}
	}
}
