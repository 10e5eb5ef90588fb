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
		for _, width := range []int{40, 100} {
			var b strings.Builder
			if err := Write(&b, page, width); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				line = strings.TrimRight(line, "\n")
				if strings.HasPrefix(line, "    $ ") {
					continue // commands stay as they are
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

// Tables lose their marks, links within the repository their targets, and nothing else.
func TestWrite(t *testing.T) {
	const page = "# A title\n\nText with `code`, a [file](../x.md) and a [site](https://example.com).\n\n- one\n- two\n\n| a | b |\n|---|---|\n| `key` | what it is, at some length |\n| longer key | x |\n\n```console\n$ run `it`\n```\n"
	const want = "A TITLE\n\nText with code, a file and a site\n(https://example.com).\n\n- one\n- two\n\n  key         what it is, at some\n              length\n  longer key  x\n\n    $ run `it`\n"
	var b strings.Builder
	if err := Write(&b, page, 36); err != nil || b.String() != want {
		t.Errorf("%v\n%s\nwant\n%s", err, b.String(), want)
	}
}
