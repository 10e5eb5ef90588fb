package chart

import (
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// boxed is a canvas of pixels that draws a box for each letter the font lacks, such as a
// Japanese one, as browsers do: a name made of these would otherwise be blank. A vector
// picture keeps the letters, for its reader's fonts.
type boxed struct{ *vgimg.Canvas }

// FillString draws text.
func (b boxed) FillString(f font.Face, at vg.Point, text string) {
	b.Canvas.FillString(f, at, withBoxes(f, text))
}

func withBoxes(f font.Face, text string) string {
	return strings.Map(func(r rune) rune {
		if i, err := f.Face.GlyphIndex(nil, r); err != nil || i == 0 {
			return '□'
		}
		return r
	}, text)
}
