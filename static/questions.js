// Makes pages with questions easier: shows what earlier answers ask for, counts points, moves ranks. Nothing needs it.
(() => {
  "use strict";
  const form = () => document.getElementById("page");
  if (!form()) return;

  const answersTo = (question) =>
    [...form().elements]
      .filter((field) => field.name === question || field.name.startsWith(`${question}.`))
      .filter((field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : field.value.trim()))
      .map((field) => (field.type === "checkbox" && field.name !== question ? field.name.slice(question.length + 1) : field.value));

  const holds = (box) => {
    for (let number = 1; box.getAttribute(`data-needs-${number}`) !== null; number += 1) {
      const needed = box.getAttribute(`data-needs-${number}`);
      const values = box.getAttribute(`data-values-${number}`).split(" ").filter(Boolean);
      const asked = document.getElementById(needed);
      const given = asked && asked.hidden ? [] : answersTo(needed);
      if (values.length ? !given.some((one) => values.includes(one)) : !given.length) return false;
    }
    return true;
  };

  const update = () => {
    form().querySelectorAll("[data-needs-1]").forEach((box) => {
      box.hidden = !holds(box);
    });
    form().querySelectorAll("[data-total]").forEach((box) => {
      const sum = [...box.querySelectorAll(".points")].reduce((total, field) => total + (Number(field.value) || 0), 0);
      const total = Number(box.dataset.total);
      const line = box.querySelector(".running");
      box.querySelector("[data-sum]").value = sum;
      line.classList.toggle("is-full", sum === total);
      line.classList.toggle("is-over", sum > total);
    });
    form().querySelectorAll(".rank").forEach((field) => field.closest("li").classList.toggle("is-ranked", Boolean(field.value.trim())));
  };

  // ranks move by buttons; the numbers stay what is sent
  const move = (button) => {
    const list = button.closest(".ranked");
    const field = button.closest("li").querySelector(".rank");
    const most = Number(list.dataset.most);
    const ranked = [...list.querySelectorAll(".rank")].filter((one) => one.value.trim()).sort((a, b) => a.value - b.value);
    const place = ranked.indexOf(field);
    if (button.dataset.move === "up") {
      if (place < 0 && ranked.length < most) ranked.push(field);
      else if (place > 0) ranked.splice(place - 1, 2, field, ranked[place - 1]);
    } else if (place === ranked.length - 1 && place >= 0) {
      ranked.pop();
      field.value = "";
    } else if (place >= 0) ranked.splice(place, 2, ranked[place + 1], field);
    ranked.forEach((one, index) => {
      one.value = index + 1;
    });
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const begin = () => {
    form().querySelectorAll(".movers").forEach((group) => {
      group.hidden = false;
    });
    form().querySelectorAll(".if-needed").forEach((hint) => {
      hint.hidden = true;
    });
    update();
  };

  document.addEventListener("input", update);
  document.addEventListener("change", update);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button) move(button);
  });
  document.addEventListener("innaxe:shown", begin);
  begin();
})();
