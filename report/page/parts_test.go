package page_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"overlap/report/analyse"
	"overlap/report/chart"
	"overlap/report/page"
)

// many is the analysis of so many rows in a file that is not of the suite.
func many(t *testing.T, rows int) *analyse.Analysis {
	t.Helper()
	var b strings.Builder
	for i := range rows {
		for _, procs := range []string{"", "-2"} {
			for range 2 {
				fmt.Fprintf(&b, "BenchmarkThing%04d%s 1 %d ns/op\n", i, procs, 100+i-len(procs))
			}
		}
	}
	return analysis(t, b.String())
}

// The table has every row of a file, also those without a section, to which
// nothing leads; of very many it has as many as fit, and says so.
func TestTheTableHasEveryRow(t *testing.T) {
	for rows, whole := range map[int]bool{60: true, analyse.Readable + 1: true, 1000: true, 4000: false} {
		a := many(t, rows)
		html := written(t, a, nil, page.Options{Dark: chart.Recolour()})
		if p := problem(html); p != "" {
			t.Error(p)
		}
		sections := min(rows, len(a.Shown()))
		lines, links := strings.Count(html, "<tr data-row="), strings.Count(html, `<th scope="row"><a href="#`)
		if whole && lines != rows || lines < min(rows, 1000) || links != sections || strings.Count(html, "<section id=") != sections {
			t.Errorf("%d rows: %d lines, %d links, want %d", rows, lines, links, sections)
		}
		name := fmt.Sprintf("table of the first %d workloads", lines)
		if whole {
			name = "table of all workloads"
		}
		if len(html) > page.Limit || strings.Count(html, `aria-label="`+name+`"`) != 1 || strings.Contains(html, "the table has the first") == whole {
			t.Errorf("%d rows take %d bytes, of %d lines it does not say %q or else that it is cut", rows, len(html), lines, name)
		}
		if said := strings.Contains(html, fmt.Sprintf("the first %d of %d rows have a section", sections, rows)); said != (sections < rows) {
			t.Errorf("%d rows, %d sections: it says so %v", rows, sections, said)
		}
	}
}

// What nobody reads to the end is cut: a warning for each of a thousand rows
// would be longer than the table.
func TestNotesAreFew(t *testing.T) {
	a := many(t, 300)
	for i := range a.Rows {
		a.Rows[i].Warnings = []error{fmt.Errorf("odd row %d", i)}
	}
	html := written(t, a, nil, page.Options{})
	_, after, _ := strings.Cut(html, `<ul class="notes">`)
	notes, _, _ := strings.Cut(after, "</ul>")
	if n := strings.Count(notes, "<li>"); n < 50 || n > 70 || !strings.Contains(notes, " more, which report.json has") {
		t.Errorf("%d notes", n)
	}
}

// The notes explain columns that are there.
func TestNotesAreOfColumns(t *testing.T) {
	html := rendered(t, machine(t, 2, 2))
	head, _, _ := strings.Cut(html[strings.Index(html, `id="all_rows"`):], "</thead>")
	_, after, _ := strings.Cut(html, `<ul class="notes">`)
	notes, _, _ := strings.Cut(after, "</ul>")
	for _, name := range []string{"COST", "xpected", "n flight", "CPUs busy"} {
		if in, said := strings.Contains(head, name), strings.Contains(notes, name); in != said {
			t.Errorf("%s is a column: %v, and in the notes: %v", name, in, said)
		}
	}
}

// In a part of the page a term is a link once.
func TestTermsAreLinksOnce(t *testing.T) {
	form := inlined.ReplaceAllString(rendered(t, machine(t, 2, 3)), "")
	terms := regexp.MustCompile(`class="term" href="#(term_[a-z0-9-]+)"`)
	parts := strings.Split(form, "<section")
	for i, part := range parts[1:] {
		seen := map[string]bool{}
		for _, m := range terms.FindAllStringSubmatch(part, -1) {
			if seen[m[1]] {
				t.Errorf("section %d has two links to %s", i, m[1])
			}
			seen[m[1]] = true
		}
		if i < 3 && (!seen["term_speedup"] || !seen["term_workers"] && !seen["term_worker"] || !seen["term_gomaxprocs"]) {
			t.Errorf("section %d lacks links: %v", i, seen)
		}
	}
	if n := strings.Count(parts[0], `href="#term_parallelism-gain"`); n < 2 {
		t.Errorf("%d links to the parallelism gain in the heading and the table", n)
	}
}

