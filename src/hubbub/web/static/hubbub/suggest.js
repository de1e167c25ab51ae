// Suggestions as one writes: / finds canned replies, @ names colleagues in a note. The keyboard is enough.

const WAIT_MS = 120;
const MOST = 8;
let shown = []; // what is suggested: { label, side, take() }
let at = 0;
let timer = null;
let asked = 0;

const form = () => document.getElementById("composer");
const words = () => document.getElementById("c-text");
const list = () => document.getElementById("suggested");
const mode = () => form()?.querySelector("[name=mode]:checked")?.value;
const before = () => words().value.slice(0, words().selectionStart);

async function canned(q) {
  const persona = form().querySelector("[name=persona]")?.selectedOptions[0]?.textContent ?? "";
  const answer = await fetch(`${form().dataset.canned}?${new URLSearchParams({ q, persona })}`, { credentials: "same-origin" });
  return answer.ok && !answer.redirected ? (await answer.json()).found : [];
}

const beside = (each) => (each.proposed ? say("Fits this case") : each.shortcut ? `/${each.shortcut}` : each.folder);

// Puts words where the sign and what was typed behind it stand.
function put(text, typed) {
  const field = words(), end = field.selectionStart;
  field.setRangeText(text, end - typed, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}
function use(reply, typed) {
  put(reply.text, typed);
  const id = document.createElement("input");
  Object.assign(id, { type: "hidden", name: "canned", value: reply.id });
  form().append(id);
  if (!reply.empty.length) return;
  const place = words().value.indexOf(reply.empty[0]);
  words().setSelectionRange(place, place + reply.empty[0].length);
  const said = document.createElement("p");
  said.className = "composer-why small";
  said.textContent = say("Still to fill in: {fields}", { fields: reply.empty.join(", ") });
  form().querySelector("#composer-look").replaceChildren(said);
}

function suggest() {
  if (!words()) return;
  const text = before();
  const slash = mode() !== "note" && /(?:^|\s)(\/([\p{L}\p{N}_-]{0,30}))$/u.exec(text);
  const name = mode() === "note" && /(?:^|\s)(@([\p{L}\p{N}_.'’-]*(?: [\p{L}\p{N}_.'’-]*)?))$/u.exec(text);
  clearTimeout(timer);
  if (name) names(name[2], name[1].length);
  else if (slash) {
    const mark = ++asked;
    timer = setTimeout(async () => {
      const found = await canned(slash[2]);
      if (mark === asked) show(found.slice(0, MOST).map((each) => ({
        label: each.title, side: beside(each), take: () => use(each, slash[1].length),
      })));
    }, WAIT_MS);
  } else hide();
}
function names(typed, length) {
  const like = typed.toLocaleLowerCase();
  const all = JSON.parse(document.getElementById("names").textContent);
  const fits = all.filter((each) => each.toLocaleLowerCase().split(" ").some((part) => part.startsWith(like))
    || each.toLocaleLowerCase().startsWith(like));
  if (all.some((each) => each.toLocaleLowerCase() === like)) { hide(); return; }
  show(fits.slice(0, MOST).map((each) => ({ label: each, side: "", take: () => put(`@${each} `, length) })));
}

function show(found) {
  shown = found;
  at = 0;
  const place = list();
  place.hidden = !found.length;
  place.replaceChildren(...found.map((each, number) => {
    const line = document.createElement("li"), label = document.createElement("span"), side = document.createElement("span");
    line.id = `suggested-${number}`;
    line.className = "menu-item";
    line.setAttribute("role", "option");
    label.className = "truncate";
    label.textContent = each.label;
    side.className = "push faint small";
    side.textContent = each.side;
    line.append(label, side);
    line.addEventListener("mousedown", (event) => { event.preventDefault(); hide(); each.take(); });
    return line;
  }));
  mark();
}
function mark() {
  [...list().children].forEach((line, number) => {
    line.classList.toggle("is-hover", number === at);
    line.setAttribute("aria-selected", String(number === at));
  });
  if (shown.length) words().setAttribute("aria-activedescendant", `suggested-${at}`);
  else words().removeAttribute("aria-activedescendant");
}
function hide() {
  asked += 1;
  if (list() && shown.length) show([]);
}

document.addEventListener("input", (event) => {
  if (event.target.id === "c-text") suggest();
  if (event.target.id === "canned-q") { clearTimeout(timer); timer = setTimeout(menu, WAIT_MS); }
});
document.addEventListener("focusout", (event) => { if (event.target.id === "c-text") hide(); });
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "c-text" || !shown.length || event.ctrlKey || event.metaKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) at = (at + step + shown.length) % shown.length;
  else if (event.key === "Enter" || event.key === "Tab") { const { take } = shown[at]; hide(); take(); }
  else if (event.key === "Escape") hide();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (shown.length) mark();
}, true);

// The menu of canned replies: the most used, or what is searched for.
async function menu() {
  const place = document.getElementById("canned-found"), mark = ++asked;
  const found = await canned(document.getElementById("canned-q").value);
  if (mark !== asked || !place.isConnected) return;
  const none = document.createElement("p");
  none.className = "menu-head";
  none.textContent = say("Nothing like this.");
  place.replaceChildren(...(found.length ? found.map((each) => {
    const button = document.createElement("button"), label = document.createElement("span"), side = document.createElement("span");
    button.type = "button";
    button.className = "menu-item";
    label.className = "truncate";
    label.textContent = each.title;
    side.className = "push faint small";
    side.textContent = beside(each);
    button.append(label, side);
    button.addEventListener("click", () => { button.closest("details").open = false; use(each, 0); });
    return button;
  }) : [none]));
}
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details[data-canned]") || !event.target.open) return;
  document.getElementById("canned-q").focus();
  menu();
}, true);
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "canned-q") return;
  const first = document.querySelector("#canned-found .menu-item");
  if (event.key === "Enter") { event.preventDefault(); first?.click(); }
  if (event.key === "ArrowDown") { event.preventDefault(); first?.focus(); }
});
