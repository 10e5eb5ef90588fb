package chart

import (
	"image/color"
	"math"
)

// cividis is every ninth part of the scale of Nuñez, Anderton and Renslow
// (2018), which looks alike to readers with and without colour blindness and
// grows evenly in lightness, so that it can be read in grey as well. It is the
// same on light and dark pages: a number has one colour.
var cividis = [10]uint32{0x00204d, 0x00336f, 0x39486b, 0x575c6d, 0x707173, 0x8a8779, 0xa69d75, 0xc4b56c, 0xe4cf5b, 0xffea46}

// heat is the colour of a value between 0 and 1, from dark blue to yellow.
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

// Text on the scale, which must not turn round with the page either, so that
// these equal no colour of a theme.
var onBright, onDark = rgb(0x010101), rgb(0xfefefe)

// onHeat is the colour of text on heat(x). The contrasts of both are about equal
// at the limit.
func onHeat(x float64) color.Color {
	if x > 0.472 {
		return onBright
	}
	return onDark
}
