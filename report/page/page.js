"use strict";
(() => {
  const id = name => document.getElementById(name);
  const table = id("all_rows"), body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const filter = id("the_filter"), kind = id("the_kind");

  // Storage may be forbidden, as in a page from a file.
  const kept = (store, key, value) => {
    try {
      if (value === undefined) return window[store].getItem(key);
      window[store].setItem(key, value);
    } catch { }
    return null;
  };

  // A column of numbers sorts by the first number of its cells; what is unknown
  // comes last in either order.
  const value = text => {
    if (/^[×=≈~ ]*–?$/.test(text)) return null;
    const n = text.replace("∞", "Infinity").replace("−", "-").match(/^[×=≈~ ]*(-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity))(?: |$)/);
    return n ? Number(n[1]) : text;
  };
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b || 0 : String(a).localeCompare(String(b), undefined, { numeric: true });

  function sort(column, direction) {
    heads.forEach((h, i) => {
      if (i === column) h.setAttribute("aria-sort", direction); else h.removeAttribute("aria-sort");
      h.querySelector(".sort").textContent = i !== column ? "↕" : direction === "ascending" ? "↑" : "↓";
    });
    const rows = [...body.rows].map(row => [value(row.cells[column].textContent.trim()), row]);
    rows.sort(([a], [b]) => a === null || b === null ? (a === null) - (b === null) : (direction === "ascending" ? 1 : -1) * compare(a, b));
    body.append(...rows.map(([, row]) => row));
  }

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.textContent = "↕";
    button.setAttribute("aria-label", "sort by " + head.textContent.trim());
    // Of numbers one looks for the largest, of words for the first.
    button.addEventListener("click", () => {
      const words = [...body.rows].some(row => typeof value(row.cells[column].textContent.trim()) === "string");
      const first = words ? "ascending" : "descending", other = words ? "descending" : "ascending";
      sort(column, head.getAttribute("aria-sort") === first ? other : first);
    });
    head.append(" ", button);
  });

  function choose() {
    const wanted = filter.value.trim().toLowerCase();
    let shown = 0;
    for (const row of body.rows) {
      const hide = !row.textContent.toLowerCase().includes(wanted) || kind.value !== "" && row.dataset.kind !== kind.value;
      const section = id(row.dataset.row); // of many rows only the first have one
      row.hidden = hide;
      if (section) section.hidden = hide;
      shown += !hide;
    }
    id("the_status").textContent = shown < body.rows.length ? `${shown} of ${body.rows.length} workloads` : "";
  }
  filter.addEventListener("input", choose);
  kind.addEventListener("change", choose);

  // The button says what it does.
  const theme = id("the_theme"), system = matchMedia("(prefers-color-scheme: dark)"), root = document.documentElement;
  const other = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark" ? "light" : "dark";
  function paint(name) {
    if (name) root.dataset.theme = name;
    theme.textContent = `Switch to ${other()} colours`;
  }
  system.addEventListener("change", () => paint());
  theme.addEventListener("click", () => {
    const name = other();
    kept("localStorage", "overlap-theme", name);
    paint(name);
  });
  const chosen = kept("localStorage", "overlap-theme");
  paint(chosen === "dark" || chosen === "light" ? chosen : "");

  // A link leads to what the filter hides, and into what is folded.
  function follow() {
    let name = location.hash.slice(1);
    try { name = decodeURIComponent(name); } catch { }
    const target = id(name);
    if (!target) return;
    const section = target.closest("section");
    if (section?.hidden) {
      filter.value = kind.value = "";
      choose();
    }
    const folded = target.closest("details");
    if (folded) folded.open = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", follow);

  // Escape closes a definition, also that under a pointer which rests: until it
  // moves on, or the keyboard does.
  document.addEventListener("keydown", e => {
    if (e.key !== "Escape") return;
    if (document.activeElement?.classList.contains("term")) document.activeElement.blur();
    root.classList.add("told");
  });
  for (const type of ["pointerover", "focusin"]) document.addEventListener(type, () => root.classList.remove("told"));

  // Call paths become an icicle: a function is as wide as its cores, above what it calls.
  function icicle(fold) {
    const tree = fold.querySelector("ul"), items = [...tree.querySelectorAll("li")], root = items[0];
    const [search, status] = fold.querySelectorAll("input, [role=status]"), help = fold.lastElementChild;
    const cores = li => li.dataset.cores.split(" ").map(Number); // all, and what one needs
    const bar = li => li.firstElementChild, name = li => bar(li).firstChild.textContent, above = li => li.parentElement.closest("li");
    tree.className = "icicle";
    tree.setAttribute("role", "tree");
    tree.setAttribute("aria-label", fold.firstElementChild.textContent);
    tree.querySelectorAll("ul").forEach(ul => ul.setAttribute("role", "group"));
    const levels = new Map([[null, 0]]);
    for (const li of items) {
      const [all, one] = cores(li), over = li === root ? null : above(li);
      levels.set(li, levels.get(over) + 1);
      li.setAttribute("role", "none");
      bar(li).setAttribute("role", "treeitem");
      bar(li).setAttribute("aria-level", levels.get(li));
      bar(li).tabIndex = li === root ? 0 : -1;
      bar(li).style.setProperty("--same", 100 * one / all + "%");
      li.style.width = over ? 100 * all / cores(over)[0] + "%" : "100%";
    }
    function zoom(to) {
      for (const li of items) li.classList.remove("away", "whole");
      for (let li = to; li && to !== root; li = above(li)) {
        li.classList.add("whole");
        for (const other of li.parentElement.children) other.classList.toggle("away", other !== li);
      }
    }
    function move(to) {
      for (const li of items) bar(li).tabIndex = li === to ? 0 : -1;
      bar(to).focus();
    }
    const tell = e => { const li = e.target.closest("li"); if (li) help.textContent = bar(li).textContent; };
    tree.addEventListener("focusin", tell);
    tree.addEventListener("pointerover", tell);
    tree.addEventListener("click", e => { const li = e.target.closest("li"); if (li) { zoom(li); move(li); } });
    tree.addEventListener("keydown", e => {
      const li = e.target.parentElement;
      const to = {
        ArrowDown: li.querySelector(":scope > ul > li:not(.away)"), ArrowUp: above(li), Home: root, Enter: li, Escape: li,
        ArrowLeft: li.previousElementSibling, ArrowRight: li.nextElementSibling,
      }[e.key];
      if (to === undefined) return;
      e.preventDefault();
      if (e.key === "Enter") zoom(li); else if (e.key === "Escape") zoom(root);
      if (to && !to.classList.contains("away")) move(to);
    });
    search.addEventListener("input", () => {
      const wanted = search.value.trim().toLowerCase();
      let found = 0, all = 0, more = 0;
      for (const li of items) { // callers first: what a found one calls counts for it
        const hit = wanted !== "" && name(li).toLowerCase().includes(wanted);
        if (hit && !above(li)?.closest(".found")) {
          all += cores(li)[0];
          more += cores(li)[0] - cores(li)[1];
        }
        li.classList.toggle("found", hit);
        found += hit;
      }
      status.textContent = wanted && `${found} of ${items.length}: ${all.toFixed(2)} cores, ${more.toFixed(2)} more than one core needs`;
    });
    fold.open = true;
    fold.querySelector(".tools").hidden = help.hidden = false;
  }
  document.querySelectorAll(".paths").forEach(icicle);

  // The keyboard stops only at what scrolls. What is folded has no width yet.
  const scrollers = new ResizeObserver(changes => {
    for (const { target } of changes) {
      if (target.clientWidth > 0 && target !== document.activeElement) {
        if (target.scrollWidth > target.clientWidth) target.tabIndex = 0; else target.removeAttribute("tabindex");
      }
    }
  });
  document.querySelectorAll(".scroll").forEach(s => scrollers.observe(s));

  if (matchMedia("(max-width: 40rem)").matches) id("the_contents").open = false;
  id("the_tools").hidden = theme.hidden = false;
  if (location.hash) follow();

  // While a run goes on, the page is written again and again: it reloads itself,
  // and is then as its reader left it. What has the keyboard is found by its
  // identifier, or by what it is called and how many of that name precede it.
  const key = "overlap-page " + location.pathname;
  const folds = () => [...document.querySelectorAll("details")];
  const foldName = d => d.closest("section")?.id + d.querySelector("summary").textContent;
  const nameOf = e => e.id || [e.tagName, e.closest("[id]")?.id, e.getAttribute("aria-label"), e.getAttribute("href")].join(" ");
  const alike = name => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")].filter(e => nameOf(e) === name);

  function reload() {
    const sorted = heads.find(h => h.hasAttribute("aria-sort")), e = document.activeElement, focus = nameOf(e);
    kept("sessionStorage", key, JSON.stringify({
      column: sorted?.dataset.name, direction: sorted?.getAttribute("aria-sort"), filter: filter.value, kind: kind.value,
      open: folds().filter(d => d.open).map(foldName), focus, nth: alike(focus).indexOf(e), from: e.selectionStart ?? null, to: e.selectionEnd ?? null,
      x: scrollX, y: scrollY,
    }));
    history.scrollRestoration = "manual"; // a browser restores before rows are sorted and folds open
    location.reload();
  }
  function restore(state) {
    const column = heads.findIndex(h => h.dataset.name === state.column);
    if (column >= 0) sort(column, state.direction);
    filter.value = state.filter;
    kind.value = state.kind;
    choose();
    for (const d of folds()) d.open = state.open.includes(foldName(d));
    const e = alike(state.focus)[state.nth];
    e?.focus({ preventScroll: true });
    if (e && state.from !== null) e.setSelectionRange(state.from, state.to);
    scrollTo(state.x, state.y);
  }
  const state = JSON.parse(kept("sessionStorage", key) || "null");
  kept("sessionStorage", key, "null");
  if (state) restore(state);
  // A page that nobody sees waits: what is measured needs the cores.
  const refresh = Number(root.dataset.refresh);
  if (refresh) {
    setTimeout(() => {
      if (document.hidden) document.addEventListener("visibilitychange", reload, { once: true }); else reload();
    }, 1000 * refresh);
  }
})();
