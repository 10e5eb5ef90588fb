package main

import (
	"math"
	"testing"
)

// The data set sleep and its paired t.test, as R publishes them: mean of the
// differences −1.58, 95 % interval (−2.4598858, −0.7001142).
func TestPairedRatioIsRsPairedTest(t *testing.T) {
	one := []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}
	two := []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}
	a, b := make([]float64, 10), make([]float64, 10)
	for i := range one {
		a[i], b[i] = math.Exp(one[i]), math.Exp(two[i])
	}
	got := pairedRatio(a, b)
	for _, x := range [][2]float64{{got.Value, -1.58}, {got.Low, -2.4598858}, {got.High, -0.7001142}} {
		if math.Abs(math.Log(x[0])-x[1]) > 1e-6 {
			t.Errorf("log of %v is %v, want %v", x[0], math.Log(x[0]), x[1])
		}
	}
	if got.N != 10 {
		t.Errorf("n = %d", got.N)
	}
	inverse := pairedRatio(b, a)
	if math.Abs(inverse.Value*got.Value-1) > 1e-12 || math.Abs(inverse.Low*got.High-1) > 1e-12 {
		t.Errorf("%v is not the inverse of %v", inverse, got)
	}
}

func TestPairedRatioOfFewRounds(t *testing.T) {
	if got := pairedRatio([]float64{1, 0, 3}, []float64{0, 2}); got.N != 0 || !math.IsNaN(got.Value) {
		t.Errorf("no pair gives %v", got)
	}
	if got := pairedRatio([]float64{0, 3, 5}, []float64{1, 6}); got.N != 1 || got.Value != 0.5 || got.Low != 0 || !math.IsInf(got.High, 1) {
		t.Errorf("one pair gives %v", got)
	}
	if got := pairedRatio([]float64{2, 2}, []float64{1, 1}); got.Low != got.High || math.Abs(got.Value-2) > 1e-12 {
		t.Errorf("equal rounds give %v", got)
	}
}

func TestMedian(t *testing.T) {
	if m := median([]float64{9, 1, 2}); m != 2 {
		t.Errorf("median of three is %v", m)
	}
	if m := median([]float64{1, 2, 3, 9}); m != 2.5 {
		t.Errorf("median of four is %v", m)
	}
	if m := median(nil); !math.IsNaN(m) {
		t.Errorf("median of none is %v", m)
	}
}
