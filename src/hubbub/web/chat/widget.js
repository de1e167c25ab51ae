// Hubbub's web chat. One script, no framework: a button, a panel in a shadow DOM, and a stream of what is said.
// Until somebody agrees nothing is kept in their browser, and a cookie never is. Afterwards localStorage keeps the
// secret that names their visit, and what could not be sent yet. Words come in the visitor's language (words.py names
// them) and can be changed: set window.hubbubChat = { words: { open: "…" } } before this script.
((SITE) => {
  const base = new URL(".", document.currentScript.src).href;
  const WORDS = { ...SITE.words, ...globalThis.hubbubChat?.words };
  const word = (key, facts = {}) =>
    String(WORDS[key]).replace(/\{(\w+)\}/g, (_, name) => ({ site: SITE.name, ...facts })[name] ?? "");
  const MOST_BYTES = 8e6, TYPING_MS = 3000, QUIET_MS = 4000, SILENT_MS = 25000, HIDDEN_MS = 300000;

  // What the browser keeps, once somebody agreed ----------------------------------
  const KEY = `hubbub-chat ${SITE.id}`;
  let visit = null; // { secret, unsent: [{ key, text, email }], email }
  const load = () => { try { return JSON.parse(localStorage.getItem(KEY)); } catch { return null; } };
  const store = () => { try { localStorage.setItem(KEY, JSON.stringify(visit)); } catch { /* it lasts as long as the page */ } };
  const forget = () => { try { localStorage.removeItem(KEY); } catch { /* nothing was kept */ } };
  const random = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");

  // Calling -------------------------------------------------------------------------
  class Refused extends Error {
    constructor(status, words) { super(words); this.status = status; }
  }
  async function call(path, body, options = {}) {
    const headers = visit ? { Authorization: `Bearer ${visit.secret}` } : {};
    const form = body instanceof FormData;
    if (body && !form) headers["Content-Type"] = "application/json";
    const answer = await fetch(base + path, {
      method: body ? "POST" : "GET", mode: "cors", credentials: "omit", referrerPolicy: "origin",
      headers: { ...headers, ...options.headers }, body: body && !form ? JSON.stringify(body) : body,
      keepalive: options.keepalive, signal: options.signal,
    });
    if (answer.ok) return answer;
    const words = await answer.json().then((told) => told.error, () => "");
    throw new Refused(answer.status, words);
  }

  // Building ------------------------------------------------------------------------
  function make(tag, facts = {}, ...children) {
    const made = tag === "svg" || tag === "path" ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(facts)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value != null) made.setAttribute(name, value);
    }
    made.append(...children.filter((each) => each != null));
    return made;
  }
  const icon = (d) => make("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, make("path", { d }));
  const CHAT = "M4 19V7a2.5 2.5 0 0 1 2.5-2.5h11A2.5 2.5 0 0 1 20 7v6.5a2.5 2.5 0 0 1-2.5 2.5H8z", CROSS = "M6 6l12 12M18 6 6 18";
  const CLIP = "m20 11-8 8a5 5 0 0 1-7-7l8.5-8.500a3.500 3.500 0 0 1 5 5L10 17a2 2 0 0 1-3-3l7.500-7.500", PLANE = "M4 12 20 4l-5 16-3.500-6.500zM11.500 13.500 20 4";

  const STYLE = `
:host { color-scheme: light dark; }
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
.chat { --c: #fff; --s: #f3f5f6; --t: #171b20; --q: #59626c; --l: #d5dade; --bad: #ae2d26; --f: #1a73a8;
  position: fixed; inset: auto 20px 20px auto; z-index: 2147483000; font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; color: var(--t); text-align: start; letter-spacing: normal; }
button, input, textarea { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; border-radius: 8px; padding: 0; }
:focus-visible { outline: 3px solid var(--f); outline-offset: 2px; }
svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; display: block; }
.open { position: relative; width: 56px; height: 56px; border-radius: 50%; background: var(--b); color: var(--i); display: grid; place-items: center; box-shadow: 0 4px 14px rgb(0 0 0 / .25); margin-inline-start: auto; }
.open svg { width: 27px; height: 27px; }
.badge { position: absolute; top: -4px; inset-inline-end: -4px; min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px; background: var(--bad); color: #fff; font-size: 13px; font-weight: 600; line-height: 22px; }
.panel { width: 372px; height: min(580px, calc(100dvh - 40px)); display: flex; flex-direction: column; overflow: hidden; background: var(--c); border-radius: 14px; box-shadow: 0 0 0 1px rgb(0 0 0 / .08), 0 14px 44px rgb(0 0 0 / .24); animation: up .18s ease-out; }
@keyframes up { from { opacity: 0; transform: translateY(10px); } }
header { display: flex; align-items: center; gap: 6px; padding: 12px 10px 12px 18px; background: var(--b); color: var(--i); }
header div { flex: 1; min-width: 0; }
h2 { font-size: 16px; line-height: 1.3; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
header p { font-size: 13px; opacity: .92; }
header button { padding: 7px; } header .quit { font-size: 13px; padding: 7px 9px; white-space: nowrap; }
header button:hover { background: rgb(127 127 127 / .28); } header :focus-visible { outline-color: var(--i); outline-offset: -3px; }
.body { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.pad { padding: 18px; display: grid; gap: 14px; align-content: start; overflow: auto; }
.hello { font-size: 17px; font-weight: 600; line-height: 1.35; white-space: pre-line; }
.quiet, .notice { color: var(--q); font-size: 13.5px; }
label { display: grid; gap: 4px; font-size: 13.5px; font-weight: 500; }
input, textarea { width: 100%; border: 1px solid #8a939c; border-radius: 8px; padding: 9px 11px; background: var(--c); font-size: 16px; }
.go { background: var(--b); color: var(--i); padding: 11px 16px; font-weight: 600; } .go:hover { filter: brightness(1.09); } .plain { border: 1px solid #8a939c; padding: 10px 16px; }
.log { flex: 1; min-height: 0; overflow: auto; padding: 16px 16px 6px; display: flex; flex-direction: column; gap: 8px; overscroll-behavior: contain; }
.log > :first-child { margin-top: auto; }
.line { max-width: 84%; padding: 8px 12px; border-radius: 14px; overflow-wrap: anywhere; white-space: pre-wrap; background: var(--s); align-self: flex-start; border-end-start-radius: 4px; }
.mine { background: var(--b); color: var(--i); align-self: flex-end; border-radius: 14px; border-end-end-radius: 4px; } .unsent { opacity: .72; }
.line canvas { display: block; max-width: 100%; max-height: 220px; border-radius: 8px; } .line.picture { padding: 4px; }
.file { display: block; width: 100%; text-align: start; text-decoration: underline; } .picture .file { text-decoration: none; }
.mine :focus-visible { outline-color: var(--i); }
.note { align-self: stretch; text-align: center; color: var(--q); font-size: 13px; }
.state { align-self: flex-end; color: var(--q); font-size: 12.5px; margin-top: -4px; } .state button { text-decoration: underline; color: var(--bad); font-weight: 600; padding: 2px 4px; }
.below { padding: 0 16px; min-height: 20px; font-size: 13px; color: var(--q); } .bad { color: var(--bad); }
form.write { border-top: 1px solid var(--l); padding: 10px; display: grid; gap: 8px; }
.row { display: flex; gap: 6px; align-items: flex-end; }
textarea { flex: 1; resize: none; min-height: 42px; max-height: 130px; field-sizing: content; }
.tool { flex: none; width: 42px; height: 42px; display: grid; place-items: center; color: var(--q); } .tool:hover { background: var(--s); } .tool.go { padding: 0; color: var(--i); border-radius: 10px; } .tool.go:hover { background: var(--b); }
.notice { background: var(--s); color: var(--t); border-radius: 10px; padding: 10px 12px; }
.vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-color-scheme: dark) { .chat { --c: #1a1f24; --s: #2a3138; --t: #e9ecef; --q: #aab3bb; --l: #39424a; --bad: #f0938a; --f: #7dbbdc; } .badge { color: #1f0a08; } }
@media (max-width: 480px) { .chat { inset: auto 14px 14px auto; } .chat.is-open { inset: 0; } .is-open .panel { width: 100%; height: 100dvh; border-radius: 0; } }
@media (prefers-reduced-motion: reduce) { .panel { animation: none; } }
@media print { .chat { display: none; } }`;

  const host = make("hubbub-chat");
  for (const [name, value] of [["all", "initial"], ["display", "block"]]) host.style.setProperty(name, value, "important");
  const shadow = host.attachShadow({ mode: "open" });
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
  } catch { shadow.append(make("style", {}, STYLE)); }

  const badge = make("span", { class: "badge", hidden: true });
  const opener = make("button", { class: "open", type: "button", "aria-label": word("open"), "aria-expanded": "false", onclick: () => show(true) }, icon(CHAT), badge);
  const presence = make("p");
  const quit = make("button", { class: "quit", type: "button", hidden: true, onclick: () => leave() }, word("end"));
  const body = make("div", { class: "body" });
  const panel = make("section", { class: "panel", role: "dialog", "aria-label": word("title"), hidden: true },
    make("header", {}, make("div", {}, make("h2", {}, SITE.name), presence), quit,
      make("button", { type: "button", "aria-label": word("close"), onclick: () => show(false) }, icon(CROSS))), body);
  const chat = make("div", { class: "chat", lang: SITE.lang }, panel, opener);
  chat.style.setProperty("--b", SITE.colour);
  chat.style.setProperty("--i", SITE.ink);
  shadow.append(chat);

  // The conversation --------------------------------------------------------------
  const log = make("div", { class: "log", role: "log", "aria-label": word("log"), "aria-live": "polite", tabindex: "0" });
  const below = make("div", { class: "below", role: "status" });
  const field = make("textarea", { rows: "1", maxlength: "4000", placeholder: word("message"), "aria-label": word("message") });
  const email = make("input", { type: "email", autocomplete: "email", maxlength: "254" });
  const away = make("div", { class: "pad", hidden: true }, make("p", { class: "notice" }), make("label", {}, word("email"), email));
  const picker = make("input", { type: "file", multiple: true, class: "vh", tabindex: "-1", "aria-hidden": "true", onchange: async () => { const some = [...picker.files]; picker.value = ""; for (const each of some) await sendFile(each); } });
  const write = make("form", { class: "write", novalidate: true, onsubmit: submit }, make("div", { class: "row" },
    make("button", { class: "tool", type: "button", "aria-label": word("file"), onclick: () => picker.click() }, icon(CLIP)), picker, field,
    make("button", { class: "tool go", type: "submit", "aria-label": word("send") }, icon(PLANE))));

  let site = { open: true, mail: false };
  let standing = {};
  let opened = false, last = 0, seen = 0, lastOurs = 0, unread = 0, lost = false, trouble = "";
  const shown = new Map(); // by key where it is ours to send, by number else

  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  function put(element, toEnd = atEnd()) {
    if (!element.isConnected) log.append(element);
    if (toEnd) log.scrollTop = log.scrollHeight;
  }
  function bubble(line, mine) {
    const made = make("div", { class: `line${mine ? " mine" : ""}` }, make("span", { class: "vh" }, `${mine ? word("you") : SITE.name}: `));
    if (line.text) made.append(line.text);
    if (line.file) made.append(fileOf(line, made));
    return made;
  }
  function fileOf({ n, file }, place) {
    if (!n) return make("span", {}, file.name); // on its way
    const button = make("button", { class: "file", type: "button", title: word("save", { file: file.name }), onclick: () => saveFile(n, file) }, file.name);
    if (file.type.startsWith("image/")) {
      // Drawn, not linked: it needs no leave of the page's rules for images, and no address with a secret.
      call(`file/${n}`).then((answer) => answer.blob()).then(createImageBitmap).then((picture) => {
        const scale = Math.min(1, 600 / picture.width, 600 / picture.height);
        const canvas = make("canvas", { width: Math.max(1, picture.width * scale), height: Math.max(1, picture.height * scale), role: "img", "aria-label": file.name });
        canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
        const toEnd = atEnd();
        button.replaceChildren(canvas);
        place.classList.add("picture");
        if (toEnd) log.scrollTop = log.scrollHeight;
      }).catch(() => {});
    }
    return button;
  }
  async function saveFile(n, file) {
    try {
      const address = URL.createObjectURL(await (await call(`file/${n}`)).blob());
      make("a", { href: address, download: file.name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    } catch (error) { complain(error); }
  }
  function hear(line) {
    if (line.n <= last) return;
    last = line.n;
    const key = line.key || line.n, before = shown.get(key), toEnd = atEnd() || !line.ours;
    const element = bubble(line, !line.ours);
    shown.set(key, element);
    element.dataset.n = line.n;
    if (before) before.replaceWith(element);
    if (line.ours) {
      lastOurs = line.n;
      if (!looking()) unread += line.n > seen ? 1 : 0;
    } else if (visit) {
      const left = visit.unsent.filter((each) => each.key !== line.key);
      if (left.length !== visit.unsent.length) { visit.unsent = left; store(); }
    }
    put(element, toEnd);
    for (const each of log.querySelectorAll(".unsent")) log.append(each);
    draw();
    tellSeen();
  }
  function pend(key, line) {
    const element = bubble(line, true);
    element.classList.add("unsent");
    shown.set(key, element);
    put(element, true);
    draw();
  }

  // How it stands --------------------------------------------------------------------
  const state = make("div", { class: "state", "aria-live": "off" });
  function draw() {
    const open = standing.open ?? site.open;
    presence.textContent = open ? word("here") : word("away");
    quit.hidden = !visit;
    badge.hidden = !unread;
    badge.textContent = unread;
    opener.setAttribute("aria-label", unread ? `${word("open")}, ${word("fresh", { n: unread })}` : word("open"));
    if (!visit) return;
    away.hidden = open;
    away.firstChild.textContent = visit.email ? word("left", { email: visit.email }) : word(site.mail ? "leave" : "leaveHere");
    away.lastChild.hidden = !site.mail || Boolean(visit.email);
    const waits = open && standing.before != null;
    const nth = WORDS.ordinals[standing.before - 1] ?? word("number", { n: standing.before + 1 });
    const words = trouble || (lost ? word("lost") : standing.typing ? word("typing", { name: standing.typing }) : waits ? word(standing.before ? "place" : "first", { nth }) : "");
    below.classList.toggle("bad", Boolean(trouble));
    if (below.textContent !== words) below.textContent = words;
    const mine = [...log.querySelectorAll(".mine")].at(-1);
    if (!mine || mine.dataset.failed) { if (!mine) state.remove(); return; }
    const told = mine.classList.contains("unsent") ? "sending" : standing.read >= Number(mine.dataset.n) ? "seen" : "sent";
    if (state.textContent !== word(told) || state.previousSibling !== mine) {
      const toEnd = atEnd();
      state.textContent = word(told);
      mine.after(state);
      if (toEnd) log.scrollTop = log.scrollHeight;
    }
  }
  const looking = () => opened && !document.hidden;
  function tellSeen() {
    if (!looking()) return;
    unread = 0;
    draw();
    if (visit && lastOurs > seen) { seen = lastOurs; note({ seen }); }
  }
  const note = (told) => call("note", told, { keepalive: true }).catch(() => {});
  function complain(error) {
    if (error.status === 401) { over(); return; }
    trouble = error.status ? error.message : word("lost");
    draw();
  }

  // Sending -------------------------------------------------------------------------
  let quiet = null, typedAt = 0, wrote = false, flushing = false;
  field.addEventListener("input", () => {
    trouble = "";
    if (Date.now() - typedAt > TYPING_MS) { typedAt = Date.now(); wrote = true; note({ typing: true }); }
    clearTimeout(quiet);
    quiet = setTimeout(() => { typedAt = 0; wrote = false; note({ typing: false }); }, QUIET_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
  });
  function submit(event) {
    event?.preventDefault();
    const text = field.value.trim();
    if (!text) { field.focus(); return; }
    const asked = !away.hidden && !away.lastChild.hidden;
    if (asked && (!email.value.trim() || !email.checkValidity())) { email.focus(); email.reportValidity(); trouble = word("email"); draw(); return; }
    trouble = "";
    const line = { key: random(12), text, email: asked ? email.value.trim() : "" };
    if (line.email) visit.email = line.email;
    visit.unsent.push(line);
    store();
    field.value = "";
    clearTimeout(quiet);
    typedAt = 0;
    pend(line.key, line);
    flush();
  }
  // In order, one at a time; the same key is the same message, however often it goes.
  async function flush() {
    if (flushing) return;
    flushing = true;
    let wait = 1000;
    while (visit?.unsent.length) {
      const { key, text, email: address } = visit.unsent[0];
      try {
        await call("say", { key, text, email: address }, { keepalive: true });
        if (visit) { visit.unsent = visit.unsent.filter((each) => each.key !== key); store(); }
        shown.get(key)?.classList.remove("unsent");
        if (wrote && !typedAt) { wrote = false; note({ typing: false }); } // a note on its way may have come late
      } catch (error) {
        if (error.status === 401) { over(); break; }
        if (error.status && error.status < 500 && error.status !== 429) { drop(key, error); continue; }
        await new Promise((done) => setTimeout(done, wait));
        wait = Math.min(wait * 2, 15000);
      }
      draw();
    }
    flushing = false;
  }
  function drop(key, error) {
    const line = visit.unsent.find((each) => each.key === key);
    visit.unsent = visit.unsent.filter((each) => each.key !== key);
    if (line.email) visit.email = "";
    store();
    shown.get(key)?.remove();
    shown.delete(key);
    field.value ||= line.text;
    complain(error);
  }
  async function sendFile(file, key = random(12)) {
    if (file.size > MOST_BYTES) { trouble = word("large", { file: file.name }); draw(); return; }
    trouble = "";
    if (!shown.has(key)) pend(key, { file: { name: file.name, type: "" } });
    const form = new FormData();
    form.append("key", key);
    form.append("file", file);
    try {
      await call("send", form);
      shown.get(key)?.classList.remove("unsent");
      draw();
    } catch (error) {
      const place = shown.get(key);
      if (error.status) { place?.remove(); shown.delete(key); complain(error); return; }
      place.dataset.failed = "yes";
      const retry = make("button", { type: "button", onclick: () => { told.remove(); delete place.dataset.failed; sendFile(file, key); } }, word("again"));
      const told = make("div", { class: "state" }, `${word("failed")} `, retry);
      place.after(told);
    }
  }

  // Hearing ---------------------------------------------------------------------------
  let stop = null, wake = null, patience = null;
  async function follow() {
    if (stop) return;
    let wait = 500;
    const leaving = (stop = new AbortController());
    while (stop === leaving && visit) {
      const cut = new AbortController();
      const silent = () => cut.abort();
      leaving.signal.addEventListener("abort", silent);
      let watch = setTimeout(silent, SILENT_MS);
      try {
        const answer = await call("stream", null, { headers: { "Last-Event-ID": String(last) }, signal: cut.signal });
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          clearTimeout(watch);
          watch = setTimeout(silent, SILENT_MS);
          clearTimeout(patience);
          patience = null;
          if (lost) { lost = false; draw(); }
          wait = 500;
          const events = (rest + value).split("\n\n");
          rest = events.pop();
          for (const each of events) take(each);
        }
      } catch (error) {
        if (error.status === 401) { over(); break; }
        if (error.status === 403) { host.remove(); break; }
      }
      clearTimeout(watch);
      leaving.signal.removeEventListener("abort", silent);
      if (stop !== leaving || leaving.signal.aborted) break;
      patience ??= setTimeout(() => { lost = true; draw(); }, 3000);
      await new Promise((done) => { wake = done; setTimeout(done, wait * (0.75 + Math.random() / 2)); });
      wait = Math.min(wait * 2, 30000);
    }
    if (stop === leaving) stop = null;
  }
  function take(event) {
    const told = Object.fromEntries(event.split("\n").map((each) => each.match(/^(\w+): (.*)$/)?.slice(1) ?? ["", ""]));
    if (told.event === "line") hear(JSON.parse(told.data));
    if (told.event === "standing") { standing = JSON.parse(told.data); draw(); }
  }
  function halt() { stop?.abort(); stop = null; }

  // Beginning and ending ------------------------------------------------------------
  function resume(kept) {
    visit = { ...kept, unsent: kept.unsent ?? [] };
    last = seen = lastOurs = unread = 0;
    shown.clear();
    log.replaceChildren(...(SITE.greeting ? [make("div", { class: "line" }, SITE.greeting)] : []));
    body.replaceChildren(log, away, below, write);
    for (const each of visit.unsent) pend(each.key, each);
    draw();
    follow();
    flush();
  }
  function over() {
    halt();
    visit = null;
    forget();
    standing = {};
    unread = 0;
    ask();
    draw();
  }
  function ask() {
    const name = make("input", { autocomplete: "name", maxlength: "60" });
    const told = make("p", { class: "bad", role: "alert" });
    const start = make("button", { class: "go", type: "submit" }, word("agree"));
    const form = make("form", { class: "pad", onsubmit: async (event) => {
      event.preventDefault();
      start.disabled = true;
      const fresh = { secret: random(24), unsent: [] };
      try {
        visit = fresh;
        await call("visit", { name: name.value, page: location.href });
        store();
        resume(fresh);
        field.focus();
      } catch (error) {
        visit = null;
        told.textContent = error.status ? error.message : word("lost");
        start.disabled = false;
      }
    } }, make("p", { class: "hello" }, SITE.greeting || word("open")), make("p", { class: "quiet" }, word("notice")), make("label", {}, word("name"), name), start, told);
    body.replaceChildren(form);
  }
  function leave() {
    const back = [...body.childNodes];
    const go = make("button", { class: "go", type: "button", onclick: async () => { await call("end", {}).catch(() => {}); over(); body.querySelector("input")?.focus(); } }, word("end"));
    const stay = make("button", { class: "plain", type: "button", onclick: () => { body.replaceChildren(...back); log.scrollTop = log.scrollHeight; field.focus(); } }, word("keep"));
    if (body.contains(log)) body.replaceChildren(make("div", { class: "pad", role: "alertdialog", "aria-label": word("end") }, make("p", { class: "hello" }, word("sure")), go, stay));
    stay.focus();
  }
  function show(open) {
    opened = open;
    panel.hidden = !open;
    opener.hidden = open;
    opener.setAttribute("aria-expanded", String(open));
    chat.classList.toggle("is-open", open);
    if (open) {
      log.scrollTop = log.scrollHeight;
      (body.contains(field) ? field : body.querySelector("button, input"))?.focus();
      if (!visit) look();
      tellSeen();
    } else opener.focus();
  }
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });
  const look = () => call("site").then((answer) => answer.json()).then((told) => { site = told; draw(); });

  addEventListener("storage", (event) => { // what another tab of this website did
    if (event.key !== KEY) return;
    const kept = load();
    if (!kept && visit) over();
    else if (kept && kept.secret !== visit?.secret) { halt(); resume(kept); }
    else if (kept) { visit.email = kept.email; draw(); }
  });
  addEventListener("online", () => wake?.());
  let hiding = null;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(halt, HIDDEN_MS); // others' tabs need the line, too
    else { wake?.(); if (visit) follow(); tellSeen(); }
  });

  ask();
  const begin = () => look().then(() => {
    document.body.append(host);
    const kept = load();
    if (kept?.secret) { resume(kept); note({ page: location.href }); }
  }).catch(() => { /* not one of the chat's websites, or nobody answers: no button */ });
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})(SITE_SETTINGS);
