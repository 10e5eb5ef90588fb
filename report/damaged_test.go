package report_test

import (
	"strings"
	"testing"

	"overlap/report/analyse"
	"overlap/report/load"
)

func TestLinesAmongResultsAreLeftOut(t *testing.T) {
	for bad, want := range map[string]string{
		"BenchmarkY-2 \t--- FAIL: BenchmarkY-2":           "failed, so without a result: Y-2 (example.com/x)",
		"BenchmarkY-2 \tlogged \x1b[31m" + long:           "1 result lost, because benchmarks printed into the line: Y-2 (example.com/x); run go test with -v or -json",
		"BenchmarkY-2 \t1\t5 ns/op 3":                     "left out: BenchmarkY-2 1 5 ns/op 3: no result: missing units",
		"BenchmarkY-2 \t100\n    y_test.go:3: a log line": "1 result lost, because benchmarks printed into the line: Y-2",
	} {
		text := strings.TrimSuffix(swept("A"), "PASS\nok  \texample.com/x\t1.2s\n") + bad + "\nBenchmarkA 1 102 ns/op\nFAIL\n"
		a := analyze(t, save(t, text))
		if len(a.Rows) != 1 || a.Samples != 7 || warned(a, want) != 1 {
			t.Errorf("%q: rows %v, %d samples, warnings %q", bad, rowsOf(a), a.Samples, a.Warnings)
		}
		for _, suite := range []string{"# plan: {}\n" + text, text + "BenchmarkA/executor=x/workers=1/cores=1 1 5\n", "BenchmarkA/executor=x/workers=1/cores=1 1 5 ns/op\n" + text} {
			if _, err := load.Load(save(t, suite)); err == nil || !strings.Contains(err.Error(), "is damaged") {
				t.Errorf("%q in a run of the suite: %v", bad, err)
			}
		}
	}
}

const long = "loooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooong"

func TestALastLineWithoutItsEnd(t *testing.T) {
	begin := strings.TrimSuffix(swept("A"), "PASS\nok  \texample.com/x\t1.2s\n")
	for last, ok := range map[string]bool{
		"BenchmarkA 1 102 ns/op":            true,
		"BenchmarkA 1 102 ns/op\t3 B/op":    true,
		"ok  \texample.com/x\t1.2s":         true,
		"BenchmarkA 1 102":                  false,
		"BenchmarkA 1 102 ns/o":             false,
		"BenchmarkA 1 102 ns/op 3":          false,
		"Bench":                             true,
		"Benchmark":                         false,
		"BenchmarkA":                        false,
		"BenchmarkA/executor=x/cores=1 1 5": false,
	} {
		d, err := load.Load(save(t, begin+last))
		if !ok && (err == nil || !strings.Contains(err.Error(), "the file was cut in its last line")) {
			t.Errorf("%q: %v", last, err)
		}
		if ok && (err != nil || warned(analyse.Analyze(d), "its last line has no end") != 1) {
			t.Errorf("%q: %v", last, err)
		}
		if _, err := load.Load(save(t, "# plan: {}\n"+begin+last)); err == nil || !strings.Contains(err.Error(), "the file was cut") {
			t.Errorf("%q ends a run of the suite: %v", last, err)
		}
	}
}
