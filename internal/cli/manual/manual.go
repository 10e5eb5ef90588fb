// Package manual holds the manual, one Markdown file per topic, and prints it on a
// terminal. It knows nothing of the command.
package manual

import (
	"embed"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"overlap/internal/table"
)

//go:embed *.md
var files embed.FS

// Topics are the names of the pages, sorted.
func Topics() (names []string) {
	list, err := fs.Glob(files, "*.md")
	if err != nil {
		panic("manual: " + err.Error()) // the pattern is wrong
	}
	for _, file := range list {
		names = append(names, strings.TrimSuffix(file, path.Ext(file)))
	}
	return names
}

// Page returns the Markdown text of a topic, and false if there is no such topic.
func Page(topic string) (string, bool) {
	if !slices.Contains(Topics(), topic) {
		return "", false
	}
	text, err := files.ReadFile(topic + ".md")
	return string(text), err == nil
}

// Title returns the heading of a page.
func Title(page string) string {
	line, _, _ := strings.Cut(page, "\n")
	return strings.TrimPrefix(line, "# ")
}

// Write writes a page to a terminal of at most width columns: paragraphs wrapped,
// tables aligned, code indented, links as their text.
func Write(w io.Writer, page string, width int) error {
	var b strings.Builder
	var rows [][]string
	code := false
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\n")
		if row, ok := cells(line); ok && !code {
			rows = append(rows, row)
			continue
		}
		writeTable(&b, rows, width)
		rows = nil
		switch {
		case strings.HasPrefix(line, "```"):
			code = !code
		case code:
			b.WriteString("    " + line + "\n")
		case strings.HasPrefix(line, "#"):
			b.WriteString(strings.ToUpper(strings.TrimLeft(line, "# ")) + "\n")
		case strings.HasPrefix(line, "- "):
			writeLines(&b, table.Wrap(plain(line[2:]), width, "- ", "  "))
		case line == "":
			b.WriteByte('\n')
		default:
			writeLines(&b, table.Wrap(plain(line), width, "", ""))
		}
	}
	writeTable(&b, rows, width)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeLines(b *strings.Builder, lines []string) {
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
}

// cells splits a row of a table, and reports whether the line is one.
func cells(line string) ([]string, bool) {
	if !strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "|-") {
		return nil, false
	}
	row := strings.Split(strings.Trim(line, "|"), " | ")
	for i := range row {
		row[i] = plain(strings.TrimSpace(row[i]))
	}
	return row, true
}

// writeTable writes rows of two cells below their headings, which are left out:
// what stands in each column is plain. The second cell wraps.
func writeTable(b *strings.Builder, rows [][]string, width int) {
	if len(rows) < 3 {
		return
	}
	first := 0
	for _, row := range rows[2:] {
		first = max(first, uniseg.StringWidth(row[0]))
	}
	first = min(first, width/3)
	more := strings.Repeat(" ", first+4)
	for _, row := range rows[2:] {
		head := "  " + table.Left(row[0], first) + "  "
		if uniseg.StringWidth(row[0]) > first {
			b.WriteString("  " + row[0] + "\n")
			head = more
		}
		writeLines(b, table.Wrap(strings.Join(row[1:], "  "), width, head, more))
	}
}

var link = regexp.MustCompile(`\[([^\]]*)\]\(([^)]*)\)`)

// plain returns a text without the marks that a terminal does not need. A link to
// another site keeps its address; one within the repository is its text.
func plain(text string) string {
	text = link.ReplaceAllStringFunc(text, func(whole string) string {
		parts := link.FindStringSubmatch(whole)
		if strings.Contains(parts[2], "://") {
			return parts[1] + " (" + parts[2] + ")"
		}
		return parts[1]
	})
	return strings.ReplaceAll(text, "`", "")
}
