// Makes commenting quicker: marked words are taken over, and the form comes to the text. Nothing needs it: without it
// the links lead to the same form.
(() => {
  "use strict";
  const form = document.getElementById("write");

  const bring = (place, passage) => {
    const block = document.querySelector(`a[data-comment="${CSS.escape(place)}"]`)?.closest(".talk");
    block?.querySelector(".talk-threads").append(form);
    form.elements.place.value = place;
    if (passage || form.elements.passage.value) form.elements.passage.value = passage;
    form.elements.text.focus();
    form.scrollIntoView({ block: "nearest" });
  };

  const counter = (area) => {
    const most = Number(area.dataset.most);
    let place = area.parentElement.querySelector(":scope > .left");
    if (!place) {
      place = document.createElement("span");
      place.className = "hint left";
      place.setAttribute("aria-hidden", "true");
      area.after(place);
    }
    place.textContent = `${area.value.length} / ${most}`;
    place.classList.toggle("over", area.value.length > most);
  };
  document.addEventListener("input", (event) => {
    if (!event.target.dataset.most) return;
    event.target.setCustomValidity("");
    counter(event.target);
  });
  // a text that is far too long would not even arrive
  document.addEventListener("submit", (event) => {
    const over = [...event.target.querySelectorAll("[data-most]")].find((area) => area.value.length > area.dataset.most);
    if (!over) return;
    event.preventDefault();
    counter(over);
    over.setCustomValidity(`${over.value.length} / ${over.dataset.most}`);
    over.reportValidity();
  });

  if (!form) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-comment]");
    if (!link) return;
    event.preventDefault();
    bring(link.dataset.comment, "");
  });

  let offer = null;
  const takeAway = () => {
    offer?.remove();
    offer = null;
  };
  const offerFor = () => {
    takeAway();
    const selection = document.getSelection();
    if (!selection.rangeCount) return;
    const marked = selection.getRangeAt(0).cloneRange();
    const text = marked.startContainer.parentElement?.closest("[data-place]");
    if (!text) return;
    // three clicks mark a paragraph, and the beginning of what follows it
    if (!text.contains(marked.endContainer)) marked.setEnd(text, text.childNodes.length);
    const words = marked.toString().trim();
    if (!words) return;
    const link = text.closest(".talk").querySelector("a[data-comment]");
    const other = text.closest(".talk").querySelector("a[href*='/amendments/']");
    offer = document.createElement("p");
    offer.className = "picked";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small";
    button.textContent = link.firstChild.textContent;
    button.addEventListener("click", () => {
      bring(text.dataset.place, words);
      takeAway();
    });
    offer.append(button);
    if (other) {
      const way = document.createElement("a");
      way.className = "btn sec small";
      way.href = `${other.getAttribute("href")}&passage=${encodeURIComponent(words)}`;
      way.textContent = other.firstChild.textContent;
      offer.append(way);
    }
    const last = marked.getBoundingClientRect();
    document.body.append(offer);
    // styles in markup are forbidden here, those set by a script are not
    offer.style.insetBlockStart = `${last.bottom + window.scrollY + 6}px`;
    offer.style.insetInlineStart = `${Math.max(8, Math.min(last.left, window.innerWidth - 340))}px`;
  };
  document.addEventListener("pointerup", (event) => {
    if (!event.target.closest?.(".picked")) window.setTimeout(offerFor, 0);
  });
  document.addEventListener("keyup", (event) => {
    if (event.shiftKey || event.key === "Shift") offerFor();
    if (event.key === "Escape") takeAway();
  });
})();
