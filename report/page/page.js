"use strict";
(() => {
  const { heads, sort, choose, filter, kind, kept, follow } = frame, root = document.documentElement;

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
  if (location.hash) follow(); // an icicle is less tall than its list

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
