// Live without reload: hears what changed, fetches the parts that show it, and puts them in place
// without moving what somebody is reading. Also counts due times down.

const app = document.querySelector("[data-events]");
const SOON_S = 900;
const AT_ONCE_MS = 20; // what changes together is told together
const told = {}; // by part: how many milliseconds the server wants to be left alone before it is asked for that again

// Due times -----------------------------------------------------------------
function span(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  if (whole < 3600) return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  return whole < 48 * 3600 ? say("{hours} h", { hours: Math.floor(whole / 3600) }) : say("{days} d", { days: Math.floor(whole / 86400) });
}

function countDown() {
  const now = Date.now();
  for (const due of document.querySelectorAll("[data-due]")) {
    const left = (Date.parse(due.dataset.due) - now) / 1000;
    const shown = due.querySelector(".due-left");
    if ("held" in due.dataset) {
      shown.textContent = say("Held, {time}", { time: span(Math.max(0, left)) });
      continue;
    }
    shown.textContent = (left < 0 ? "−" : "") + span(left);
    due.classList.toggle("due-late", left < 0);
    due.classList.toggle("due-soon", left >= 0 && left < SOON_S);
    const use = due.querySelector("use");
    const wanted = left < 0 ? "#alert" : "#clock";
    const address = use.getAttribute("href");
    if (!address.endsWith(wanted)) use.setAttribute("href", address.replace(/#.*/, wanted));
  }
}
setInterval(countDown, 1000);

// Fetching parts ------------------------------------------------------------
function tellApart(name, ms) {
  told[name] = Number(ms) || 0;
}
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  tellApart(detail.elt.id, detail.xhr.getResponseHeader("Hubbub-Again-Ms"));
});

