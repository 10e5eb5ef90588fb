package page

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestSimplifyKeepsCorners(t *testing.T) {
	for path, want := range map[string]string{
		"M0,0L1,1L2,2L3,3":                  "M0,0L3,3",
		"M0,0L1,1L2,2L3,2L4,2.01L5,2":       "M0,0L2,2L5,2",
		"M0,0L10,0L5,0":                     "M0,0L10,0L5,0", // turns back
		"M0,0L1,0L1,0L1,1":                  "M0,0L1,0L1,1",
		"M0,0L1,1":                          "M0,0L1,1",
		"M0,0L1,1L2,2Z":                     "M0,0L1,1L2,2Z",
		"M0,0L1,1M2,2L3,3L4,4":              "M0,0L1,1M2,2L3,3L4,4",
		"M0,0A1,1 0 0 1 2,2":                "M0,0A1,1 0 0 1 2,2",
		"":                                  "",
		"M1,2L3":                            "M1,2L3",
		"M-1.5,0L0,0L1.5,0L1.5,-4L1.5,-8.2": "M-1.5,0L1.5,0L1.5,-8.2",
	} {
		if got := simplify(path); got != want {
			t.Errorf("%s becomes %s, want %s", path, got, want)
		}
	}
}

// A gentle curve stays one: no point that was left out is far from what is
// drawn, though every step alone is nearly straight.
func TestSimplifyKeepsCurves(t *testing.T) {
	var words []string
	for i := range 400 {
		x := float64(i) / 4
		words = append(words, fmt.Sprintf("%.5g,%.5g", x, x*x/200))
	}
	got := strings.Split(strings.TrimPrefix(simplify("M"+strings.Join(words, "L")), "M"), "L")
	if len(got) > 100 || len(got) < 10 {
		t.Errorf("%d points are left of 400", len(got))
	}
	var a xy
	for i, word := range got {
		var c xy
		if _, err := fmt.Sscanf(word, "%g,%g", &c.x, &c.y); err != nil {
			t.Fatal(err)
		}
		if x := (a.x + c.x) / 2; i > 0 && math.Abs((a.y+c.y)/2-x*x/200) > 2*straight {
			t.Errorf("between %v and %v the line is %v from the curve", a, c, math.Abs((a.y+c.y)/2-x*x/200))
		}
		a = c
	}
}
