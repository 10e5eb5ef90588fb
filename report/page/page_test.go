package page_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"overlap/internal/racing"
	"overlap/report/analyse"
	"overlap/report/chart"
	"overlap/report/load"
	"overlap/report/page"
)

// machine is the analysis of a made-up machine with cores cores and so many
// workloads, w00, w01 …, each of which scales a little better than the one
// before.
func machine(t *testing.T, cores, workloads int) *analyse.Analysis {
	t.Helper()
	kinds := []string{"cpu", "io"}
	var b strings.Builder
	b.WriteString("kinds:")
	for i := range workloads {
		fmt.Fprintf(&b, " W%02d=%s", i, kinds[i%2])
	}
	b.WriteString("\nhost: box\ncpu: made up\nplacement: one-per-core\ntopology: cpus=0-1 package=0x2 die=0x2 node=0x2 llc=0x2 core=0-1 thread=0x2\n")
	for round := range 12 {
		for i := range workloads {
			sample(&b, fmt.Sprintf("W%02d/executor=serial", i), 1, 1, round, 9e6)
			for p := 1; p <= cores; p *= 2 {
				for _, workers := range []int{1, 2, 4, 16, 64} {
					gain := 1 + 0.9*float64(min(workers, p)-1)*float64(i+1)/float64(workloads)
					sample(&b, fmt.Sprintf("W%02d/executor=pool", i), workers, p, round, 8e6/gain)
				}
			}
		}
	}
	return analysis(t, b.String())
}

func sample(b *strings.Builder, name string, workers, cores, round int, ns float64) {
	noise := 1 + 0.02*float64((round*7+workers*3+cores)%5-2)
	suffix, pressure := "", 0.01
	if cores > 1 {
		suffix = fmt.Sprintf("-%d", cores)
	}
	if round == 5 {
		pressure = 0.5
	}
	fmt.Fprintf(b, "Benchmark%s/workers=%d/cores=%d%s 1 %.0f ns/op %d tasks-inflight %d cpus-busy %g pressure\n",
		name, workers, cores, suffix, ns*noise, workers, min(workers, cores), pressure)
}

// hostileData is of a file whose author means ill, or whose machine has odd
// names.
func hostileData(t *testing.T) *analyse.Analysis {
	t.Helper()
	const script = `<script>window.pwned=1</script>`
	var b strings.Builder
	b.WriteString("host: <img src=x onerror=window.pwned=1>\ncpu: \u202egnp\x01\xff--><style>*{display:none}</style>\nplacement: one-per-core\nkinds: <i>=" + script + "\n")
	for _, name := range []string{"<i>", "é", "ü", script, "the_table", `"onfocus="pwned=1`, strings.Repeat("long", 80)} {
		for range 2 {
			for _, workers := range []int{1, 2} {
				fmt.Fprintf(&b, "Benchmark%s/executor=pool/workers=%d/cores=1 1 5 ns/op 1 tasks-inflight 1 cpus-busy\n", name, workers)
				fmt.Fprintf(&b, "Benchmark%s/executor=pool/workers=%d/cores=2-2 1 4 ns/op 1 tasks-inflight 1 cpus-busy\n", name, workers)
			}
		}
	}
	return analysis(t, b.String())
}

func analysis(t *testing.T, text string) *analyse.Analysis {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run&copy;.txt")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	d, err := load.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	a := analyse.Analyze(d)
	if len(a.Rows) == 0 {
		t.Fatalf("no rows: %v", a.Warnings)
	}
	return a
}

// drawn are all charts of an analysis.
func drawn(t testing.TB, a *analyse.Analysis) (charts []page.Chart) {
	t.Helper()
	all := chart.All(a)
	for _, r := range a.Rows {
		all = append(all, chart.OfRow(a, r)...)
	}
	for _, c := range all {
		svg, err := c.SVG(chart.Light)
		if err != nil {
			t.Fatal(err)
		}
		charts = append(charts, page.Chart{Name: c.Name, Row: c.Row, Title: c.Title, Caption: c.Caption, Alt: c.Alt, SVG: svg})
	}
	return charts
}

