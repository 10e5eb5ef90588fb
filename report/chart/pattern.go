package chart

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// pattern fills a rectangle so that it differs from others without colour.
type pattern int

// A pattern is a fill and what is cut out of it. A hatching is one path, because many
// paths would make pages of many bars large. For the same reason work and waiting, which
// fill most of a stack, have no hatching.
const (
	solid pattern = iota
	upright
	level
	rising
	falling
	crossed
	dotted
	hollow // an outline
	dashed // an outline of dashes
)

// fill draws the pattern in the colour ink on a ground of the colour paper.
func (p pattern) fill(c draw.Canvas, r vg.Rectangle, ink, paper color.Color) {
	if r.Max.X-r.Min.X < 0.05 {
		return
	}
	if p == hollow || p == dashed {
		style := line(ink, 1)
		if p == dashed {
			style.Dashes = []vg.Length{2, 2}
		}
		inset := vg.Point{X: min(0.5, (r.Max.X-r.Min.X)/2), Y: 0.5}
		c.SetLineStyle(style)
		c.Stroke(vg.Rectangle{Min: r.Min.Add(inset), Max: r.Max.Sub(inset)}.Path())
		return
	}
	fillRect(c, r, ink)
	if strokes := p.strokes(r); len(strokes) > 0 {
		style := line(paper, 1)
		if p == dotted {
			style.Dashes = []vg.Length{1.5, 2.5}
			style.Width = 1.5
		}
		c.SetLineStyle(style)
		c.Stroke(strokes)
	}
}

// strokes returns the hatching: lines within r, 5 points apart.
func (p pattern) strokes(r vg.Rectangle) (path vg.Path) {
	const step = 5
	stroke := func(x1, y1, x2, y2 vg.Length) {
		path.Move(vg.Point{X: x1, Y: y1})
		path.Line(vg.Point{X: x2, Y: y2})
	}
	if p == upright || p == crossed {
		for x := r.Min.X + 3; x < r.Max.X; x += step {
			stroke(x, r.Min.Y, x, r.Max.Y)
		}
	}
	if p == level || p == crossed || p == dotted {
		for y := r.Min.Y + 2.5; y < r.Max.Y; y += step {
			stroke(r.Min.X, y, r.Max.X, y)
		}
	}
	if p != rising && p != falling {
		return path
	}
	height := r.Max.Y - r.Min.Y
	for x := r.Min.X - height + step; x < r.Max.X; x += step {
		from, to := max(x, r.Min.X), min(x+height, r.Max.X)
		y1, y2 := r.Min.Y+from-x, r.Min.Y+to-x
		if p == falling {
			y1, y2 = r.Max.Y-(from-x), r.Max.Y-(to-x)
		}
		stroke(from, y1, to, y2)
	}
	return path
}
