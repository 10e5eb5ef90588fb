package historypage_test

import (
	"fmt"
	"html"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"overlap/report/history"
	"overlap/report/historypage"
)

func hashOf(i int) string { return fmt.Sprintf("%07x%033x", 0xabc0000+i*7919, i) }

var day = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// past is a history of made-up commits of benchmarks on one core and on two. In the middle,
// the first gets 12 % slower on two cores and allocates twice.
func past(commits, benchmarks int, host string) historypage.Machine {
	var entries []history.Entry
	var order []history.Commit
	for i := range commits + 1 {
		order = append(order, history.Commit{Hash: hashOf(i), Time: day.AddDate(0, 0, i), Subject: fmt.Sprintf("change %d", i)})
	}
	for i := range commits {
		e := history.Entry{Base: hashOf(i), Commit: hashOf(i + 1), Time: day.AddDate(0, 0, i), Host: host, Machine: "2 CPUs", Blocks: 22}
		for b := range benchmarks {
			add := func(point string, q history.Quantity, ratio, head, err float64) {
				ratio *= math.Exp(err / 2 * math.Sin(float64(i*(b+3)+len(point)+len(q)))) // less than chance
				e.Results = append(e.Results, history.Result{
					Metric: history.Metric{Package: "m/sort", Name: fmt.Sprintf("Bench%d/n=8/%s", b, point), Quantity: q},
					Ratio:  history.Ratio{Value: ratio, Low: ratio * math.Exp(-err), High: ratio * math.Exp(err)}, Head: head,
				})
			}
			slower, more := 1.0, 1.0
			if b == 0 && i == commits/2 {
				slower, more = 1.12, 2
			}
			add("cores=1", history.Time, 1, 4000, .008)
			add("cores=1", history.MeanTime, 1, 4100, .02)
			add("cores=1", history.Allocs, more, 6, 0)
			add("cores=1", history.Bytes, 1, 64, 0)
			add("cores=2-2", history.Time, slower, 2500, .008)
			add("cores=2-2", history.Speedup, 1, 1.6, .008)
		}
		entries = append(entries, e)
	}
	return historypage.Machine{History: history.Build(entries, history.Options{Order: order})}
}

