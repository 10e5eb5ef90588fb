package report_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"overlap/internal/racing"
	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

// eachLine puts text around every line.
func eachLine(text string, around func(i int, line string) string) string {
	var b strings.Builder
	i := 0
	for line := range strings.Lines(text) {
		b.WriteString(around(i, strings.TrimSuffix(line, "\n")) + "\n")
		i++
	}
	return b.String()
}

func before(prefix func(i int) string) func(string) string {
	return func(text string) string {
		return eachLine(text, func(i int, line string) string { return prefix(i) + line })
	}
}

func always(prefix string) func(string) string { return before(func(int) string { return prefix }) }

func inUTF16(order binary.AppendByteOrder, mark string) func(string) string {
	return func(text string) string {
		b := []byte(mark)
		for _, u := range utf16.Encode([]rune(text)) {
			b = order.AppendUint16(b, u)
		}
		return string(b)
	}
}

// Whatever a tool puts around the lines of go test, the results stay the same.
func TestTranscriptsAreRead(t *testing.T) {
	racing.Skip(t)
	text := "goos: linux\ngoarch: amd64\npkg: example.com/x\ncpu: A CPU @ 2.00GHz\n" + three("BenchmarkA/n=1 1 5 ns/op\nBenchmarkA/n=1-2 1 5 ns/op\n") + "PASS\nok  \texample.com/x\t1.2s\n"
	want := analyze(t, save(t, text))
	for name, wrap := range map[string]func(string) string{
		"GitHub":             before(func(i int) string { return fmt.Sprintf("2031-02-03T04:00:%02d.9%06dZ ", i%60, i) }),
		"gh run view --log":  before(func(i int) string { return fmt.Sprintf("bench\tRun go test\t2031-02-03T04:00:01.%07dZ ", i*999) }),
		"GitLab":             before(func(i int) string { return fmt.Sprintf("2031-02-03T04:00:01.%06dZ 00O ", i) }),
		"Jenkins":            before(func(i int) string { return fmt.Sprintf("[2031-02-03T04:00:%02d.123Z] ", i%60) }),
		"a time in brackets": before(func(i int) string { return fmt.Sprintf("[%d:%02d:07] ", i%24, i%60) }),
		"date and time":      before(func(i int) string { return fmt.Sprintf("2031/02/03 04:05:%02d ", i%60) }),
		"syslog": before(func(i int) string {
			return []string{"Nov", "Dec"}[i%2] + fmt.Sprintf(" %2d 04:05:06 host bench[%d]: ", i+1, 7*i)
		}),
		"seconds":               before(func(i int) string { return fmt.Sprintf("%8.3f  ", 1.5*float64(i)) }),
		"BuildKit":              before(func(i int) string { return fmt.Sprintf("#15 %.2f ", 0.37*float64(i)) }),
		"compose":               always("store-1  | "),
		"compose without digit": always("store  | "),
		"kubectl --prefix":      always("[pod/bench-6f7d8/main] "),
		"turbo":                 always("store:bench: "),
		"a service":             always("[bench] "),
		"comment":               always("// "),
		"comment without blank": always("//"),
		"shell comment":         always("# "),
		"block comment":         always(" * "),
		"quotation":             always("> "),
		"quotation twice":       always(">> > "),
		"indented by 4":         always("    "),
		"indented by a tab":     always("\t"),
		"CRLF":                  func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"colours": func(s string) string {
			return eachLine(s, func(_ int, l string) string { return "\x1b[0;32m" + l + "\x1b[0m\x1b[K" })
		},
		"coloured names": func(s string) string {
			return eachLine(s, func(_ int, l string) string {
				name, rest, _ := strings.Cut(l, " ")
				return "\x1b[1m\x1b[36m" + name + "\x1b[0m " + rest
			})
		},
		"colours behind a time": func(s string) string {
			return eachLine(s, func(_ int, l string) string { return "\x1b[90m04:05:06\x1b[39m " + l })
		},
		"Buildkite":             always("\x1b_bk;t=1700000000000\x07"),
		"title of the terminal": func(s string) string { return "\x1b]0;go test\x07" + s },
		"UTF-8 with its mark":   func(s string) string { return "\ufeff" + s },
		"UTF-16LE":              inUTF16(binary.LittleEndian, "\xff\xfe"),
		"UTF-16BE":              inUTF16(binary.BigEndian, "\xfe\xff"),
		"UTF-16LE, no mark":     inUTF16(binary.LittleEndian, ""),
		"UTF-16BE, no mark":     inUTF16(binary.BigEndian, ""),
		"after a log":           func(s string) string { return "##[group]Run go test\n2031-02-03T04:00:00Z Text: with a colon.\n" + s },
		"JSON":                  func(s string) string { return events(t, s) },
		"JSON behind a mark":    func(s string) string { return "\ufeff" + events(t, s) },
		"JSON after a log":      func(s string) string { return "+ go test -json -bench .\n" + events(t, s) },
		"JSON behind times":     func(s string) string { return always("04:05:06 ")(events(t, s)) },
		"JSON in UTF-16":        func(s string) string { return inUTF16(binary.LittleEndian, "\xff\xfe")(events(t, s)) },
	} {
		t.Run(name, func(t *testing.T) {
			path := save(t, wrap(text))
			a := analyze(t, path)
			got, wanted := strings.Join(rowsOf(a), ", "), strings.Join(rowsOf(want), ", ")
			if got != wanted || a.Samples != want.Samples || a.Data.Host["cpu"] != want.Data.Host["cpu"] || len(a.Warnings) != len(want.Warnings) {
				t.Errorf("%s of %d samples on %q, want %s of %d; %q", got, a.Samples, a.Data.Host["cpu"], wanted, want.Samples, a.Warnings)
			}
			read, err := load.Read(strings.NewReader(wrap(text)), "-")
			if err != nil || analyse.Analyze(read).Samples != want.Samples {
				t.Errorf("from a reader: %v", err)
			}
		})
	}
}

