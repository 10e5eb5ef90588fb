package report_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overlap/internal/racing"
	"overlap/internal/table"
	"overlap/report"
	"overlap/report/analyse"
	"overlap/report/load"
)

// swept is what go test -cpu 1,4 -count 3 prints.
func swept(names ...string) string {
	var b strings.Builder
	b.WriteString("goos: linux\npkg: example.com/x\n")
	for _, name := range names {
		for i := range 3 {
			fmt.Fprintf(&b, "Benchmark%s 1 %d ns/op\nBenchmark%s-4 1 %d ns/op\n", name, 100+i, name, 50+i)
		}
	}
	return b.String() + "PASS\nok  \texample.com/x\t1.2s\n"
}

// rowsOf are name, workers, cores and the gains of each row, in short.
func rowsOf(a *analyse.Analysis) (rows []string) {
	for _, r := range a.Rows {
		rows = append(rows, fmt.Sprintf("%s w%d p%d %.1f×%.1f", r.Name(), r.Workers, r.P, r.Concurrency.Value, r.Parallelism.Value))
	}
	return rows
}

func input(t *testing.T, in load.Input) *analyse.Analysis {
	t.Helper()
	d, err := in.Load()
	if err != nil {
		t.Fatal(err)
	}
	return analyse.Analyze(d)
}

func warned(a *analyse.Analysis, text string) (n int) {
	for _, err := range a.Warnings {
		if strings.Contains(err.Error(), text) {
			n++
		}
	}
	return n
}

func TestAxesAreFoundFromNames(t *testing.T) {
	two := func(name string) string { // workers 1 and 8 on 1 and 4 cores
		return fmt.Sprintf("Benchmark%[1]s 1 80 ns/op\nBenchmark%[1]s-4 1 80 ns/op\nBenchmark%[2]s 1 40 ns/op\nBenchmark%[2]s-4 1 10 ns/op\n",
			name, strings.ReplaceAll(name, "1", "8"))
	}
	for text, want := range map[string]string{
		swept("Sort/n=9"):                  "Sort/n=9 w0 p4 NaN×2.0",
		two("Go/goroutines=1"):             "Go w8 p4 2.0×4.0",
		two("Go/n=a/threads=1/x"):          "Go/n=a/x w8 p4 2.0×4.0",
		two("Go/1-clients"):                "Go w8 p4 2.0×4.0",
		two("Go/goroutines-1/n=5"):         "Go/n=5 w8 p4 2.0×4.0",
		swept("Go/conc=7"):                 "Go w7 p4 NaN×2.0",
		swept("Go/conc=auto"):              "Go/conc=auto w0 p4 NaN×2.0",
		swept("Go/goroutines-8/n=1"):       "Go/n=1 w8 p4 NaN×2.0",
		"cores: 1\n" + two("Go/threads=1"): "Go w8 p1 2.0×1.0",
	} {
		if got := strings.Join(rowsOf(analyze(t, save(t, text))), ", "); got != want {
			t.Errorf("%s\nrows %s, want %s", text, got, want)
		}
	}
}

func TestASweepByCPUWarnsOfTheFirstValue(t *testing.T) {
	if n := warned(analyze(t, save(t, swept("A", "B"))), "b.Loop"); n != 1 {
		t.Errorf("%d warnings, want 1", n)
	}
	if n := warned(analyze(t, foreignFile(map[string][3]float64{"X": {2, 1, 2}}, "X").save(t)), "b.Loop"); n != 0 {
		t.Errorf("%d warnings about a file that says its cores", n)
	}
}

