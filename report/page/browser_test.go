package page_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"overlap/internal/racing"
	"overlap/report/chart"
	"overlap/report/page"
)

// axe is axe-core, which finds what keeps people with a keyboard, a screen
// reader or weak eyes from using a page.
//
//go:embed testdata/axe.min.js
var axe string

// tab is a tab of a headless browser and what went wrong in it.
type tab struct {
	context.Context
	mu       sync.Mutex
	problems []string
}

// browse opens a tab of its own browser, which ends with the test. Without a
// browser the test is skipped, unless OVERLAP_BROWSER=required.
func browse(t *testing.T) *tab {
	t.Helper()
	racing.Long(t)
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		const text = "no browser found: install chromium to run the tests of the page in it"
		if os.Getenv("OVERLAP_BROWSER") == "required" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // the browser refuses root otherwise
	}
	allocated, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	started, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	b := &tab{}
	if err := chromedp.Listen(started, b.listen); err != nil {
		t.Fatal(err)
	}
	// Not earlier: the time of the first context is that of the browser.
	b.Context, cancel = context.WithTimeout(started, 2*time.Minute)
	t.Cleanup(cancel)
	return b
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		b.problems = append(b.problems, e.Entry.Text)
	case *runtime.EventConsoleAPICalled:
		b.problems = append(b.problems, fmt.Sprintf("console.%s", e.Type))
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, e.ExceptionDetails.Text)
	}
}

// quiet fails the test if the console has anything to say.
func (b *tab) quiet(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.problems) > 0 {
		t.Errorf("the console says:\n%s", strings.Join(b.problems, "\n"))
	}
}

func (b *tab) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b, actions...); err != nil {
		t.Fatal(err)
	}
}

// open shows the page at a width and waits until its script has run.
func (b *tab) open(t *testing.T, address string, width int64) {
	t.Helper()
	b.do(t, chromedp.EmulateViewport(width, 900), chromedp.Navigate("about:blank"), chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("#the_theme")))
}

// ask is the value of a JavaScript expression.
func ask[T any](t *testing.T, b *tab, expression string) (value T) {
	t.Helper()
	value, err := chromedp.Run(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%.200s: %v", expression, err)
	}
	return value
}

