// Package table lays out text, numbers and tables for terminals and for Markdown. What it is given
// may hold anything: names come from files of others.
package table

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// Left aligns a text to the left of a width in columns of a terminal: a Chinese character
// takes two and an accent none.
func Left(text string, width int) string { return text + blanks(text, width) }

// Right aligns a text to the right.
func Right(text string, width int) string { return blanks(text, width) + text }

func blanks(text string, width int) string {
	return strings.Repeat(" ", max(0, width-uniseg.StringWidth(text)))
}

// Cut shortens a text to at most width columns, in its middle: names of one family begin
// alike and differ at their ends.
func Cut(text string, width int) string {
	all := uniseg.StringWidth(text)
	if all <= width {
		return text
	}
	if width < 1 {
		return ""
	}
	tail := (width - 1) / 2
	head, _ := split(text, width-1-tail)
	_, end := split(text, all-tail)
	if uniseg.StringWidth(end) > tail { // it begins with a wide character that does not fit
		_, end = split(text, all-tail+1)
	}
	return head + "…" + end
}

// split returns the longest beginning of a text that fits into width columns, and the
// rest.
func split(text string, width int) (head, rest string) {
	end, used, state := 0, 0, -1
	for end < len(text) {
		cluster, _, w, next := uniseg.FirstGraphemeClusterInString(text[end:], state)
		if used+w > width {
			break
		}
		end, used, state = end+len(cluster), used+w, next
	}
	return text[:end], text[end:]
}

// breaks reports whether a line may end at a character: at any blank except those that
// keep a number and its unit together.
func breaks(r rune) bool { return unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f' }

// Wrap breaks a text into lines of at most width columns between its words, and within a
// word that is wider than a line. No line ends at a no-break space. The first line begins
// with first, the others with more.
func Wrap(text string, width int, first, more string) (lines []string) {
	line, empty := first, true
	end := func() {
		lines = append(lines, line)
		line, empty = more, true
	}
	for word := range strings.FieldsFuncSeq(text, breaks) {
		if !empty && uniseg.StringWidth(line)+1+uniseg.StringWidth(word) > width {
			end()
		}
		if !empty {
			line += " "
		}
		for uniseg.StringWidth(line)+uniseg.StringWidth(word) > width {
			head, rest := split(word, width-uniseg.StringWidth(line))
			if head == "" {
				break // no line is wide enough for its first character
			}
			line += head
			end()
			word = rest
		}
		line, empty = line+word, false
	}
	if !empty {
		end()
	}
	return lines
}

// OneLine returns a text without line breaks and other control characters.
func OneLine(text string) string { return Printable(strings.Join(strings.Fields(text), " ")) }

// Printable replaces control characters: they could break a terminal or a picture, or
// reverse the direction of the text.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return '\uFFFD'
		}
		return r
	}, s)
}

// Excerpt returns at most limit bytes from the beginning of the output of a program. It
// replaces control characters except tabs and line ends.
func Excerpt(output string, limit int) string {
	output = strings.TrimSpace(output)
	if len(output) > limit {
		output = output[:limit] + " …"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, output)
}
