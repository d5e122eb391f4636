// Says how many characters are left while somebody writes. Nothing needs it: the limit stands there in words.
(() => {
  "use strict";
  const tell = (field) => {
    const place = document.getElementById(`${field.name}-hint`)?.querySelector("[data-left]");
    if (place) place.textContent = ` \u00b7 ${place.dataset.left.replace("{left}", field.maxLength - field.value.length)}`;
  };
  const fields = document.querySelectorAll("#page [maxlength]");
  fields.forEach(tell);
  document.addEventListener("input", (event) => {
    if (event.target.maxLength > 0) tell(event.target);
  });
})();
