package chart

import (
	"image/color"
	"math"
)

// cividis is every ninth step of the scale of Nuñez, Anderton and Renslow (2018). It looks
// the same to readers with and without colour blindness and gets evenly lighter, so that
// it also works in grey. It is the same on light and dark pages: a number has one colour.
var cividis = [10]uint32{0x00204d, 0x00336f, 0x39486b, 0x575c6d, 0x707173, 0x8a8779, 0xa69d75, 0xc4b56c, 0xe4cf5b, 0xffea46}

// heat returns the colour of a value from 0, dark blue, to 1, yellow.
func heat(x float64) color.Color {
	at := min(max(x, 0), 1) * float64(len(cividis)-1)
	i := min(int(at), len(cividis)-2)
	mixed := uint32(0)
	for shift := 0; shift < 24; shift += 8 {
		a, b := float64(cividis[i]>>shift&0xff), float64(cividis[i+1]>>shift&0xff)
		mixed |= uint32(math.Round(a+(b-a)*(at-float64(i)))) << shift
	}
	return rgb(mixed)
}

// Text on the scale must not change with the page either, so these colours are in no
// theme.
var onBright, onDark = rgb(0x010101), rgb(0xfefefe)

// textOn returns the colour of text on a fill: first, if it is readable, or else black or
// white, whichever is more readable. Pass a first that changes with the page only for a
// fill that does, too.
func textOn(fill, first color.Color) color.Color {
	const readable = 4.5 // WCAG 2, 1.4.3, AA
	switch {
	case contrast(fill, first) >= readable:
		return first
	case contrast(fill, onBright) > contrast(fill, onDark):
		return onBright
	}
	return onDark
}

// contrast returns the contrast ratio of the WCAG 2, from 1 to 21.
func contrast(a, b color.Color) float64 {
	one, other := luminance(a), luminance(b)
	return (max(one, other) + 0.05) / (min(one, other) + 0.05)
}

// luminance returns the relative luminance of the WCAG 2, from 0 to 1.
func luminance(c color.Color) float64 {
	l := linear(c)
	return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2]
}

// linear returns red, green and blue in proportion to the light.
func linear(c color.Color) (light [3]float64) {
	r, g, b, _ := c.RGBA()
	for i, v := range []uint32{r, g, b} {
		x := float64(v) / 0xffff
		light[i] = x / 12.92
		if x > 0.04045 {
			light[i] = math.Pow((x+0.055)/1.055, 2.4)
		}
	}
	return light
}
