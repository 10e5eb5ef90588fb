package report_test

import (
	"strings"
	"testing"

	"overlap/internal/table"
	"overlap/report"
)

func TestEveryFormatIsWritten(t *testing.T) {
	a := analyze(t, save(t, "kinds: Ep\x1b[31m=cpu\nBenchmarkEp\x1b[31m/executor=pool/workers=1/cores=1 1 10 ns/op\nBenchmarkEp\x1b[31m/executor=pool/workers=1/cores=2-2 1 10 ns/op\n"))
	seen := map[string]report.Format{}
	for _, format := range report.Formats() {
		var b strings.Builder
		if err := report.Write(&b, a, format, table.Terminal{}); err != nil {
			t.Error(err)
		}
		text := b.String()
		if same, ok := seen[text]; ok {
			t.Errorf("%s and %s are the same", same, format)
		}
		seen[text] = format
		if !strings.Contains(strings.ToLower(text), "ep") {
			t.Errorf("%s does not name the workload:\n%s", format, text)
		}
		if strings.Contains(text, "\x1b") {
			t.Errorf("%s lets a name control the terminal:\n%q", format, text)
		}
		// The command prints the warnings beside CSV.
		if format != report.CSV && !strings.Contains(strings.Join(strings.Fields(text), " "), "verdicts are provisional") {
			t.Errorf("%s lacks the warning:\n%s", format, text)
		}
	}
	if err := report.Write(new(strings.Builder), a, "none", table.Terminal{}); err == nil {
		t.Error("a format that does not exist is written")
	}
}
