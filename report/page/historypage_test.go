package page_test

// The page of a history is tested here, where the browser and the rules of a page's form
// are.

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"overlap/report/history"
	"overlap/report/historypage"
)

func historyPage(t testing.TB, repository string, machines ...historypage.Machine) string {
	t.Helper()
	var b strings.Builder
	if err := historypage.Write(&b, machines, historypage.Options{Repository: repository}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// pastOf is the history of a machine: each benchmark of these names takes and allocates a third
// more since the middle.
func pastOf(host, subject string, commits int, names ...string) historypage.Machine {
	var entries []history.Entry
	var order []history.Commit
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	hash := func(i int) string { return fmt.Sprintf("%07x%033x", 0xabc0000+i*7919, i) }
	for i := range commits + 1 {
		order = append(order, history.Commit{Hash: hash(i), Time: day.AddDate(0, 0, i), Subject: subject})
	}
	for i := range commits {
		e := history.Entry{Base: hash(i), Commit: hash(i + 1), Time: day.AddDate(0, 0, i), Host: host, Machine: host, Blocks: 22}
		for b, name := range names {
			ratio := math.Exp(0.004 * math.Sin(float64(i*(b+3))))
			if i == commits/2 && commits > 1 {
				ratio *= 4. / 3
			}
			for _, point := range []string{"/cores=1", "/cores=2-2"} {
				for _, q := range []history.Quantity{history.Time, history.MeanTime, history.Allocs, history.Bytes} {
					e.Results = append(e.Results, history.Result{
						Metric: history.Metric{Package: "m/" + host, Name: name + point, Quantity: q}, Ratio: history.Ratio{Value: ratio, Low: ratio / 1.01, High: ratio * 1.01}, Head: 5,
					})
				}
			}
		}
		entries = append(entries, e)
	}
	return historypage.Machine{History: history.Build(entries, history.Options{Order: order})}
}

// pastPage is the page of two machines.
func pastPage(t *testing.T) string {
	return historyPage(t, "https://github.com/you/module", pastOf("box", "a change", 30, "Sort/n=8", "Push", "Pop"), pastOf("small", "", 4, "Sort/n=8"))
}

// longPast has a step of benchmarks with long names, which the evidence names again.
func longPast(t *testing.T) string {
	const name = "EncodeTheWholeDocumentOfTheArchive/size=4096/compression=none"
	return historyPage(t, "https://github.com/you/module", pastOf("a-server-with-a-long-name", "encode: take the lock once", 12, name, name+"/again"))
}

func hostilePast(t *testing.T) string {
	const script = `<script>window.pwned=1</script>`
	m := pastOf("<img src=x onerror=window.pwned=1>", "\u202e\x01\xff--><style>*{display:none}</style> [x](javascript:pwned=1)", 12,
		script, "<i>", "é", "ü", "the_steps", `"onfocus="pwned=1`, "javascript:pwned=1", strings.Repeat("long", 80), "a&amp;b")
	m.Warnings = []error{fmt.Errorf("x%s.txt: damaged", script)}
	m.Notes = append(m.Notes, script)
	return historyPage(t, "https://github.com/you/module", m)
}

func TestHistoryPageHoldsNoForeignMarkup(t *testing.T) {
	for name, html := range map[string]string{"plain": pastPage(t), "hostile": hostilePast(t)} {
		if p := problem(html); p != "" {
			t.Errorf("%s: %s", name, p)
		}
		for _, bad := range []string{"<img", "<i>", "@import", "<link", "<?xml", "\u202e", "\x01", "\xff", `href="javascript`} {
			if strings.Contains(html, bad) {
				t.Errorf("%s: the page holds %q", name, bad)
			}
		}
	}
}

// FuzzHistoryPage makes the page of any history: it is well-formed, under its policy, and
// what the file holds is text in it.
func FuzzHistoryPage(f *testing.F) {
	const base, commit = "0123456789012345678901234567890123456789", "abcdef0123456789012345678901234567890123"
	entry := func(host, results string, n int) []byte {
		return fmt.Appendf(nil, "# comparison\nbase: %s\ncommit: %s\ntime: 2026-03-01T00:00:00Z\nhost: %s\nmachine: m\nseed: 1\nblocks: 9\nidentical: \npkg:\n\n%s\n# end of comparison: %d\n", base, commit, host, results, n)
	}
	f.Add(entry("h", "pkg: m/a\nBenchmarkA/cores=2-2 1 1.5 time-ratio 1.4 time-ratio-low 1.6 time-ratio-high 5 time-head 2 allocs-ratio 2 allocs-ratio-low 2 allocs-ratio-high", 1))
	f.Add(entry("</style><script>", "pkg: <b>\nBenchmark<b>\"'&/executor=<i>/workers=99999999999999999999/cores=0-0 1 1 speedup-ratio 1e-6 speedup-ratio-low 1e6 speedup-ratio-high NaN speedup-head", 1))
	f.Add(entry("", "Benchmarkcores=1 1 1e6 time-ratio 1e6 time-ratio-low 1e6 time-ratio-high 1e308 time-head 1e-6 mean-time-ratio 1e-6 mean-time-ratio-low 1e-6 mean-time-ratio-high", 1))
	f.Fuzz(func(t *testing.T, text []byte) {
		entries, warnings, err := history.Read(strings.NewReader(string(text)), "history<b>.txt")
		if err != nil || len(entries) > 50 {
			return
		}
		m := historypage.Machine{History: history.Build(entries, history.Options{}), Warnings: warnings}
		for _, repository := range []string{"", "git@github.com:you/module.git"} {
			html := historyPage(t, repository, m, m)
			if p := problem(html); p != "" || !utf8.ValidString(html) {
				t.Errorf("%s (UTF-8: %v)", p, utf8.ValidString(html))
			}
			for _, bad := range []string{"NaN", "Inf"} {
				if charts := html[:strings.LastIndex(html, "<script")]; strings.Contains(charts, `d="`+bad) || strings.Contains(charts, bad+`"/>`) {
					t.Errorf("a path holds %s", bad)
				}
			}
		}
	})
}

// Every rule of axe-core, in light and in dark, on a screen and on a phone, with
// everything unfolded; and the page is never wider than the screen.
func TestBrowserFindsNoBarriersInAHistory(t *testing.T) {
	b := browse(t)
	for name, address := range map[string]string{"plain": saved(t, pastPage(t)), "long": saved(t, longPast(t)), "hostile": saved(t, hostilePast(t))} {
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{360, 1280} {
				b.do(t, system(scheme))
				b.open(t, address, width)
				b.barriers(t, fmt.Sprintf("%s, %s, %d pixels", name, scheme, width))
				if got := ask[int64](t, b, `document.documentElement.scrollWidth`); got > width {
					t.Errorf("%s, %d pixels: the page is %d wide", name, width, got)
				}
				if got := ask[int](t, b, `(s => s.scrollWidth - s.clientWidth)(all_rows.closest(".scroll"))`); got > 0 && name != "hostile" {
					t.Errorf("%d pixels: the table is %d pixels wider than the screen", width, got)
				}
				const stops = `new Promise(done => setTimeout(done, 200)).then(() => [...document.querySelectorAll(".scroll")].filter(s => s.checkVisibility() && s.hasAttribute("tabindex") !== s.scrollWidth > s.clientWidth).length)`
				if wrong := ask[int](t, b, stops); wrong > 0 {
					t.Errorf("%s, %d pixels: %d scrollers stop the keyboard wrongly", name, width, wrong)
				}
			}
		}
	}
	if ask[bool](t, b, `"pwned" in window`) {
		t.Error("a script of a history ran")
	}
	b.quiet(t)
}

// The filter shows the sections whose name it finds, and those whose steps it finds.
func TestBrowserFiltersAHistory(t *testing.T) {
	b := browse(t)
	b.open(t, saved(t, pastPage(t)), 1280)
	const sections = `[...document.querySelectorAll("section[data-kind]")].filter(s => s.offsetHeight > 0).map(s => s.id).join(" ") + ", " + [...all_rows.tBodies[0].rows].filter(r => !r.hidden).length + " steps, " + the_status.textContent`
	check := func(when, want string) {
		t.Helper()
		if got := ask[string](t, b, sections); got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	filter := func(text, machine string) {
		ask[chromedp.Void](t, b, fmt.Sprintf(`the_filter.value = %q, the_kind.value = %q, the_filter.dispatchEvent(new Event("input")), the_kind.dispatchEvent(new Event("change"))`, text, machine))
	}
	check("at first", "box-pop box-push box-sort-n-8 small-sort-n-8, 2 steps, ")
	filter("SORT", "")
	check("by name", "box-sort-n-8 small-sort-n-8, 2 steps, 2 of 4 benchmarks")
	filter("", "small")
	check("by machine", "small-sort-n-8, 1 steps, 1 of 4 benchmarks")
	filter("2026-03-17", "")
	check("by the date of a step", "box-pop box-push box-sort-n-8, 1 steps, 3 of 4 benchmarks")
	filter("nothing", "")
	check("by nothing", ", 0 steps, 0 of 4 benchmarks")
	ask[chromedp.Void](t, b, `location.hash = "#box-push", new Promise(done => setTimeout(done, 100))`)
	check("behind a link", "box-pop box-push box-sort-n-8 small-sort-n-8, 2 steps, ")
	b.do(t, chromedp.Click(chromedp.CSS(`button[aria-label="sort by change"]`)))
	if got := ask[string](t, b, `[...all_rows.tBodies[0].rows].map(r => Number(r.querySelector("[data-value]").dataset.value)).every((x, i, all) => i === 0 || all[i - 1] >= x) + " " + all_rows.querySelector("[aria-sort]").dataset.name`); got != "true change" {
		t.Errorf("sorted by change: %s", got)
	}
	b.quiet(t)
}

// Without JavaScript everything is there but what needs it; without steps there is no
// table, and the filter works.
func TestBrowserShowsAHistoryWithoutScriptsAndSteps(t *testing.T) {
	b := browse(t)
	b.open(t, saved(t, historyPage(t, "", pastOf("box", "x", 1, "Push", "Pop"))), 800)
	b.do(t, chromedp.SendKeys(chromedp.CSS("#the_filter"), "push"))
	if got := ask[string](t, b, `(document.getElementById("all_rows") === null) + " " + the_status.textContent`); got != "true 1 of 2 benchmarks" {
		t.Errorf("without steps: %s", got)
	}
	b.do(t, command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}),
		chromedp.Navigate(saved(t, pastPage(t))), chromedp.WaitVisible(chromedp.CSS("#small-sort-n-8")))
	if got := ask[string](t, b, `[document.querySelectorAll(".sort").length, document.getElementById("the_tools").offsetHeight, document.querySelectorAll("section[data-kind]").length, document.querySelectorAll("svg.series[role=img]").length].join()`); got != "0,0,4,16" {
		t.Errorf("without scripts: %s", got)
	}
	b.quiet(t)
}

// The type of a chart stays readable on every screen, and the dots of a line are on it.
func TestBrowserKeepsTheTypeOfHistories(t *testing.T) {
	b := browse(t)
	address := saved(t, pastPage(t))
	for _, width := range []int64{360, 800, 1280, 1440} {
		b.open(t, address, width)
		if got := ask[[]float64](t, b, `(all => [Math.min(...all), Math.max(...all)])([...document.querySelectorAll("figure svg.series")].map(s => s.getBoundingClientRect().width / s.viewBox.baseVal.width * 11.5))`); got[0] < 11 || got[1] > 16 {
			t.Errorf("%d pixels: the type of charts is %v pixels tall", width, got)
		}
	}
	b.quiet(t)
}
