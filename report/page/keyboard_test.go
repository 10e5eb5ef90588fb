package page_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"overlap/internal/interval"
	"overlap/report/analyse"
)

// The keyboard stops at what scrolls and nowhere else; what is folded keeps its
// stop until it has a width.
func TestBrowserStopsOnlyAtWhatScrolls(t *testing.T) {
	b := browse(t)
	address := saved(t, rendered(t, machine(t, 2, 3)))
	const stops = `(f => [...document.querySelectorAll(".scroll")].filter(s => s.checkVisibility({contentVisibilityAuto: true}) && f(s)).length)`
	for _, width := range []int64{360, 1280} {
		b.open(t, address, width)
		for _, state := range []string{"folded", "unfolded"} {
			wrong := ask[int](t, b, `new Promise(done => setTimeout(done, 200)).then(() => `+stops+`(s => s.hasAttribute("tabindex") !== s.scrollWidth > s.clientWidth))`)
			all, stopping := ask[int](t, b, stops+`(() => true)`), ask[int](t, b, stops+`(s => s.tabIndex === 0)`)
			if wrong > 0 || width == 360 && stopping == 0 || width == 1280 && stopping > all/2 {
				t.Errorf("%d pixels, %s: of %d scrollers %d stop the keyboard, %d of them wrongly", width, state, all, stopping, wrong)
			}
			ask[chromedp.Void](t, b, `document.querySelectorAll("details").forEach(d => d.open = true)`)
		}
	}
	b.quiet(t)
}

// Escape closes the definition under a resting pointer, too; the next one shows
// again, and so does what the keyboard comes to.
func TestBrowserClosesDefinitions(t *testing.T) {
	b := browse(t)
	b.open(t, saved(t, rendered(t, machine(t, 2, 1))), 800)
	shown := `[...document.querySelectorAll(".tip")].filter(e => e.offsetHeight > 0).map(e => e.id).join()`
	point := func(nth int) {
		t.Helper()
		at := ask[[]float64](t, b, fmt.Sprintf(`(r => [r.x + 5, r.y + 5])(document.querySelectorAll(".formula a")[%d].getBoundingClientRect())`, nth))
		b.do(t, chromedp.MouseEvent("mouseMoved", at[0], at[1]))
	}
	check := func(when, want string) {
		t.Helper()
		if got := ask[string](t, b, shown); got != want {
			t.Errorf("%s: %q is shown, want %q", when, got, want)
		}
	}
	point(1)
	check("under the pointer", "tip_concurrency-gain")
	b.do(t, chromedp.KeyEvent("\u001b"))
	check("after Escape", "")
	point(2)
	check("under the pointer that moved on", "tip_parallelism-gain")
	b.do(t, chromedp.KeyEvent("\u001b"))
	ask[chromedp.Void](t, b, `document.querySelector(".formula a").focus({focusVisible: true})`)
	if got := ask[string](t, b, shown); got == "" {
		t.Error("the keyboard comes to a term after Escape, and nothing is shown")
	}
	b.quiet(t)
}

// What is unknown comes last in either order, whatever stands before its dash,
// and a negative number is one.
func TestBrowserSortsTheUnknownLast(t *testing.T) {
	b := browse(t)
	a := machine(t, 2, 4)
	a.Rows[1].Ceiling = interval.Interval{Value: 1.5}
	a.Rows[2].Ceiling = interval.Interval{Value: -0.5}
	a.Rows[3].Ceiling = interval.Interval{Value: 1.25}
	a.Rows[1].Speedup = interval.Interval{Value: nan}
	b.open(t, saved(t, rendered(t, a)), 1280)
	for _, c := range []struct{ column, want string }{
		{"ceiling H(p)", "w01 w03 w02 w00"}, {"ceiling H(p)", "w02 w03 w01 w00"},
		{"speedup", "w03 w02 w00 w01"}, {"speedup", "w00 w02 w03 w01"},
	} {
		b.do(t, chromedp.Click(chromedp.CSS(fmt.Sprintf(`button[aria-label="sort by %s"]`, c.column))))
		if got := names(t, b); got != c.want {
			t.Errorf("by %s: %s, want %s", c.column, got, c.want)
		}
	}
	b.quiet(t)
}

var nan = zero / zero

// A link on the page, as from a caption, unfolds the table that it leads to.
func TestBrowserUnfoldsWhatALinkLeadsTo(t *testing.T) {
	b := browse(t)
	b.open(t, saved(t, rendered(t, machine(t, 2, 2))), 1280)
	for _, id := range []string{"numbers_scaling", "w01_points", "w00_stacks"} {
		open := fmt.Sprintf(`document.getElementById(%q).closest("details").open`, id)
		if ask[bool](t, b, open) {
			t.Fatalf("%s is unfolded at first", id)
		}
		ask[chromedp.Void](t, b, fmt.Sprintf(`document.querySelector('figcaption a[href="#%s"]')?.click() ?? (location.hash = %q)`, id, id))
		if !ask[bool](t, b, `new Promise(done => setTimeout(done, 200)).then(() => `+open+`)`) {
			t.Errorf("a link does not unfold %s", id)
		}
		// Some browsers unfold by themselves, when they follow the link.
		if !ask[bool](t, b, fmt.Sprintf(`document.getElementById(%q).closest("details").open = false, dispatchEvent(new HashChangeEvent("hashchange")), `, id)+open) {
			t.Errorf("the page's script does not unfold %s", id)
		}
	}
	b.quiet(t)
}

// Rows without a section sort and filter as the others do.
func TestBrowserFiltersRowsWithoutSections(t *testing.T) {
	b := browse(t)
	b.open(t, saved(t, rendered(t, many(t, analyse.Readable+5))), 1280)
	b.do(t, chromedp.SendKeys(chromedp.CSS("#the_filter"), "0064"))
	if got := names(t, b) + ask[string](t, b, `", " + the_status.textContent`); got != "thing0064, 1 of 65 workloads" {
		t.Errorf("filtered by 0064: %q", got)
	}
	if n := ask[int](t, b, `[...document.querySelectorAll("section[data-kind]")].filter(s => s.offsetHeight > 0).length`); n != 0 {
		t.Errorf("%d sections of other rows are shown", n)
	}
	b.quiet(t)
}