// command is an action that sends the browser a command.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// system makes the system prefer light or dark.
func system(scheme string) chromedp.Action[chromedp.Void] {
	return command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// paper makes the browser show the page as if on paper.
func paper() chromedp.Action[chromedp.Void] {
	return command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
}

// saved writes a page to a file and returns its address.
func saved(t *testing.T, html string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "index.html")
	if err := os.WriteFile(path, []byte(html), 0o666); err != nil {
		t.Fatal(err)
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}

func names(t *testing.T, b *tab) string {
	t.Helper()
	return ask[string](t, b, `[...document.querySelectorAll("#all_rows tbody tr")].filter(r => !r.hidden).map(r => r.dataset.row).join(" ")`)
}

func TestBrowserSortsAndFilters(t *testing.T) {
	b := browse(t)
	b.open(t, saved(t, rendered(t, machine(t, 4, 5))), 1280)
	first := names(t, b)
	heading := func(name string) string { return fmt.Sprintf(`button[aria-label="sort by %s"]`, name) }
	sorted := func(name string) string {
		b.do(t, chromedp.Click(chromedp.CSS(heading(name))))
		return names(t, b) + ask[string](t, b, `" " + [...document.querySelectorAll("[aria-sort]")].map(h => h.ariaSort).join()`)
	}
	if got, want := sorted("speedup"), "w04 w03 w02 w01 w00 descending"; got != want {
		t.Errorf("by speedup: %s, want %s", got, want)
	}
	if got, want := sorted("speedup"), "w00 w01 w02 w03 w04 ascending"; got != want {
		t.Errorf("by speedup again: %s, want %s", got, want)
	}
	if got, want := sorted("workload"), "w00 w01 w02 w03 w04 ascending"; got != want {
		t.Errorf("by workload: %s, want %s", got, want)
	}
	if got, want := sorted("workload"), "w04 w03 w02 w01 w00 descending"; got != want {
		t.Errorf("by workload again: %s, want %s", got, want)
	}
	b.do(t, chromedp.SendKeys(chromedp.CSS("#the_filter"), "W03"))
	if got := names(t, b); got != "w03" || first != "w00 w01 w02 w03 w04" {
		t.Errorf("filtered by W03: %q of %q", got, first)
	}
	visible := `[...document.querySelectorAll("section[data-kind]")].filter(s => s.offsetHeight > 0).map(s => s.id).join(" ")`
	if got := ask[string](t, b, visible) + ask[string](t, b, `", " + the_status.textContent`); got != "w03, 1 of 5 workloads" {
		t.Errorf("sections and status: %q", got)
	}
	// A link to a section that the filter hides shows it.
	if got := ask[string](t, b, `location.hash = "#w01", new Promise(done => setTimeout(done, 100)).then(() => `+visible+`)`); got != "w00 w01 w02 w03 w04" {
		t.Errorf("behind a link to w01 are the sections %q", got)
	}
	ask[chromedp.Void](t, b, `the_kind.value = "io", the_kind.dispatchEvent(new Event("change"))`)
	if got := names(t, b); got != "w03 w01" {
		t.Errorf("of kind io: %q", got)
	}
	b.quiet(t)
}

func TestBrowserFollowsLinks(t *testing.T) {
	b := browse(t)
	address := saved(t, rendered(t, machine(t, 4, 8)))
	top := `Math.round(document.getElementById("w06").getBoundingClientRect().top)`
	b.open(t, address+"#w06", 1280)
	if y := ask[int](t, b, top); y < -20 || y > 100 {
		t.Errorf("a link to w06 shows it at %d", y)
	}
	b.open(t, address+"#w02_points", 1280)
	if !ask[bool](t, b, `document.getElementById("w02_points").closest("details").open`) {
		t.Error("a link to the points of w02 does not unfold them")
	}
	b.quiet(t)
}

func TestBrowserTogglesDark(t *testing.T) {
	b := browse(t)
	address := saved(t, rendered(t, machine(t, 2, 2)))
	ground := func() string { return ask[string](t, b, `getComputedStyle(document.documentElement).backgroundColor`) }
	chart := func() string {
		return ask[string](t, b, `getComputedStyle(document.querySelector("figure path")).fill`)
	}
	const white, black = "rgb(255, 255, 255)", "rgb(22, 27, 34)"
	check := func(when, want string) {
		t.Helper()
		if ground() != want || chart() != want {
			t.Errorf("%s: paper %s, chart %s, want %s", when, ground(), chart(), want)
		}
		other := map[string]string{white: "dark", black: "light"}[want]
		if says := ask[string](t, b, `the_theme.textContent`); says != "Switch to "+other+" colours" && when != "print" {
			t.Errorf("%s: the button says %q", when, says)
		}
	}
	b.do(t, system("dark"))
	b.open(t, address, 1280)
	check("dark system", black)
	b.do(t, chromedp.Click(chromedp.CSS("#the_theme")))
	check("dark system, light chosen", white)
	b.do(t, system("light"), chromedp.Click(chromedp.CSS("#the_theme")))
	check("light system, dark chosen", black)
	b.open(t, address, 1280)
	check("dark chosen before", black)
	b.do(t, paper())
	check("print", white)
	b.quiet(t)
}

// barriers checks the page that is open by every rule of axe-core, with everything unfolded.
func (b *tab) barriers(t *testing.T, where string) {
	t.Helper()
	found := ask[string](t, b, axe+`;document.querySelectorAll("details").forEach(d => d.open = true);
		axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify({rules: r.passes.length, violations: r.violations.map(v => v.id + ": " + v.help + "\n" + v.nodes.slice(0, 3).map(n => n.html + "\n" + n.failureSummary).join("\n"))}))`)
	var result struct {
		Rules      int
		Violations []string
	}
	if err := json.Unmarshal([]byte(found), &result); err != nil {
		t.Fatal(err)
	}
	if len(result.Violations) > 0 || result.Rules < 20 {
		t.Errorf("%s: %d rules pass, but not\n%s", where, result.Rules, strings.Join(result.Violations, "\n"))
	}
}

// Every rule of axe-core, in light and in dark, on a screen and on a phone,
// with everything unfolded.
func TestBrowserFindsNoBarriers(t *testing.T) {
	b := browse(t)
	address := saved(t, explainedPage(t))
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{360, 1280} {
			b.do(t, system(scheme))
			b.open(t, address, width)
			b.barriers(t, fmt.Sprintf("%s, %d pixels", scheme, width))
		}
	}
	b.quiet(t)
}

func TestBrowserNeverScrollsThePageSideways(t *testing.T) {
	b := browse(t)
	address := saved(t, rendered(t, machine(t, 16, 6)))
	hostile := saved(t, rendered(t, hostileData(t)))
	for _, address := range []string{address, hostile, saved(t, explainedPage(t))} {
		for _, width := range []int64{360, 800, 3840} {
			b.open(t, address, width)
			ask[chromedp.Void](t, b, `document.querySelectorAll("details").forEach(d => d.open = true)`)
			if got := ask[int64](t, b, `document.documentElement.scrollWidth`); got > width {
				t.Errorf("%d pixels: the page is %d wide", width, got)
			}
		}
	}
	b.quiet(t)
}

