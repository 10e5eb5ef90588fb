package chart

import (
	"fmt"
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"
)

// Labels are cut, and still told apart.
func TestLabelsStayApart(t *testing.T) {
	style := Light.text(small, Light.Ink)
	var names []string
	var widths []vg.Length
	for i := range 30 {
		names = append(names, fmt.Sprintf("Table/agentCount=%d,interactableCount=7,stationary=50,awarenessRange_2000", i))
		widths = append(widths, maxLabelWidth+vg.Length(i%2))
	}
	short := clipAll(style, names, widths)
	for i, name := range short {
		if style.Width(name) > widths[i] {
			t.Errorf("%s is wider than %v", name, widths[i])
		}
	}
	slices.Sort(short)
	if n := len(slices.Compact(short)); n != len(names) {
		t.Errorf("%d labels of %d names: %q", n, len(names), short)
	}
}
