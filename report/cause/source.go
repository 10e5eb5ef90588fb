package cause

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Told is how many causes are told in words.
const Told = 5

// The limits of excerpts of source files.
const (
	around    = 3 // lines before and after
	maxRange  = 40
	maxSource = 4 << 20 // bytes of a file
	maxLine   = 200     // of a line
)

// Excerpt is some lines of a source file.
type Excerpt struct {
	File  string   `json:"file"`
	First int      `json:"first"` // the number of the first line
	Lines []string `json:"lines"`
}

// Excerpts reads the lines around those of the first causes and their holders. What is not at
// hand, or not a Go file, is left out.
func (a Account) Excerpts() (list []Excerpt) {
	type span struct {
		file        string
		first, last int
	}
	var spans []span
	add := func(l Line, from, until int) {
		if l.Line > 0 {
			spans = append(spans, span{l.File, max(1, from-around), min(until, from+maxRange) + around})
		}
	}
	for _, c := range a.Causes[:min(Told, len(a.Causes))] {
		add(c.Line, c.From, c.Until)
		if c.Holder != nil {
			add(*c.Holder, c.Holder.Line, c.Holder.Line)
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(strings.Compare(a.file, b.file), a.first-b.first) })
	for i, s := range spans {
		if i+1 < len(spans) && spans[i+1].file == s.file && spans[i+1].first <= s.last+1 {
			spans[i+1].first, spans[i+1].last = s.first, max(s.last, spans[i+1].last)
			continue
		}
		lines := linesOf(s.file)
		if s.first > len(lines) {
			continue
		}
		e := Excerpt{File: s.file, First: s.first}
		for _, line := range lines[s.first-1 : min(s.last, len(lines))] {
			e.Lines = append(e.Lines, line[:min(len(line), maxLine)])
		}
		list = append(list, e)
	}
	return list
}

// linesOf reads a Go file; nil if it cannot be read. A pipe would block.
func linesOf(path string) []string {
	info, err := os.Stat(path)
	if filepath.Ext(path) != ".go" || err != nil || !info.Mode().IsRegular() {
		return nil
	}
	text, err := readLimited(path, maxSource)
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}