func TestNoGainIsReportedPerBenchmark(t *testing.T) {
	a := analyze(t, save(t, swept("Good")+"BenchmarkOne-4 1 5 ns/op\nBenchmarkTwo 1 5 ns/op\nBenchmarkSize 1 5 B/op\nBenchmarkBad/workers=none 1 5 ns/op\n"))
	if got := rowsOf(a); len(got) != 1 {
		t.Errorf("rows %v", got)
	}
	for _, want := range []string{
		"One: measured only at GOMAXPROCS 4, so there is no gain to report; measure with: for c in 1 2 4; do go test -cpu $c -count 10 …; done",
		"Two: measured only at GOMAXPROCS 1",
		"Size: no time (ns/op)",
		`Bad/workers=none: workers is "none"`,
	} {
		if warned(a, want) != 1 {
			t.Errorf("%q is not among %v", want, a.Warnings)
		}
	}
	var many strings.Builder
	for i := range 500 {
		fmt.Fprintf(&many, "BenchmarkX%d-4 1 5 ns/op\nBenchmarkY%d 1 5 B/op\n", i, i)
	}
	if a := analyze(t, save(t, many.String())); len(a.Warnings) != 2 || warned(a, "X9 and 490 more: measured only at GOMAXPROCS 4") != 1 || warned(a, "Y9 and 490 more: no time") != 1 {
		t.Errorf("%d warnings: %v", len(a.Warnings), a.Warnings)
	}
}

