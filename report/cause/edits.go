package cause

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
)

// Edit is a file that differs between two builds, by its names in their profiles. The one of
// a build without the file is empty.
type Edit struct {
	Base, Head string
	Hunks      []Hunk
}

// Hunk is lines of base that are other lines in head. Without lines, Base or Head is the
// number of the line before them.
type Hunk struct{ Base, BaseLines, Head, HeadLines int }

// Mark says what a diff has to do with a line of head.
type Mark string

// The marks, from the closest one.
const (
	Unmarked    Mark = ""
	LineChanged Mark = "line"     // the line is in the diff
	FuncChanged Mark = "function" // another line of its function is
	CallChanged Mark = "call"     // a line is that leads to the call of its function
)

// unit is what lines of both builds are compared by: a line that the diff leaves alone, by
// its number in head, or all lines of a hunk.
type unit struct {
	file string // of head, or of base if only base has it
	line int    // 0 for a hunk
	hunk int
}

// edits are those of a diff, with the text of head's files.
type edits struct {
	list   []Edit
	source func(file string) []byte
	parsed map[string][]extent
}

// extent is the lines of a function.
type extent struct{ from, until int }

// ofBase returns the unit of a line of base.
func (e *edits) ofBase(l Line) unit {
	i := slices.IndexFunc(e.list, func(x Edit) bool { return x.Base == l.File })
	if i < 0 {
		return unit{file: l.File, line: l.Line}
	}
	x, moved := e.list[i], 0
	file := x.Head
	if file == "" {
		file = x.Base
	}
	for n, h := range x.Hunks {
		first := h.Base
		if h.BaseLines == 0 {
			first++
		}
		if l.Line < first {
			break
		}
		if l.Line < first+h.BaseLines {
			return unit{file: file, hunk: n}
		}
		moved += h.HeadLines - h.BaseLines
	}
	return unit{file: file, line: l.Line + moved}
}

// ofHead returns the unit of a line of head.
func (e *edits) ofHead(l Line) unit {
	if x := e.of(l.File); x != nil {
		for n, h := range x.Hunks {
			if h.Head <= l.Line && l.Line < h.Head+h.HeadLines {
				return unit{file: l.File, hunk: n}
			}
		}
	}
	return unit{file: l.File, line: l.Line}
}

// of returns the edit of a file of head, nil if it has none.
func (e *edits) of(file string) *Edit {
	if i := slices.IndexFunc(e.list, func(x Edit) bool { return x.Head == file && file != "" }); i >= 0 {
		return &e.list[i]
	}
	return nil
}

// mark says what the diff has to do with a line of head or its function.
func (e *edits) mark(l Line) Mark {
	x := e.of(l.File)
	if x == nil || len(x.Hunks) == 0 {
		return Unmarked
	}
	if e.ofHead(l).line == 0 {
		return LineChanged
	}
	for _, f := range e.functions(l.File) {
		for _, h := range x.Hunks {
			from, until := h.Head, h.Head+h.HeadLines-1
			if h.HeadLines == 0 {
				until = h.Head + 1 // what is gone was between the two
			}
			if f.from <= l.Line && l.Line <= f.until && max(f.from, from) <= min(f.until, until) && (h.HeadLines > 0 || f.from <= from && until <= f.until) {
				return FuncChanged
			}
		}
	}
	return Unmarked
}

// functions returns the lines of the functions of a file of head that are not in others;
// none if it is not at hand or not a Go file.
func (e *edits) functions(file string) []extent {
	if list, done := e.parsed[file]; done || e.source == nil {
		return list
	}
	var list []extent
	files := token.NewFileSet()
	if text := e.source(file); text != nil {
		// Of a file with errors there is what comes before them. Line directives would hide
		// where lines are, so positions leave them out.
		if tree, _ := parser.ParseFile(files, "", text, parser.SkipObjectResolution); tree != nil {
			for _, d := range tree.Decls {
				if f, ok := d.(*ast.FuncDecl); ok {
					list = append(list, extent{files.PositionFor(f.Pos(), false).Line, files.PositionFor(f.End(), false).Line})
				}
			}
		}
	}
	if e.parsed == nil {
		e.parsed = map[string][]extent{}
	}
	e.parsed[file] = list
	return list
}

// markPath marks the innermost line of a path; called is the caller's line for CallChanged.
func (e *edits) markPath(path []Line) (m Mark, called *Line) {
	if m := e.mark(path[0]); m != Unmarked {
		return m, nil
	}
	for _, l := range path[1:] {
		if e.mark(l) == LineChanged {
			return CallChanged, &l
		}
	}
	return Unmarked, nil
}
