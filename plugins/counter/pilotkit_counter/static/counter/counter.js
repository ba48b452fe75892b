// Shortcuts and comfort for officers; every page works without.
"use strict";

// The list may have been replaced while somebody typed, so that its rows are looked up each time.
const rowsNow = () => [...document.querySelectorAll("[data-row]")];
let here = -1;

function go(step) {
  const rows = rowsNow();
  if (!rows.length) return;
  here = Math.max(0, Math.min(rows.length - 1, here + step));
  rows[here].querySelector("th a").focus();
}

function isTyping(target) {
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) && target.type !== "checkbox";
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) here = rowsNow().indexOf(row);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
  const keys = document.querySelector("details.keys");
  const search = document.getElementById("q");
  const box = rowsNow()[here]?.querySelector("input[type=checkbox]");
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "x" && box) box.click();
  else if (event.key === "/" && search) search.focus();
  else if (event.key === "?" && keys) {
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
  } else return;
  event.preventDefault();
});

// Only what every chosen case can take stays on offer.
function narrow() {
  const kind = document.getElementById("kind");
  if (!kind) return;
  const chosen = [...document.querySelectorAll("input[name=code]:checked")].map((box) => box.dataset.possible.split(" "));
  for (const option of kind.options) option.disabled = chosen.some((possible) => !possible.includes(option.value));
  const first = [...kind.options].find((option) => !option.disabled);
  if (kind.selectedOptions[0]?.disabled && first) kind.value = first.value;
  for (const part of document.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(kind.value);
}

for (const event of ["change", "htmx:afterSettle"]) document.addEventListener(event, narrow);
narrow();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

const display = document.querySelector("[data-refresh]");
if (display) setTimeout(() => window.location.reload(), Number(display.dataset.refresh) * 1000);
