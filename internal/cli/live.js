// Loads the page again when it has changed. One that nobody sees asks for
// nothing, so that it does not disturb what is measured.
"use strict";
(() => {
  let shown = null;
  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
      const now = answer.ok ? answer.headers.get("ETag") : null;
      if (shown && now && now !== shown) location.reload(); // which keeps the scroll position
      shown = now || shown;
    } catch {
      // The server has ended or is not back yet: the page stays as it is.
    }
  };
  ask();
  setInterval(ask, 2000);
})();
