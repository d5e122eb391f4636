// Keeps the board of a running survey up to date, until it is paused. Without it the page has its Refresh.
(() => {
  "use strict";
  const button = document.getElementById("live-pause");
  const state = document.getElementById("live-state");
  if (!button || !window.EventSource) return;
  const PATIENCE = 5000;
  const SILENCE = 40000;

  let source = null;
  let losing = 0;
  let listening = 0;
  let isPaused = false;

  const clock = () =>
    `${new Date().toLocaleTimeString(document.documentElement.lang, { timeZone: "UTC", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })} UTC`;

  const say = (name) => {
    const text = state.dataset[name].replace("{time}", clock());
    if (state.dataset.name === name && name !== "paused") return;
    state.dataset.name = name;
    state.textContent = text;
    state.classList.toggle("is-lost", name === "lost");
  };

  // changes only what differs, so that neither focus nor an opened part of the page is lost
  const bring = (old, fresh) => {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
      old.replaceWith(fresh);
    } else if (old.nodeType !== Node.ELEMENT_NODE) {
      old.nodeValue = fresh.nodeValue;
    } else {
      [...old.attributes].filter((one) => one.name !== "open" && !fresh.hasAttribute(one.name)).forEach((one) => old.removeAttribute(one.name));
      [...fresh.attributes].forEach((one) => {
        if (old.getAttribute(one.name) !== one.value) old.setAttribute(one.name, one.value);
      });
      if (old.childNodes.length !== fresh.childNodes.length) old.replaceChildren(...fresh.childNodes);
      else [...fresh.childNodes].forEach((child, place) => bring(old.childNodes[place], child));
    }
  };

  const update = async () => {
    const answer = await fetch(window.location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(`the board answered ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (isPaused) return;
    document.querySelectorAll("[data-live-part]").forEach((part) => {
      const fresh = page.getElementById(part.id);
      if (fresh) bring(part, fresh);
    });
  };

  const lose = () => {
    window.clearTimeout(losing);
    losing = 0;
    if (!isPaused) say("lost");
  };

  // a connection that broke without a word is known by its silence
  const hear = () => {
    window.clearTimeout(losing);
    window.clearTimeout(listening);
    losing = 0;
    listening = window.setTimeout(() => {
      lose();
      follow();
    }, SILENCE);
  };

  const leave = () => {
    window.clearTimeout(losing);
    window.clearTimeout(listening);
    losing = 0;
    if (source) source.close();
  };

  const follow = () => {
    leave();
    if (isPaused) return;
    source = new EventSource(button.dataset.changes);
    source.addEventListener("alive", hear);
    source.addEventListener("changed", (event) => {
      hear();
      if (event.data === document.getElementById("live-board").dataset.version) {
        say("on");
        return;
      }
      update().then(() => !isPaused && say("on"), lose);
    });
    source.addEventListener("error", () => {
      // the browser asks again by itself, but for what was refused
      if (source.readyState === EventSource.CLOSED) lose();
      else if (!losing) losing = window.setTimeout(lose, PATIENCE);
    });
  };

  button.addEventListener("click", () => {
    isPaused = !isPaused;
    button.textContent = isPaused ? button.dataset.paused : button.dataset.on;
    if (isPaused) {
      leave();
      say("paused");
    } else {
      follow();
    }
  });
  window.addEventListener("offline", () => {
    leave();
    lose();
  });
  window.addEventListener("online", follow);
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => event.persisted && follow());
  button.hidden = false;
  follow();
})();
