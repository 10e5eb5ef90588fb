package manual

import (
	"strings"
	"testing"

	"github.com/rivo/uniseg"
)

// A page fits the terminal, has a title, and no marks of Markdown but in code.
func TestPagesFitTerminals(t *testing.T) {
	for _, topic := range Topics() {
		page, ok := Page(topic)
		if !ok || Title(page) == "" || Title(page) == page {
			t.Errorf("%s has no title", topic)
		}
		code := codeOf(page)
		for _, width := range []int{40, 100} {
			var b strings.Builder
			if err := Write(&b, page, width); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				line = strings.TrimRight(line, "\n")
				if strings.HasPrefix(line, "    $ ") || code[strings.TrimSpace(line)] {
					continue // what people copy stays as it is
				}
				if uniseg.StringWidth(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
					t.Errorf("%s at %d columns: %q", topic, width, line)
				}
				if strings.ContainsAny(line, "`|#") && !strings.Contains(line, "cores|workers|part") {
					t.Errorf("%s: marks in %q", topic, line)
				}
			}
		}
	}
}

// codeOf returns the lines of a page's blocks that are not of a console.
func codeOf(page string) map[string]bool {
	code := map[string]bool{}
	for i, block := range strings.Split(page, "```") {
		if i%2 == 1 && !strings.HasPrefix(block, "console") {
			for line := range strings.Lines(block) {
				code[strings.TrimSpace(line)] = true
			}
		}
	}
	return code
}

// Tables lose their marks, links within the repository their targets, and nothing else.
func TestWrite(t *testing.T) {
	const page = "# A title\n\nText with `code`, a [file](../x.md) and a [site](https://example.com).\n\n- one\n- two\n\n| a | b |\n|---|---|\n| `key` | what it is, at some length |\n| longer key | x |\n\n```console\n$ run `it`\n```\n"
	const want = "A TITLE\n\nText with code, a file and a site\n(https://example.com).\n\n- one\n- two\n\n  key         what it is, at some\n              length\n  longer key  x\n\n    $ run `it`\n"
	var b strings.Builder
	if err := Write(&b, page, 36); err != nil || b.String() != want {
		t.Errorf("%v\n%s\nwant\n%s", err, b.String(), want)
	}
}
