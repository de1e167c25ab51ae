// The board of leads: a card is dragged to another stage; by keyboard its menu does the same.

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
let dragged = null;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".lead-card");
  if (dragged) event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragend", () => {
  dragged = null;
  for (const each of document.querySelectorAll(".stage.is-over")) each.classList.remove("is-over");
});
document.addEventListener("dragover", (event) => {
  const stage = event.target.closest?.("[data-stage]");
  if (!dragged || !stage) return;
  event.preventDefault();
  for (const each of document.querySelectorAll(".stage")) each.classList.toggle("is-over", each === stage);
});
document.addEventListener("drop", async (event) => {
  const stage = event.target.closest?.("[data-stage]"), card = dragged;
  if (!card || !stage || card.closest("[data-stage]") === stage) return;
  event.preventDefault();
  const answer = await fetch(card.dataset.move, {
    method: "POST", credentials: "same-origin", redirect: "manual",
    headers: { "X-CSRFToken": csrf }, body: new URLSearchParams({ stage: stage.dataset.stage }),
  });
  if (answer.ok || answer.type === "opaqueredirect") location.reload();
});
