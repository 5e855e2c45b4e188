// Short notes at the corner. Errors stay until closed; others leave after eight seconds.
import { icon, make, onLoad } from "./elements.js";

const ICONS = { success: "circle-check", warning: "alert-triangle", error: "alert-circle", info: "info-circle" };
const STAYS = 8000;

/** Show a note; `next` says what to do about it. */
export function toast(text, level = "info", next = "") {
  const kind = level === "danger" ? "error" : level;
  const body = make("div", {}, make("p", {}, text));
  if (next) body.append(make("p", {}, next));
  const close = make("button", { type: "button", "data-toast-close": true, "aria-label": "关闭" }, icon("x"));
  const note = make("div", { class: `toast-note tone-${kind}`, role: kind === "error" ? "alert" : null }, icon(ICONS[kind] ?? ICONS.info, ""), body, close);
  document.getElementById("toasts")?.append(note);
  leave(note, kind);
}

function leave(note, kind) {
  if (kind === "error") return;
  let timer = setTimeout(() => note.remove(), STAYS);
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("pointerleave", () => { timer = setTimeout(() => note.remove(), STAYS / 2); });
}

onLoad("[data-toast]", (note) => leave(note, note.classList.contains("tone-error") ? "error" : "info"));
document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".toast-note").remove());
// A service answers with HX-Trigger: {"toast": {"level": …, "message": …}}.
document.addEventListener("toast", (event) => toast(event.detail.message, event.detail.level));