func rendered(t *testing.T, a *analyse.Analysis) string {
	t.Helper()
	return written(t, a, drawn(t, a), page.Options{Dark: chart.Recolour()})
}

func written(t *testing.T, a *analyse.Analysis, charts []page.Chart, o page.Options) string {
	t.Helper()
	var b strings.Builder
	if err := page.Write(&b, a, charts, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	inlined    = regexp.MustCompile(`(?s)(<style>).*?(</style>)|(<script>).*?(</script>)`)
	identifier = regexp.MustCompile(` id="([^"]*)"`)
	link       = regexp.MustCompile(`(?:href="#|aria-describedby="|aria-labelledby=")([^"]*)"`)
)

// problem is what is wrong with the form of a page, empty if nothing. A page is
// well-formed XML but for its style and script, which a name that is markup
// would break; its identifiers differ; its links lead somewhere.
func problem(html string) string {
	form := inlined.ReplaceAllString(html, "$1$2$3$4")
	for d := xml.NewDecoder(strings.NewReader(form)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err.Error()
		}
		element, _ := token.(xml.StartElement)
		for _, a := range element.Attr {
			if name := a.Name.Local; name == "style" || name == "src" || strings.HasPrefix(name, "on") {
				return fmt.Sprintf("an element %s has the attribute %s", element.Name.Local, name)
			}
		}
	}
	seen := map[string]bool{}
	for _, m := range identifier.FindAllStringSubmatch(form, -1) {
		if seen[m[1]] || m[1] == "" {
			return fmt.Sprintf("the identifier %q is there twice or empty", m[1])
		}
		seen[m[1]] = true
	}
	for _, m := range link.FindAllStringSubmatch(form, -1) {
		if !seen[m[1]] {
			return fmt.Sprintf("nothing has the identifier %q", m[1])
		}
	}
	switch {
	case strings.Count(form, `<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-`) != 1:
		return "there is not one policy"
	case strings.Count(form, "<script") != 1 || strings.Count(form, "<style") != 1:
		return "there is not one script and one style"
	}
	return ""
}

