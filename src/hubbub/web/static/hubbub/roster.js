// The roster: shifts are dragged, lengthened and moved by keys; each change is sent at once with the version it is of.

const STEP_MIN = 15, EDGE_PX = 8, MOVED_PX = 4, MOST_BACK = 50;
const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
const grid = document.querySelector("[data-roster]");
const spoken = document.querySelector("[data-said]"), shown = document.querySelector("[data-shown]");
const undo = document.querySelector("[data-undo]");
const dialog = document.querySelector("[data-dialog]");
const back = []; // changes that take back what was done here, the last one last
let sending = false, held = null, stale = false;

// What a shift is -------------------------------------------------------------
const spans = (text) => (text ? text.split(",").map((each) => each.split("-").map(Number)) : []);
const clock = (minute) => `${String(Math.floor(minute / 60) % 24).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const words = (pieces) => pieces.map(([from, to]) => `${clock(from)}–${clock(to)}`).join(", ");
const snap = (minutes) => Math.round(minutes / STEP_MIN) * STEP_MIN;
const first = () => Number(grid.dataset.first), last = () => Number(grid.dataset.last);

function read(bar) {
  return {
    shift: Number(bar.dataset.shift), member: Number(bar.closest("[data-member]").dataset.member),
    day: bar.closest("[data-day]").dataset.day, pieces: spans(bar.dataset.pieces), breaks: spans(bar.dataset.breaks),
  };
}
const moved = (shift, by) => ({
  ...shift, pieces: shift.pieces.map(([from, to]) => [from + by, to + by]),
  breaks: shift.breaks.map(([from, to, paid]) => [from + by, to + by, paid]),
});
function lengthened(shift, by, atStart = false) {
  const pieces = shift.pieces.map((each) => [...each]);
  if (atStart) pieces[0][0] = Math.min(pieces[0][0] + by, pieces[0][1] - STEP_MIN);
  else pieces.at(-1)[1] = Math.max(pieces.at(-1)[1] + by, pieces.at(-1)[0] + STEP_MIN);
  const inside = ([from, to]) => pieces.some(([begin, end]) => begin <= from && to <= end);
  return { ...shift, pieces, breaks: shift.breaks.filter(inside) };
}

// Drawing ---------------------------------------------------------------------
// Styles are set by script: the page forbids them in its text.
function place(element, from, to, start, end) {
  element.style.setProperty("--at", (from - start) / (end - start));
  element.style.setProperty("--long", (to - from) / (end - start));
}
function draw(bar, pieces = spans(bar.dataset.pieces), breaks = spans(bar.dataset.breaks)) {
  for (const each of bar.querySelectorAll(".pause")) each.remove();
  if (!grid.dataset.view) return;
  const start = pieces[0][0], end = pieces.at(-1)[1];
  place(bar, start, end, first(), last());
  const gaps = pieces.slice(1).map(([from], at) => [pieces[at][1], from, "is-gap"]);
  for (const [from, to, kind] of [...gaps, ...breaks]) {
    const pause = document.createElement("i");
    pause.className = `pause ${kind === "is-gap" ? kind : kind ? "is-paid" : ""}`;
    if (kind !== "is-gap") { pause.dataset.from = from; pause.title = `${clock(from)}–${clock(to)}`; }
    place(pause, from, to, start, end);
    bar.append(pause);
  }
}
function drawAll(where = grid) {
  for (const each of where.querySelectorAll(".shift")) draw(each);
  for (const each of where.querySelectorAll("[data-at]")) each.style.setProperty("--at", (each.dataset.at - first()) / (last() - first()));
  if (grid.dataset.edit) for (const each of where.querySelectorAll("td[data-day]")) if (!each.querySelector(".shift")) each.tabIndex = -1;
}

// Sending ---------------------------------------------------------------------
function tell(text, bad = false) {
  spoken.textContent = text;
  shown.textContent = text; // in a line that is always there: nothing may move while somebody drags
  shown.title = text;
  shown.classList.add("is-news");
  shown.classList.toggle("is-bad", bad);
}
const barOf = (shift) => grid.querySelector(`[data-shift="${shift}"]`);

async function send(change, { undoing = false } = {}) {
  if (sending) return false;
  sending = true;
  grid.setAttribute("aria-busy", "true");
  let answer = null, told = {};
  try {
    answer = await fetch(grid.dataset.edit, {
      method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify({ ...change, week: grid.dataset.week, view: grid.dataset.view ?? "", version: Number(grid.dataset.version) }),
    });
    told = await answer.json();
  } catch { /* said below */ }
  sending = false;
  grid.removeAttribute("aria-busy");
  if (!answer?.ok) {
    tell(told.message ?? say("The change could not be sent. Try it again."), true);
    for (const each of grid.querySelectorAll(".shift")) draw(each);
    if (answer?.status === 409) refresh();
    return false;
  }
  grid.dataset.version = told.version;
  grid.tHead.innerHTML = told.head;
  drawAll(grid.tHead);
  for (const [member, html] of Object.entries(told.rows)) put(member, html);
  if (!undoing) { back.push(told.back); back.splice(0, back.length - MOST_BACK); }
  undo.hidden = back.length === 0;
  tell(told.said);
  if (told.shift) barOf(told.shift)?.focus({ preventScroll: true });
  return true;
}
function put(member, html) {
  const old = grid.querySelector(`tr[data-member="${member}"]`);
  if (!old) return;
  const made = document.createElement("tbody");
  made.innerHTML = html;
  const row = made.firstElementChild;
  old.replaceWith(row);
  drawAll(row);
}
async function takeBack() {
  const change = back.pop();
  if (change && !(await send(change, { undoing: true }))) back.push(change);
  undo.hidden = back.length === 0;
}

// What somebody else did ---------------------------------------------------------
const LEAVES_MS = 5000; // so long a page that was asked for may take; a file to keep is asked for in the same way
let leftAt = -LEAVES_MS;
addEventListener("beforeunload", () => { leftAt = performance.now(); });
const leaving = () => performance.now() - leftAt < LEAVES_MS;
const saidBy = (page) => page.querySelector("main").textContent.replace(/\s+/g, " ");
async function refresh() {
  if (held || dialog?.open) { stale = true; return; }
  stale = false;
  const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-roster]");
  if (!fresh || !grid || Boolean(page.querySelector("[data-making]")) !== Boolean(document.querySelector("[data-making]"))) {
    if (leaving()) soon = setTimeout(refresh, LEAVES_MS); // loading this page anew would take the other one away
    else if (saidBy(page) !== saidBy(document)) location.reload();
    return;
  }
  if (fresh.dataset.version === grid.dataset.version) return;
  const focused = document.activeElement?.dataset?.shift;
  Object.assign(grid.dataset, fresh.dataset);
  grid.tHead.replaceWith(document.importNode(fresh.tHead, true));
  grid.tBodies[0].replaceWith(document.importNode(fresh.tBodies[0], true));
  drawAll();
  back.length = 0; // what others did since is not to be undone with it
  if (undo) undo.hidden = true;
  if (focused) barOf(focused)?.focus({ preventScroll: true });
}
let soon = null;
document.addEventListener("hubbub:change", ({ detail }) => {
  if (detail.kind !== "plan" || Number(detail.version) === Number(grid?.dataset.version)) return;
  clearTimeout(soon);
  soon = setTimeout(refresh, 400);
});

// By pointer ------------------------------------------------------------------
function perMinute(cell) {
  return cell.getBoundingClientRect().width / (grid.dataset.view ? last() - first() : 1440);
}
function take(event) {
  const bar = event.target.closest?.("a.shift");
  if (!bar || event.button || !grid.dataset.edit || sending) return;
  const box = bar.getBoundingClientRect(), shift = read(bar), pause = event.target.closest(".pause:not(.is-gap)");
  const atEnd = box.right - event.clientX <= EDGE_PX, atStart = grid.dataset.view && event.clientX - box.left <= EDGE_PX;
  held = { bar, shift, pause, how: pause ? "pause" : atEnd ? "end" : atStart ? "start" : "move", x: event.clientX, y: event.clientY, begun: false, wanted: null };
  bar.setPointerCapture(event.pointerId);
}
function drag(event) {
  if (!held) return;
  const { bar, shift, how } = held, dx = event.clientX - held.x, dy = event.clientY - held.y;
  if (!held.begun && Math.hypot(dx, dy) < MOVED_PX) return;
  held.begun = true;
  bar.classList.add("is-moving");
  const cell = bar.closest("td"), by = snap(dx / perMinute(cell));
  for (const each of grid.querySelectorAll("td.is-over")) each.classList.remove("is-over");
  if (how === "pause") {
    const breaks = shift.breaks.map((each) => (each[0] === Number(held.pause.dataset.from) ? [each[0] + by, each[1] + by, each[2]] : each));
    held.wanted = { ...shift, breaks };
  } else if (how === "move") {
    bar.hidden = true;
    const over = document.elementFromPoint(event.clientX, event.clientY)?.closest?.("td[data-day]");
    bar.hidden = false;
    const target = over && grid.contains(over) ? over : cell;
    const other = target !== cell;
    if (other) target.classList.add("is-over");
    const kept = other && !grid.dataset.view ? shift : moved(shift, by); // to another day a shift keeps its time
    held.wanted = { ...kept, member: Number(target.closest("[data-member]").dataset.member), day: target.dataset.day };
    bar.style.translate = other || grid.dataset.view ? `0 ${dy}px` : `${dx}px 0`;
  } else held.wanted = lengthened(shift, by, how === "start");
  if (grid.dataset.view) draw(bar, held.wanted.pieces, held.wanted.breaks);
  tell(words(held.wanted.pieces));
}
async function drop() {
  if (!held) return;
  const { bar, shift, wanted, begun } = held;
  let_go();
  if (begun) bar.addEventListener("click", (event) => event.preventDefault(), { once: true });
  if (wanted && JSON.stringify(wanted) !== JSON.stringify(shift)) await send(wanted);
  else draw(bar);
  if (stale) refresh();
}
function let_go() {
  held.bar.classList.remove("is-moving");
  held.bar.style.translate = "";
  for (const each of grid.querySelectorAll("td.is-over")) each.classList.remove("is-over");
  held = null;
}

// By keyboard -----------------------------------------------------------------
// Arrows move the shift that has the focus; between shifts and days one goes with Tab, or with Alt and arrows.
let typed = null, timer = null; // keys that follow each other are one change
function keyed(event) {
  if (event.key === "Escape" && held) { const { bar } = held; let_go(); draw(bar); return; }
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && back.length) { event.preventDefault(); takeBack(); return; }
  const bar = event.target.closest?.("a.shift"), cell = event.target.closest?.("td[data-day]");
  if (!grid.dataset.edit || !cell || event.ctrlKey || event.metaKey) return;
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (arrows && (event.altKey || !bar)) { event.preventDefault(); go(cell, ...arrows); return; }
  if (event.key === "Enter") { event.preventDefault(); open(bar, cell); return; }
  if (!bar) return;
  if (event.key === "Escape") { forget(); draw(bar); bar.blur(); return; }
  if (event.key === "Delete") { event.preventDefault(); forget(); send({ shift: read(bar).shift, remove: true }); return; }
  if (!arrows) return;
  event.preventDefault();
  const shift = typed?.bar === bar ? typed.wanted : read(bar), by = arrows[0] * STEP_MIN;
  let wanted = null;
  if (arrows[1]) {
    const row = arrows[1] < 0 ? bar.closest("tr").previousElementSibling : bar.closest("tr").nextElementSibling;
    if (!row || event.shiftKey) return;
    wanted = { ...shift, member: Number(row.dataset.member) };
  } else wanted = event.shiftKey ? lengthened(shift, by) : moved(shift, by);
  typed = { bar, wanted };
  if (grid.dataset.view) draw(bar, wanted.pieces, wanted.breaks);
  tell(words(wanted.pieces));
  clearTimeout(timer);
  timer = setTimeout(() => { const { wanted: change } = typed; typed = null; send(change); }, 450);
}
function forget() { clearTimeout(timer); typed = null; }
function go(cell, across, down) {
  let row = cell.closest("tr"), at = [...row.cells].indexOf(cell) + across;
  if (down) row = down < 0 ? row.previousElementSibling : row.nextElementSibling;
  const next = row?.cells[at];
  if (next?.dataset.day) (next.querySelector(".shift") ?? next).focus();
}

// The form ----------------------------------------------------------------------
async function open(bar, cell) {
  const address = bar ? bar.href : `${grid.dataset.form}?${new URLSearchParams({ week: grid.dataset.week, member: cell.closest("tr").dataset.member, day: cell.dataset.day })}`;
  const answer = await fetch(`${address}&view=${grid.dataset.view ?? ""}`, { credentials: "same-origin" }).catch(() => null);
  const form = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-shift-form]");
  if (!form) { location.assign(address); return; }
  dialog.replaceChildren(document.importNode(form, true));
  dialog.showModal();
}

if (grid) {
  drawAll();
  grid.addEventListener("pointerdown", take);
  grid.addEventListener("pointermove", drag);
  grid.addEventListener("pointerup", drop);
  grid.addEventListener("pointercancel", () => { if (held) { const { bar } = held; let_go(); draw(bar); } });
  grid.addEventListener("keydown", keyed);
  grid.addEventListener("click", (event) => {
    const bar = event.target.closest("a.shift"), cell = event.target.closest("td[data-day]");
    if (!grid.dataset.edit || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    if (bar) { event.preventDefault(); bar.focus(); }
    else if (cell) cell.focus();
  });
  grid.addEventListener("dblclick", (event) => {
    const cell = event.target.closest("td[data-day]");
    if (cell && grid.dataset.edit) open(event.target.closest("a.shift"), cell);
  });
  undo?.addEventListener("click", takeBack);
  dialog?.addEventListener("click", (event) => { if (event.target.closest("[data-close]")) { event.preventDefault(); dialog.close(); } });
  dialog?.addEventListener("close", () => { if (stale) refresh(); });
}

// How far the making is ------------------------------------------------------------
const making = document.querySelector("[data-making]");
if (making) {
  const began = Date.parse(making.dataset.making), bar = making.querySelector("progress");
  setInterval(() => { bar.value = Math.min(bar.max, (Date.now() - began) / 1000); }, 500);
}