// Results that stand elsewhere in their lines than the others may be of another
// day.
func TestQuotedResultsAreCountedAndNotRead(t *testing.T) {
	text := three("")
	old := strings.ReplaceAll(text, "1 ", "1 9")
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"a comment before":        {always("// ")(old) + text, `9 results after "// " look like quotations`},
		"a quotation behind":      {text + "> BenchmarkA 1 9 ns/op\n", `1 result after "> " looks like a quotation`},
		"in a log, in a comment":  {always("04:05:06 ")(text + "// BenchmarkA 1 9 ns/op\n"), `1 result after "04:05:06 // "`},
		"logged by the benchmark": {text + "    x_test.go:5: BenchmarkA 1 9 ns/op\n", ""},
		"its second line":         {always("04:05:06 ")(text + "    x_test.go:5: was\n        BenchmarkA 1 9 ns/op\n"), `1 result after`},
		"prose":                   {text + "We saw BenchmarkA 1 9 ns/op before.\n", ""},
		"a string":                {text + "{\"old\": \"BenchmarkA 1 9 ns/op\"}\n", ""},
	} {
		want := analyze(t, save(t, text))
		a := analyze(t, save(t, c.text))
		if a.Samples != want.Samples || len(a.Rows) != 1 || a.Rows[0].Speedup != want.Rows[0].Speedup {
			t.Errorf("%s: rows %v of %d samples, want %d", name, rowsOf(a), a.Samples, want.Samples)
		}
		if n := warned(a, "quotation"); n != min(1, len(c.want)) || warned(a, c.want) == 0 {
			t.Errorf("%s: warnings %q, want %q", name, a.Warnings, c.want)
		}
	}
}

