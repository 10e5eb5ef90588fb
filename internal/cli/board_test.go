package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overlap/bench/sweep"
	"overlap/internal/sampling"
)

// Lines are replaced where they are, texts are printed above them, and what does not fit is
// cut, by the bytes that a terminal gets.
func TestBoardRedrawsInPlace(t *testing.T) {
	var out strings.Builder
	width, height := 20, 5
	b := &board{w: &out, size: func() (int, int) { return width, height }}
	for _, c := range []struct {
		do   func()
		want string
	}{
		{func() { b.say("quiet") }, "quiet\x1b[K\n\x1b[J"},
		{func() { b.draw([]string{"head", "one"}) }, "head\x1b[K\none\x1b[K\n\x1b[J"},
		{func() { b.draw([]string{"head", "two", "three"}) }, "\x1b[2Ahead\x1b[K\ntwo\x1b[K\nthree\x1b[K\n\x1b[J"},
		{func() { b.say("busy") }, "\x1b[3Abusy\x1b[K\nhead\x1b[K\ntwo\x1b[K\nthree\x1b[K\n\x1b[J"},
		{func() { b.draw([]string{"head", "1", "2", "3", "4"}) }, "\x1b[3Ahead\x1b[K\n1\x1b[K\n2\x1b[K\n… and 2 more\x1b[K\n\x1b[J"},
		{func() { height = 3; b.draw([]string{"head", "1", "2"}) }, "\x1b[4Ahead\x1b[K\n… and 2 more\x1b[K\n\x1b[J"},
		{func() { width = 8; b.draw([]string{"head", "a long line"}) }, "head\x1b[K\na lo…ine\x1b[K\n\x1b[J"},
		{func() { width, height = 0, 0; b.draw([]string{"head"}) }, "\x1b[J"},
	} {
		out.Reset()
		if c.do(); out.String() != c.want {
			t.Errorf("%q, want %q", out.String(), c.want)
		}
	}
}

// On a terminal, the rows stand above the bar, and every look replaces them.
func TestRowsAreReplacedOnATerminal(t *testing.T) {
	text := referenceRun(t)
	path := filepath.Join(t.TempDir(), "run.txt")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	all := knownRows(t, text)
	for _, width := range []int{200, 100, barColumns, 1} {
		var out strings.Builder
		bar := &progress{w: &out, bar: newBar(&out), board: &board{w: &out, size: func() (int, int) { return width, 99 }}}
		r := &rows{path: path, bar: bar}
		for range 2 {
			r.look([]sweep.Entry{{Round: sampling.MinBlocks}})
			r.next = r.next.AddDate(-1, 0, 0)
		}
		_, second, again := strings.Cut(out.String(), fmt.Sprintf("\x1b[%dA", len(all)+1))
		if !again {
			t.Fatalf("%d columns: not replaced: %q", width, out.String())
		}
		lines := slices.Collect(strings.Lines(second))
		for i, name := range append([]string{"known"}, all...) {
			line := strings.TrimSuffix(lines[i], "\x1b[K\n")
			if width >= barColumns && !strings.HasPrefix(line, name+" ") {
				t.Errorf("%d columns: line %d is %q, not about %s", width, i, line, name)
			}
			if n := len([]rune(line)); n > width {
				t.Errorf("%d columns: %d in %q", width, n, line)
			}
		}
		if last := lines[len(all)+1]; !strings.HasPrefix(last, "\x1b[J") || !strings.Contains(last, "%") {
			t.Errorf("%d columns: no bar below the rows: %q", width, last)
		}
	}
}
