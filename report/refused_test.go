package report_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rivo/uniseg"

	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

// three is what go test -cpu 1,2,4 -count 3 prints, with a line after it.
func three(last string) string {
	var b strings.Builder
	for i := range 3 {
		fmt.Fprintf(&b, "BenchmarkA 1 %d ns/op\nBenchmarkA-2 1 %d ns/op\nBenchmarkA-4 1 %d ns/op\n", 400+i, 200+i, 100+i)
	}
	return b.String() + last
}

func TestOneLineMakesNoRow(t *testing.T) {
	for last, want := range map[string]struct {
		p       int
		warning string
	}{
		"":                                                         {4, ""},
		"BenchmarkA-2147483648 1 5 ns/op\n":                        {4, "it ends in -2147483648, more cores than any machine has"},
		"BenchmarkA-65537 1 5 ns/op\n":                             {4, "it ends in -65537, more cores than any machine has"},
		"BenchmarkA/cores=65537 1 5 ns/op\n":                       {4, "cores is 65537, more than any machine has"},
		"BenchmarkA/cores=3000000000 1 5 ns/op\n":                  {4, "cores is 3000000000, more than any machine has"},
		"BenchmarkA/workers=3000000000-2 1 5 ns/op\n":              {4, "workers is 3000000000, more than any program has"},
		"cores: 65537\nBenchmarkA-2 1 5 ns/op\n":                   {4, "cores is 65537, more than any machine has"},
		"BenchmarkA-65536 1 5 ns/op\n":                             {4, "GOMAXPROCS 65536 left out: only one sample was taken there"},
		"BenchmarkA-65536 1 5 ns/op\nBenchmarkA-65536 1 5 ns/op\n": {65536, ""},
		"BenchmarkA-8 0 5 ns/op\nBenchmarkA-8 0 5 ns/op\n":         {4, "A-8: it has an iteration count of 0"},
		"BenchmarkA-8 -1 5 ns/op\nBenchmarkA-8 -1 5 ns/op\n":       {4, "A-8: it has an iteration count of -1"},
	} {
		a := analyze(t, save(t, three(last)))
		if len(a.Rows) != 1 || a.Rows[0].P != want.p {
			t.Errorf("%s: rows %v, want one at p %d", last, rowsOf(a), want.p)
			continue
		}
		notes := strings.Join(write.PageNotes(a), "\n")
		if left := strings.Contains(notes, "txt: left out: ") || strings.Contains(notes, "65536 left out"); left != (want.warning != "") || !strings.Contains(notes, want.warning) {
			t.Errorf("%s: no %q in\n%s", last, want.warning, notes)
		}
	}
}

// The highest level stays if all points have one sample, if those below have few, or if a
// sweep of whole rounds was stopped within one.
func TestOneSampleIsEnoughAmongFew(t *testing.T) {
	rounds := ""
	for line := range strings.Lines(three("BenchmarkA-8 1 50 ns/op\n")) {
		rounds += "# sample: {\"round\": 1}\n" + line
	}
	for name, text := range map[string]string{
		"one each":     "BenchmarkA 1 400 ns/op\nBenchmarkA-2 1 200 ns/op\nBenchmarkA-8 1 100 ns/op\n",
		"one below":    strings.Replace(three("BenchmarkA-8 1 50 ns/op\n"), "BenchmarkA-2 ", "BenchmarkB-2 ", 2),
		"two at all":   "BenchmarkA 1 400 ns/op\nBenchmarkA 1 400 ns/op\nBenchmarkA-8 1 100 ns/op\n",
		"whole rounds": rounds,
	} {
		if a := analyze(t, save(t, text)); len(a.Rows) == 0 || a.Rows[0].P != 8 {
			t.Errorf("%s: rows %v, want one at p 8", name, rowsOf(a))
		}
	}
}

func TestIterationsOfTheSuiteAreRight(t *testing.T) {
	_, err := load.Load(save(t, "BenchmarkEp/executor=pool/workers=1/cores=1 0 5 ns/op\n"))
	if err == nil || !strings.Contains(err.Error(), "line 1: Ep/executor=pool/workers=1/cores=1: it has an iteration count of 0") {
		t.Errorf("%v", err)
	}
}

