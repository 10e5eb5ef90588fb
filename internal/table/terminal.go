package table

import "strings"

// Terminal describes where text for people goes. The zero Terminal has 100 columns and
// no colours, like a pipe or a file.
type Terminal struct {
	Width  int // in columns; 0 means 100, which most windows have
	Colour bool
}

// Columns returns the width, or the default.
func (t Terminal) Columns() int {
	if t.Width <= 0 {
		return 100
	}
	return t.Width
}

// Styles are codes of ECMA-48 that terminals know. The colours are named ones, which
// every theme of a terminal keeps readable.
const (
	Bold   = "1"
	Red    = "31"
	Yellow = "33"
	Blue   = "34"
)

// Paint returns the text in a style if the terminal has colours.
func (t Terminal) Paint(style, text string) string {
	if !t.Colour || style == "" || strings.TrimSpace(text) == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// together replaces the blanks at which no line may end by no-break spaces.
var together = strings.NewReplacer(" ±", "\u00a0±", " %", "\u00a0%", "× ", "×\u00a0")

// Wrap breaks a text into lines that fit: the first begins with first, the others with
// more. A number stays with its interval and its unit; the blank between them is still an
// ordinary one, for copying.
func (t Terminal) Wrap(text, first, more string) []string {
	lines := Wrap(together.Replace(text), t.Columns(), first, more)
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(line, "\u00a0", " ")
	}
	return lines
}
