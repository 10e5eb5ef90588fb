package historypage

import "testing"

// Paths are brief, and their ends are where they should be: roundings do not add up.
func TestPen(t *testing.T) {
	var p pen
	p.move(1.04, 2)
	p.to(1.5, 1.46)
	p.to(2, 1.96)
	p.to(2, 12)
	p.to(1.97, 12.02)
	p.to(0.5, 12)
	p.move(0, 0)
	p.to(-1, 0)
	for range 1000 {
		p.to(p.x+0.14, 0)
	}
	if got, want := p.String()[:37], "M1 2l.5-.5 .5 .5 0 10 0 0-1.5 0M0 0l-"; got != want || p.x < 98.9 || p.x > 99.1 {
		t.Errorf("%s to %g, want %s", got, p.x, want)
	}
}