// The policy is this one, to the letter: what it does not forbid is allowed.
func TestPolicy(t *testing.T) {
	a := machine(t, 1, 1)
	const hash = `&#39;sha256-[A-Za-z0-9&#;/=]+&#39;`
	want := `default-src &#39;none&#39;; style-src ` + hash + `; script-src ` + hash + `; img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;`
	html := written(t, a, nil, page.Options{Refresh: time.Second})
	if !regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="` + want + `"/>`).MatchString(html) {
		t.Errorf("the policy is %s", regexp.MustCompile(`<meta http-equiv[^>]*>`).FindString(html))
	}
}

// What workers bring is not a gain from cores. Neither is what a second core undoes of a
// loss: the shares are of Row.FromCores.
func TestSharesAreOfTheGainFromCores(t *testing.T) {
	var b strings.Builder
	for _, c := range []struct {
		name string
		ms   [4]float64 // 1 and 4 workers on one core, then on two
	}{{"Waits", [4]float64{40, 10, 40, 7.8}}, {"Hurts", [4]float64{10, 20, 10, 6.25}}} {
		for round := range 10 {
			noise := 1 + 0.001*float64(round%3)
			for i, ms := range c.ms {
				cores, suffix := 1+i/2, []string{"", "-2"}[i/2]
				fmt.Fprintf(&b, "Benchmark%s/executor=pool/workers=%d/cores=%d%s 1 %g ns/op\n", c.name, 1+3*(i%2), cores, suffix, ms*1e6*noise)
			}
			for copies, ms := range map[int]float64{1: 5, 2: 6.25} {
				fmt.Fprintf(&b, "copies: %d\nBenchmark%s/executor=pool/workers=1/cores=%d/slices=2%s 1 %g ns/op\n", copies, c.name, copies, []string{"", "-2"}[copies-1], ms*1e6*noise)
			}
			b.WriteString("copies:\n")
		}
	}
	html := written(t, analysis(t, b.String()), nil, page.Options{})
	for id, want := range map[string][2]string{"waits": {"64 %", "80 %"}, "hurts": {"80 %", "100 %"}} {
		section := html[strings.Index(html, `<section id="`+id+`"`):]
		for i, name := range []string{"efficiency", "share of the ceiling"} {
			got := regexp.MustCompile(`>` + name + `</a></th><td>([^<]*)<`).FindStringSubmatch(section)
			if got == nil || got[1] != want[i] {
				t.Errorf("%s of %s is %q, want %s", name, id, got, want[i])
			}
		}
	}
}

// A workload that does not do what it declares says why in its section.
func TestExpectationsHaveReasons(t *testing.T) {
	text := "kinds: Flat=cpu\nexpect: Flat=linear\n"
	for round := range 12 {
		for _, name := range []string{"workers=1/cores=1", "workers=2/cores=1", "workers=1/cores=2-2", "workers=2/cores=2-2"} {
			text += fmt.Sprintf("BenchmarkFlat/executor=pool/%s 1 %d ns/op\n", name, 8000000+round)
		}
	}
	a := analysis(t, text)
	e := a.Rows[0].Expected
	html := written(t, a, nil, page.Options{})
	_, section, _ := strings.Cut(html, `<section id="flat"`)
	section, _, _ = strings.Cut(section, "</section>")
	if want := fmt.Sprintf("<li>expected %s: %s</li>", e, e.Reason); e.Reason == "" || !strings.Contains(section, want) {
		t.Errorf("the section does not hold %q", want)
	}
}

// The models say the numbers of few cores, and leave those of many to the table.
func TestModelsLeaveManyCoresToTheTable(t *testing.T) {
	for cores, want := range map[int]int{4: 2, 16: 0} {
		html := written(t, machine(t, cores, 1), nil, page.Options{})
		if n := strings.Count(html, "<li>Efficiency on "); n != want {
			t.Errorf("up to %d cores: %d lines on efficiency, want %d", cores, n, want)
		}
	}
}
