"use strict";
const all = [...document.querySelectorAll("main .card")];
const dialog = document.querySelector("dialog");
const search = document.querySelector("input[type=search]");
const count = document.querySelector("output");
let shown = all;
let current = null;

function filter() {
  const wanted = new Set([...document.querySelectorAll("input:checked")].map((box) => box.value));
  const text = search.value.toLowerCase();
  const isShown = (card) =>
    wanted.has(card.dataset.verdict) && (!text || card.dataset.name.toLowerCase().includes(text));
  for (const card of all) card.hidden = !isShown(card);
  shown = all.filter((card) => !card.hidden);
  for (const section of document.querySelectorAll("section")) {
    section.hidden = !section.querySelector(".card:not([hidden])");
  }
  count.value = `${shown.length} of ${all.length}`;
  if (current === null || current.hidden) enter(shown[0] ?? null);
}

// One card at a time is reached by Tab; arrows go on from there.
function enter(card) {
  if (current) current.tabIndex = -1;
  current = card;
  if (current) current.tabIndex = 0;
}

function beside(key) {
  const at = shown.indexOf(current);
  if (key === "ArrowLeft") return shown[at - 1];
  if (key === "ArrowRight") return shown[at + 1];
  if (key === "Home") return shown[0];
  if (key === "End") return shown.at(-1);
  const here = current.getBoundingClientRect();
  const step = key === "ArrowUp" ? -1 : 1;
  let best, row;
  for (let i = at + step; i >= 0 && i < shown.length; i += step) {
    const there = shown[i].getBoundingClientRect();
    if (Math.abs(there.top - here.top) < 2) continue;
    if (row !== undefined && Math.abs(there.top - row) > 2) break;
    row = there.top;
    const distance = Math.abs(there.left - here.left);
    if (!best || distance < best.distance) best = { card: shown[i], distance };
  }
  return best?.card;
}

function open(card) {
  const copy = card.cloneNode(true);
  copy.removeAttribute("tabindex");
  copy.removeAttribute("role");
  dialog.replaceChildren(copy);
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  const isMove = /^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key);
  const isHere = dialog.open || document.activeElement === current;
  if (current === null || !isHere || event.ctrlKey || event.altKey || event.metaKey) return;
  if (isMove) {
    event.preventDefault();
    const card = beside(event.key);
    if (!card) return;
    enter(card);
    if (dialog.open) open(card);
    else card.focus();
    card.scrollIntoView({ block: "nearest" });
  } else if (!dialog.open && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    open(current);
  }
});
document.querySelector("main").addEventListener("click", (event) => {
  const card = event.target.closest(".card");
  if (!card) return;
  enter(card);
  open(card);
});
document.querySelector("main").addEventListener("focusin", (event) => {
  const card = event.target.closest(".card");
  if (card && card !== current) enter(card);
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener("close", () => current?.focus());
document.querySelector("header").addEventListener("input", filter);
filter();
