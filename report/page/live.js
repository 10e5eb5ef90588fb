(() => {
  const { kept, sort, choose } = window.overlap;
  const id = name => document.getElementById(name), key = "overlap-live";
  const folds = () => [...document.querySelectorAll("details")];
  const headings = () => [...document.querySelectorAll("#all_rows thead th")];
  const named = d => d.closest("section")?.id + d.querySelector("summary").textContent;

  // What has the keyboard is found again by its identifier, or by what it is
  // called and how many of that name stand before it.
  const called = e => e.id || [e.tagName, e.closest("[id]")?.id, e.getAttribute("aria-label"), e.getAttribute("href")].join(" ");
  const focusable = () => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")];
  function focused() {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const name = called(e), same = focusable().filter(f => called(f) === name);
    return { name, nth: same.indexOf(e), from: e.selectionStart ?? null, to: e.selectionEnd ?? null };
  }
  function refocus(was) {
    if (!was) return;
    const e = focusable().filter(f => called(f) === was.name)[was.nth];
    if (!e) return;
    e.focus({ preventScroll: true });
    if (was.from !== null) e.setSelectionRange(was.from, was.to);
  }

  function keep() {
    const column = headings().findIndex(h => h.hasAttribute("aria-sort"));
    kept("sessionStorage", key, JSON.stringify({
      column, direction: headings()[column]?.getAttribute("aria-sort"), filter: id("the_filter").value, kind: id("the_kind").value,
      open: folds().filter(d => d.open).map(named), focus: focused(), x: scrollX, y: scrollY,
    }));
  }
  function restore() {
    const state = JSON.parse(kept("sessionStorage", key) || "null");
    if (!state) return;
    kept("sessionStorage", key, "null");
    if (state.column >= 0) sort(state.column, state.direction);
    id("the_filter").value = state.filter;
    id("the_kind").value = state.kind;
    choose();
    for (const d of folds()) d.open = state.open.includes(named(d));
    refocus(state.focus);
    scrollTo(state.x, state.y);
  }

  let tag = null;
  async function look() {
    try {
      const answer = await fetch(location.pathname + location.search, { method: "HEAD", cache: "no-store" });
      const now = answer.ok ? answer.headers.get("ETag") : null;
      if (now && tag && now !== tag) {
        keep();
        history.scrollRestoration = "manual"; // a browser restores before rows are sorted and folds open
        location.reload();
        return;
      }
      tag = now || tag;
    } catch {
      // The server has ended, or is not there yet: the page stays as it is.
    }
    setTimeout(look, 2000);
  }
  restore();
  look();
})();
