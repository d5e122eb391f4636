// Saves each answer the moment it is given. Without this script the page's own button saves all of them.
(() => {
  "use strict";
  const form = document.getElementById("page");
  const status = document.getElementById("saved");
  if (!form || !status) return;

  const waiting = new Map(); // code -> { value, again }: the newest answer not yet on disk
  const busy = new Set(); // codes whose request is under way
  let pauses = 0;
  let timer = 0;
  let closed = false;

  const say = (kind, text) => {
    status.className = `saved ${kind}`;
    const words = status.lastElementChild;
    if (words.textContent !== text) words.textContent = text;
  };

  const revision = (code) => form.elements[`rev.${code}`];

  const show = (code, value) => {
    const field = form.elements[code];
    if (field instanceof RadioNodeList) {
      field.value = value === null ? "none" : String(value);
    } else {
      field.value = value === null ? "" : value;
    }
  };

  const retry = () => {
    clearTimeout(timer);
    timer = setTimeout(sendAll, Math.min(30000, 1000 * 2 ** pauses));
    pauses += 1;
    say("failed", status.dataset.failed);
  };

  // in real time, what all say so far comes after one's own answer; a reason being typed is left alone
  const look = async () => {
    const answer = await fetch(form.dataset.live).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of page.querySelectorAll("[data-part]")) {
      const place = document.getElementById(part.id);
      if (place && !(part.dataset.part === "why" && place.firstElementChild)) place.replaceWith(part);
    }
  };

  const send = async (box, code) => {
    if (busy.has(code) || closed) return;
    const value = waiting.get(code);
    busy.add(code);
    let answer;
    try {
      answer = await fetch(box.dataset.url, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ value, rev: Number(revision(code).value) }),
        signal: AbortSignal.timeout(15000),
        keepalive: true,
      });
    } catch {
      busy.delete(code);
      retry();
      return;
    }
    busy.delete(code);
    const kept = await answer.json().catch(() => ({}));
    if (answer.ok) {
      revision(code).value = kept.rev;
      pauses = 0;
      if (form.dataset.live && box.matches("fieldset")) look();
      if (waiting.get(code) === value) waiting.delete(code);
      else send(box, code);
      if (!waiting.size) {
        const time = new Date(kept.saved_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
        say("", `${status.dataset.saved} ${time}`);
      }
    } else if (answer.status === 409) {
      revision(code).value = kept.rev;
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
  };

  const sendAll = () => {
    for (const code of waiting.keys()) send(form.querySelector(`[data-code="${CSS.escape(code)}"]`), code);
  };

  const valueOf = (field) => {
    if (field.type !== "radio") return field.value;
    return field.value === "none" ? null : Number(field.value);
  };

  // a reason is asked for where a rating lies outside the middle half of the group's
  const offer = (field) => {
    const why = field.type === "radio" && field.closest("fieldset").querySelector(".why");
    if (!why) return;
    const isOutside = field.value !== "none" && (field.value < Number(why.dataset.low) || field.value > Number(why.dataset.high));
    why.classList.toggle("inside", !isOutside);
    why.open = isOutside;
  };

  form.addEventListener("change", (event) => {
    offer(event.target);
    const box = event.target.closest("[data-url]");
    if (!box || closed) return;
    const code = box.dataset.code;
    waiting.set(code, valueOf(event.target));
    say("busy", status.dataset.saving);
    send(box, code);
  });

  // digits choose on the scale that has the focus; 0 says "can't judge"
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.type !== "radio") return;
    if (!/^[0-9]$/.test(event.key)) return;
    const wanted = event.key === "0" ? "none" : event.key;
    const field = event.target.closest("fieldset").querySelector(`input[type="radio"][value="${wanted}"]`);
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
    if (waiting.size && !form.dataset.sent) event.preventDefault();
  });
  // a page sent while its own save is under way would be taken for an older device: let that one arrive first
  form.addEventListener("submit", (event) => {
    const isWaiting = busy.size > 0 && !form.dataset.sent;
    form.dataset.sent = "yes";
    if (!isWaiting) return;
    event.preventDefault();
    const start = Date.now();
    const poll = setInterval(() => {
      if (busy.size && Date.now() - start < 6000) return;
      clearInterval(poll);
      form.requestSubmit(event.submitter);
    }, 20);
  });

  document.getElementById("errors")?.focus();
})();
