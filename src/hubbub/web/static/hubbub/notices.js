// Notices: the bell hears when one is told something, and shows it by the browser where that was allowed.

const me = document.querySelector("[data-me]")?.dataset.me;
const can = "Notification" in window;

document.addEventListener("hubbub:change", ({ detail }) => {
  if (detail.kind === "notice" && String(detail.subject) === me) htmx.trigger(document.body, "hubbub:notice");
  if (detail.kind === "state") {
    if (String(detail.subject) === me) htmx.trigger(document.body, "hubbub:state");
    if (document.getElementById("team")) htmx.trigger(document.body, "hubbub:team");
  }
});

// The tag lets several open pages show one notice once.
function notify() {
  if (!can || Notification.permission !== "granted") return;
  for (const each of document.querySelectorAll("#bell [data-notify]")) {
    const { notify: id, title, body, url } = each.dataset;
    if (Number(id) <= Number(localStorage.getItem("hubbub:notified") ?? 0)) continue;
    localStorage.setItem("hubbub:notified", id);
    const shown = new Notification(title, { body, tag: `hubbub-${id}` });
    shown.addEventListener("click", () => { window.focus(); location.assign(url); shown.close(); });
  }
}
document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.elt?.id === "bell") notify(); });

// Permission is asked by a click only.
const ask = document.querySelector("[data-allow-notices]");
const state = document.querySelector("[data-notices-state]");
function tellState() {
  if (!ask) return;
  const permission = can ? Notification.permission : "none";
  ask.hidden = permission !== "default";
  state.textContent = { granted: say("This browser shows notices while a page is open."), denied: say("This browser was told not to show notices; its settings for this site change that."), none: say("This browser can’t show notices.") }[permission] ?? "";
}
ask?.addEventListener("click", () => Notification.requestPermission().then(tellState));
tellState();
