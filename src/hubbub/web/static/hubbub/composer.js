// The composer: counts as the network does, shows what is attached, tells who is writing, counts down what leaves.

const clusters = "Segmenter" in Intl ? new Intl.Segmenter(document.documentElement.lang, { granularity: "grapheme" }) : null;
const QUIET_MS = 4000;
let quiet = null;

const modeOf = (form) => form.querySelector("[name=mode]:checked")?.value;
const length = (text, counts) =>
  counts === "graphemes" && clusters ? [...clusters.segment(text)].length : [...text].length;

function count(form) {
  const field = form.querySelector("#c-text"), shown = form.querySelector("#chars");
  const max = Number(form.dataset.max);
  if (!max || modeOf(form) === "note") { shown.textContent = ""; shown.className = "chars"; return; }
  const used = length(field.value.trim(), form.dataset.counts);
  shown.textContent = `${used} / ${max}`;
  shown.className = `chars${used > max ? " chars-over" : used > max * 0.9 ? " chars-near" : ""}`;
  form.querySelector(".send-public").disabled = used > max;
}

function item(name, label, inner, leaveOut) {
  const line = document.createElement("li"), shown = document.createElement("span"), out = document.createElement("button");
  shown.className = "truncate";
  shown.textContent = name;
  out.type = "button";
  out.className = "btn btn-quiet btn-icon btn-small";
  out.textContent = "×";
  out.setAttribute("aria-label", label);
  out.addEventListener("click", () => leaveOut(line));
  line.append(shown, inner, out);
  return line;
}

// What a file shows, for those who can't see it.
function described(name, file, words, change) {
  const alt = document.createElement("input");
  alt.className = "input";
  alt.name = name;
  alt.maxLength = 1500;
  alt.value = words;
  alt.placeholder = /\.(avif|gif|jpe?g|png|webp)$/i.test(file) ? say("What it shows, for those who can’t see it") : say("What it is");
  alt.setAttribute("aria-label", say("What {file} shows", { file }));
  alt.addEventListener("input", () => change(alt.value));
  return alt;
}

// What is attached: each file with its words and a way to leave it out again.
function attached(form) {
  const field = form.querySelector("[name=files]"), list = form.querySelector("#attached");
  if (!field) return;
  const said = [...list.querySelectorAll("[name=alt]")].map((each) => each.value);
  list.replaceChildren(...[...field.files].map((file, place) => {
    const alt = described("alt", file.name, said[place] ?? "", () => {});
    return item(file.name, say("Leave out {file}", { file: file.name }), alt, (line) => {
      const rest = new DataTransfer();
      [...field.files].forEach((each, other) => { if (other !== place) rest.items.add(each); });
      field.files = rest.files;
      line.remove();
      attached(form);
      form.querySelector("#c-text").focus();
    });
  }));
}
// Files that stand in a draft already: they leave with the reply unless left out.
document.addEventListener("hubbub:kept", ({ detail: { form, files, drop } }) => {
  form.querySelector("#kept-files").replaceChildren(...files.map((file) => {
    const field = document.createElement("input"), both = document.createDocumentFragment();
    field.type = "hidden";
    field.name = "kept";
    field.value = file.ref;
    both.append(field, described("kept_alt", file.name, file.alt ?? "", (words) => { file.alt = words; }));
    return item(file.name, say("Leave out {file}", { file: file.name }), both, (line) => { line.remove(); drop(file.ref); });
  }));
});
const tellTyping = (typing) => document.dispatchEvent(new CustomEvent("hubbub:typing", { detail: typing }));

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("#composer");
  if (!form) return;
  count(form);
  if (event.target.matches("#c-text")) {
    form.querySelector("#composer-said").replaceChildren();
    tellTyping(true);
    clearTimeout(quiet);
    quiet = setTimeout(() => tellTyping(false), QUIET_MS);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.id !== "send-at") return; // else it would leave at once
  event.preventDefault();
  event.target.form.querySelector("[name=deed][value=later]").click();
});
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("#composer");
  if (!form) return;
  if (event.target.id === "send-at") form.querySelector("[name=how][value=at]").checked = true;
  if (event.target.name === "ticked") toned(form);
  if (event.target.name !== "files") return;
  attached(form);
  form.querySelector("#attached [name=alt]")?.focus();
  document.dispatchEvent(new CustomEvent("hubbub:attach", { detail: { form, field: event.target, taken: () => attached(form) } }));
});

// What to think of before it leaves: the guard's words, and the tone check list.
document.addEventListener("hubbub:looked", ({ detail: { form, cautions, tone } }) => {
  form.querySelector("#composer-look").replaceChildren(...cautions.map((words) => {
    const line = document.createElement("p");
    line.className = "composer-why small";
    line.textContent = words;
    return line;
  }));
  form.querySelectorAll(".tone-check").forEach((line, place) => {
    const found = tone[place];
    line.dataset.good = found?.good ?? "";
    line.querySelector(".tone-hint").textContent = found?.hint ?? "";
  });
  toned(form);
});
function toned(form) {
  const shown = form.querySelector("#tone-count");
  if (!shown) return;
  const open = [...form.querySelectorAll(".tone-check")].filter((line) =>
    !line.querySelector("input").checked && (line.dataset.good === "false" ||
      (line.querySelector("[data-required]") && line.dataset.good !== "true")));
  shown.textContent = form.querySelector("#c-text").value.trim() && open.length ? say("{number} to look at", { number: open.length }) : "";
}

document.addEventListener("click", (event) => {
  const outcome = event.target.closest("[data-outcome]");
  if (!outcome) return;
  const form = outcome.closest("#composer");
  form.querySelector("[name=mode][value=public]").click();
  form.querySelector("[name=ended]").value = "yes"; // a settled case stays settled
  const field = form.querySelector("#c-text");
  field.setRangeText(outcome.dataset.outcome, field.selectionStart, field.selectionEnd, "end");
  outcome.closest("details").open = false;
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("input", ({ target }) => {
  if (target.id === "c-text" && !target.value.trim()) target.form.querySelector("[name=ended]").value = "";
});

// The words were taken: the field is ready again. Words changed on the way stay.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt.id === "composer" ? detail.elt : null;
  form?.querySelectorAll("details[open]").forEach((each) => { each.open = false; });
  if (!form || !detail.successful) return;
  const field = form.querySelector("#c-text");
  const sent = detail.requestConfig.formData.get("text");
  if (field.value === sent) {
    const mode = modeOf(form);
    form.reset();
    form.querySelector(`[name=mode][value=${mode}]`).checked = true;
    attached(form);
    form.querySelector("#kept-files").replaceChildren();
  }
  form.querySelectorAll("[name=canned]").forEach((each) => each.remove());
  form.querySelector("[name=ended]").value = "";
  form.querySelector("#composer-said").replaceChildren();
  form.querySelector("#composer-look").replaceChildren();
  document.dispatchEvent(new CustomEvent("hubbub:sent", { detail: { form, sent } }));
  count(form);
  clearTimeout(quiet);
  tellTyping(false);
});
document.addEventListener("hubbub:words", ({ detail: form }) => count(form));

// What can be taken back counts down.
function countDown() {
  for (const each of document.querySelectorAll("[data-leaves]")) {
    const left = Math.ceil((Date.parse(each.dataset.leaves) - Date.now()) / 1000);
    const words = left > 0 ? say("{seconds} s", { seconds: left }) : say("a moment");
    if (each.textContent !== words) each.textContent = words; // else the observer below would never rest
  }
}
setInterval(countDown, 500);
new MutationObserver(countDown).observe(document.body, { childList: true, subtree: true });
