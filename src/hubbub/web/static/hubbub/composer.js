// The composer: counts as the network does, keeps drafts, fills in canned replies, tells who is writing.

const clusters = "Segmenter" in Intl ? new Intl.Segmenter("en", { granularity: "grapheme" }) : null;
const QUIET_MS = 4000;
let quiet = null;

const length = (text, counts) =>
  counts === "graphemes" && clusters ? [...clusters.segment(text)].length : [...text].length;

function count(form) {
  const field = form.querySelector("textarea"), shown = form.querySelector("#chars");
  const max = Number(form.dataset.max);
  const note = form.querySelector("[name=mode]:checked")?.value === "note";
  if (!max || note) { shown.textContent = ""; shown.className = "chars"; return; }
  const used = length(field.value.trim(), form.dataset.counts);
  shown.textContent = `${used} / ${max}`;
  shown.className = `chars${used > max ? " chars-over" : used > max * 0.9 ? " chars-near" : ""}`;
  form.querySelector(".send-public").disabled = used > max;
}

const key = (form) => `hubbub draft ${form.dataset.draft}`;
function keep(form) {
  const { value } = form.querySelector("textarea");
  const mode = form.querySelector("[name=mode]:checked")?.value;
  try {
    if (value) localStorage.setItem(key(form), JSON.stringify({ value, mode }));
    else localStorage.removeItem(key(form));
  } catch { /* no storage: the words are still in the field */ }
}
function restore() {
  const form = document.getElementById("composer");
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "yes";
  try {
    const kept = JSON.parse(localStorage.getItem(key(form)) ?? "null");
    const field = form.querySelector("textarea");
    if (kept && !field.value) {
      field.value = kept.value;
      const radio = form.querySelector(`[name=mode][value=${CSS.escape(kept.mode)}]`);
      if (radio && !radio.disabled) radio.checked = true;
    }
  } catch { /* an old draft that can't be read */ }
  count(form);
}
// What is attached: each file with its words and a way to leave it out again.
function attached(form) {
  const field = form.querySelector("[name=files]"), list = form.querySelector("#attached");
  if (!field) return;
  const said = [...list.querySelectorAll("[name=alt]")].map((each) => each.value);
  list.replaceChildren(...[...field.files].map((file, place) => {
    const item = document.createElement("li"), name = document.createElement("span");
    const alt = document.createElement("input"), out = document.createElement("button");
    name.className = "truncate";
    name.textContent = file.name;
    alt.className = "input";
    alt.name = "alt";
    alt.maxLength = 1500;
    alt.value = said[place] ?? "";
    alt.placeholder = file.type.startsWith("image/") ? "What it shows, for those who can’t see it" : "What it is";
    alt.setAttribute("aria-label", `What ${file.name} shows`);
    out.type = "button";
    out.className = "btn btn-quiet btn-icon btn-small";
    out.textContent = "×";
    out.setAttribute("aria-label", `Leave out ${file.name}`);
    out.addEventListener("click", () => {
      const rest = new DataTransfer();
      [...field.files].forEach((each, other) => { if (other !== place) rest.items.add(each); });
      field.files = rest.files;
      item.remove();
      attached(form);
      form.querySelector("textarea").focus();
    });
    item.append(name, alt, out);
    return item;
  }));
}
const say = (typing) => document.dispatchEvent(new CustomEvent("hubbub:typing", { detail: typing }));

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("#composer");
  if (!form) return;
  keep(form);
  count(form);
  if (event.target.matches("textarea")) {
    form.querySelector("#composer-said").replaceChildren();
    say(true);
    clearTimeout(quiet);
    quiet = setTimeout(() => say(false), QUIET_MS);
  }
});
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("#composer");
  if (!form || event.target.name !== "files") return;
  attached(form);
  form.querySelector("#attached [name=alt]")?.focus();
});
document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-insert]");
  if (!item) return;
  const form = item.closest("#composer"), field = form.querySelector("textarea");
  field.setRangeText(item.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  item.closest("details").open = false;
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
// The words were taken: the draft goes, and the field is ready again. Words changed on the way stay.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt.closest?.("#composer");
  if (!form || !detail.successful) return;
  if (form.querySelector("textarea").value === detail.requestConfig.formData.get("text")) {
    try { localStorage.removeItem(key(form)); } catch { /* no storage, no draft */ }
    form.reset();
    attached(form);
  }
  form.querySelector("#composer-said").replaceChildren();
  count(form);
  clearTimeout(quiet);
  say(false);
});
document.addEventListener("hubbub:composer", restore);
document.addEventListener("htmx:afterSettle", restore);
restore();
