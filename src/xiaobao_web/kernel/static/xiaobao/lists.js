// Tables by keyboard: j and k walk, Enter opens, x selects; `/` goes to the filter; the batch bar counts.
// A table is marked data-list; a row may have a checkbox named in data-select and its link marked data-open (else its first link).
import { typing } from "./elements.js";

const rows = (table) => [...table.querySelectorAll("tbody > tr")].filter((row) => row.querySelector("a, input"));
const current = () => document.querySelector("[data-list] tr.is-current");

function walk(step) {
  const table = current()?.closest("[data-list]") ?? document.querySelector("[data-list]");
  if (!table) return false;
  const all = rows(table);
  const now = all.indexOf(current());
  const next = all[Math.min(all.length - 1, Math.max(0, now + step))] ?? all[0];
  current()?.classList.remove("is-current");
  next?.classList.add("is-current");
  next?.scrollIntoView({ block: "nearest" });
  (next?.querySelector("[data-open]") ?? next?.querySelector("a"))?.focus({ preventScroll: true });
  return Boolean(next);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event) || document.querySelector("dialog[open]")) return;
  const row = current();
  if (event.key === "j" || event.key === "k") {
    if (walk(event.key === "j" ? 1 : -1)) event.preventDefault();
  } else if (event.key === "x" && row) {
    row.querySelector("input[type='checkbox']")?.click();
  } else if (event.key === "Enter" && row && !event.target.closest("a, button")) {
    (row.querySelector("[data-open]") ?? row.querySelector("a"))?.click();
  } else if (event.key === "/") {
    const box = document.querySelector("[data-filterbar] input[type='search']");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  }
});

document.addEventListener("change", (event) => {
  const table = event.target.closest("[data-list]");
  if (!table || event.target.type !== "checkbox") return;
  const boxes = [...table.querySelectorAll("tbody input[type='checkbox']")];
  if (event.target.matches("[data-select-all]")) boxes.forEach((box) => { box.checked = event.target.checked; });
  const chosen = boxes.filter((box) => box.checked).length;
  const bar = document.querySelector(`[data-batch='${table.dataset.list}']`) ?? document.querySelector("[data-batch]");
  if (!bar) return;
  bar.hidden = chosen === 0;
  const count = bar.querySelector("[data-batch-count]");
  if (count) count.textContent = `已选 ${chosen} 项`;
});