// The error about a file that is not a result file says what it is and what to do.
func TestWhatIsNoResultFile(t *testing.T) {
	full := analyze(t, save(t, three("")))
	var asJSON, asCSV strings.Builder
	if err := write.JSON(&asJSON, full); err != nil {
		t.Fatal(err)
	}
	if err := write.CSV(&asCSV, full); err != nil {
		t.Fatal(err)
	}
	for want, texts := range map[string][]string{
		"table of benchstat": {
			"                │ old.txt │\n                │ sec/op │\nA-2   417.6n ± 1%\ngeomean 202n\n",
			"name   old time/op  new time/op  delta\nA-2    418ns ± 1%   402ns ± 1%  -3.8%\n",
			"name   time/op\nA-2    418ns ± 1%\n",
			",old.txt,\n,sec/op,CI\nA-2,4.1e-07,1%\n",
		},
		"table of benchcmp":          {"benchmark        old ns/op     new ns/op     delta\nBenchmarkA-2     100           90            -10.00%\n"},
		"Google Benchmark":           {"-----\nBenchmark        Time      CPU   Iterations\n-----\nBM_Copy/8     54.9 ns   54.8 ns    12786605\n"},
		"Criterion":                  {"sort 100                time:   [26.029 us 26.251 us 26.505 us]\n"},
		"it is a diff":               {"--- a/old.txt\n+++ b/new.txt\n@@ -1,3 +1,3 @@\n BenchmarkA 1 5 ns/op\n-BenchmarkB 1 5 ns/op\n+BenchmarkB 1 6 ns/op\n"},
		"cells of a table":           {"| Benchmark | n | time |\n|---|---|---|\n| BenchmarkA-2 | 100 | 5 ns/op |\n", "| `BenchmarkA` | 5 ns |\n"},
		"it is a page":               {"<!DOCTYPE html>\n<pre>\n", "  <html lang=\"en\">\n", "<svg xmlns=\"http://www.w3.org/2000/svg\">\n"},
		"report of overlap as JSON":  {asJSON.String()},
		"report of overlap as CSV":   {asCSV.String()},
		"not of go test -json":       {"{\"context\": {\"date\": \"x\"}, \"benchmarks\": []}\n", "[1, 2]\n"},
		"it is not text":             {"\x7fELF\x02\x01\x01\x00\x00\n"},
		"run it with -bench":         {"PASS\nok  \texample.com/x\t0.01s\n", "?   \texample.com/x\t[no test files]\n", "=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\n"},
		"it should be the output":    {"Hello.\n"},
		"does not build: ./x.go:3:1": {"# example.com/x [example.com/x.test]\n./x.go:3:1: syntax error\nFAIL\texample.com/x [build failed]\nFAIL\n"},
		"the file does not have the messages of the compiler": {"FAIL\texample.com/x [build failed]\n", "FAIL\texample.com/x [setup failed]\n"},
	} {
		for _, text := range texts {
			if _, err := load.Load(save(t, text)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%.80q: %v, want %q", text, err, want)
			}
		}
	}
}

// Every benchmark without a result is named once, whatever became of it.
func TestOutcomesAreReported(t *testing.T) {
	head, tail := "goos: linux\npkg: example.com/x\n", three("")
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"failed": {"BenchmarkB\n    b_test.go:5: boom\n--- FAIL: BenchmarkB\n--- FAIL: BenchmarkB\n--- FAIL: BenchmarkB-2\nFAIL\nexit status 1\nFAIL\texample.com/x\t1s\n",
			[]string{"failed, so without a result: B, B-2 (example.com/x)"}},
		"without -v": {"BenchmarkB-2 \t--- FAIL: BenchmarkB-2\n    b_test.go:5: boom\nFAIL\nFAIL\texample.com/x\t1s\n",
			[]string{"failed, so without a result: B-2 (example.com/x)"}},
		"a part failed": {"BenchmarkB\nBenchmarkB/a\n--- FAIL: BenchmarkB/a\n--- FAIL: BenchmarkB\nFAIL\n",
			[]string{"failed, so without a result: B/a, B (example.com/x)"}},
		"panicked": {"BenchmarkB\nBenchmarkB/a\npanic: assignment to entry in nil map\n\ngoroutine 1 [running]:\nexit status 2\nFAIL\texample.com/x\t1s\n",
			[]string{"B/a of example.com/x ended its program: assignment to entry in nil map"}},
		"panicked without -v": {"BenchmarkB-2 \tpanic: boom [recovered]\n\tpanic: boom\nFAIL\texample.com/x\t1s\n",
			[]string{"B-2 of example.com/x ended its program: boom [recovered]"}},
		"panicked, and the stack names it": {"panic: boom\n\ngoroutine 7 [running]:\nexample.com/x.BenchmarkStack.func1(0xc000102a08)\n\t/x_test.go:5 +0x1\nexample.com/x.BenchmarkOuter(0xc0)\nexit status 2\nFAIL\texample.com/x\t1s\n",
			[]string{"Stack of example.com/x ended its program: boom"}},
		"glued": {"loading.BenchmarkB-2 \t 100\t 5 ns/op\n50%BenchmarkB-2 \t 100\t 5 ns/op\nsee `BenchmarkB 100 5 ns/op`\n",
			[]string{"2 results lost, because benchmarks printed into the line: B-2 (example.com/x); run go test with -v or -json"}},
		"deadlock": {"BenchmarkB\nfatal error: all goroutines are asleep - deadlock!\nFAIL\texample.com/x\t1s\n",
			[]string{"B of example.com/x ended its program: all goroutines are asleep"}},
		"timeout": {"BenchmarkB\npanic: test timed out after 1m0s\nrunning tests:\n\tBenchmarkB (59s)\nFAIL\texample.com/x\t60s\n",
			[]string{"B of example.com/x ended its program: test timed out after 1m0s"}},
		"skipped":   {"BenchmarkB\n    b_test.go:5: no disk\n--- SKIP: BenchmarkB\nPASS\n", []string{"skipped: B (example.com/x)"}},
		"cut short": {"BenchmarkB\nBenchmarkB/a\n", []string{"started but has no result: B/a (example.com/x)"}},
		"torn": {"BenchmarkB \t2031/02/03 04:05:06 INFO listening\n 100\t 5 ns/op\nBenchmarkB \tx\n 100\t 5 ns/op\nBenchmarkC-2    \thello 100 5 ns/op\n",
			[]string{"3 results lost, because benchmarks printed into the line: B, C-2 (example.com/x); run go test with -v or -json"}},
		"torn in two packages": {"BenchmarkB \tx\n 100\t 5 ns/op\npkg: example.com/y\nBenchmarkC-2    \thello 100 5 ns/op\n",
			[]string{"1 result lost, because benchmarks printed into the line: B (example.com/x)", "1 result lost, because benchmarks printed into the line: C-2 (example.com/y)"}},
		"a test failed": {"--- FAIL: TestB (0.00s)\n    b_test.go:5: boom\nFAIL\nFAIL\texample.com/y\t1s\n", []string{"go test ran no benchmarks of example.com/y, because TestB failed; -run '^$' leaves tests out"}},
		"killed":        {"signal: killed\nFAIL\texample.com/y\t1s\n", []string{"go test failed: example.com/y"}},
		"another package does not build": {"# example.com/y [example.com/y.test]\n./y_test.go:3:1: syntax error\nFAIL\texample.com/y [build failed]\nFAIL\texample.com/y [build failed]\n",
			[]string{"example.com/y does not build: ./y_test.go:3:1: syntax error"}},
		"all is well": {"BenchmarkB\nBenchmarkB/a\nBenchmarkB/a-2 \t 100\t 5 ns/op\nBenchmarkB/a-2 \t 100\t 5 ns/op\n--- BENCH: BenchmarkB/a-2\n    b_test.go:5: a word\nPASS\nok  \texample.com/x\t1s\n", nil},
	} {
		for form, text := range map[string]string{
			"plain":  head + tail + c.text,
			"JSON":   events(t, head+tail+c.text),
			"logged": always("2031-02-03T04:00:01.92Z ")(head + tail + c.text),
		} {
			a := analyze(t, save(t, text))
			var got []string
			for _, err := range a.Data.Warnings {
				if _, what, ok := strings.Cut(err.Error(), ".txt: "); ok {
					got = append(got, what)
				}
			}
			ok := len(got) == len(c.want)
			for i, want := range c.want {
				ok = ok && strings.HasPrefix(got[i], want)
			}
			if !ok {
				t.Errorf("%s, %s: %q, want %q", name, form, got, c.want)
			}
		}
	}
}

