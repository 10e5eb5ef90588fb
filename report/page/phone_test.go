package page_test

import "testing"

// On a phone the table of all workloads is read without scrolling sideways, and
// the contents are folded.
func TestBrowserShowsCardsOnPhones(t *testing.T) {
	b := browse(t)
	address := saved(t, rendered(t, machine(t, 2, 3)))
	hostile := saved(t, rendered(t, hostileData(t)))
	for _, page := range []string{address, hostile} {
		b.open(t, page, 360)
		if got := ask[int](t, b, `(s => s.scrollWidth - s.clientWidth)(all_rows.closest(".scroll"))`); got > 0 {
			t.Errorf("the table is %d pixels wider than the screen", got)
		}
		if got := ask[int](t, b, `Math.max(...[...all_rows.tBodies[0].rows].map(r => r.offsetHeight - r.lastElementChild.offsetHeight - r.firstElementChild.offsetHeight))`); got > 200 && page == address {
			t.Errorf("the numbers of a row are %d pixels tall", got)
		}
		if ask[bool](t, b, `the_contents.open`) {
			t.Error("the contents are unfolded on a phone")
		}
		b.open(t, page, 1280)
		if got := ask[int](t, b, `(s => s.scrollWidth - s.clientWidth)(all_rows.closest(".scroll"))`); got > 0 || !ask[bool](t, b, `the_contents.open`) {
			t.Errorf("on a screen the table is %d pixels too wide, or the contents are folded", got)
		}
	}
	b.quiet(t)
}

// The type of a chart is 12 pixels tall where the chart is as wide as it was
// drawn, 800. It stays above 11 on every screen, and only the chart scrolls.
func TestBrowserKeepsTheTypeOfCharts(t *testing.T) {
	b := browse(t)
	address := saved(t, rendered(t, machine(t, 2, 2)))
	for _, width := range []int64{360, 800, 1200, 1440} {
		b.open(t, address, width)
		if got := ask[float64](t, b, `Math.min(...[...document.querySelectorAll("figure svg")].map(s => s.getBoundingClientRect().width / 800 * 12))`); got < 11 || got > 13 {
			t.Errorf("%d pixels: the type of a chart is %.1f pixels tall", width, got)
		}
		if got := ask[int64](t, b, `document.documentElement.scrollWidth`); got > width {
			t.Errorf("%d pixels: the page is %d wide", width, got)
		}
	}
	b.quiet(t)
}
