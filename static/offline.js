// Keeps the next pages ready in this tab, so that answering goes on where the connection does not.
(() => {
  "use strict";
  const form = () => document.getElementById("page");
  if (!form()) return;
  const AHEAD = 12;
  const PAUSE = 800;
  const nameOf = (url) => `innaxe:${form().dataset.answers}:${url}`;

  const keep = (url, text) => {
    try {
      sessionStorage.setItem(nameOf(url), text);
    } catch {
      // full or not permitted: then there is one page at a time
    }
  };
  const kept = (url) => {
    try {
      return sessionStorage.getItem(nameOf(url));
    } catch {
      return null;
    }
  };
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

  const fetchAhead = async (url, left) => {
    if (!url || !left || !navigator.onLine || navigator.connection?.saveData) return;
    let text = kept(url);
    if (text === null) {
      const answer = await fetch(url).catch(() => null);
      if (!answer?.ok || answer.redirected) return;
      text = await answer.text();
      keep(url, text);
      await new Promise((done) => setTimeout(done, PAUSE));
    }
    await fetchAhead(parsed(text).getElementById("page")?.dataset.next, left - 1);
  };

  const show = (url) => {
    const text = kept(url);
    const page = text && parsed(text);
    if (!page?.getElementById("page")) return false;
    for (const part of ["main", ".foot", ".progress"]) document.querySelector(part).replaceWith(page.querySelector(part));
    document.title = page.title;
    document.dispatchEvent(new CustomEvent("innaxe:shown"));
    window.scrollTo(0, 0);
    document.querySelector("h1").focus();
    return true;
  };

  document.addEventListener("innaxe:next", (event) => {
    if (!show(event.detail)) return;
    history.pushState({}, "", event.detail);
  });
  window.addEventListener("popstate", () => {
    if (navigator.onLine || !show(location.pathname)) location.reload();
  });

  // another language is another page: whoever changes it stays where they were on it
  const PLACE = "innaxe-place";
  document.addEventListener("click", (event) => {
    if (event.target.closest("a[hreflang]")) sessionStorage.setItem(PLACE, String(window.scrollY));
  });
  const place = sessionStorage.getItem(PLACE);
  if (place !== null) {
    sessionStorage.removeItem(PLACE);
    window.scrollTo(0, Number(place));
  }

  const here = location.pathname;
  if (kept(here) === null) keep(here, document.documentElement.outerHTML);
  setTimeout(() => fetchAhead(form().dataset.next, AHEAD), PAUSE);
})();
