package report_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/load"
)

// A warning that many rows share is one line.
func TestRepeatedWarningsAreOneLineWithAList(t *testing.T) {
	a := &analyse.Analysis{Data: &load.Data{}, Warnings: []error{errors.New("of the file")}}
	for i := range 40 {
		a.Rows = append(a.Rows, analyse.Row{Workload: fmt.Sprintf("Row%d", i), P: 1, Warnings: []error{errors.New("one core"), fmt.Errorf("its own %d", i%2)}})
	}
	text := strings.Join(strings.Fields(strings.Join(printed(t, table.Terminal{Width: 300}, a), "\n")), " ")
	for _, want := range []string{
		"warning: of the file warning: Row0, Row1, Row2, Row3, Row4, Row5, Row6, Row7, Row8, Row9 and 30 more: one core",
		"warning: Row0, Row2, ", "warning: Row1, Row3, ", "and 10 more: its own 1",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if n := strings.Count(text, "warning: "); n != 4 {
		t.Errorf("%d warnings, want 4:\n%s", n, text)
	}
}

// If a CPU quota kept a run on one core, the report says so, and how to override it.
func TestAQuotaOfOneCoreIsNamed(t *testing.T) {
	for host, want := range map[string]string{
		"quota: 1.5\nmask: 0-3\n":  "only one core was measured, because a CPU quota of 1.5 allows no more; two cores can be measured all the same",
		"quota: 0.5\nmask: 0,2\n":  "a CPU quota of 0.5",
		"quota: 1.5\nmask: 3\n":    "only one core was measured, so the gain from cores is unknown",
		"quota: none\nmask: 0-3\n": "only one core was measured, so the gain from cores is unknown",
		"quota: 2\nmask: 0-3\n":    "only one core was measured, so the gain from cores is unknown",
		"quota: NaN\nmask: 0-3\n":  "only one core was measured, so the gain from cores is unknown",
		"":                         "only one core was measured, so the gain from cores is unknown",
	} {
		text := host
		for range 12 {
			text += "BenchmarkA/executor=pool/workers=1/cores=1 1 100 ns/op\nBenchmarkA/executor=pool/workers=4/cores=1 1 50 ns/op\n"
		}
		a := analysed(t, filepath.Join(t.TempDir(), "run.txt"), text)
		if said := strings.Join(printed(t, table.Terminal{Width: 300}, a), "\n"); !strings.Contains(said, want) {
			t.Errorf("%q: no %q in\n%s", host, want, said)
		}
	}
}
