package table

import "strings"

// maxCell is the largest width of a name in Markdown, in columns.
const maxCell = 80

// CodeCell is Code for the cell of a table, which a pipe ends even in code unless a
// backslash precedes it. Elsewhere a reader would see the backslash.
func CodeCell(text string) string { return strings.ReplaceAll(Code(text), "|", `\|`) }

// Code returns a text as Markdown code of one line. Only in code does GitHub not look for
// mentions, references and addresses; entities do not prevent that.
func Code(text string) string {
	text = Cut(strings.TrimSpace(OneLine(text)), maxCell)
	if text == "" {
		return "–"
	}
	if len(text) > 4*maxCell { // of characters without a width
		text = strings.ToValidUTF8(text[:4*maxCell], "") + "…"
	}
	fence := strings.Repeat("`", LongestRun(text)+1)
	if len(fence) > 1 {
		text = " " + text + " "
	}
	return fence + text + fence
}

// LongestRun returns the length of the longest run of backticks in a text.
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

// links are what GitHub takes for the beginning of an address, and the same with a
// character without width in it.
var links = strings.NewReplacer("://", ":\u200b//", "www.", "www\u200b.")

// Prose returns a text of this program, which may contain names of others, as Markdown:
// nothing in it is markup, and a character without width prevents mentions, references and
// links.
func Prose(text string) string {
	var b strings.Builder
	for _, r := range links.Replace(OneLine(text)) {
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