// A benchmark may print what would end this program, too.
func TestTranscriptOfLongLines(t *testing.T) {
	long := strings.Repeat("x 2031-02-03T04:00:01Z ", 10_000)
	text := always("2031-02-03T04:00:01Z ")(three("")) + long + "\n"
	path := filepath.Join(t.TempDir(), "run.txt")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := load.Load(path); err == nil || !strings.Contains(err.Error(), "a line longer than 64 KiB") {
		t.Errorf("%v", err)
	}
}

// Two runs in one file may be of one code or of two.
func TestRunsInOneFile(t *testing.T) {
	run := func(a, b float64) string {
		return fmt.Sprintf("goos: linux\npkg: example.com/x\nBenchmarkA 1 %[1]v ns/op\nBenchmarkA-2 1 %[1]v ns/op\nBenchmarkB 1 %[2]v ns/op\nBenchmarkB-2 1 %[2]v ns/op\nPASS\nok  \texample.com/x\t1s\n", a, b)
	}
	for text, want := range map[string]string{
		run(5, 5):                         "",
		run(5, 5) + run(6, 4):             "",
		run(5, 5) + run(5, 5) + run(5, 5): "",
		run(5, 5) + run(5, 9):             "2 runs of go test, and between the first and the last the times of 2 benchmarks differ, those of B by 1.8×",
		run(9, 5) + run(9, 5) + run(2, 5): "3 runs of go test, and between the first and the last the times of 2 benchmarks differ, those of A by 4.5×",
		"# Before\n```\n" + run(9, 5) + "```\nAfter:\n" + run(3, 5): "those of A by 3×",
	} {
		a := analyze(t, save(t, text))
		if n := warned(a, "runs of go test"); n != min(1, len(want)) || warned(a, want) == 0 {
			t.Errorf("%s\n%q, want %q", text, a.Warnings, want)
		}
	}
}
