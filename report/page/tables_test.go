package page_test

import (
	"errors"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"overlap/internal/racing"
	"overlap/report/analyse"
	"overlap/report/chart"
	"overlap/report/load"
	"overlap/report/page"
)

// recorded is the analysis of a run with recordings, latencies and tasks of two
// sizes.
func recorded(t *testing.T) *analyse.Analysis {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"1core.trace", "2cores.trace"} {
		trace, err := os.ReadFile("../testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "run."+name), trace, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var b, pairs strings.Builder
	b.WriteString("kinds: Cut=spawn\n")
	for round := range 10 {
		fmt.Fprintf(&pairs, "BenchmarkCoreToCore/from=3/to=5 100 %d ns/op\n", 150+round%2)
		for _, grain := range []string{"16us", "250us"} {
			task := map[string]float64{"16us": 16e3, "250us": 250e3}[grain]
			for cores := 1; cores <= 2; cores++ {
				suffix := ""
				if cores > 1 {
					suffix = "-2"
				}
				ns := 100 * (task + 5e3) / float64(cores)
				fmt.Fprintf(&b, "BenchmarkCut/executor=pool/workers=%d/cores=%d/variant=%s%s 1 %.0f ns/op 1.5 tasks-inflight %.0f items/s 1250 p50-ns/task 7750 p99-ns/task 1.25 cpus-busy\n", cores, cores, grain, suffix, ns+float64(round), 1e11/ns)
				fmt.Fprintf(&b, "BenchmarkCut/executor=pool/workers=%d/cores=%d/variant=%s%s 1 %.0f ns/op\n", 3-cores, cores, grain, suffix, ns)
			}
			fmt.Fprintf(&b, "BenchmarkCut/executor=serial/workers=1/cores=1/variant=%s 1 %.0f ns/op %.0f items/s\n", grain, 100*task, 1e9/task)
		}
	}
	path := filepath.Join(dir, "run.txt")
	for name, text := range map[string]string{path: b.String(), filepath.Join(dir, "run.pairs"): pairs.String()} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	d, err := load.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return analyse.Analyze(d)
}

// rowsOf are the cells of the table with an identifier.
func rowsOf(t *testing.T, html, id string) (rows [][]string) {
	t.Helper()
	m := regexp.MustCompile(`(?s)<table[^>]* id="` + id + `".*?<tbody>(.*?)</tbody>|<h3 id="` + id + `".*?<tbody>(.*?)</tbody>`).FindStringSubmatch(html)
	if m == nil {
		t.Fatalf("no table %s", id)
	}
	for _, row := range strings.Split(m[1]+m[2], "</tr>") {
		var cells []string
		for _, c := range regexp.MustCompile(`(?s)<t[dh][^>]*>(.*?)</t[dh]>`).FindAllStringSubmatch(row, -1) {
			cells = append(cells, c[1])
		}
		if cells != nil {
			rows = append(rows, cells)
		}
	}
	return rows
}

// What a chart shows stands in the table to which it leads.
func TestChartsHaveTables(t *testing.T) {
	a := recorded(t)
	html := rendered(t, a)
	if p := problem(html); p != "" {
		t.Error(p)
	}
	for chart, want := range map[string]string{
		"gains": `href="#all_rows">Its numbers: the table<`, "scaling": `href="#numbers_scaling">Its numbers: gain by cores<`,
		"timeline": `href="#numbers_timeline">Its numbers: the recordings<`, "coretocore": `href="#numbers_coretocore">`, "crossover": `href="#numbers_crossover">`,
	} {
		_, after, found := strings.Cut(html, `id="chart_`+chart+`"`)
		caption, _, _ := strings.Cut(after, "</figure>")
		if !found || !strings.Contains(caption, want) {
			t.Errorf("the chart %s (there: %v) has no %s", chart, found, want)
		}
	}
	if rows := rowsOf(t, html, "numbers_timeline"); len(rows) != 2 || rows[0][0] != "1" || rows[1][0] != "2" || rows[0][2] != "32" || rows[0][5] != "1" || rows[1][5] != "2" {
		t.Errorf("recordings %q", rows)
	}
	if rows := rowsOf(t, html, "numbers_coretocore"); len(rows) != 2 || rows[0][0] != "3" || rows[0][1] != "–" || !strings.HasPrefix(rows[0][2], "150 ±") && !strings.HasPrefix(rows[0][2], "151 ±") {
		t.Errorf("latencies %q", rows)
	}
	grains := rowsOf(t, html, "numbers_crossover")
	if len(grains) != 4 || grains[0][4] != "16.0 µs" || grains[1][4] != "250 µs" && grains[1][4] != "0.25 ms" || !strings.HasPrefix(grains[0][5], "0.76") || grains[0][7] != "5.00 µs" {
		t.Errorf("tasks %q", grains)
	}
	id := a.Rows[0].ID()
	points := rowsOf(t, html, id+"_points")
	if first, second := points[0], points[2]; first[11] != "1.00" || first[12] != "1.25 µs" || first[13] != "7.75 µs" || first[14] != "1.50" || first[15] != "1.25" || !strings.HasPrefix(second[11], "2.00") {
		t.Errorf("points %q", points)
	}
	if last := points[len(points)-1]; last[3] != "serial program" || last[11] != "–" {
		t.Errorf("the serial program is %q", last)
	}
	cores := rowsOf(t, html, id+"_cores")
	e := a.Rows[0].Models.Cores[1]
	if len(cores) != 2 || len(cores[1]) != 4 || cores[1][2] != e.OfIdeal.String() || cores[1][3] != e.Serial.String() || cores[0][3] != "–" { // no ceiling was measured
		t.Errorf("cores %q, want %+v", cores, e)
	}
}

// How to read a chart is said once, and further charts of the kind lead there.
func TestCaptionsAreSaidOnce(t *testing.T) {
	a := machine(t, 2, 3)
	charts := drawn(t, a)
	html := written(t, a, charts, page.Options{Dark: chart.Recolour()})
	said := map[string]int{}
	for _, c := range charts {
		said[c.Caption]++
	}
	linked := 0
	for _, n := range said {
		linked += n - 1
	}
	if n := strings.Count(html, ">How to read it</a>"); n != linked || n < 3 {
		t.Errorf("%d links to a caption, want %d", n, linked)
	}
	for caption := range said {
		text := "<figcaption>" + template.HTMLEscapeString(caption)
		if n := strings.Count(html, text+" <a") + strings.Count(html, text+" Its numbers: "); n != 1 && !strings.Contains(caption, "--") {
			t.Errorf("%q is there %d times", caption, n)
		}
	}
}

// A browser must not break a line within a flag, and what one copies is the text.
func TestFlagsStayWhole(t *testing.T) {
	a := hostileData(t)
	a.Warnings = append(a.Warnings, errors.New("several runs (--col .file puts them side by side)"))
	html := rendered(t, a)
	if n := strings.Count(html, `(<span class="flag">--`); n == 0 || strings.Contains(inlined.ReplaceAllString(html, ""), "(--") {
		t.Errorf("%d flags are in one piece", n)
	}
	if p := problem(html); p != "" {
		t.Error(p)
	}
}

// Of more sections than fit the page has the first ones, as many as it says, and
// the table has every row, with links to those.
func TestManyRowsStaySmall(t *testing.T) {
	racing.Skip(t)
	var b strings.Builder
	for i := range 60 {
		for _, procs := range []string{"", "-2", "-4"} {
			for range 2 {
				fmt.Fprintf(&b, "Benchmark%s%03d%s 1 %d ns/op\n", strings.Repeat("Long", 2400), i, procs, 100+len(procs))
			}
		}
	}
	a := analysis(t, b.String())
	html := written(t, a, nil, page.Options{Dark: chart.Recolour()})
	said := regexp.MustCompile("the first ([0-9]+) of 60 rows have a section").FindStringSubmatch(html)
	sections, lines, links := strings.Count(html, "<section id="), strings.Count(html, "<tr data-row="), strings.Count(html, `<th scope="row"><a href="#`)
	t.Logf("%d of 60 rows take %d bytes", sections, len(html))
	if len(html) > page.Limit || said == nil || said[1] != fmt.Sprint(sections) || sections != links || sections < 10 || lines != 60 {
		t.Errorf("%d bytes, %d sections, %d links, %d lines, it says %q", len(html), sections, links, lines, said)
	}
	if p := problem(html); p != "" {
		t.Error(p)
	}
}