func TestPageHoldsNoForeignMarkup(t *testing.T) {
	html := rendered(t, hostileData(t))
	if p := problem(html); p != "" {
		t.Error(p)
	}
	for _, bad := range []string{"<img", "<i>", "@import", "<link", "<?xml", "\u202e", "\x01", "\xff"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, good := range []string{"&lt;img src", "run&amp;copy;.txt", `<section id="row"`, `<section id="row-2"`, `aria-label="Concurrency gain × parallelism gain = speedup: &lt;`} {
		if !strings.Contains(html, good) {
			t.Errorf("the page does not hold %q", good)
		}
	}
}

// Every part that a reader looks for is there, for every row.
func TestPageHoldsEveryPart(t *testing.T) {
	a := machine(t, 2, 3)
	o := page.Options{Dark: chart.Recolour()}
	html := written(t, a, drawn(t, a), o)
	if p := problem(html); p != "" {
		t.Error(p)
	}
	for part, count := range map[string]int{
		"<section id=": 3, "overlap run --workloads w0": 3, "<h3>Models</h3>": 3, `class="strip"`: 3 * 11, "<details><summary>Numbers: ": 5, "<details><summary>Points and samples of ": 3,
		"12 samples by round, from ": 3 * 11, ", 1 left out": 3 * 11, ">serial program<": 3, "<p class=\"verdict\">": 3, "<figure ": len(drawn(t, a)),
		"prefers-color-scheme: dark": 2, "connect-src": 0, ">speedup</a> = ": 1, "On 2 cores: ": 1, "grep -hE": 3,
		`href="#w01"`: 3, `id="w01_cores"`: 1, `id="w01_chart_curves"`: 1,
	} {
		if n := strings.Count(html, part); n != count {
			t.Errorf("%q is there %d times, want %d", part, n, count)
		}
	}
	alert := written(t, a, nil, page.Options{Refresh: 1500 * time.Millisecond, Alert: "<b>cannot"})
	for _, want := range []string{`<html lang="en" data-refresh="2">`, `content="2"/></noscript>`, `role="alert">&lt;b&gt;cannot</p>`} {
		if problem(alert) != "" || !strings.Contains(alert, want) {
			t.Errorf("no %s in a page that reloads itself (%s)", want, problem(alert))
		}
	}
}

// Charts hold no style attribute and no light colour: these are classes and
// variables, which dark pages change.
func TestChartsAreRecoloured(t *testing.T) {
	html := rendered(t, machine(t, 2, 2))
	form := inlined.ReplaceAllString(html, "")
	style := inlined.FindString(html)
	for light, dark := range chart.Recolour() {
		variable := "--x" + strings.ToLower(light[1:]) + ":"
		if strings.Count(style, variable+light+";") != 1 || strings.Count(style, variable+dark+";") != 2 {
			t.Errorf("%s is not once %s and, for the system and for the reader, %s", variable, light, dark)
		}
		if strings.Contains(form, light) {
			t.Errorf("a chart holds %s", light)
		}
	}
	if n := strings.Count(form, "<figure"); n < 5 || strings.Count(form, `viewBox="0 0 600 `) != n {
		t.Errorf("%d figures, %d pictures", n, strings.Count(form, `viewBox="0 0 600 `))
	}
}

// What a chart must not hold does not reach the page, whoever drew it.
func TestOnlyKnownElementsOfChartsAreTaken(t *testing.T) {
	a := machine(t, 1, 1)
	svg := `<?xml version="1.0"?><svg viewBox="0 0 1 1" onload="pwned()"><script>pwned()</script><a href="http://x"><text x="1">gone</text></a><path d="MNaN,1L2,3"/>` +
		`<text x="2" style="fill:#1B1F24;background:url(http://x);fill:red}*{x:y">kept &lt;b&gt;</text><image href="http://x/y.png"/></svg>`
	html := written(t, a, []page.Chart{{Name: "c", Alt: `"a" <b>`, SVG: []byte(svg)}}, page.Options{Dark: chart.Recolour()})
	if want := `<svg viewBox="0 0 1 1" role="img" aria-label="&#34;a&#34; &lt;b&gt;"><text x="2" class="c0">kept &lt;b&gt;</text><image/></svg>`; !strings.Contains(html, want) {
		t.Errorf("the page does not hold %s", want)
	}
	if want := ".c0{fill:var(--x1b1f24)}\n"; !strings.Contains(html, want) {
		t.Errorf("the style does not hold %s", want)
	}
	var b strings.Builder
	if err := page.Write(&b, a, []page.Chart{{Name: "torn", SVG: []byte("<svg><g>")}}, page.Options{}); err == nil || !strings.Contains(err.Error(), "chart torn") {
		t.Errorf("a torn chart gives the error %v", err)
	}
}

// All workloads of the suite fit; of those with large charts the page says how many
// have a section.
func TestPageStaysSmall(t *testing.T) {
	racing.Skip(t)
	a := machine(t, 16, 30)
	charts := drawn(t, a)
	html := written(t, a, charts, page.Options{Dark: chart.Recolour()})
	t.Logf("30 workloads take %d bytes", len(html))
	if len(html) > page.Limit {
		t.Errorf("30 workloads take %d bytes", len(html))
	}
	if n := strings.Count(html, ">Cores and workers</h3>"); n != 30 {
		t.Errorf("%d of 30 workloads have their curves", n)
	}
	for i := range charts {
		charts[i].SVG = []byte(strings.Replace(string(charts[i].SVG), "</svg>", "<text>"+strings.Repeat("large ", 10_000)+"</text></svg>", 1))
	}
	html = written(t, a, charts, page.Options{Dark: chart.Recolour()})
	said := regexp.MustCompile("the first ([0-9]+) of 30 rows have a section").FindStringSubmatch(html)
	if len(html) > page.Limit || said == nil || problem(html) != "" {
		t.Fatalf("large charts: %d bytes, it says %q, %s", len(html), said, problem(html))
	}
	if n := strings.Count(html, ">Cores and workers</h3>"); fmt.Sprint(n) != said[1] || n < 5 {
		t.Errorf("%d rows have their curves, but it says %s", n, said[1])
	}
}
