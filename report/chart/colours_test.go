package chart

import (
	"image/color"
	"math"
	"testing"
)

// dichromats turn linear RGB into what readers without red and without green
// cones see (Machado, Oliveira and Fernandes 2009, severity 1).
var dichromats = map[string][3][3]float64{
	"normal vision": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia": {
		{0.152286, 1.052583, -0.204868},
		{0.114503, 0.786281, 0.099216},
		{-0.003882, -0.048116, 1.051998},
	},
	"deuteranopia": {
		{0.367322, 0.860646, -0.227968},
		{0.280085, 0.672501, 0.047413},
		{-0.011820, 0.042940, 0.968881},
	},
}

func through(m [3][3]float64, c [3]float64) (out [3]float64) {
	for i, row := range m {
		out[i] = row[0]*c[0] + row[1]*c[1] + row[2]*c[2]
	}
	return out
}

// lab is CIE L*a*b* under D65 of linear sRGB, cut to what a screen can show.
func lab(c [3]float64) [3]float64 {
	for i := range c {
		c[i] = min(max(c[i], 0), 1)
	}
	xyz := through([3][3]float64{
		{0.4124564, 0.3575761, 0.1804375},
		{0.2126729, 0.7151522, 0.0721750},
		{0.0193339, 0.1191920, 0.9503041},
	}, c)
	var f [3]float64
	for i, white := range [3]float64{0.95047, 1, 1.08883} {
		t := xyz[i] / white
		f[i] = (24389.0/27*t + 16) / 116
		if t > 216.0/24389 {
			f[i] = math.Cbrt(t)
		}
	}
	return [3]float64{116*f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}
}

// apart is ΔE of 1976.
func apart(a, b [3]float64) float64 {
	return math.Sqrt(math.Pow(a[0]-b[0], 2) + math.Pow(a[1]-b[1], 2) + math.Pow(a[2]-b[2], 2))
}

func TestDifferenceOfColoursIsThatOfTheCIE(t *testing.T) {
	white, black := lab(linear(rgb(0xffffff))), lab(linear(rgb(0x000000)))
	if got := apart(white, black); math.Abs(got-100) > 0.01 {
		t.Errorf("white and black are %.3f apart, want 100", got)
	}
	red := lab(linear(rgb(0xff0000)))
	if want := [3]float64{53.24, 80.09, 67.20}; apart(red, want) > 0.05 {
		t.Errorf("red is %.2f, want %.2f", red, want)
	}
}

// Any two parts of a stack can touch, because those between may be missing.
func TestPartsOfAStackAreToldApartWithoutRedOrGreen(t *testing.T) {
	for _, theme := range []Theme{Light, Dark} {
		all := append(theme.Series[:], theme.Muted)[:len(stackParts)]
		for sight, matrix := range dichromats {
			for i, a := range all {
				for j, b := range all[:i] {
					if d := apart(lab(through(matrix, linear(a))), lab(through(matrix, linear(b)))); d < 15 {
						t.Errorf("%s: %s and %s are %.1f apart, want 15", sight, stackParts[i].name, stackParts[j].name, d)
					}
				}
			}
		}
	}
}

func TestTextIsReadableOnEveryFill(t *testing.T) {
	const readable = 4.5 // WCAG 2, AA
	for _, theme := range []Theme{Light, Dark} {
		for _, fill := range append(theme.Series[:], theme.Concurrency, theme.Parallelism) {
			if ratio := contrast(fill, textOn(fill, theme.Background)); ratio < readable {
				t.Errorf("text on %s has a contrast of %.2f", hex(fill), ratio)
			}
		}
	}
	// The page turns a light picture round.
	dark := Recolour()
	for i, fill := range []color.Color{Light.Concurrency, Light.Parallelism} {
		turned := []color.Color{Dark.Concurrency, Dark.Parallelism}[i]
		text := textOn(fill, Light.Background)
		if hex(text) == hex(Light.Background) {
			text = Dark.Background
		} else if dark[hex(text)] != "" {
			t.Fatalf("%s turns round with the page", hex(text))
		}
		if ratio := contrast(turned, text); ratio < readable {
			t.Errorf("on a dark page, text on %s has a contrast of %.2f", hex(turned), ratio)
		}
	}
}

func TestContrastIsThatOfTheWCAG(t *testing.T) {
	for _, c := range []struct {
		a, b uint32
		want float64
	}{{0xffffff, 0x000000, 21}, {0xffffff, 0xd55e00, 3.87}, {0x777777, 0xffffff, 4.48}, {0x123456, 0x123456, 1}} {
		if got := contrast(rgb(c.a), rgb(c.b)); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%06x and %06x have a contrast of %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}
