// Saves each answer the moment it is given. Without this script the page's own button saves all of them.
// What cannot be saved yet is kept in this browser until it is; offline.js shows the next pages meanwhile.
(() => {
  "use strict";
  const status = document.getElementById("saved");
  const form = () => document.getElementById("page");
  if (!form() || !status) return;

  const base = form().dataset.answers; // one response's address: what waits belongs to it
  const store = `innaxe:${base}`;
  const busy = new Set(); // codes whose request is under way
  let pauses = 0;
  let timer = 0;
  let closed = false;

  const remembered = () => {
    try {
      return new Map(JSON.parse(localStorage.getItem(store) ?? "[]"));
    } catch {
      return new Map();
    }
  };

  const waiting = remembered(); // code -> { value, rev }: the newest answer not yet on disk

  const remember = () => {
    try {
      if (waiting.size) localStorage.setItem(store, JSON.stringify([...waiting]));
      else localStorage.removeItem(store);
    } catch {
      // a browser that keeps nothing: the answer stays on the page
    }
  };

  const say = (kind, text) => {
    status.className = `saved ${kind}`;
    const words = status.lastElementChild;
    if (words.textContent !== text) words.textContent = text;
  };

  const boxOf = (code) => form().querySelector(`[data-code="${CSS.escape(code)}"]`);
  const revision = (code) => form().elements[`rev.${code}`];
  const fieldsOf = (code) => [...form().elements].filter((field) => field.name.startsWith(`${code}.`));
  const optionsOf = (code) => [...new Set(fieldsOf(code).map((field) => field.name.slice(code.length + 1)))];
  const point = (text) => (text === "none" ? null : Number(text));

  const fill = (field, value) => {
    if (field instanceof RadioNodeList) field.value = value === null ? "none" : String(value ?? "");
    else if (field && field.type === "checkbox") field.checked = Boolean(value);
    else if (field) field.value = value ?? "";
  };

  // puts an answer that came from elsewhere into the fields of its question
  const show = (code, value) => {
    const kind = boxOf(code)?.dataset.kind;
    const named = (part) => form().elements[`${code}.${part}`];
    if (kind === "ranking") optionsOf(code).forEach((one) => fill(named(one), (value ?? []).indexOf(one) + 1 || ""));
    else if (kind === "multiple_choice") optionsOf(code).forEach((one) => fill(named(one), (value ?? []).includes(one)));
    else if (["rating_set", "allocation", "best_worst"].includes(kind)) Object.entries(value ?? {}).forEach(([part, one]) => fill(named(part), one));
    else if (boxOf(code)) fill(form().elements[code], value);
  };

  const note = (code, rev) => {
    if (revision(code)) revision(code).value = rev;
  };

  const retry = () => {
    clearTimeout(timer);
    timer = setTimeout(sendAll, Math.min(30000, 1000 * 2 ** pauses));
    pauses += 1;
    say("failed", status.dataset.failed);
  };

  // in real time, what all say so far comes after one's own answer; a reason being typed is left alone
  const look = async () => {
    const answer = await fetch(form().dataset.live).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of page.querySelectorAll("[data-part]")) {
      const place = document.getElementById(part.id);
      if (place && !(part.dataset.part === "why" && place.firstElementChild)) place.replaceWith(part);
    }
  };

  const settle = (code, entry, answer, kept) => {
    if (answer.ok) {
      note(code, kept.rev);
      pauses = 0;
      if (form().dataset.live && boxOf(code)?.matches("fieldset")) look();
      const newer = waiting.get(code);
      if (newer === entry) waiting.delete(code);
      else if (newer) {
        newer.rev = kept.rev;
        send(code);
      }
      if (!waiting.size) {
        const time = new Date(kept.saved_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
        say("", `${status.dataset.saved} ${time}`);
      }
    } else if (answer.status === 409) {
      note(code, kept.rev);
      waiting.delete(code);
      show(code, kept.value);
      say("", status.dataset.newer);
    } else if (answer.status === 423) {
      closed = true;
      waiting.clear();
      say("failed", kept.detail || status.dataset.closed);
    } else if (answer.status >= 500 || answer.status === 429) {
      retry();
    } else {
      waiting.delete(code);
      say("failed", kept.detail || status.dataset.failed);
    }
    remember();
  };

  const send = async (code) => {
    if (busy.has(code) || closed) return;
    const entry = waiting.get(code);
    busy.add(code);
    let answer;
    try {
      answer = await fetch(`${base}/${code}`, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ value: entry.value, rev: entry.rev }),
        signal: AbortSignal.timeout(15000),
        keepalive: true,
      });
    } catch {
      busy.delete(code);
      retry();
      return;
    }
    busy.delete(code);
    settle(code, entry, answer, await answer.json().catch(() => ({})));
  };

  const sendAll = () => {
    for (const code of waiting.keys()) send(code);
  };

  // what a question says now; undefined while it is not a whole answer
  const readers = {
    rating_set: (code) => Object.fromEntries(fieldsOf(code).filter((f) => f.checked).map((f) => [f.name.slice(code.length + 1), point(f.value)])),
    multiple_choice: (code) => fieldsOf(code).filter((f) => f.checked).map((f) => f.name.slice(code.length + 1)),
    ranking: (code) => {
      const placed = fieldsOf(code).filter((f) => f.value.trim()).map((f) => [Number(f.value), f.name.slice(code.length + 1)]);
      placed.sort((one, other) => one[0] - other[0]);
      return placed.every(([place], index) => place === index + 1) ? placed.map(([, option]) => option) : undefined;
    },
    allocation: (code) => {
      const shares = fieldsOf(code).map((f) => [f.name.slice(code.length + 1), Number(f.value || 0)]);
      const sum = shares.reduce((total, [, points]) => total + points, 0);
      return sum === Number(boxOf(code).dataset.total) ? Object.fromEntries(shares) : undefined;
    },
    best_worst: (code) => {
      const ends = Object.fromEntries(fieldsOf(code).filter((f) => f.checked).map((f) => [f.name.slice(code.length + 1), f.value]));
      return ends.best && ends.worst && ends.best !== ends.worst ? ends : undefined;
    },
    consent: (code) => (form().elements[code].checked ? "yes" : null),
  };

  const valueOf = (field, box) => {
    const reader = readers[box.dataset.kind];
    if (reader) return reader(box.dataset.code);
    if (["number", "date", "single_choice"].includes(box.dataset.kind)) return field.value || null;
    return field.type === "radio" ? point(field.value) : field.value;
  };

  // a reason is asked for where a rating lies outside the middle half of the group's
  const offer = (field) => {
    const why = field.type === "radio" && field.closest("fieldset").querySelector(".why");
    if (!why) return;
    const isOutside = field.value !== "none" && (field.value < Number(why.dataset.low) || field.value > Number(why.dataset.high));
    why.classList.toggle("inside", !isOutside);
    why.open = isOutside;
  };

  document.addEventListener("change", (event) => {
    if (event.target.form !== form()) return;
    offer(event.target);
    const box = event.target.closest("[data-url]");
    if (!box || closed) return;
    const code = box.dataset.code;
    const value = valueOf(event.target, box);
    if (value === undefined) return;
    waiting.set(code, { value, rev: Number(revision(code).value) });
    remember();
    say("busy", status.dataset.saving);
    send(code);
  });

  // digits choose on the scale that has the focus; 0 says "can't judge"
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.type !== "radio") return;
    if (!/^[0-9]$/.test(event.key)) return;
    const wanted = event.key === "0" ? "none" : event.key;
    const group = event.target.closest("[role=radiogroup], fieldset");
    const field = group.querySelector(`input[type="radio"][value="${wanted}"]`);
    if (!field) return;
    event.preventDefault();
    field.focus();
    if (!field.checked) field.click();
  });

  window.addEventListener("online", () => {
    pauses = 0;
    sendAll();
  });

  window.addEventListener("beforeunload", (event) => {
    if (waiting.size && !form().dataset.sent) event.preventDefault();
  });

  // goes on as soon as nothing is being saved, at the latest after six seconds: what waits is kept in any case
  const afterSaving = (go) => {
    const start = Date.now();
    const poll = setInterval(() => {
      if (busy.size && Date.now() - start < 6000) return;
      clearInterval(poll);
      go();
    }, 20);
  };

  // a page asked for while an answer is being saved would come without it: let the answer arrive first
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || !busy.size || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.target || link.origin !== location.origin || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    afterSaving(() => location.assign(link.href));
  });

  document.addEventListener("submit", (event) => {
    if (event.target !== form() || event.target.dataset.sent) return;
    // without a connection the page cannot be sent; what waits is kept, and the next page may be here already
    if (waiting.size && (pauses || !navigator.onLine) && !closed) {
      event.preventDefault();
      document.dispatchEvent(new CustomEvent("innaxe:next", { detail: form().dataset.next }));
      return;
    }
    event.target.dataset.sent = "yes";
    if (!busy.size) return;
    // a page sent while its own save is under way would be taken for an older device: let that one arrive first
    event.preventDefault();
    afterSaving(() => event.target.requestSubmit(event.submitter));
  });

  // the sentence that names a fault leads into the field itself
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a");
    const box = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!box) return;
    event.preventDefault();
    box.scrollIntoView();
    (box.querySelector("input:not([type=hidden]), select, textarea") ?? box).focus();
  });

  const showWaiting = () => {
    for (const [code, entry] of waiting) show(code, entry.value);
  };
  document.addEventListener("innaxe:shown", showWaiting);

  showWaiting();
  if (waiting.size) sendAll();
  document.getElementById("errors")?.focus();
})();
