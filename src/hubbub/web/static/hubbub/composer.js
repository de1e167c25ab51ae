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
  }
  form.querySelector("#composer-said").replaceChildren();
  count(form);
  clearTimeout(quiet);
  say(false);
});
document.addEventListener("hubbub:composer", restore);
document.addEventListener("htmx:afterSettle", restore);
restore();
