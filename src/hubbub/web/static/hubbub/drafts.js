// Drafts: what is written is kept on the server as it is written, and here until the server has it.

const SAVE_MS = 300;
const AGAIN_MS = 8000;
const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
let open = null; // { form, mode, known: { mode: { text, version, files } }, timer }

const field = () => open.form.querySelector("#c-text");
const mine = (mode) => (open.known[mode] ??= { text: "", version: 0, files: [] });
const place = (mode) => `hubbub draft ${open.form.dataset.draft}/${mode}`;

// The copy on this machine: only while the server does not have the words.
function here(mode, text) {
  try {
    if (text) localStorage.setItem(place(mode), text); else localStorage.removeItem(place(mode));
  } catch { /* no storage: the words are still in the field */ }
}
function left(mode) {
  try { return localStorage.getItem(place(mode)) ?? ""; } catch { return ""; }
}
const together = (one, two) => (!two || one.includes(two) ? one : two.includes(one) ? two : `${one}\n\n${two}`);

function begin() {
  const form = document.getElementById("composer");
  if (!form || open?.form === form) return;
  open = { form, known: JSON.parse(form.querySelector("#kept").textContent), timer: null };
  const modes = [...form.querySelectorAll("[name=mode]:not(:disabled)")].map((each) => each.value);
  for (const mode of modes) {
    const words = left(mode);
    if (words && words !== mine(mode).text) {
      open.mode = mode;
      mine(mode).unsaved = together(words, mine(mode).text);
    }
  }
  const words = (mode) => mine(mode).unsaved ?? mine(mode).text;
  const own = form.querySelector("[name=mode]:checked")?.value;
  const begun = words(own) ? own : modes.find(words) ?? own;
  form.querySelector(`[name=mode][value=${begun}]`).checked = true;
  show(begun);
}

function show(mode) {
  open.mode = mode;
  const { text, unsaved } = mine(mode);
  if (unsaved !== undefined || !field().value || field().value !== text) field().value = unsaved ?? text;
  shown(mode);
  document.dispatchEvent(new CustomEvent("hubbub:words", { detail: open.form }));
  if (field().value) soon(unsaved !== undefined || !open.looked ? 0 : SAVE_MS);
}

function shown(mode) {
  const { files } = mine(mode);
  document.dispatchEvent(new CustomEvent("hubbub:kept", { detail: { form: open.form, files, drop: (ref) => drop(mode, ref) } }));
}

const fields = (mode, text) => new URLSearchParams({ mode, text, seen: mine(mode).version, csrfmiddlewaretoken: csrf });
const post = (address, body, signal) => fetch(address, { method: "POST", keepalive: body.toString().length < 60_000,
  credentials: "same-origin", headers: { "X-CSRFToken": csrf, "HX-Request": "true" }, body, signal });

function soon(ms = SAVE_MS) {
  clearTimeout(open.timer);
  open.timer = setTimeout(save, ms);
}

async function save() {
  clearTimeout(open?.timer);
  if (!open || open.saving || open.leaving) return;
  const now = open, mode = now.mode, text = field().value;
  now.saving = new AbortController();
  try {
    const answer = await post(now.form.dataset.keep, fields(mode, text), now.saving.signal);
    if (open !== now) return;
    const told = answer.ok || answer.status === 409 ? await answer.json() : null;
    if (answer.status === 409) other(mode, text, told);
    else if (told) kept(mode, text, told);
    else tell(answer.status === 401 ? say("You are signed out. Your words are kept on this machine.") : say("Kept on this machine only."));
  } catch {
    if (open === now && !now.leaving) tell(say("Kept on this machine; trying again."));
  } finally {
    now.saving = null;
    if (open === now && field().value !== (mine(now.mode).text)) soon(mode === now.mode && left(mode) ? AGAIN_MS : SAVE_MS);
  }
}

function kept(mode, text, told) {
  Object.assign(mine(mode), { text, version: told.version, unsaved: undefined });
  if (mode === open.mode && field().value === text) here(mode, "");
  tell("");
  open.looked = true;
  document.dispatchEvent(new CustomEvent("hubbub:looked", { detail: { form: open.form, ...told } }));
}

// Another window of one's own saved other words: both stay.
function other(mode, text, told) {
  Object.assign(mine(mode), { text: told.text, version: told.version });
  const own = mode === open.mode ? field().value : text; // what was sent meanwhile does not come back
  const both = together(own, told.text);
  if (mode === open.mode && both !== own) {
    field().value = both;
    tell(say("Your words from another window stand here too."));
  }
  soon();
}

function tell(words) {
  open.form.querySelector("#draft-state").textContent = words;
}

async function drop(mode, ref) {
  mine(mode).files = mine(mode).files.filter((each) => each.ref !== ref);
  const body = new URLSearchParams({ mode, ref });
  await post(open.form.dataset.keep + "file/", body).catch(() => {});
}

