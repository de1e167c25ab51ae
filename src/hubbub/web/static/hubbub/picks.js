// Choosing cases of a list, to do something with all of them: by box, with Shift for a span, by x, or all shown.

const picked = new Set();
let last = null;

const list = () => document.getElementById("cases");
const rows = () => [...(list()?.querySelectorAll("li[data-number]") ?? [])];
const box = (row) => row.querySelector("[data-pick]");

function show() {
  const ul = list();
  if (!ul) return;
  for (const row of rows()) {
    const is = picked.has(row.dataset.number);
    if (box(row)) box(row).checked = is;
    row.classList.toggle("is-picked", is);
  }
  const on = picked.size > 0 || ul.dataset.picks === "on";
  ul.classList.toggle("is-picking", on);
  document.querySelector("[data-picking]")?.setAttribute("aria-pressed", String(on));
  const bar = document.getElementById("bulk");
  if (!bar) return;
  bar.hidden = picked.size === 0;
  const key = [...picked].join(" "); // written only where it differs: whoever watches the page would be told again
  if (bar.dataset.shows === key) return;
  bar.dataset.shows = key;
  document.getElementById("bulk-count").textContent = say("{number} chosen", { number: picked.size });
  document.getElementById("bulk-numbers").replaceChildren(...[...picked].map((number) => {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "number";
    field.value = number;
    return field;
  }));
}

function pick(row, is, far) {
  const all = rows();
  const from = far && last ? all.findIndex((each) => each.dataset.number === last) : -1;
  const to = all.indexOf(row);
  const span = from < 0 ? [row] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const each of span) {
    if (is) picked.add(each.dataset.number);
    else picked.delete(each.dataset.number);
  }
  last = row.dataset.number;
  show();
}

function none() {
  picked.clear();
  if (list()) list().dataset.picks = "";
  show();
}

document.addEventListener("click", (event) => {
  const one = event.target.closest("[data-pick]");
  if (one) {
    pick(one.closest("li"), one.checked, event.shiftKey);
    return;
  }
  if (event.target.closest("[data-pick-all]")) {
    for (const row of rows()) picked.add(row.dataset.number);
    show();
  }
  if (event.target.closest("[data-pick-none]")) none();
  if (event.target.closest("[data-picking]")) {
    if (picked.size || list().dataset.picks === "on") none();
    else { list().dataset.picks = "on"; show(); }
  }
});

document.addEventListener("hubbub:pick", () => {
  const row = document.activeElement.closest?.("li[data-number]")
    ?? document.querySelector("#cases a.case[aria-current]")?.closest("li") ?? rows()[0];
  if (row && box(row)) pick(row, !picked.has(row.dataset.number), false);
});

// What was done to the chosen ones is done: the next choice begins anew.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt?.id === "bulk" && event.detail.successful) {
    for (const open of document.querySelectorAll("#bulk details[open]")) open.open = false;
    none();
  }
});
document.addEventListener("htmx:afterSettle", show);
if (list()) new MutationObserver(show).observe(document.getElementById("main"), { childList: true, subtree: true });
show();

// Words that a macro puts into the answer ------------------------------------
document.addEventListener("hubbub:insert", (event) => {
  const field = document.getElementById("c-text");
  if (!field) return;
  field.value = field.value.trim() ? `${field.value.trim()}\n\n${event.detail.text}` : event.detail.text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
// A deed of a menu closes it, and a deed that was undone takes its toast along.
document.addEventListener("hubbub:done", () => {
  for (const open of document.querySelectorAll("#case details.pop[open]")) open.open = false;
});
document.addEventListener("submit", (event) => {
  if (event.target.querySelector?.("[data-undo]")) event.target.closest("[data-toast]")?.setAttribute("hidden", "");
});
