package cli

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

func TestErrorsAreNoTerminalCommands(t *testing.T) {
	dir := t.TempDir()
	packed := filepath.Join(dir, "\x1b[31mmiss\u202eing.txt")
	damaged := newGrowing(t, "BenchmarkEp/executor=\x1b]0;title\x07/workers=1/cores=1 1 5 ns/op\nBenchmarkEp/executor=x/workers=\x1b[2J/cores=1 1 5 ns/op\n").path
	for _, args := range [][]string{
		{"report", packed}, {"report", "--watch", packed}, {"report", damaged}, {"report", "--filter", "\x1b[31m:", damaged},
		{"report", "-o", filepath.Join(damaged, "\x1b[31m"), damaged}, {"report", "--no\x1b[31m"}, {"no\x1b[31m"},
	} {
		var out, errs strings.Builder
		if code := Main(t.Context(), args, &out, &errs); code == 0 || strings.ContainsAny(out.String()+errs.String(), "\x1b\x07\u202e") || !strings.Contains(errs.String(), "overlap: ") {
			t.Errorf("%q: exit %d: %q", args, code, out.String()+errs.String())
		}
	}
	if got := printable(errors.New("a:\n\tb\x1b\r\nc")); got != "a:\n    b\uFFFD\nc" {
		t.Errorf("%q: lines and indents are not kept", got)
	}
}

func TestWarningsOfCSVAreOneLineEach(t *testing.T) {
	f := newGrowing(t, firstPoint+"BenchmarkX\x1b[31m-8 1 5 ns/op\n")
	var errs strings.Builder
	if code := Main(t.Context(), []string{"report", "--csv", f.path}, io.Discard, &errs); code != 0 || strings.Contains(errs.String(), "\x1b") {
		t.Errorf("exit %d: %q", code, errs.String())
	}
	for line := range strings.Lines(errs.String()) {
		if !strings.HasPrefix(line, "warning: ") {
			t.Errorf("%q", line)
		}
	}
}