// What a person waits for is answered before what only stays live: the latter says so.
async function part(name, address, atOnce) {
  const headers = { "HX-Request": "true", ...(atOnce ? {} : { "Hubbub-Live": "true" }) };
  const answer = await fetch(address, { headers, credentials: "same-origin" });
  tellApart(name, answer.headers.get("Hubbub-Again-Ms"));
  if (answer.redirected || !answer.ok) return null; // signed out, or gone: the next click says so
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// Runs what asks for a part when it is asked for, once for many asks, never twice at a time, and so long after the last
// time as the server told, at least `apartMs`.
function soon(name, task, apartMs) {
  let timer = null, running = false, again = null, next = 0;
  const run = async (atOnce) => {
    timer = null;
    running = true;
    try { await task(atOnce); } catch { /* the next change asks anew */ }
    running = false;
    next = performance.now() + Math.max(apartMs, told[name] ?? 0);
    if (again !== null) { const atOnce = again; again = null; ask(atOnce); }
  };
  const ask = (atOnce = false) => { // at once: what the person themself did
    if (running) { again = again || atOnce; return; }
    if (atOnce) { clearTimeout(timer); timer = null; }
    timer ??= setTimeout(run, Math.max(AT_ONCE_MS, atOnce ? 0 : next - performance.now()), atOnce);
  };
  return ask;
}

// Puts new children in place by key; what did not change keeps its element, its focus and its state.
function merge(old, fresh, key) {
  const known = new Map([...old.children].map((each) => [each.getAttribute(key), each]));
  let place = old.firstElementChild;
  let added = 0;
  for (const each of [...fresh.children]) {
    let kept = known.get(each.getAttribute(key));
    known.delete(each.getAttribute(key));
    if (!kept) {
      kept = document.importNode(each, true);
      added += 1;
      old.insertBefore(kept, place);
      htmx.process(kept);
    } else {
      if (differs(kept, each)) freshen(kept, each);
      kept.className = each.className;
      if (kept === place) place = place.nextElementSibling;
      else old.insertBefore(kept, place);
    }
  }
  for (const gone of known.values()) gone.remove();
  return added;
}

// A row says what it shows by a fingerprint: its countdown alone is no reason to draw it anew.
function differs(kept, fresh) {
  const { shows } = fresh.dataset;
  if (!shows) return kept.innerHTML !== fresh.innerHTML;
  const same = kept.dataset.shows === shows;
  kept.dataset.shows = shows;
  return !same;
}

// Changes what is inside. A focused row keeps its link; elsewhere the focus goes to the same link or button anew.
function freshen(kept, fresh) {
  const focused = kept.contains(document.activeElement) ? document.activeElement : null;
  const link = kept.querySelector("a.case"), wanted = fresh.querySelector("a.case");
  if (focused && link && wanted) {
    link.className = wanted.className;
    link.innerHTML = wanted.innerHTML;
    return;
  }
  const open = [...kept.querySelectorAll("details[open]")];
  kept.innerHTML = fresh.innerHTML;
  htmx.process(kept);
  for (const each of open) again(kept, each.querySelector("summary"))?.parentElement.setAttribute("open", "");
  if (focused) again(kept, focused)?.focus({ preventScroll: true });
}

function again(place, element) {
  return [...place.querySelectorAll(element.tagName)].find((each) => each.textContent === element.textContent);
}

const refreshList = soon("list", async (atOnce) => {
  const list = document.getElementById("list");
  if (!list) return;
  const address = list.dataset.refresh;
  const page = await part("list", address, atOnce);
  if (!page || document.getElementById("list")?.dataset.refresh !== address) return;
  const fresh = page.getElementById("list");
  const scroll = document.getElementById("list-scroll");
  const cases = document.getElementById("cases");
  const current = document.querySelector("#case[data-case]")?.dataset.case;
  for (const row of fresh.querySelectorAll("li[data-case]")) {
    if (row.dataset.case === current) row.querySelector("a").setAttribute("aria-current", "true");
  }
  // Rows that were loaded by scrolling stay below the fresh first page.
  const shown = new Set([...fresh.querySelectorAll("#cases > li")].map((each) => each.id));
  const below = cases.children.length > shown.size + 1;
  const anchor = scroll.scrollTop > 8 ? topRow(scroll, cases) : null;
  const before = anchor?.getBoundingClientRect().top;
  if (!below) {
    const added = merge(cases, fresh.querySelector("#cases"), "id");
    if (anchor?.isConnected) {
      scroll.scrollTop += anchor.getBoundingClientRect().top - before;
      tellNew(added);
    }
  } else {
    tellNew([...fresh.querySelectorAll("li[data-case]")].filter((row) => !document.getElementById(row.id)).length);
  }
  swapAside(list, fresh, ".list-tools");
  swapAside(list, fresh, ".bar > .count");
  document.getElementById("empty")?.remove();
  const empty = fresh.querySelector("#empty");
  if (empty) scroll.append(document.importNode(empty, true));
  refreshCounts();
}, 150);
const refreshCounts = soon("views", () => htmx.trigger("#views", "hubbub:counts"), 1000);

const refreshBoard = soon("board", () => htmx.trigger("#board", "hubbub:board"), 3000);

// The running day: drawn anew when something changes, and every half minute, since time alone changes it. Whether a
// chart stands as its table, what is open and where the focus is stay as they are.
const refreshDay = soon("today", async (atOnce) => {
  const old = document.getElementById("today");
  const fresh = old && (await part("today", old.dataset.refresh, atOnce))?.getElementById("today");
  if (!fresh || !old.isConnected) return;
  const chosen = [...old.querySelectorAll("input:checked")].map(({ name, value }) => `[name="${name}"][value="${value}"]`);
  const tables = [...old.querySelectorAll(".chart-table")].map((each) => each.scrollTop);
  freshen(old, fresh);
  for (const each of chosen) { const same = old.querySelector(each); if (same) same.checked = true; }
  [...old.querySelectorAll(".chart-table")].forEach((each, place) => { each.scrollTop = tables[place] ?? 0; });
  htmx.trigger(old, "htmx:afterSwap");
}, 5000);
setInterval(() => { if (!document.hidden) refreshDay(); }, 30_000);

function topRow(scroll, cases) {
  const edge = scroll.getBoundingClientRect().top;
  return [...cases.children].find((row) => row.getBoundingClientRect().bottom > edge) ?? null;
}

function swapAside(old, fresh, selector) {
  const from = fresh.querySelector(selector), to = old.querySelector(selector);
  if (from && to && from.innerHTML !== to.innerHTML) to.innerHTML = from.innerHTML;
}

let newAbove = 0;
function tellNew(added) {
  newAbove += added;
  const button = document.querySelector("[data-new-above]");
  if (!button || newAbove === 0) return;
  button.querySelector("span").textContent = say("{number} new since you looked", { number: newAbove });
  button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-new-above]");
  if (!button) return;
  button.hidden = true;
  newAbove = 0;
  document.getElementById("list-scroll").scrollTop = 0;
  htmx.ajax("GET", document.getElementById("list").dataset.refresh, { target: "#list", swap: "outerHTML" });
});

