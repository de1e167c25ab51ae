// The desk: keyboard first, panes on narrow screens, toasts, menus.

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
const main = document.getElementById("main");
const HEARTBEAT_MS = 15_000;

// Panes ---------------------------------------------------------------------
function show(pane) {
  if (!main?.classList.contains("panes")) return;
  main.dataset.pane = pane;
  const target = { views: "views", list: "list", thread: "thread", about: "about" }[pane];
  if (pane === "views" || pane === "about") document.querySelector(`#${target} .scroll`)?.focus();
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show]");
  if (button) show(main.dataset.pane === button.dataset.show ? "thread" : button.dataset.show);
  else if (main?.dataset.pane === "views" && !event.target.closest("#views")) show("list");
  else if (main?.dataset.pane === "about" && innerWidth > 760 && !event.target.closest("#about")) show("thread");
});

// Rows ----------------------------------------------------------------------
const rows = () => [...document.querySelectorAll("#cases a.case")];
const opened = () => document.querySelector("#cases a.case[aria-current]");

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement.closest?.("a.case") ?? opened());
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function openRow() {
  const row = document.activeElement.closest?.("a.case") ?? rows()[0];
  row?.click();
}

function markOpen() {
  const number = document.querySelector("#case[data-case]")?.dataset.case;
  for (const row of rows()) {
    const is = row.parentElement.dataset.case === number;
    row.toggleAttribute("aria-current", is);
    if (is) {
      row.setAttribute("aria-current", "true");
      row.classList.remove("is-unread");
    }
  }
}

// What happens when a case opens --------------------------------------------
function caseOpened(event) {
  if (event && event.detail.target?.id !== "case" && event.detail.elt?.id !== "case") return;
  const open = document.querySelector("#case[data-case]");
  if (!open) return;
  markOpen();
  show("thread");
  const scroll = document.getElementById("thread-scroll");
  scroll.scrollTop = scroll.scrollHeight;
  document.title = `${open.querySelector(".case-head h1")?.textContent ?? say("Case")} · Hubbub`;
}
document.addEventListener("htmx:afterSettle", caseOpened);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "list") markOpen();
});
caseOpened();

// The keyboard's place outlives what it stood on -------------------------------
let stoodOn = null;
let place = null;
document.addEventListener("focusin", (event) => { stoodOn = event.target; place = placeOf(event.target); });
const MENUS = "[data-assign], [data-snooze], [data-more], [data-resolve]";
const placeOf = (element) => {
  const menu = element.closest(MENUS);
  if (menu) return `[${[...menu.attributes].find((each) => each.name.startsWith("data-")).name}] summary`;
  return element.closest("#case") ? "#thread-scroll" : null;
};
if (main) {
  new MutationObserver(() => {
    if (place && !stoodOn.isConnected && document.activeElement === document.body) document.querySelector(place)?.focus();
  }).observe(main, { childList: true, subtree: true });
}

// Colleagues see who looks ----------------------------------------------------
const IDLE_MS = 120_000; // nothing moved for so long: nobody works here
let looking = null;
let typing = false;
let moved = Date.now();
for (const sign of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) {
  document.addEventListener(sign, () => { moved = Date.now(); }, { passive: true, capture: true });
}
document.addEventListener("hubbub:typing", (event) => {
  if (typing !== event.detail) { typing = event.detail; look(); }
});
function look(fresh = false) {
  const open = document.querySelector("#case[data-look]");
  if (looking && looking !== open?.dataset.leave) tell(looking, {});
  looking = open?.dataset.leave ?? null;
  if (open && !document.hidden) {
    const yes = (is) => (is ? "yes" : "no");
    tell(open.dataset.look, { typing: yes(typing), active: yes(Date.now() - moved < IDLE_MS), fresh: yes(fresh) });
  }
}
function tell(address, fields) {
  fetch(address, {
    method: "POST", keepalive: true, credentials: "same-origin",
    headers: { "X-CSRFToken": csrf }, body: new URLSearchParams(fields),
  }).catch(() => {});
}
if (main?.classList.contains("panes")) {
  setInterval(() => look(), HEARTBEAT_MS);
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.target?.id === "case") look(true); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(true); });
  addEventListener("pagehide", () => { if (looking) tell(looking, {}); });
  look(true);
}

// Keys ----------------------------------------------------------------------
const writing = (element) => element.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select");
let afterG = 0;

