// An opinion by hand: on the words one selected, on a box one drew, or on the whole material.
import { draw } from "./desk-paper.js";

const form = () => document.getElementById("manual");
let bar = null;
let held = null; // the selection when the bar appeared

/** Return the offset in the material of a place in the page, null outside its text. */
function offset(node, at) {
  const host = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.("[data-text][data-start]");
  if (!host || !host.closest("#document")) return null;
  const range = document.createRange();
  range.selectNodeContents(host);
  range.setEnd(node, at);
  return Number(host.dataset.start) + [...range.toString()].length; // the server counts characters, not UTF-16 units
}

/** Return what is selected in the material: {start, end, words}, null where there is nothing. */
export function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  let start = offset(range.startContainer, range.startOffset);
  let end = offset(range.endContainer, range.endOffset);
  if (start === null || end === null) { // began or ended between two passages
    const inside = [...document.querySelectorAll("#document [data-text][data-start]")].filter((host) => range.intersectsNode(host));
    if (!inside.length) return null;
    const last = inside.at(-1);
    start ??= Number(inside[0].dataset.start);
    end ??= Number(last.dataset.start) + [...last.textContent].length;
  }
  return start < end ? { start, end, words: selection.toString().replace(/\s+/g, " ").trim() } : null;
}

function fill({ start = "", end = "", boxes = "", words = "" }) {
  const fields = form().elements;
  fields.start.value = start;
  fields.end.value = end;
  fields.boxes.value = boxes ? JSON.stringify(boxes) : "";
  fields.words.value = words;
  const place = form().querySelector("[data-manual-place]");
  place.textContent = words ? `“${words}”` : boxes ? `第 ${boxes[0].page} 页上画的框` : place.dataset.empty;
}

/** Open the form on a place: the one given, else what is selected, else the whole material. */
export function openManual(place = null) {
  const opened = form();
  if (!opened) return;
  const chosen = place ?? selected() ?? (bar && !bar.hidden ? held : null);
  if (chosen || opened.hidden) fill(chosen ?? {});
  opened.hidden = false;
  hide();
  opened.scrollIntoView({ block: "start" });
  opened.elements.title.focus({ preventScroll: true });
}

function close() {
  const opened = form();
  opened.hidden = true;
  document.querySelectorAll(".drawn").forEach((item) => item.remove());
  document.querySelector(".finding[aria-current]")?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-manual-open]")) openManual();
  if (event.target.closest("[data-manual-close]")) close();
  if (event.target.closest("[data-draw]")) drawing();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && event.target.closest?.("#manual")) close();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "manual" && event.detail.xhr?.status === 200) document.querySelectorAll(".drawn").forEach((item) => item.remove());
});

function hide() {
  if (bar) bar.hidden = true;
}

/** Offer to add an opinion beside what is selected. */
export function watchSelection() {
  if (!form()) return;
  bar = document.createElement("div");
  bar.className = "selection-bar";
  bar.hidden = true;
  const button = document.createElement("button");
  button.type = "button";
  const key = document.createElement("kbd");
  key.textContent = "m";
  button.append("添加意见", key);
  button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
  button.addEventListener("click", () => openManual(held));
  bar.append(button);
  document.body.append(bar);
  let timer = 0;
  document.addEventListener("selectionchange", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      held = selected();
      if (!held) return hide();
      const at = getSelection().getRangeAt(0).getBoundingClientRect();
      bar.hidden = false;
      bar.style.left = `${Math.max(8, Math.min(at.left + at.width / 2 - bar.offsetWidth / 2, innerWidth - bar.offsetWidth - 8))}px`;
      bar.style.top = `${at.top > bar.offsetHeight + 60 ? at.top - bar.offsetHeight - 6 : at.bottom + 6}px`;
    }, 180);
  });
  document.getElementById("paper").addEventListener("scroll", hide, { passive: true });
}

/** Turn drawing on, off, or round. */
export function drawing(on) {
  const button = document.querySelector("[data-draw]");
  if (!button) return;
  const now = on ?? button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(now));
  document.getElementById("document").classList.toggle("is-drawing", now);
}

let begun = null;
function spot(layer, event) {
  const box = layer.getBoundingClientRect();
  const view = layer.viewBox.baseVal;
  const clamp = (value, most) => Math.max(0, Math.min(most, value));
  return [clamp(((event.clientX - box.left) / box.width) * view.width, view.width), clamp(((event.clientY - box.top) / box.height) * view.height, view.height)];
}
document.addEventListener("pointerdown", (event) => {
  const layer = event.target.closest?.(".is-drawing .layer");
  if (!layer || event.button !== 0) return;
  event.preventDefault();
  document.querySelectorAll(".drawn").forEach((item) => item.remove());
  const rect = draw("rect", { class: "drawn" });
  layer.append(rect);
  layer.setPointerCapture(event.pointerId);
  begun = { layer, rect, from: spot(layer, event) };
});
document.addEventListener("pointermove", (event) => {
  if (!begun) return;
  const [x, y] = spot(begun.layer, event);
  const box = [Math.min(x, begun.from[0]), Math.min(y, begun.from[1]), Math.abs(x - begun.from[0]), Math.abs(y - begun.from[1])];
  ["x", "y", "width", "height"].forEach((name, i) => begun.rect.setAttribute(name, box[i]));
  begun.box = box;
});
document.addEventListener("pointerup", () => {
  if (!begun) return;
  const { layer, rect, box } = begun;
  begun = null;
  if (!box || box[2] < 6 || box[3] < 6) { rect.remove(); return; }
  drawing(false);
  openManual({ boxes: [{ page: Number(layer.closest(".leaf").dataset.page), box: box.map((value) => Math.round(value * 10) / 10) }] });
});
