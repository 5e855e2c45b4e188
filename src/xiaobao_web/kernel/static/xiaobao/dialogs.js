// Dialogs: opened and closed by name, and the one that asks before a step.
import { typing } from "./elements.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) document.getElementById(opener.dataset.dialogOpen)?.showModal();
  if (event.target.closest("[data-keys-open]")) document.getElementById("keys")?.showModal();
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target.matches("dialog.sheet")) event.target.close(); // the backdrop
  if (event.target.closest("[data-back]")) history.back();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "?" && !typing(event)) document.getElementById("keys")?.showModal();
});

/** Ask; resolves to true when the person confirms. */
export function ask(sentence, { danger = false, label = "确定" } = {}) {
  const dialog = document.getElementById("confirm");
  if (!dialog) return Promise.resolve(window.confirm(sentence));
  dialog.querySelector("[data-confirm-text]").textContent = sentence;
  const ok = dialog.querySelector("[data-confirm-ok]");
  ok.textContent = label;
  ok.className = `btn ${danger ? "btn-danger" : "btn-primary"}`;
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok"), { once: true });
  });
}

const options = (element) => ({ danger: "confirmDanger" in element.dataset, label: element.dataset.confirmLabel || "确定" });

document.addEventListener("click", async (event) => {
  const asked = event.target.closest("button[data-confirm], a[data-confirm]");
  if (!asked || asked.closest("[hx-confirm]")) return;
  if (asked.dataset.confirmed) { delete asked.dataset.confirmed; return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(asked.dataset.confirm, options(asked))) {
    asked.dataset.confirmed = "1";
    asked.click();
  }
}, true);

// hx-confirm asks in the same dialog.
document.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  if (await ask(event.detail.question, options(event.detail.elt))) event.detail.issueRequest(true);
});
