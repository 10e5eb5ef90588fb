package table

import (
	"strings"
	"unicode"
)

// widestCell is where a name in Markdown is cut, in columns.
const widestCell = 80

// CodeSpan is Code for the cell of a table, which a pipe ends even in code unless
// it has a backslash. Elsewhere a reader would see the backslash.
func CodeSpan(text string) string { return strings.ReplaceAll(Code(text), "|", `\|`) }

// Code is a text as Markdown code of one line. Only there GitHub looks for no
// mentions, references and addresses; entities do not keep it from that.
func Code(text string) string {
	text = Cut(strings.TrimSpace(OneLine(text)), widestCell)
	if text == "" {
		return "–"
	}
	if len(text) > 4*widestCell { // of marks without a width
		text = strings.ToValidUTF8(text[:4*widestCell], "") + "…"
	}
	fence := strings.Repeat("`", LongestRun(text)+1)
	if len(fence) > 1 {
		text = " " + text + " "
	}
	return fence + text + fence
}

// LongestRun is the longest run of backticks in a text.
func LongestRun(text string) (longest int) {
	run := 0
	for _, r := range text {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// Prose is a text of ours as Markdown, with what may be a name in it: nothing
// in it is markup, and a mark without width keeps mentions and references from
// being ones.
func Prose(text string) string {
	var b strings.Builder
	for _, r := range OneLine(text) {
		switch {
		case strings.ContainsRune("\\`*_{}[]|~!$", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '@' || r == '#':
			b.WriteString(string(r) + "\u200b")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// OneLine is a text without line breaks and other characters that control.
func OneLine(text string) string { return Printable(strings.Join(strings.Fields(text), " ")) }

// Printable replaces characters that control: they would break a terminal or a
// picture, or turn the direction of the text round.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return '\uFFFD'
		}
		return r
	}, s)
}

// Excerpt is the first bytes, at most so many, of what a program said, without
// characters that control a terminal but for tabs and ends of lines.
func Excerpt(said string, most int) string {
	said = strings.TrimSpace(said)
	if len(said) > most {
		said = said[:most] + " …"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, said)
}
