package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"overlap/internal/table"
)

// board is lines at the end of a terminal that are replaced in place. The cursor is at the
// beginning of the line below them, which belongs to others.
type board struct {
	w     io.Writer
	size  func() (width, height int)
	lines []string // as they are wanted
	drawn int      // how many of them are there
	width int      // of the terminal when they were drawn
}

// newBoard returns nil if nothing can be replaced on f.
func newBoard(f *os.File) *board {
	if !canRedraw(f, fewestLines) {
		return nil
	}
	b := &board{w: f, size: func() (width, height int) {
		width, height, err := term.GetSize(int(f.Fd()))
		if err != nil {
			return 0, 0 // the terminal has gone
		}
		return width, height
	}}
	if width, _ := b.size(); width < barColumns {
		return nil
	}
	return b
}

// fewestLines is a head, a row and the bar. In fewer columns than barColumns the bar wraps,
// and nobody knows on which line the cursor is.
const (
	fewestLines = 3
	barColumns  = 50
)

// draw replaces the lines.
func (b *board) draw(lines []string) {
	b.lines = lines
	b.update("")
}

// say prints a text above the lines, where it stays.
func (b *board) say(text string) { b.update(text + "\x1b[K\n") }

// update draws the lines below a text. Each line is replaced, not cleared before: that would
// flicker. Lines longer than the terminal is wide would wrap, and the next update would miss
// their beginnings. A terminal whose width has changed may have wrapped those that are there:
// they stay, with new ones below.
func (b *board) update(text string) {
	width, height := b.size()
	var s strings.Builder
	if b.drawn > 0 && width == b.width {
		fmt.Fprintf(&s, "\x1b[%dA", b.drawn)
	}
	s.WriteString(text)
	for _, line := range firstLines(b.lines, height-1) {
		s.WriteString(table.Cut(line, width) + "\x1b[K\n")
	}
	s.WriteString("\x1b[J")
	b.drawn, b.width = len(firstLines(b.lines, height-1)), width
	_, _ = io.WriteString(b.w, s.String()) // measuring goes on without the terminal
}

// firstLines is as many of the lines as fit; the last one says how many do not.
func firstLines(lines []string, fit int) []string {
	if len(lines) <= fit {
		return lines
	}
	if fit < 1 {
		return nil
	}
	return append(lines[:fit-1:fit-1], fmt.Sprintf("… and %d more", len(lines)-fit+1))
}