func TestExpressionsThatAskForNothing(t *testing.T) {
	path := save(t, three(""))
	for _, c := range []struct {
		in   load.Input
		want string // in the error, or in a warning
	}{
		{load.Input{Col: "/gomaxprocs"}, "Col: /gomaxprocs is an axis of every row, not part of its name"},
		{load.Input{Col: "goarch,/cores"}, "Col: /cores is an axis of every row, not part of its name"},
		{load.Input{Row: "/workers"}, "Row: /workers is an axis of every row, not part of its name"},
		{load.Input{Row: ".name,nosuch"}, "no result has nosuch, so it distinguishes no rows"},
		{load.Input{Col: "/nosuch,.file"}, "no result has /nosuch, so it makes no columns"},
		{load.Input{Row: ".name@(Bar)"}, `row ".name@(Bar)" matches none of 9 results`},
		{load.Input{Col: ".file@(x)"}, `column ".file@(x)" matches none of 9 results`},
		{load.Input{Row: ".name@(Bar)", Filter: ".name:A"}, `filter ".name:A" with row ".name@(Bar)" matches none of 9 results`},
	} {
		c.in.Paths = []string{path}
		d, err := c.in.Load()
		if err != nil {
			if err.Error() != c.want {
				t.Errorf("%+v: %v, want %s", c.in, err, c.want)
			}
		} else if a := analyse.Analyze(d); warned(a, c.want) != 1 || warned(a, "no result has") != 1 {
			t.Errorf("%+v: warnings %v, want %s", c.in, a.Warnings, c.want)
		}
	}
	for _, in := range []load.Input{{}, {Row: ".name,/n", Col: "pkg,.file"}, {Row: ".fullname", Col: ".config"}} {
		in.Paths = []string{save(t, swept("Sort/n=9"))}
		if a := input(t, in); warned(a, "no result has") != 0 {
			t.Errorf("%+v: warnings %v", in, a.Warnings)
		}
	}
}

