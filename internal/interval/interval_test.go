package interval

import (
	"math"
	"slices"
	"testing"

	"overlap/internal/sampling"
)

// Errors of different samples add as squares.
func TestOverAddsSquares(t *testing.T) {
	i := Interval{2, 1, 4}.Over(Interval{5, 2.5, 10})
	half := math.Pow(2, math.Sqrt2)
	expect(t, "value", i.Value, 0.4, 1e-15)
	expect(t, "low", i.Low, 0.4/half, 1e-12)
	expect(t, "high", i.High, 0.4*half, 1e-12)
}

// Where the rounds in which both were measured lack more than a fifth of the
// partners, the interval is that of independent means.
func TestPartnersMustBeFourFifths(t *testing.T) {
	var a, b Series
	for i := range 20 {
		drift := math.Exp(0.1 * math.Sin(float64(i)))
		a, b = append(a, Timing{Round: i, Seconds: 2 * drift}), append(b, Timing{Round: i, Seconds: drift})
	}
	without := func(n int) Series { // n rounds, none of them the first or the last
		return append(slices.Clone(b[:5]), b[5+n:]...)
	}
	e, freedom := welch(a.Logs(), without(5).Logs())
	apart := math.Exp(sampling.StudentsT(freedom, 1) * e)
	five := Quotient(a, without(5))
	expect(t, "15 of 20 are independent: half", five.High/five.Value, apart, 1e-12)
	if four := Quotient(a, without(4)); four.High/four.Value > 1+(apart-1)/2 {
		t.Errorf("16 of 20 are not paired: %v, apart %v", four, apart)
	}
}

// Only the rounds that both were in are compared, so that a drift that one of
// them has not seen moves nothing.
func TestRoundsThatOneWasNotInDoNotCount(t *testing.T) {
	var a, b Series
	for i := range 40 {
		drift := math.Exp(0.02 * float64(i))
		if i < 10 {
			a = append(a, Timing{Round: i, Seconds: 2 * drift})
		}
		if i > 1 {
			b = append(b, Timing{Round: i, Seconds: drift})
		}
	}
	i := Quotient(a, b)
	expect(t, "value", i.Value, 2, 1e-12)
	expect(t, "high", i.High, 2, 1e-12)
	for _, s := range SameRounds(a, b) {
		if len(s) != 8 || s[0].Round != 2 {
			t.Errorf("%v, want the rounds 2 to 9", s)
		}
	}
	// Too few rounds have no interval, and series without rounds have all.
	for _, few := range []Series{b[:2], {{Round: -47, Seconds: 1}, {Round: -45, Seconds: 1}, {Round: -43, Seconds: 1}, {Round: -41, Seconds: 1}}} {
		if both := SameRounds(a, few); len(both[0]) != len(a) || len(both[1]) != len(few) {
			t.Errorf("%v is cut to %v", few, both)
		}
	}
}

// Of blocks only those rounds are compared that both were in: others had another machine.
func TestBlocksHaveTheSameRounds(t *testing.T) {
	var every, third Series
	for i := range 12 {
		drift := 1 + 0.5*float64(i%2)
		every = append(every, Timing{Round: i + 1, Seconds: 2 * drift, InBlock: true})
		if i%3 == 0 {
			third = append(third, Timing{Round: i + 1, Seconds: drift, InBlock: true})
		}
	}
	if i := Quotient(every, third); math.Abs(i.Value-2) > 1e-12 || math.Abs(i.High-2) > 1e-12 {
		t.Errorf("%+v, want exactly 2", i)
	}
	if both := SameRounds(every, third[:2]); len(both[0]) != 12 || len(both[1]) != 2 {
		t.Errorf("two common rounds: %v", both)
	}
}

// Two samples have no interval, one of them or both.
func TestTwoSamplesHaveNoInterval(t *testing.T) {
	two, ten := Series{{Round: 1, Seconds: 1}, {Round: 2, Seconds: 3}}, Series{}
	for i := range 10 {
		ten = append(ten, Timing{Round: i + 1, Seconds: 1})
	}
	for _, i := range []Interval{Quotient(two, two), Quotient(two, ten), Quotient(ten, two), Around(1, two.Logs())} {
		if !math.IsNaN(i.Low) || !math.IsNaN(i.High) || math.IsNaN(i.Value) {
			t.Errorf("%+v", i)
		}
	}
	if i := Quotient(ten[:3], ten); i != Exact(1) {
		t.Errorf("three equal samples: %+v", i)
	}
}

// Variances of 1 and 20/3 from 3 and 4 values: the squared errors are 1/3 and
// 5/3, and the degrees of freedom 4/((1/9)/2 + (25/9)/3).
func TestWelch(t *testing.T) {
	e, freedom := welch([]float64{0, 1, 2}, []float64{0, 2, 4, 6})
	expect(t, "error", e, math.Sqrt2, 1e-12)
	expect(t, "freedom", freedom, 4/(1.0/18+25.0/27), 1e-12)
}

// The interval of the best of five leaves out a half percent on each side, as
// published tables of Student's t have it for ten degrees of freedom.
func TestIntervalOfAChoice(t *testing.T) {
	expect(t, "of one", sampling.StudentsT(10, 1), 2.228, 1e-3)
	expect(t, "of five", sampling.StudentsT(10, 5), 3.169, 1e-3)
}

func expect(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %.10g, want %.10g", what, got, want)
	}
}
