package page_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overlap/report"
	"overlap/report/chart"
	"overlap/report/page"
)

func TestPageIsSelfContainedAndHoldsNoForeignMarkup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run&copy;.txt")
	const text = "host: <img src=x onerror=alert(1)>\nkinds: <i>=<script>alert(2)</script>\n" +
		"Benchmark<i>/executor=pool/workers=1/cores=1 1 5 ns/op 1 tasks-inflight 1 cpus-busy\n"
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	d, err := report.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	a := report.Analyze(d)
	var charts []page.Chart
	for _, c := range chart.All(a) {
		svg, err := c.SVG(chart.Light)
		if err != nil {
			t.Fatal(err)
		}
		charts = append(charts, page.Chart{Name: c.Name, Title: c.Title, Caption: c.Caption, Alt: c.Alt, Light: svg, Dark: svg})
	}
	var b strings.Builder
	if err := page.Write(&b, a, charts); err != nil {
		t.Fatal(err)
	}
	html := b.String()
	for _, bad := range []string{"<script", "<img", "<i>", ` src="`, "@import", "<link", "<?xml"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, good := range []string{"&lt;img src", "speedup = concurrency gain × parallelism gain", "run&amp;copy;.txt", `aria-label="Concurrency gain × parallelism gain = speedup: &lt;i&gt; 1.00 × 1.00 = 1.00.`, "prefers-color-scheme: dark", "<details><summary>&lt;i&gt;", "<th>run queue</th>"} {
		if !strings.Contains(html, good) {
			t.Errorf("the page does not hold %q", good)
		}
	}
	if n := strings.Count(html, "<svg"); n != 2*len(charts) || n == 0 {
		t.Errorf("%d pictures in the page, want two of each of %d charts", n, len(charts))
	}
}
