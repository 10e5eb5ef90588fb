package page_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"overlap/report/cause"
	"overlap/report/chart"
	"overlap/report/page"
)

// account is of a benchmark in which a lock takes half of two cores.
func account(row string) page.Account {
	line := func(n int) cause.Line { return cause.Line{Function: "example.com/m.Get", File: "/m/get.go", Line: n} }
	holder := line(4)
	node := func(function string, one, all float64, calls ...*cause.Node) *cause.Node {
		return &cause.Node{Function: function, One: one, All: all, Calls: calls}
	}
	return page.Account{Row: row, Dir: "results/box/T.why/Get", Measured: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Explained: cause.Explained{
		Recorded: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Package: "example.com/m", Benchmark: "Get", Workers: 2,
		Account: cause.Account{
			Cores: 2, Work: 0.8, Rest: 0.1, Speedup: 0.8, Warnings: []string{"the execution trace: torn"},
			Causes: []cause.Cause{
				{Kind: cause.Lock, Cores: 1, Wake: 0.25, Line: line(2), From: 2, Until: 2, Holder: &holder, Without: 1.8, Text: "1.00 of 2 cores wait at get.go:2 Get for the lock"},
				{Kind: cause.RunQueue, Cores: 0.1, Text: "0.10 of 2 cores are taken by other programs"},
			},
			Paths: node("", 0.8, 2, node("m.Get", 0.8, 1.8, node("sha256.Sum", 0.8, 0.9), &cause.Node{Idle: cause.Lock, All: 0.9}), node("runtime.gcBgMarkWorker", 0.05, 0.02)),
		},
		Source: []cause.Excerpt{{File: "/m/get.go", First: 1, Lines: []string{"func Get() {", "\tmu.Lock()", "\tsum()", "\tmu.Unlock()", "}"}}},
	}}
}

// explainedPage has an account of the first row, and one of a benchmark without a row.
func explainedPage(t *testing.T) string {
	t.Helper()
	a := machine(t, 2, 2)
	return written(t, a, drawn(t, a), page.Options{Dark: chart.Recolour(), Accounts: []page.Account{account("w00"), account(""), account("no such row")}})
}

// An account has its words, its parts, its lines and its call paths, readable without a script.
func TestPageHoldsAccounts(t *testing.T) {
	html := explainedPage(t)
	if p := problem(html); p != "" {
		t.Error(p)
	}
	section, _, _ := strings.Cut(html[strings.Index(html, `<section id="w00"`):], "</section>")
	section = strings.ReplaceAll(section, "&#43;", "+")
	for _, want := range []string{
		`<h3 id="w00_why">`, "With 2 goroutines: speedup S 0.80 on 2 cores, 0.80 of which do work", "<li>1.00 of 2 cores wait at get.go:2 Get for the lock</li>", "<p>Without the first of these, S is about 1.80.</p>",
		`<tr><th scope="row">lock</th><td>1.00</td><td><svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="more" x="40.0" y="0" width="50.0" height="10"/></svg></td><td>get.go:2 Get</td><td>get.go:4 Get</td><td>0.25</td></tr>`,
		`<rect class="rest" x="95.0" y="0" width="5.0"`, `<th scope="row">sum</th><td>2.00</td>`,
		"<tr class=\"marked\"><th scope=\"row\">2</th><td>1.00 lock</td><td><mark>\tmu.Lock()</mark></td></tr>\n<tr><th scope=\"row\">3</th>",
		"<td>ends the wait</td><td><mark>\tmu.Unlock()</mark></td>",
		"<ul>\n<li data-cores=\"2 0.8\"><span>all <small>2.00 cores, +1.20</small></span><ul><li data-cores=\"1.8 0.8\"><span>m.Get <small>1.80 cores, +1.00</small></span><ul>",
		"<span>idle: lock <small>0.90 cores</small></span></li>", "<span>runtime.gcBgMarkWorker <small>0.02 cores, −0.03</small>",
		"<li>the execution trace: torn</li>", "Recorded 2026-01-01 00:00:00 UTC", "in results/box/T.why/Get", "measured later, 2026-01-02 03:04:05 UTC",
	} {
		if !strings.Contains(section, want) {
			t.Errorf("the section of the row does not hold %s", want)
		}
	}
	if strings.Count(html, `class="paths"`) != 2 || !strings.Contains(html, `<h2 id="why_1">example.com/m.Get `) || strings.Contains(html, `id="w01_why"`) {
		t.Errorf("there are %d accounts, or not where they belong", strings.Count(html, `class="paths"`))
	}
}

// What a file says of numbers and names breaks no form and no limit; the page says what it
// leaves out.
func TestPageHoldsHostileAccounts(t *testing.T) {
	const evil = `<script>window.pwned=1</script>`
	a := machine(t, 2, 2)
	h := account("w00")
	h.Dir, h.Package, h.Benchmark, h.Warnings = evil, evil, evil, []string{evil}
	h.Work, h.Rest, h.Causes[0].Cores, h.Causes[0].Text, h.Causes[0].Kind = 1e300, -1e300, -5, evil, evil
	h.Causes[0].From, h.Causes[0].Until, h.Source[0].First, h.Source[0].Lines[0], h.Source[0].File = math.MinInt, math.MaxInt, math.MinInt, evil, evil
	h.Paths.Calls[0].Function, h.Paths.Calls[0].All, h.Paths.Calls[0].One = evil, -1, 1e308
	html := written(t, a, nil, page.Options{Accounts: []page.Account{h}})
	if p := problem(html); p != "" || strings.Count(html, "<script>") != 1 || !strings.Contains(html, `<rect class="one" x="0.0" y="0" width="100.0"`) {
		t.Errorf("%s; or a script, or a bar beyond its end", p)
	}
	h.Warnings = []string{strings.Repeat("large ", page.Limit/4)}
	html = written(t, a, nil, page.Options{Accounts: []page.Account{h, account(""), h, account("w01")}})
	if len(html) > page.Limit || strings.Contains(html, `id="w00_why"`) || strings.Count(html, "<section id=") != 2 || !strings.Contains(html, "0 of 4 accounts of overlap why are on the page") {
		t.Errorf("%d bytes, or a section of a row is gone, or the page does not say what is", len(html))
	}
}