// A definition shows when its term has the keyboard, and under the pointer.
func TestBrowserShowsDefinitions(t *testing.T) {
	b := browse(t)
	b.open(t, saved(t, rendered(t, machine(t, 2, 1))), 360)
	shown := `[...document.querySelectorAll(".tip")].filter(e => e.offsetHeight > 0).map(e => e.id).join()`
	if got := ask[string](t, b, shown); got != "" {
		t.Errorf("at first: %s", got)
	}
	for range 5 { // the link to the table, the theme, then the first term
		b.do(t, chromedp.KeyEvent("\t"))
		if ask[bool](t, b, `document.activeElement.matches(".term")`) {
			break
		}
	}
	if got := ask[string](t, b, shown); got != "tip_speedup" {
		t.Errorf("with the keyboard on speedup: %q", got)
	}
	b.do(t, chromedp.KeyEvent("\u001b"))
	if got := ask[string](t, b, shown); got != "" {
		t.Errorf("after Escape: %s", got)
	}
	where := ask[[]float64](t, b, `(() => { const a = document.querySelectorAll(".formula a")[1]; a.scrollIntoView(); const r = a.getBoundingClientRect(); return [r.x + 5, r.y + 5]; })()`)
	b.do(t, chromedp.MouseEvent("mouseMoved", where[0], where[1]))
	if got := ask[string](t, b, shown); got != "tip_concurrency-gain" {
		t.Errorf("with the pointer on concurrency gain: %q", got)
	}
	b.quiet(t)
}

// Without JavaScript everything is there but what needs it.
func TestBrowserWithoutScripts(t *testing.T) {
	b := browse(t)
	b.do(t, command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), chromedp.EmulateViewport(1280, 900),
		chromedp.Navigate(saved(t, rendered(t, machine(t, 2, 3)))), chromedp.WaitVisible(chromedp.CSS("#w02")))
	if got := ask[int](t, b, `document.querySelectorAll(".sort").length + document.getElementById("the_tools").offsetHeight`); got != 0 {
		t.Errorf("%d: there are controls that do nothing", got)
	}
	if got := names(t, b); got != "w00 w01 w02" {
		t.Errorf("rows %q", got)
	}
	b.quiet(t)
}

// Names that are markup, and files that a browser could be led astray by, do
// nothing.
func TestBrowserRunsNothingForeign(t *testing.T) {
	b := browse(t)
	b.open(t, saved(t, rendered(t, hostileData(t))), 800)
	if got := ask[int](t, b, `document.images.length + document.scripts.length + document.querySelectorAll("i, iframe, [onerror], [style]").length`); got != 1 {
		t.Errorf("%d foreign elements, want only the page's script", got)
	}
	if ask[bool](t, b, `"pwned" in window`) {
		t.Error("a script of a result file ran")
	}
	b.quiet(t)
}

// It prints without controls, and on paper that it fits.
func TestBrowserPrints(t *testing.T) {
	b := browse(t)
	b.do(t, system("dark"))
	b.open(t, saved(t, rendered(t, machine(t, 2, 3))), 1280)
	pdf, err := chromedp.Run(b, chromedp.PrintToPDF())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Errorf("no PDF: %.20q", pdf)
	}
	b.do(t, paper(), chromedp.EmulateViewport(720, 1000))
	if got := ask[string](t, b, `[the_tools.offsetHeight, document.querySelector(".sort").offsetHeight, document.querySelector("summary").offsetHeight, document.documentElement.scrollWidth].join()`); got != "0,0,0,720" {
		t.Errorf("heights of controls and width of the paper: %s", got)
	}
	b.quiet(t)
}

// A page that is written again while a run goes on reloads itself, from a file, and
// stays as its reader left it.
func TestBrowserFollowsTheFile(t *testing.T) {
	a := machine(t, 2, 5)
	html := func(version string, refresh time.Duration) string {
		page := written(t, a, drawn(t, a), page.Options{Dark: chart.Recolour(), Refresh: refresh})
		return strings.Replace(page, "<h1>", "<h1>"+version+" ", 1)
	}
	address := saved(t, html("first", 2*time.Second))
	b := browse(t)
	b.open(t, address, 1280)
	b.do(t, chromedp.Click(chromedp.CSS(`button[aria-label="sort by speedup"]`)), chromedp.SendKeys(chromedp.CSS("#the_filter"), "w"),
		chromedp.Click(chromedp.CSS("#w03 summary")))
	state := `[document.querySelector("h1").textContent.split(" ")[0], [...document.querySelectorAll("#all_rows tbody tr")].map(r => r.dataset.row).join(" "),
		the_filter.value, [...document.querySelectorAll("details")].filter(d => d.open).map(d => d.closest("section, nav").id).join(" "), Math.round(scrollY / 50) * 50, document.activeElement.id, the_filter.selectionStart].join(", ")`
	before := ask[string](t, b, `the_contents.open = false, the_filter.focus({preventScroll: true}), the_filter.setSelectionRange(0, 1), scrollTo(0, 1500), `+state)
	if err := os.WriteFile(strings.TrimPrefix(address, "file://"), []byte(html("second", 0)), 0o666); err != nil {
		t.Fatal(err)
	}
	for b.Err() == nil { // a question in the middle of the reload has no answer
		if again, err := chromedp.Run(b, chromedp.Evaluate[bool](`document.querySelector("h1").textContent.startsWith("second") && the_filter.value !== ""`)); err == nil && again {
			break
		}
	}
	after := ask[string](t, b, state)
	if want := "first, w04 w03 w02 w01 w00, w, w03, 1500, the_filter, 0"; before != want || after != strings.Replace(want, "first", "second", 1) {
		t.Errorf("before %s, after %s, want %s", before, after, want)
	}
	b.quiet(t)
}
