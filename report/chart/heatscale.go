package chart

import "image/color"

// heat is the colour of a value between 0 and 1, from dark blue to yellow: the
// map cividis (Nuñez, Anderton and Renslow, 2018), which the colour-blind see as
// others do, in ten steps and straight lines between them. It is the same in
// both themes, because the cells of a map stand on no page.
func heat(x float64) color.Color {
	at := min(max(x, 0), 1) * float64(len(heatSteps)-1)
	i := min(int(at), len(heatSteps)-2)
	rest := at - float64(i)
	mix := func(shift int) uint8 {
		a, b := float64(heatSteps[i]>>shift&0xff), float64(heatSteps[i+1]>>shift&0xff)
		return uint8(a + rest*(b-a) + 0.5)
	}
	return color.NRGBA{R: mix(16), G: mix(8), B: mix(0), A: 0xff}
}

var heatSteps = [...]uint32{0x00224e, 0x123570, 0x3b496c, 0x575d6d, 0x707173, 0x8a8678, 0xa59c74, 0xc3b369, 0xe1cc55, 0xfee838}

// onHeat is the colour of text on heat(x), which no theme has: the page leaves it
// as it is on dark pages.
func onHeat(x float64) color.Color {
	if x < 0.55 {
		return rgb(0xfefefe)
	}
	return rgb(0x010101)
}
