"use strict";
// What a script of one page needs of the script of all pages.
const frame = (() => {
  const id = name => document.getElementById(name);
  const table = id("all_rows"), body = table?.tBodies[0]; // no table: it would be empty
  const heads = table ? [...table.tHead.rows[0].cells] : [];
  const filter = id("the_filter"), kind = id("the_kind");

  // Storage may be forbidden, as in a page from a file.
  const kept = (store, key, value) => {
    try {
      if (value === undefined) return window[store].getItem(key);
      window[store].setItem(key, value);
    } catch { }
    return null;
  };

  // A column of numbers sorts by the first number of its cells, or by the one that they
  // bear; what is unknown comes last in either order.
  const value = cell => {
    const text = cell.dataset.value ?? cell.textContent.trim();
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
    const rows = [...body.rows].map(row => [value(row.cells[column]), row]);
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
      const words = [...body.rows].some(row => typeof value(row.cells[column]) === "string");
      const first = words ? "ascending" : "descending", other = words ? "descending" : "ascending";
      sort(column, head.getAttribute("aria-sort") === first ? other : first);
    });
    head.append(" ", button);
  });

  // A section stays if a row about it does, or if its heading or its list of steps has
  // what is looked for.
  function choose() {
    const wanted = filter.value.trim().toLowerCase();
    const fits = (e, text) => text.toLowerCase().includes(wanted) && (kind.value === "" || e.dataset.kind === kind.value);
    const rows = body ? [...body.rows] : [], about = new Set();
    for (const row of rows) {
      row.hidden = !fits(row, row.textContent);
      if (!row.hidden) about.add(row.dataset.row);
    }
    const sections = [...document.querySelectorAll("section[data-kind]")];
    for (const s of sections) s.hidden = !about.has(s.id) && !fits(s, [...s.querySelectorAll("h2, .steps")].map(e => e.textContent).join(" "));
    const status = id("the_status"), told = status.dataset.counts === "sections" ? sections : rows, shown = told.filter(e => !e.hidden).length;
    status.textContent = shown < told.length ? `${shown} of ${told.length} ${status.dataset.things}` : "";
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

  return { heads, sort, choose, filter, kind, kept, follow };
})();