// Files are kept beside the words as soon as they are chosen; where they can't be, they leave with the reply itself.
document.addEventListener("hubbub:attach", async ({ detail: { form, field: chosen, taken } }) => {
  if (open?.form !== form || !chosen.files.length || open.mode === "note") return;
  const now = open, mode = now.mode, body = new FormData(), given = [...chosen.files];
  body.append("mode", mode);
  given.forEach((each) => body.append("files", each));
  now.sending = new AbortController();
  try {
    const answer = await fetch(form.dataset.keep + "files/", { method: "POST", credentials: "same-origin",
      headers: { "X-CSRFToken": csrf, "HX-Request": "true" }, body, signal: now.sending.signal });
    if (!answer.ok || open !== now || [...chosen.files].some((each, place) => each !== given[place])) return;
    const said = [...form.querySelectorAll("#attached [name=alt]")].map((each) => each.value);
    const before = new Map(mine(mode).files.map((each) => [each.ref, each]));
    const files = (await answer.json()).files;
    files.filter((each) => !before.has(each.ref)).forEach((each, place) => { each.alt = said[place] ?? ""; });
    mine(mode).files = files.map((each) => before.get(each.ref) ?? each);
    chosen.value = "";
    taken();
    if (open.mode === mode) shown(mode);
  } catch { /* they stand in the form and leave with it */ }
});

// Between public and private, files move along.
function along(from, to) {
  const files = mine(from).files;
  if (!files.length) return;
  mine(from).files = [];
  mine(to).files = [...mine(to).files, ...files];
  const body = new URLSearchParams({ mode: to });
  files.forEach((each) => body.append("come", each.ref));
  post(open.form.dataset.keep + "files/", body).catch(() => {});
}

// At once, also when the page goes away.
function flush() {
  if (!open?.form.isConnected || field().value === mine(open.mode).text) return;
  const body = fields(open.mode, field().value);
  if (document.hidden || !document.hasFocus()) navigator.sendBeacon(open.form.dataset.keep, body);
  else save();
}

document.addEventListener("input", (event) => {
  if (!event.target.matches?.("#c-text") || open?.form !== event.target.form) return;
  mine(open.mode).unsaved = undefined;
  here(open.mode, event.target.value);
  soon();
});
document.addEventListener("focusout", (event) => { if (event.target.matches?.("#c-text")) flush(); });
addEventListener("pagehide", flush);
document.addEventListener("visibilitychange", () => { if (document.hidden) flush(); });
document.addEventListener("htmx:beforeSwap", ({ detail }) => { if (detail.target?.id === "case" && open) save(); });

// Each way has words of its own; between public and private they move along where the other has none.
document.addEventListener("change", (event) => {
  if (event.target.name !== "mode" || open?.form !== event.target.form) return;
  const from = open.mode, to = event.target.value, words = field().value;
  const saved = mine(from).text;
  if (from !== "note" && to !== "note" && !mine(to).text && !mine(to).unsaved) {
    if (words) { mine(to).unsaved = words; here(to, words); here(from, ""); }
    if (saved) post(open.form.dataset.keep, fields(from, "")).then(async (answer) => {
      if (answer.ok) Object.assign(mine(from), { text: "", version: (await answer.json()).version });
    }).catch(() => {});
    mine(from).unsaved = undefined;
  } else if (words !== saved) {
    mine(from).unsaved = words;
    post(open.form.dataset.keep, fields(from, words)).then(async (answer) => {
      if (!answer.ok) return;
      Object.assign(mine(from), { text: words, version: (await answer.json()).version, unsaved: undefined });
      here(from, "");
    }).catch(() => {});
  }
  if (from !== "note" && to !== "note") along(from, to);
  field().value = "";
  if (to === "note") field().placeholder = say("A note for colleagues; @ names one");
  else if (from === "note") field().placeholder = say("Your words");
  show(to);
  field().focus();
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.id !== "composer" || !open) return;
  open.leaving = true; // the words are on their way: what was about to be kept is old by then
  clearTimeout(open.timer);
  open.saving?.abort();
  open.sending?.abort(); // and the files with them
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt.id !== "composer" || !open) return;
  open.leaving = false;
  if (open.form.isConnected && field().value !== mine(open.mode).text) soon();
});
document.addEventListener("hubbub:sent", ({ detail: { form, sent } }) => {
  if (open?.form !== form) return;
  clearTimeout(open.timer);
  const draft = mine(open.mode);
  if (draft.text === sent || field().value === "") Object.assign(draft, { text: "", files: [], unsaved: undefined });
  if (!field().value) here(open.mode, "");
  else soon();
});

// The page was told anew: what came back (an undo, another window) shows, unless one writes just now.
document.addEventListener("hubbub:fresh", ({ detail: page }) => {
  const note = page.getElementById("composer-note"), shown = document.getElementById("composer-note");
  if (note && shown && note.innerHTML !== shown.innerHTML) {
    shown.replaceWith(document.importNode(note, true));
    htmx.process(document.getElementById("composer-note"));
  }
  const data = page.getElementById("kept");
  if (!data || !open?.form.isConnected) return;
  const idle = field().value === mine(open.mode).text;
  for (const [mode, told] of Object.entries(JSON.parse(data.textContent))) {
    if (told.version <= mine(mode).version || (mode === open.mode && !idle)) continue;
    const came = told.text && told.text !== mine(mode).text;
    open.known[mode] = told;
    if (mode === open.mode || (came && !field().value)) {
      open.form.querySelector(`[name=mode][value=${mode}]`).checked = true;
      field().value = told.text;
      show(mode);
      if (came) field().focus();
    }
  }
});

document.addEventListener("hubbub:composer", begin);
document.addEventListener("htmx:afterSettle", begin);
begin();