let said = false; // the person themself added words: show them
const refreshCase = soon("case", async (atOnce) => {
  const open = document.querySelector("#case[data-refresh]");
  if (!open) return;
  const page = await part("case", open.dataset.refresh, atOnce);
  if (!page || document.querySelector("#case[data-refresh]") !== open) return;
  const scroll = document.getElementById("thread-scroll");
  const toEnd = said || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
  said = false;
  merge(document.getElementById("moments"), page.getElementById("moments"), "data-moment");
  replaceIdle("case-top", page);
  replaceIdle("about-inner", page);
  replaceAnswer(page);
  document.dispatchEvent(new CustomEvent("hubbub:fresh", { detail: page }));
  const last = document.getElementById("last-reply"), seen = page.getElementById("last-reply");
  // Only what the person can see counts as seen: a colleague's reply that came in above the fold does.
  if (last && seen && !document.hidden) last.value = seen.value;
  if (toEnd) scroll.scrollTop = scroll.scrollHeight;
}, 100);

// What the person themself did shows at once, also where the stream is cut.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful || detail.requestConfig.verb !== "post" || !detail.elt.closest?.("#case")) return;
  detail.elt.closest("details")?.removeAttribute("open");
  said = detail.elt.id === "composer";
  refreshCase(true);
  refreshList(true);
});

// Replaces a part unless a menu of it is open; the focus goes to the same link or button anew.
function replaceIdle(id, page) {
  const old = document.getElementById(id), fresh = page.getElementById(id);
  if (!old || !fresh || old.innerHTML === fresh.innerHTML || old.querySelector("details[open]")) return;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const inner = old.querySelector(".scroll")?.scrollTop ?? 0;
  const put = document.importNode(fresh, true);
  old.replaceWith(put);
  htmx.process(put);
  if (inner) put.querySelector(".scroll").scrollTop = inner;
  if (focused) again(put, focused)?.focus({ preventScroll: true });
}

// The composer stays as long as the same ways are open to the customer, or words stand in it.
function replaceAnswer(page) {
  const old = document.getElementById("answer"), fresh = page.getElementById("answer");
  const ways = (place) => place.querySelector("form")?.dataset.ways ?? place.textContent;
  if (ways(old) === ways(fresh) || old.querySelector("textarea")?.value) return;
  const put = document.importNode(fresh, true);
  old.replaceWith(put);
  htmx.process(put);
  document.dispatchEvent(new CustomEvent("hubbub:composer"));
}

// Hearing -------------------------------------------------------------------
function hear() {
  let last = Number(app.dataset.after);
  let lost = null;
  const source = new EventSource(`${app.dataset.events}?after=${last}`);
  source.addEventListener("change", (event) => {
    const change = JSON.parse(event.data);
    last = Math.max(last, Number(event.lastEventId));
    document.dispatchEvent(new CustomEvent("hubbub:change", { detail: change }));
    const open = document.querySelector("#case[data-case]")?.dataset.case;
    if (change.kind === "case" || change.kind === "imported") refreshList();
    if ((change.kind === "case" || change.kind === "levels") && document.getElementById("board")) refreshBoard();
    if (change.kind === "case" || change.kind === "plan" || change.kind === "state") refreshDay();
    if (change.kind === "plan") htmx.trigger(document.body, "hubbub:plan");
    if (change.kind === "incident") htmx.trigger(document.body, "hubbub:incident");
    if (change.kind === "alert") htmx.trigger(document.body, "hubbub:alert");
    if (change.kind === "health" || change.kind === "topics") refreshList();
    const own = change.kind === "presence" && String(change.by) === app.dataset.me; // colleagues see it, one does not
    if ((change.kind === "case" || change.kind === "presence") && String(change.subject) === open && !own) refreshCase();
  });
  source.addEventListener("reload", () => { refreshList(); refreshCase(); });
  source.addEventListener("open", () => {
    clearTimeout(lost);
    lost = null;
    document.getElementById("not-live")?.remove();
    document.documentElement.dataset.live = "yes";
  });
  source.addEventListener("error", () => {
    lost ??= setTimeout(() => {
      if (document.getElementById("not-live")) return;
      const line = document.createElement("div");
      line.id = "not-live";
      line.className = "toast toast-bad";
      line.textContent = say("Not connected just now; this page may be behind. It tries again by itself.");
      document.getElementById("toasts").append(line);
    }, 4000);
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
if (app) hear();
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "nearest", block: "nearest" }); // on a phone
countDown();
document.addEventListener("htmx:afterSettle", countDown);