function compose(mode) {
  const field = document.getElementById("c-text");
  if (!field) return;
  const radio = document.querySelector(`#composer [name=mode][value=${mode}]`);
  if (radio && !radio.disabled && !radio.checked) radio.click();
  show("thread");
  field.focus();
}
function toggle(details) {
  if (!details) return;
  details.open = !details.open;
  if (details.open) details.querySelector(".menu-item")?.focus();
}
function search() {
  const form = document.getElementById("search");
  if (!form) { location.assign(document.querySelector(".rail-link")?.href ?? "/"); return; }
  form.hidden = false;
  document.querySelector("[data-search]").setAttribute("aria-expanded", "true");
  show("list");
  form.querySelector("input").focus();
  form.querySelector("input").select();
}
document.addEventListener("click", (event) => { if (event.target.closest("[data-search]")) search(); });

document.addEventListener("submit", (event) => {
  if (event.target.id === "next") event.target.elements.but.value = document.querySelector("#case[data-number]")?.dataset.number ?? "";
});
const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: openRow,
  r: () => {
    const own = document.querySelector("#composer [name=mode]:checked")?.value;
    compose(own === "note" ? (document.querySelector("#composer [value=public]:not(:disabled)") ? "public" : "private") : own ?? "public");
  },
  n: () => document.getElementById("next")?.requestSubmit(),
  N: () => compose("note"),
  s: () => toggle(document.querySelector("[data-state]")),
  a: () => toggle(document.querySelector("[data-assign]")),
  z: () => toggle(document.querySelector("[data-snooze]")),
  m: () => toggle(document.querySelector("[data-more]")),
  c: () => { toggle(document.querySelector("details[data-canned]")); },
  w: () => document.querySelector("[data-known]")?.click(),
  u: () => [...document.querySelectorAll("[data-undo]")].at(-1)?.click(),
  e: () => document.querySelector('#case [data-key="e"]')?.click(),
  x: () => document.dispatchEvent(new CustomEvent("hubbub:pick")),
  g: () => { afterG = Date.now(); },
  "/": search,
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { escape(event); return; }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("#composer")) {
    event.preventDefault();
    event.target.form.requestSubmit([...event.target.form.querySelectorAll(".composer-tools > [type=submit]")].find((each) => each.offsetParent));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target) || document.querySelector("dialog[open]")) return;
  const menu = event.target.closest?.(".menu");
  if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const items = [...menu.querySelectorAll(".menu-item")];
    const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    items[(at + items.length) % items.length]?.focus();
    event.preventDefault();
    return;
  }
  const place = Date.now() - afterG < 1200 && /^[a-z]$/.test(event.key) && document.querySelector(`.rail [data-place=${event.key}]`);
  if (place) {
    afterG = 0;
    place.click();
    event.preventDefault();
    return;
  }
  const act = KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
});

function escape(event) {
  const open = event.target.closest?.("details[open]") ?? document.querySelector("details.pop[open]");
  if (open) { open.open = false; open.querySelector("summary").focus(); return; }
  if (event.target.closest?.("#search") && !event.target.value) event.target.closest("#search").hidden = true;
  if (writing(event.target)) { event.target.blur(); (opened() ?? rows()[0])?.focus(); return; }
  if (main?.dataset.pane === "views" || main?.dataset.pane === "about") show("thread");
}

// Menus close when one clicks elsewhere; toasts go by themselves unless they tell of trouble ---------
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.pop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
  if (event.target.closest("[data-keys]")) document.getElementById("keys").showModal();
  event.target.closest("[data-close-toast]")?.closest("[data-toast]").remove();
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => { copy.textContent = say("Copied"); });
});
function fade() {
  for (const toast of document.querySelectorAll("[data-toast].toast-good:not([data-fading])")) {
    toast.dataset.fading = "";
    setTimeout(() => toast.remove(), "stays" in toast.dataset ? 15_000 : 6000);
  }
}
new MutationObserver(fade).observe(document.getElementById("toasts"), { childList: true });
fade();
document.addEventListener("htmx:sendError", () => {
  const line = document.createElement("div");
  line.className = "toast toast-bad";
  line.dataset.toast = "";
  line.textContent = say("Hubbub did not answer. What you wrote is kept; try again in a moment.");
  document.getElementById("toasts").append(line);
  setTimeout(() => line.remove(), 8000);
});