func zip(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWhatIsBehindCompressedData(t *testing.T) {
	all := zip(t, three(""))
	for name, c := range map[string]struct{ data, want string }{
		"one":           {all, ""},
		"two":           {zip(t, three("")[:100]) + zip(t, three("")[100:]), ""},
		"short garbage": {all + "abc", "damaged"},
		"a byte":        {all + "a", "damaged"},
		"long garbage":  {all + strings.Repeat("garbage", 100), "damaged"},
		"behind two":    {zip(t, three("")[:100]) + zip(t, three("")[100:]) + "abc", "damaged"},
		"cut":           {all[:len(all)-4], "cut"},
		"cut second":    {all + all[:5], "cut"},
	} {
		d, err := load.Load(save(t, c.data))
		switch {
		case c.want == "" && (err != nil || analyse.Analyze(d).Samples != 9):
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), "the compressed data is "+c.want)):
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// events is what go test -json makes of a text.
func events(t *testing.T, text string) string {
	t.Helper()
	b := `{"Time":"2026-01-01T00:00:00Z","Action":"start","Package":"example.com/x"}` + "\n"
	for line := range strings.Lines(text) {
		// A result comes in two pieces where the benchmark takes long.
		at := strings.Index(line, " ") + 1
		for _, piece := range []string{line[:at], line[at:]} {
			event, err := json.Marshal(map[string]string{"Action": "output", "Package": "example.com/x", "Output": piece})
			if err != nil {
				t.Fatal(err)
			}
			b += string(event) + "\n"
		}
		b += "go: a line on standard error\n" + `{"Action":"run","Test":"BenchmarkA","Output":"BenchmarkA 1 1 ns/op\n"}` + "\n"
	}
	return b
}

func TestEventsOfGoTestAreRead(t *testing.T) {
	text := three("PASS \n")
	want := analyze(t, save(t, text))
	for name, path := range map[string]string{"plain": save(t, events(t, text)), "gzip": save(t, zip(t, events(t, text)))} {
		a := analyze(t, path)
		if len(a.Rows) != 1 || a.Samples != want.Samples || a.Rows[0].Speedup != want.Rows[0].Speedup {
			t.Errorf("%s: rows %v of %d samples, want %v of %d; %v", name, rowsOf(a), a.Samples, rowsOf(want), want.Samples, a.Warnings)
		}
	}
	for name, c := range map[string]struct{ text, want string }{
		"cut":             {strings.TrimSuffix(events(t, three("BenchmarkB-2 ")), "}\n"), "the file was cut in its last line"},
		"no result":       {events(t, "PASS \n"), "go test ran no benchmark"},
		"a line too long": {events(t, text) + `{"Action":"output","Output":"` + strings.Repeat("x", 1<<17) + "\"}\n", "a line longer than 64 KiB"},
		"other JSON":      {"{\"rows\": []}\n", "it is JSON, but not of go test -json"},
	} {
		if _, err := load.Load(save(t, c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestErrorsHoldNoControlCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mi\x1b[31m\nss.txt")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Skip(err)
	}
	if _, err := load.Load(path); err == nil || strings.ContainsAny(err.Error(), "\x1b\n") || !strings.Contains(err.Error(), "mi\uFFFD[31m\uFFFDss.txt: the file is empty") {
		t.Errorf("%q", err)
	}
}

func TestSourceFitsTheTerminal(t *testing.T) {
	a := &analyse.Analysis{Data: &load.Data{
		Files: []string{"results/reference/2026-11-23T03-43-32Z.txt", "b\x1b.txt"},
		Host:  map[string]string{"host": "box", "cpu": "Intel(R) Xeon(R) Processor with a name that is long"},
	}}
	for width, want := range map[int]int{0: 2, 100: 2, 40: 4, 200: 1} {
		var b strings.Builder
		if err := write.Source(&b, a, table.Terminal{Width: width}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		for i, line := range lines {
			if n := uniseg.StringWidth(line); width > 0 && n > width || i > 0 && !strings.HasPrefix(line, "  ") || strings.Contains(line, "\x1b") {
				t.Errorf("width %d: %q", width, line)
			}
		}
		if len(lines) != want || !strings.HasSuffix(b.String(), "long)\n") {
			t.Errorf("width %d: %q, want %d lines", width, lines, want)
		}
	}
}

// A number stays with its interval and its unit on the narrowest terminal.
func TestNumbersAreNotBroken(t *testing.T) {
	for width := 30; width < 80; width++ {
		row := analyse.Row{Workload: "w", P: 2, Verdict: "cores bring little, as the lock is held: 5 ±3 % more on each of them, × 2.00 at the best"}
		text := strings.Join(printed(t, table.Terminal{Width: width}, &analyse.Analysis{Data: &load.Data{}, Rows: []analyse.Row{row}}), "\n")
		if !strings.Contains(text, "5 ±3 %") || !strings.Contains(text, "× 2.00") {
			t.Errorf("width %d:\n%s", width, text)
		}
	}
}

// Only in a table a pipe needs a backslash, which elsewhere a reader sees.
func TestPipesInMarkdown(t *testing.T) {
	text := markdown(t, named("a|b"))
	head, table, _ := strings.Cut(text, "\n")
	if !strings.Contains(head, " of `a|b` (`a|b`).") || !strings.Contains(table, "| `a\\|b") {
		t.Errorf("%s\n%s", head, table)
	}
}

// What the go command says on standard error stands before the first event.
func TestEventsMayFollowWhatTheGoCommandSays(t *testing.T) {
	text := three("PASS \n")
	a := analyze(t, save(t, "go: downloading a v1.0.0\ngo: downloading b v1.0.0\n"+events(t, text)))
	if want := analyze(t, save(t, text)); a.Samples != want.Samples {
		t.Errorf("%d samples, want %d", a.Samples, want.Samples)
	}
}

// Columns whose values read the same side by side are not one.
func TestColumnsThatReadTheSameStayApart(t *testing.T) {
	for name, values := range map[string][4]string{
		"spaces": {"a b", "c", "a", "b c"},
		"NUL":    {"a\x00b", "c", "a", "b\x00c"},
		"none":   {"unknown", "", "", ""},
	} {
		var text strings.Builder
		for i := range 2 {
			fmt.Fprintf(&text, "x1: %s\nx2: %s\n", values[2*i], values[2*i+1])
			for range 3 {
				fmt.Fprintf(&text, "BenchmarkX 1 %d00 ns/op\nBenchmarkX-2 1 %d00 ns/op\n", i+1, i+1)
			}
		}
		d, err := load.Input{Paths: []string{save(t, text.String())}, Col: "x1,x2"}.Load()
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Columns) != 2 {
			t.Errorf("%s: columns %q, want 2", name, d.Columns)
		}
	}
}
