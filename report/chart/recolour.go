package chart

import (
	"fmt"
	"image/color"
)

// Recolour maps each colour of the Light theme to the colour of the same role in the Dark
// theme, as #RRGGBB in capitals, the way an SVG spells them. With it, a page draws a chart
// once and switches its colours.
func Recolour() map[string]string {
	roles := func(t Theme) []color.Color {
		return append([]color.Color{t.Background, t.Ink, t.Muted, t.Grid, t.Concurrency, t.Parallelism, t.Ceiling}, t.Series[:]...)
	}
	dark := roles(Dark)
	colours := map[string]string{}
	for i, light := range roles(Light) {
		colours[hex(light)] = hex(dark[i])
	}
	return colours
}

func hex(c color.Color) string {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02X%02X%02X", n.R, n.G, n.B)
}