func written(t *testing.T, o historypage.Options, machines ...historypage.Machine) string {
	t.Helper()
	var b strings.Builder
	if err := historypage.Write(&b, machines, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// cut returns what is between two texts, the first time.
func cut(text, from, to string) string {
	_, after, _ := strings.Cut(text, from)
	between, _, _ := strings.Cut(after, to)
	return between
}

func TestPageBeginsWithTheState(t *testing.T) {
	for _, x := range []struct {
		machines []historypage.Machine
		want     string
	}{
		{[]historypage.Machine{past(20, 2, "box")}, "1 step for the worse (2 of 10 series of 2 benchmarks) over 21 commits, from abc000000 (2026-03-01) to abe6aac00 (2026-03-21); the newest: sort.Bench0/n=8 (allocs/op, 1 core) +100.0 %, worse, in abd355600..abd544500 on 2026-03-12."},
		{[]historypage.Machine{past(20, 2, "box"), past(4, 1, "small")}, " of 15 series of 3 benchmarks) over 21 commits on 2 machines, from "},
		{[]historypage.Machine{past(20, 2, "box"), past(30, 1, "late")}, " on 2026-03-17, measured on late."},
		{[]historypage.Machine{{History: history.Build(nil, history.Options{})}}, "No step in 0 series of 0 benchmarks over 0 commits."},
	} {
		got := html.UnescapeString(cut(written(t, historypage.Options{}, x.machines...), `<p class="finding">`, "</p>"))
		if !strings.Contains(got, x.want) {
			t.Errorf("the page begins with %q, want %q", got, x.want)
		}
	}
}

func TestCommitsAreLinks(t *testing.T) {
	m := past(20, 1, "box")
	const repository = "https://github.com/you/module"
	page := written(t, historypage.Options{Repository: repository + ".git"}, m)
	for text, times := range map[string]int{
		`<a href="` + repository + "/compare/" + hashOf(10) + "..." + hashOf(11) + `">`:  2, // in the table and in the section
		`<a href="` + repository + "/commit/" + hashOf(11) + `">change 11</a>`:           2,
		`<th scope="row"><a href="` + repository + "/commit/" + hashOf(20) + `">`:        1, // the newest commits
		`Commits are those of <a href="` + repository + `">` + repository + "</a>.":      1,
		`<td data-name="change" data-value="1.12">+12.0 %</td>`:                          0, // its noise is in it
		`<tr data-row="sort-bench0-n-8" data-kind="box"><th scope="row"><a href="#sort-`: 1,
	} {
		if n := strings.Count(page, text); n != times {
			t.Errorf("%q is there %d times, want %d", text, n, times)
		}
	}
	if page := written(t, historypage.Options{}, m); regexp.MustCompile(`href="[^#]`).MatchString(page) || !strings.Contains(page, "change 11") {
		t.Error("without a repository there are links to commits, or no subjects")
	}
	if err := historypage.Write(new(strings.Builder), nil, historypage.Options{Repository: "javascript:alert(1)"}); err == nil {
		t.Error("a page was written with links that are scripts")
	}
}

// One edit is one row, the largest change, with its other quantities folded below. Those of
// other benchmarks are links to their sections.
func TestOneEditIsOneRow(t *testing.T) {
	var results []history.Result
	for _, r := range []struct {
		name  string
		q     history.Quantity
		ratio float64
	}{{"A/cores=1", history.Allocs, 3}, {"A/cores=1", history.Bytes, 3}, {"A/cores=2-2", history.Time, 2}, {"B", history.Allocs, 1.5}, {"C", history.Allocs, 0.5}} {
		results = append(results, history.Result{Metric: history.Metric{Package: "m/p", Name: r.name, Quantity: r.q}, Ratio: history.Ratio{Value: r.ratio, Low: r.ratio, High: r.ratio}})
	}
	page := written(t, historypage.Options{}, historypage.Machine{History: history.Build([]history.Entry{{Base: hashOf(1), Commit: hashOf(2), Time: day, Results: results}}, history.Options{})})
	for text, times := range map[string]int{
		`<tr data-row="`: 2, `<tr data-row="" data-kind="unknown"><th scope="row"><a href="#p-a">p.A</a> and 1 other benchmark</th>`: 1, `<tr data-row="p-c"`: 1,
		`allocs/op, 1 core <span class="kind">the largest of 4 quantities</span>`: 1,
		`<summary>the other 3 quantities</summary>`:                               1, // in the table
		`<summary>the other 2 quantities</summary>`:                               1, // in the section of A
		`<li>B/op, 1 core: <b>× 3</b> (counted)</li>`:                             2,
		`<li><a href="#p-b">p.B</a>: allocs/op: <b>&#43;50.0 %</b>`:               1,
		"1 step for the worse (3 of 3 series), from ":                             1,
		`<text class="worse"`:                                                     3,     // the change of B/op is that of allocs/op, and told once
		`class="step worse"`:                                                      4 + 1, // and the legend
		"2 steps, 1 for the worse (5 of 5 series of 3 benchmarks) over":           1,
	} {
		if n := strings.Count(page, text); n != times {
			t.Errorf("%q is there %d times, want %d", text, n, times)
		}
	}
}

// A panel has a chart for each point of what changes, in words, and names what does not.
func TestPanels(t *testing.T) {
	page := written(t, historypage.Options{}, past(20, 1, "box"))
	section := cut(page, `<section id="sort-bench0-n-8"`, "</section>")
	var titles []string
	for _, m := range regexp.MustCompile(`<figcaption><b>([^<]*)</b>(?:<span class="quiet">([^<]*))?`).FindAllStringSubmatch(section, -1) {
		titles = append(titles, m[1]+" | "+m[2])
	}
	want := "time and mean time, 1 core | now 4.00 µs; allocs/op, 1 core | now 6 allocs/op; time, 2 cores | now 2.50 µs; speedup S, efficiency E, 2 cores | now S 1.60, E 0.80"
	if got := strings.Join(titles, "; "); got != want {
		t.Errorf("charts:\n%s\nwant\n%s", got, want)
	}
	for text, times := range map[string]int{
		"Counted, and the same in every commit: B/op, 1 core: 64.": 1,
		`class="line mean"`:   1,
		`class="band"`:        3, // what is counted has none
		`class="step worse"`:  2,
		`<text class="worse"`: 2,
		`class="joint"`:       0,
		"allocs/op +100.0 % since abc000000, a step of +100.0 % at abd544500": 1,
		`<tr><th scope="row">`: 20,
		"NaN":                  0, "Inf": 0,
	} {
		if n := strings.Count(section, text); n != times {
			t.Errorf("%q is there %d times, want %d", text, n, times)
		}
	}
}

func TestGapsAreDotted(t *testing.T) {
	m := past(20, 1, "box")
	entries := []history.Entry{}
	for _, i := range []int{1, 2, 5, 6} {
		entries = append(entries, history.Entry{Base: hashOf(i), Commit: hashOf(i + 1), Time: day.AddDate(0, 0, i), Results: []history.Result{{
			Metric: history.Metric{Name: "A", Quantity: history.Time}, Ratio: history.Ratio{Value: 1.01, Low: 1, High: 1.02},
		}}})
	}
	m.History = history.Build(entries, history.Options{})
	if page := cut(written(t, historypage.Options{}, m), `<section id="a"`, "</section>"); strings.Count(page, `class="joint"`) != 1 || !strings.Contains(page, "<b>time</b>") {
		t.Errorf("no gap in %s", page)
	}
}

// Points of a benchmark are in one section, in the order of their cores, whatever else its
// name holds.
func TestPointsAreInWords(t *testing.T) {
	e := history.Entry{Base: hashOf(1), Commit: hashOf(2), Time: day}
	for _, name := range []string{"A/cores=16-16", "A/cores=2-2", "A/workers=1/cores=1", "A/executor=pool/workers=4/cores=2-8", "A/cores=1_×2", "cores=1", "A/cores=2/x"} {
		e.Results = append(e.Results, history.Result{Metric: history.Metric{Package: "m/p", Name: name, Quantity: history.Time}, Ratio: history.Ratio{Value: 1.1, Low: 1, High: 1.2}})
	}
	page := written(t, historypage.Options{}, historypage.Machine{History: history.Build([]history.Entry{e}, history.Options{})})
	section := cut(page, `<section id="p-a"`, "</section>")
	var titles []string
	for _, m := range regexp.MustCompile(`<figcaption><b>([^<]*)</b>`).FindAllStringSubmatch(section, -1) {
		titles = append(titles, m[1])
	}
	if got, want := strings.Join(titles, "; "), "time, 2 copies, each on 1 core; time, 2 cores; time, 16 cores; time, pool, 4 workers on 2 cores, GOMAXPROCS 8; time, 1 worker on 1 core"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, id := range []string{"p-cores-1", "p-a-cores-2-x"} {
		if !strings.Contains(page, `<section id="`+id+`"`) {
			t.Errorf("no section %s", id)
		}
	}
}

// Names that look alike in an address have sections of their own.
func TestSectionsDiffer(t *testing.T) {
	e := history.Entry{Base: hashOf(1), Commit: hashOf(2), Time: day}
	for _, name := range []string{"A/x", "A-x", "é", "ü", strings.Repeat("long", 100), strings.Repeat("long", 101)} {
		e.Results = append(e.Results, history.Result{Metric: history.Metric{Name: name, Quantity: history.Time}, Ratio: history.Ratio{Value: 1.1, Low: 1, High: 1.2}})
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`<section id="([^"]*)"`).FindAllStringSubmatch(written(t, historypage.Options{}, historypage.Machine{History: history.Build([]history.Entry{e}, history.Options{})}), -1) {
		ids[m[1]] = true
	}
	if len(ids) != 6 || !ids["benchmark"] || !ids["a-x-2"] {
		t.Errorf("sections %v", ids)
	}
}

func TestPageSaysWhatWasDamaged(t *testing.T) {
	m := past(3, 1, "box")
	m.Warnings = []error{fmt.Errorf("x.txt: skipped the comparison in line 5 <b>")}
	m.Notes = append(m.Notes, "left out: 7 ratios")
	page := written(t, historypage.Options{}, m)
	for _, want := range []string{"<li>x.txt: skipped the comparison in line 5 &lt;b&gt;</li>", "<li>left out: 7 ratios</li>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
}

// Of long histories and of many benchmarks as much is drawn as fits; the rest is counted.
func TestPageStaysSmall(t *testing.T) {
	for _, x := range []struct {
		commits, benchmarks int
		all                 bool
	}{{3000, 4, true}, {120, 250, true}, {150, 600, false}} {
		page := written(t, historypage.Options{Repository: "https://github.com/you/module"}, past(x.commits, x.benchmarks, "box"))
		t.Logf("%d commits, %d benchmarks: %d bytes", x.commits, x.benchmarks, len(page))
		panels := strings.Count(page, "<section id=")
		said := strings.Contains(page, fmt.Sprintf("the charts are of the first %d of %d benchmarks", panels, x.benchmarks))
		if len(page) > historypage.Limit || x.all != (panels == x.benchmarks) || said == x.all || panels < 250 && !x.all {
			t.Errorf("%d commits, %d benchmarks: %d bytes, %d panels, it says so: %v", x.commits, x.benchmarks, len(page), panels, said)
		}
		if !strings.Contains(page, `data-row="sort-bench0-n-8"`) {
			t.Error("the benchmark with steps is not there")
		}
	}
}

// changes is a history in which every commit changes the allocations of all benchmarks,
// whose names are long.
func changes(commits, benchmarks, long int) historypage.Machine {
	var entries []history.Entry
	for i := range commits {
		e := history.Entry{Base: hashOf(i), Commit: hashOf(i + 1), Time: day.AddDate(0, 0, i)}
		for b := range benchmarks {
			ratio := 3 - float64(b)/100
			e.Results = append(e.Results, history.Result{
				Metric: history.Metric{Name: strings.Repeat("x", long) + fmt.Sprintf("%02d.", b), Quantity: history.Allocs}, Ratio: history.Ratio{Value: ratio, Low: ratio, High: ratio},
			})
		}
		entries = append(entries, e)
	}
	return historypage.Machine{History: history.Build(entries, history.Options{})}
}

// A page lists fewer pieces of the evidence before it leaves out benchmarks, and the filter
// finds in the rows those that are not listed.
func TestEvidenceIsCut(t *testing.T) {
	page := written(t, historypage.Options{}, changes(200, 22, 500))
	t.Logf("%d bytes", len(page))
	rows := regexp.MustCompile(`(?s)<tr data-row=.*?</tr>`).FindAllString(page, -1)
	if len(page) > historypage.Limit || len(rows) != 200 || strings.Count(page, "<section id=\"x") != 22 || strings.Contains(page, "the charts are of") {
		t.Errorf("%d bytes, %d rows", len(page), len(rows))
	}
	for b := range 22 {
		if name := fmt.Sprintf("xxx%02d.", b); !strings.Contains(rows[7], name) {
			t.Errorf("%s is not in the row", name)
		}
	}
	page = written(t, historypage.Options{}, changes(200, 8, 3000))
	if n := strings.Count(page, "<tr data-row="); len(page) > historypage.Limit || n < 100 || !strings.Contains(page, fmt.Sprintf("the newest %d of 200 steps", n)) || !strings.Contains(page, "only the largest change is listed") {
		t.Errorf("long names: %d bytes, %d rows", len(page), n)
	}
}

// What has a range of its own says so; the row has that of its largest change.
func TestEvidenceHasItsRange(t *testing.T) {
	var entries []history.Entry
	for i := range 8 {
		e := history.Entry{Base: hashOf(i), Commit: hashOf(i + 1), Time: day.AddDate(0, 0, i), Blocks: 22}
		e.Results = append(e.Results, history.Result{Metric: history.Metric{Name: "A", Quantity: history.Time}, Ratio: history.Ratio{Value: 1.02, Low: 1.012, High: 1.028}})
		if i == 5 {
			e.Results = append(e.Results, history.Result{Metric: history.Metric{Name: "A", Quantity: history.Allocs}, Ratio: history.Ratio{Value: 1.03, Low: 1.03, High: 1.03}})
		}
		entries = append(entries, e)
	}
	h := history.Build(entries, history.Options{})
	page := written(t, historypage.Options{}, historypage.Machine{History: h})
	lead, own := h.Causes[0].Range(), hashOf(5)[:9]+".."+hashOf(6)[:9]
	if n := strings.Count(page, "<li>allocs/op: <b>&#43;3.0 %</b> (counted), in "+own+"</li>"); n != 2 || lead == own || strings.Contains(page, ", in "+lead+"</li>") {
		t.Errorf("%d pieces of evidence are in %s; the row is in %s", n, own, lead)
	}
}

// No link leads to a section that was left out.
func TestSectionsThatAreLeftOutHaveNoLinks(t *testing.T) {
	page := written(t, historypage.Options{}, past(60, 600, "a"), past(80, 1, "late"))
	if !strings.Contains(page, `<tr data-row="" data-kind="late"><th scope="row">sort.Bench0<wbr/>/n=8</th>`) || !strings.Contains(page, "the tables of the newest commits are left out") {
		t.Error("the section of the last machine is not left out, or it does not say what is")
	}
	for _, m := range regexp.MustCompile(` href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, ` id="`+m[1]+`"`) {
			t.Errorf("nothing has the identifier %s", m[1])
		}
	}
}

// The table has the newest steps of all machines, and says how many there are.
func TestStepsAreCut(t *testing.T) {
	var machines []historypage.Machine
	for _, host := range []string{"a", "b"} {
		var entries []history.Entry
		for i := range 130 {
			entries = append(entries, history.Entry{Base: hashOf(i), Commit: hashOf(i + 1), Time: day.Add(time.Duration(2*i) * time.Hour), Host: host, Results: []history.Result{{
				Metric: history.Metric{Name: "A", Quantity: history.Allocs}, Ratio: history.Ratio{Value: 1.5, Low: 1.5, High: 1.5},
			}}})
			if host == "b" {
				entries[i].Time = entries[i].Time.Add(time.Hour)
			}
		}
		machines = append(machines, historypage.Machine{History: history.Build(entries, history.Options{})})
	}
	page := written(t, historypage.Options{}, machines...)
	rows := regexp.MustCompile(`<tr data-row="[^"]*" data-kind="(.)">`).FindAllStringSubmatch(page, -1)
	if len(rows) != 200 || rows[0][1] != "b" || rows[1][1] != "a" || !strings.Contains(page, "the newest 200 of 260 steps") {
		t.Errorf("%d rows, the first of %v and %v", len(rows), rows[0], rows[1])
	}
	if n := strings.Count(page, "<li>and 122 older steps</li>"); n != 2 {
		t.Errorf("%d panels count their older steps", n)
	}
}
