// Says how many characters are left, or too many, while somebody writes. Nothing is cut off: the page says what is.
(() => {
  "use strict";
  const tell = (field) => {
    const place = document.getElementById(`${field.name}-hint`)?.querySelector("[data-left]");
    if (!place) return;
    const left = Number(field.dataset.longest) - [...field.value.trim()].length;
    place.textContent = ` \u00b7 ${left < 0 ? place.dataset.over.replace("{over}", -left) : place.dataset.left.replace("{left}", left)}`;
    place.classList.toggle("is-over", left < 0);
  };
  document.querySelectorAll("[data-longest]").forEach(tell);
  document.addEventListener("input", (event) => {
    if (event.target.dataset.longest) tell(event.target);
  });
})();
