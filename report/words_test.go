package report_test

import (
	"fmt"
	"strings"
	"testing"

	"overlap/internal/table"
	"overlap/report/load"
	"overlap/report/write"
)

func TestRemediesAreThoseOfTheFile(t *testing.T) {
	const two = "BenchmarkA/executor=x/workers=1/cores=1 1 5 ns/op\nBenchmarkA/executor=x/workers=1/cores=2-2 1 5 ns/op\n"
	for text, want := range map[string]string{
		swept("A"):                        "some rest on only 3 samples, but need 10; measure longer (-count 10) or",
		two:                               "some rest on only 1 sample, but need 10; measure longer (-count 10) or",
		"placement: one-per-core\n" + two: "some rest on only 1 sample, but need 10; measure longer (with a larger budget) or",
	} {
		if a := analyze(t, save(t, text)); warned(a, want) != 1 {
			t.Errorf("%q: %v, want %q", text, a.Warnings, want)
		}
	}
}

func TestThePressureIsToldWhereItIsKnown(t *testing.T) {
	for text, want := range map[string]string{
		swept("A"): "6 samples; the gains and ceilings in the table rest on at least 3.",
		"Unit pressure better=lower\n" + strings.ReplaceAll(swept("A"), "ns/op", "ns/op 0 pressure"): "6 samples, 0 left out because others wanted",
	} {
		var out strings.Builder
		if err := write.Table(&out, analyze(t, save(t, text)), table.Terminal{}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(got, want) {
			t.Errorf("%s\nwant %q", got, want)
		}
	}
}

func TestTheReasonComesFirst(t *testing.T) {
	a := analyze(t, save(t, "BenchmarkA-2 1 5 ns/op\nBenchmarkA-4 1 5 ns/op\n"))
	if len(a.Rows) != 0 || len(a.Warnings) < 2 || !strings.HasPrefix(a.Warnings[0].Error(), "A: measured at GOMAXPROCS 2 to 4") {
		t.Errorf("%d rows, %v", len(a.Rows), a.Warnings)
	}
}

func TestNamesInWarningsAreShort(t *testing.T) {
	path := save(t, "note: "+strings.Repeat("x", 5000)+"\nBenchmarkA-2 1 5 ns/op\n")
	a := input(t, load.Input{Paths: []string{path}, Row: ".name,note"})
	if len(a.Warnings) == 0 || len(a.Warnings[0].Error()) > 300 || !strings.HasPrefix(a.Warnings[0].Error(), "A note=x") {
		t.Errorf("%v", a.Warnings)
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	for want, in := range map[string]load.Input{
		"it is a directory: name the result files in it":                       {Paths: []string{t.TempDir()}},
		"the file is empty: it should be the output of overlap run or go test": {Paths: []string{save(t, "")}},
		"X-0: it ends in -0, which is not a valid GOMAXPROCS":                  {Paths: []string{save(t, "BenchmarkX-0 1 5 ns/op\n")}},
		"Col: .name makes the rows":                                            {Paths: []string{save(t, swept("A"))}, Col: ".name"},
		"Col: .fullname makes the rows":                                        {Paths: []string{save(t, swept("A"))}, Col: "goos,.fullname"},
	} {
		if _, err := in.Load(); err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
