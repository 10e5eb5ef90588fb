package git

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
)

// FileDiff is a file that differs between two trees. Its paths are below the top of the
// tree, with slashes; that of a tree without the file is empty.
type FileDiff struct {
	Base, Head string
	Hunks      []Hunk
}

// Hunk is lines of base that are other lines in head. Without lines, Base or Head is the
// number of the line before them.
type Hunk struct{ Base, BaseLines, Head, HeadLines int }

// everyLine is more lines than a file has.
const everyLine = 1 << 30

// Diff returns which lines of Go files differ between the commit base and the commit head,
// or the user's tree as it is if head is empty. Renamed files are found.
func (r *Repository) Diff(ctx context.Context, base, head string) ([]FileDiff, error) {
	// The user's settings may change what a diff looks like: a program of their own, colours,
	// other prefixes, words for submodules.
	args := []string{"-c", "core.quotePath=true", "diff", "--unified=0", "--inter-hunk-context=0", "--find-renames", "--no-color", "--no-ext-diff", "--no-textconv",
		"--no-relative", "--submodule=short", "--src-prefix=a/", "--dst-prefix=b/", "--diff-filter=ACDMRT", base}
	if head != "" {
		args = append(args, head)
	}
	text, err := r.run(ctx, append(args, "--", ":(top,glob)**/*.go")...)
	if err != nil {
		return nil, err
	}
	list, err := parseDiff(text)
	if err != nil || head != "" {
		return list, err
	}
	others, err := r.run(ctx, "ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", ":(top,glob)**/*.go")
	if err != nil {
		return nil, err
	}
	for path := range strings.SplitSeq(others, "\x00") {
		if path != "" {
			list = append(list, FileDiff{Head: path, Hunks: []Hunk{{0, 0, 1, everyLine}}})
		}
	}
	return list, nil
}

// Below returns the path of a file below a directory of the tree, which is relative to its
// top as Prefix is.
func Below(path, dir string) (string, bool) {
	inside, err := filepath.Rel(filepath.FromSlash(dir), filepath.FromSlash(path))
	if path == "" || err != nil || !filepath.IsLocal(inside) {
		return "", false
	}
	return filepath.ToSlash(inside), true
}

var errDiff = errors.New("git diff: its output is damaged")

// parseDiff reads a diff without context. It counts the lines of hunks: any of them may look
// like a header.
func parseDiff(text string) (list []FileDiff, err error) {
	left := 0 // lines of the hunk
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		var file *FileDiff
		if len(list) > 0 {
			file = &list[len(list)-1]
		}
		if left > 0 {
			if line == "" || line[0] != '-' && line[0] != '+' && line[0] != '\\' {
				return nil, errDiff
			}
			if line[0] != '\\' { // No newline at end of file
				left--
			}
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case word == "diff":
			list = append(list, FileDiff{})
		case file == nil:
			return nil, errDiff
		case strings.HasPrefix(line, "rename from "), strings.HasPrefix(line, "copy from "):
			_, rest, _ = strings.Cut(rest, " ")
			file.Base, err = unquote(rest)
		case strings.HasPrefix(line, "rename to "), strings.HasPrefix(line, "copy to "):
			_, rest, _ = strings.Cut(rest, " ")
			file.Head, err = unquote(rest)
		case word == "---":
			file.Base, err = pathOf(rest, "a/")
		case word == "+++":
			file.Head, err = pathOf(rest, "b/")
		case word == "@@":
			var h Hunk
			if h, err = parseHunk(rest); err == nil {
				file.Hunks, left = append(file.Hunks, h), h.BaseLines+h.HeadLines
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if left > 0 {
		return nil, errDiff
	}
	return list, nil
}

// pathOf is the path in a header, empty if it is no file. Git writes a tabulator behind a
// path with blanks.
func pathOf(text, prefix string) (string, error) {
	if text = strings.TrimSuffix(text, "\t"); text == "/dev/null" {
		return "", nil
	}
	path, err := unquote(text)
	inside, ok := strings.CutPrefix(path, prefix)
	if err != nil || !ok {
		return "", errDiff
	}
	return inside, nil
}

// unquote reads a path, which has the quotes and the escapes of C if it needs them; those of
// Go are a superset.
func unquote(text string) (string, error) {
	if !strings.HasPrefix(text, `"`) {
		return text, nil
	}
	path, err := strconv.Unquote(text)
	if err != nil {
		return "", errDiff
	}
	return path, nil
}

// parseHunk reads "-3,2 +4 @@ func f() {".
func parseHunk(text string) (h Hunk, err error) {
	f := strings.SplitN(text, " ", 4)
	if len(f) < 3 || f[2] != "@@" {
		return h, errDiff
	}
	for i, side := range []struct{ first, lines *int }{{&h.Base, &h.BaseLines}, {&h.Head, &h.HeadLines}} {
		span, ok := strings.CutPrefix(f[i], "-+"[i:i+1])
		first, lines, counted := strings.Cut(span, ",")
		if !counted {
			lines = "1"
		}
		a, err1 := strconv.Atoi(first)
		n, err2 := strconv.Atoi(lines)
		if !ok || err1 != nil || err2 != nil || a < 0 || n < 0 || a > everyLine || n > everyLine {
			return h, errDiff
		}
		*side.first, *side.lines = a, n
	}
	return h, nil
}
