package chart

import (
	"bytes"
	"testing"

	"gonum.org/v1/plot/font"

	"overlap/internal/interval"
	"overlap/report/analyse"
)

// What the font lacks is a box in pixels, and itself in vectors.
func TestMissingLettersAreBoxes(t *testing.T) {
	face := font.DefaultCache.Lookup(Light.text(small, Light.Ink).Font, small)
	for text, want := range map[string]string{"ソート 9 µs × ½ ≈ – … ≤ − σ □ �": "□□□ 9 µs × ½ ≈ – … ≤ − σ □ □", "": ""} {
		if got := withBoxes(face, text); got != want {
			t.Errorf("%q is drawn as %q, want %q", text, got, want)
		}
	}
	picture := func(name string) (png, svg []byte) {
		c := mustDraw(Plane(&analyse.Analysis{Rows: []analyse.Row{{Workload: name, P: 2, Inflight: interval.Interval{Value: 1}, CPUsBusy: interval.Interval{Value: 1}}}}))
		png, err := c.PNG(Light)
		if err != nil {
			t.Fatal(err)
		}
		svg, err = c.SVG(Light)
		if err != nil {
			t.Fatal(err)
		}
		return png, svg
	}
	letters, svg := picture("ソー")
	if empty, _ := picture("  "); bytes.Equal(letters, empty) {
		t.Error("a name of missing letters is blank")
	}
	if !bytes.Contains(svg, []byte(">ソー<")) {
		t.Error("the vector picture has lost the name")
	}
}