func TestGzipIsRecognisedByItsContent(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	fmt.Fprint(w, swept("Sort"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	whole := b.String()
	if got := rowsOf(analyze(t, save(t, whole))); len(got) != 1 {
		t.Errorf("rows %v", got)
	}
	a := input(t, load.Input{Paths: []string{"-"}, Stdin: strings.NewReader(whole)})
	if len(a.Rows) != 1 || a.Data.Files[0] != "-" {
		t.Errorf("from standard input: %v", rowsOf(a))
	}
	for want, text := range map[string]string{
		"the compressed data is cut":     whole[:len(whole)-12],
		"the compressed data is damaged": whole[:len(whole)-8] + "12345678",
	} {
		path := save(t, text)
		var bad *load.FileError
		if _, err := load.Load(path); !errors.As(err, &bad) || bad.Path != path || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := load.Load(save(t, whole[:5])); err == nil || !strings.Contains(err.Error(), "the compressed data is cut") {
		t.Errorf("cut in its head: %v", err)
	}
}

func TestHostsStandSideBySide(t *testing.T) {
	a := save(t, "host: a\nkernel: 1\n"+swept("Sort", "Copy"))
	b := save(t, "host: b\nkernel: 2\n"+strings.ReplaceAll(swept("Copy", "Sort"), " 5", " 2"))
	got := input(t, load.Input{Paths: []string{a, b, save(t, "host: a\nkernel: 1\n"+swept("Copy", "Sort"))}})
	want := []string{"Copy @a w0 p4 NaN×2.0", "Copy @b w0 p4 NaN×4.8", "Sort @a w0 p4 NaN×2.0", "Sort @b w0 p4 NaN×4.8"}
	if rows := rowsOf(got); !slices.Equal(rows, want) {
		t.Errorf("rows %q, want %q", rows, want)
	}
	if d := got.Data; d.Host["goos"] != "linux" || d.Host["kernel"] != "" || d.Hosts["a"]["kernel"] != "1" || d.Hosts["b"]["kernel"] != "2" || !slices.Equal(d.Columns, []string{"a", "b"}) {
		t.Errorf("host %v, hosts %v, columns %v", d.Host, d.Hosts, d.Columns)
	}
	if got.Rows[0].Samples != 6 || got.Rows[1].Samples != 3 {
		t.Errorf("files of one host are not pooled: %d samples", got.Rows[0].Samples)
	}
	ordered := input(t, load.Input{Paths: []string{a, b}, Col: "host@(b a)"})
	if rows := rowsOf(ordered); len(rows) != 4 || !strings.HasPrefix(rows[0], "Copy @b") {
		t.Errorf("rows %q in the order b, a", rows)
	}
	one := input(t, load.Input{Paths: []string{a, b}, Filter: "host:b"})
	if rows := rowsOf(one); len(rows) != 2 || one.Rows[0].Column != "" || one.Data.Hosts != nil {
		t.Errorf("rows %q of one host", rows)
	}
}

func TestColumnsOfNames(t *testing.T) {
	a := input(t, load.Input{Paths: []string{save(t, swept("Map/impl=sync/n=1", "Map/impl=plain/n=1"))}, Col: "/impl"})
	if rows := rowsOf(a); len(rows) != 2 || !strings.HasPrefix(rows[0], "Map/n=1 @sync ") || !strings.HasPrefix(rows[1], "Map/n=1 @plain ") {
		t.Errorf("rows %q", rows)
	}
}

// suite is a run of the suite with two executors, the slices and the serial
// program.
func suite(t *testing.T) string {
	f := &file{rounds: 12}
	for _, x := range []string{"pool", "spawn"} {
		f.add("Ep/executor="+x+"/workers=1/cores=1", 8)
		f.add("Ep/executor="+x+"/workers=2/cores=1", 8)
		f.add("Ep/executor="+x+"/workers=2/cores=2-2", 4)
	}
	f.add("Ep/executor=serial/workers=1/cores=1", 7)
	f.add("Ep/executor=pool/workers=1/cores=1/slices=2", 10)
	f.add("Ep/executor=pool/workers=1/cores=1/slices=2 ×2", 11)
	return f.save(t)
}

func TestWhatGainsAreComparedWith(t *testing.T) {
	path := suite(t)
	for _, c := range []struct {
		in    load.Input
		names string
		whole bool // with COST and ceiling
		warns string
	}{
		{load.Input{}, "Ep pool, Ep spawn", true, ""},
		{load.Input{Col: "/executor"}, "Ep @pool, Ep @spawn", true, ""},
		{load.Input{Filter: "/executor:pool"}, "Ep", false, "the filter leaves out the serial program of Ep, which its COST needs: add OR /executor:serial"},
		{load.Input{Filter: "/executor:spawn"}, "Ep", false, "the filter leaves out the slices of Ep, which its ceiling needs: add OR /slices:/[0-9]/"},
		{load.Input{Filter: "/executor:spawn OR /executor:serial OR /slices:/[0-9]/"}, "Ep", true, ""},
		{load.Input{Row: ".name,/executor"}, "Ep pool, Ep spawn", true, ""},
		{load.Input{Row: ".fullname"}, "Ep pool, Ep spawn", true, ""},
		{load.Input{Row: ".name"}, "Ep", true, "rows by .name merge benchmarks that differ in /executor: name these, too, to keep them apart"},
		{load.Input{Row: ".name,goos"}, "Ep", true, "rows by .name,goos merge"},
	} {
		c.in.Paths = []string{path}
		a := input(t, c.in)
		var names []string
		for _, r := range a.Rows {
			names = append(names, r.Name())
			if whole := r.Cost == 2 && !math.IsNaN(r.Ceiling.Value); whole != c.whole {
				t.Errorf("%+v: COST %v, ceiling %v", c.in, r.Cost, r.Ceiling)
			}
		}
		if got := strings.Join(names, ", "); got != c.names {
			t.Errorf("%+v: rows %s, want %s", c.in, got, c.names)
		}
		if n := warned(a, "leaves out") + warned(a, "rows by"); n != 0 && c.warns == "" || c.warns != "" && warned(a, c.warns) != 1 {
			t.Errorf("%+v: warnings %v, want %q", c.in, a.Warnings, c.warns)
		}
	}
}

func TestRowsOfOtherPeople(t *testing.T) {
	path := save(t, swept("Map/impl=a/n=1", "Map/impl=b/n=1", "Set/impl=a/n=1"))
	a := input(t, load.Input{Paths: []string{path}, Row: ".name"})
	if rows := rowsOf(a); len(rows) != 2 || !strings.HasPrefix(rows[0], "Map w0") || warned(a, "merge benchmarks that differ in /impl: name") != 1 {
		t.Errorf("rows %q, warnings %v", rows, a.Warnings)
	}
	a = input(t, load.Input{Paths: []string{path}, Row: "/impl"})
	if rows := rowsOf(a); len(rows) != 2 || !strings.HasPrefix(rows[0], "*/impl=a w0") || warned(a, "differ in .name: name") != 1 {
		t.Errorf("rows %q, warnings %v", rows, a.Warnings)
	}
	a = input(t, load.Input{Paths: []string{path}, Filter: ".name:Map /impl:b"})
	if rows := rowsOf(a); len(rows) != 1 || a.Samples != 6 {
		t.Errorf("rows %q, %d samples", rows, a.Samples)
	}
}

func TestWrongExpressionsNameTheirField(t *testing.T) {
	path := suite(t)
	for want, in := range map[string]load.Input{
		"Filter: ":                             {Filter: ".name:("},
		`filter ".name:No" matches none of`:    {Filter: ".name:No"},
		"leaves no result that has a time":     {Filter: ".unit:B/op OR .unit:x"},
		"Row: ":                                {Row: ","},
		"Row: /workers is an axis":             {Row: ".name,/workers"},
		"Col: ":                                {Col: ".unit"},
		"put machines side by side with --col": {Col: "goos", Paths: []string{save(t, "cpu: x\n"+swept("A")), save(t, "cpu: y\n"+swept("A"))}},
		"\"amd64\" in earlier results: put machines side by side with --col goarch": {Paths: []string{save(t, "goarch: amd64\n"+swept("A")), save(t, swept("A")), save(t, "goarch: arm64\n"+swept("A"))}},
	} {
		if in.Paths == nil {
			in.Paths = []string{path}
		}
		if want == "leaves no result that has a time" {
			in.Paths = []string{save(t, strings.ReplaceAll(swept("A"), "ns/op", "ns/op 5 B/op"))}
		}
		if _, err := in.Load(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", in, err, want)
		}
	}
}

// Every file that x/perf tests itself with gives rows, or words about what could
// not be used.
func TestFilesOfPerf(t *testing.T) {
	racing.Skip(t)
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/perf").Output()
	root := strings.TrimSpace(string(dir))
	if err != nil || root == "" {
		t.Skip("golang.org/x/perf is not in the module cache: ", err)
	}
	files := 0
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.Contains(path, "testdata") {
			return err
		}
		files++
		d, err := load.Load(path)
		if err != nil {
			if !strings.HasPrefix(err.Error(), path+": ") {
				t.Errorf("%s: the error does not name the file: %v", path, err)
			}
			return nil
		}
		a := analyse.Analyze(d)
		if len(a.Rows) == 0 && len(a.Warnings) == 0 {
			t.Errorf("%s: no rows and no word why", path)
		}
		return nil
	})
	if err != nil || files < 30 {
		t.Errorf("%d files, %v", files, err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(swept("Sort/n=9", "Go/goroutines=1"), "", "", "")
	f.Add("host: a\ncpu: b\n"+swept("A")+"host: c\n"+swept("A"), "host:a", ".name", "host")
	f.Add(sweep("Ep", func(w, p int) float64 { return 8 }, 2).text(), "/executor:pool", ".name,/executor", "/executor")
	f.Add("# sample: {\"round\":3}\nkinds: A=cpu\nexpect: A=linear\ncopies: 2\nBenchmarkA/executor=x/workers=1/cores=1/scaling=weak 1 5 ns/op 1 cpus-busy\n", "*", ".config", ".config")
	f.Add("BenchmarkX/8-goroutines-4 1 5 ns/op\nBenchmarkX/workers=9/size=1-0 1 1e400 ns/op", ".unit:ns/op", "/impl", ".file")
	f.Add("\x1f\x8b\x08", "", "", "")
	f.Fuzz(func(t *testing.T, text, filter, row, col string) {
		d, err := load.Input{Paths: []string{"-"}, Stdin: strings.NewReader(text), Filter: filter, Row: row, Col: col}.Load()
		if err != nil {
			return
		}
		a := analyse.Analyze(d)
		for _, format := range report.Formats() {
			if err := report.Write(io.Discard, a, format, table.Terminal{}); err != nil {
				t.Error(err)
			}
		}
		if len(a.Rows) == 0 && len(a.Warnings) == 0 {
			t.Errorf("no rows and no word why: %q", text)
		}
	})
}