// Call paths are found, moved along and zoomed into, by keyboard.
func TestBrowserShowsCallPaths(t *testing.T) {
	b := browse(t)
	b.open(t, saved(t, explainedPage(t)), 1280)
	const tree = `document.querySelector("#w00 .icicle")`
	widths := func() string {
		return ask[string](t, b, `[...`+tree+`.querySelectorAll("li")].map(li => Math.round(100 * li.offsetWidth / `+tree+`.offsetWidth)).join()`)
	}
	focused := func() string {
		return ask[string](t, b, `[document.activeElement.textContent, document.activeElement.textContent === document.querySelector("#w00 .paths").lastElementChild.textContent && [...`+tree+`.querySelectorAll("[tabindex='0']")].length].join()`)
	}
	if got, want := widths(), "100,90,45,45,1"; got != want {
		t.Errorf("widths %s, want %s", got, want)
	}
	ask[chromedp.Void](t, b, tree+`.querySelector("span").focus()`)
	for _, c := range []struct{ key, focused, widths string }{
		{kb.ArrowDown, "m.Get 1.80 cores, +1.00,1", "100,90,45,45,1"},      // down
		{kb.ArrowDown, "sha256.Sum 0.90 cores, +0.10,1", "100,90,45,45,1"}, // down
		{kb.ArrowRight, "idle: lock 0.90 cores,1", "100,90,45,45,1"},       // right
		{kb.Enter, "idle: lock 0.90 cores,1", "100,100,0,100,0"},
		{kb.ArrowLeft, "idle: lock 0.90 cores,1", "100,100,0,100,0"}, // left, where nothing is shown
		{kb.ArrowUp, "m.Get 1.80 cores, +1.00,1", "100,100,0,100,0"}, // up
		{kb.Escape, "m.Get 1.80 cores, +1.00,1", "100,90,45,45,1"},
	} {
		b.do(t, chromedp.KeyEvent(c.key))
		if got := focused(); got != c.focused {
			t.Errorf("after %q %s has the keyboard, want %s", c.key, got, c.focused)
		}
		if got := widths(); got != c.widths {
			t.Errorf("after %q: widths %s, want %s", c.key, got, c.widths)
		}
	}
	b.do(t, chromedp.SendKeys(chromedp.CSS(`#w00 .paths input`), "m.get"))
	if got, want := ask[string](t, b, `document.querySelector("#w00 .paths [role=status]").textContent + " " + document.querySelectorAll("#w00 .found").length`), "1 of 5: 1.80 cores, 1.00 more than one core needs 1"; got != want {
		t.Errorf("found %q, want %q", got, want)
	}
	b.quiet(t)
}

// Without a script the call paths are a list, and nothing of the tools is shown.
func TestCallPathsAreAList(t *testing.T) {
	b := browse(t)
	html := explainedPage(t)
	b.open(t, saved(t, html), 360)
	if n := ask[int](t, b, `document.querySelectorAll("[role=tree]").length`); n != 2 {
		t.Errorf("with a script: %d trees", n)
	}
	from, until := strings.Index(html, "<script>"), strings.Index(html, "</script>")
	b.do(t, chromedp.Navigate("about:blank"), chromedp.Navigate(saved(t, html[:from+8]+html[until:])))
	got := ask[string](t, b, `document.querySelector("#w00 .paths").open = true, [document.querySelectorAll("[role=tree]").length, document.querySelector("#w00 .paths input").offsetHeight, document.querySelector("#w00 .paths li li li").offsetHeight > 9, document.documentElement.scrollWidth].join()`)
	if want := "0,0,true,360"; got != want {
		t.Errorf("without a script: %s, want %s", got, want)
	}
}

var notNumbers = regexp.MustCompile(`(data-cores|width|x)="[^"]*(NaN|Inf)`)

// FuzzAccounts shows any file that is an account.
func FuzzAccounts(f *testing.F) {
	text, err := json.Marshal(account("").Explained)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"cores":1e-300,"work":-1e300,"rest":1e300,"causes":[{"cores":1e300,"line":{"line":-1},"holder":{}}],"paths":{"all":1e300,"one":-1e300,"calls":[{},{"all":-1}]},"source":[{"first":-9e18,"lines":["<b>\u0000"]}]}`))
	f.Add([]byte(`{"cores":2,"speedup":null,"source":[{}],"causes":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), cause.AccountFile)
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		e, err := cause.ReadFile(path)
		if err != nil {
			return
		}
		html := written(t, machine(t, 1, 1), nil, page.Options{Accounts: []page.Account{{Explained: e}, {Explained: e, Row: "w00"}}})
		if p := problem(html); p != "" || len(html) > page.Limit || notNumbers.MatchString(html) {
			t.Errorf("%s, %d bytes, or a number that is none", p, len(html))
		}
	})
}
