// The material at the left: boxes on page pictures, words that can be selected on them, marks in text, zoom, going to a place.
const NS = "http://www.w3.org/2000/svg";
const SHAPES = { high: "▲", medium: "◆", low: "●" };
const ZOOMS = [["whole", "整页"], [1, "适合宽度"], [1.5, "150 %"], [2, "200 %"], [3, "300 %"]];
let level = 1;

const root = () => document.getElementById("document");
const scroller = () => {
  const paper = document.getElementById("paper");
  return paper && getComputedStyle(paper).overflowY !== "hidden" && paper.scrollHeight > paper.clientHeight + 1 ? paper : document.scrollingElement;
};

export function draw(name, attributes = {}, text = "") {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

/** Draw the boxes of all findings on the pages, and dim the marks of dismissed ones. */
export function mark(cards) {
  for (const layer of root()?.querySelectorAll(".layer") ?? []) layer.querySelectorAll(".box-group").forEach((group) => group.remove());
  for (const card of [...cards].reverse()) { // the first in reading order lies on top
    const places = JSON.parse(card.dataset.boxes || "[]");
    const pages = new Map();
    for (const place of places) pages.set(place.page, [...(pages.get(place.page) ?? []), place.box]);
    for (const [page, boxes] of pages) group(card, page, boxes);
  }
  for (const spot of root()?.querySelectorAll("mark[data-findings]") ?? []) {
    const all = spot.dataset.findings.split(" ").map((pk) => document.getElementById(`finding-${pk}`));
    spot.classList.toggle("is-dismissed", all.length > 0 && all.every((card) => card?.dataset.decision === "dismissed"));
  }
}

function group(card, page, boxes) {
  const leaf = document.getElementById(`page-${page}`);
  if (!leaf) return;
  const made = draw("g", { class: `box-group level-${card.dataset.severity} is-${card.dataset.decision}`, "data-findings": card.dataset.finding, "aria-hidden": "true" });
  for (const [x, y, width, height] of boxes) made.append(draw("rect", { class: "box", x: x - 2, y: y - 2, width: width + 4, height: height + 4, rx: 3 }));
  const unit = Number(leaf.dataset.width) / 56;
  const [x, y] = boxes[0];
  const words = `${SHAPES[card.dataset.severity]}${card.dataset.number}`;
  const wide = unit * (1.35 + 0.62 * card.dataset.number.length);
  const tag = draw("g", { class: "box-tag" });
  const left = Math.max(0, Math.min(x - 2, Number(leaf.dataset.width) - wide));
  const top = Math.max(0, y - 2 - unit * 1.3);
  tag.append(draw("rect", { x: left, y: top, width: wide, height: unit * 1.3, rx: unit / 5 }), draw("text", { x: left + unit * 0.22, y: top + unit * 0.98, "font-size": unit * 0.92 }, words));
  made.append(tag);
  leaf.querySelector(".layer").append(made);
}

/** Outline a finding's places, without moving. */
export function outline(pk) {
  for (const spot of root()?.querySelectorAll(".box-group, mark[data-findings]") ?? []) {
    const here = spot.dataset.findings.split(" ").includes(String(pk));
    spot.classList.toggle("is-current", here);
    if (here && spot.matches("g")) spot.parentNode.append(spot);
  }
}

/** Outline a finding's places and bring the first into view. */
export function show(card, { move = true } = {}) {
  outline(card.dataset.finding);
  if (!move) return;
  const [place] = JSON.parse(card.dataset.boxes || "[]");
  if (place) {
    const leaf = document.getElementById(`page-${place.page}`);
    if (!leaf) return;
    const ratio = leaf.getBoundingClientRect().height / Number(leaf.dataset.height);
    const at = leaf.getBoundingClientRect();
    into(at.top + place.box[1] * ratio, place.box[3] * ratio, at.left + place.box[0] * ratio, place.box[2] * ratio);
    return;
  }
  const first = [...(root()?.querySelectorAll("mark[data-findings]") ?? [])].find((spot) => spot.dataset.findings.split(" ").includes(card.dataset.finding));
  if (first) { const at = first.getBoundingClientRect(); into(at.top, at.height, at.left, at.width); }
}

function into(top, height, left = null, width = 0) {
  const box = scroller();
  const page = box === document.scrollingElement;
  const covered = document.getElementById("desk-side").getBoundingClientRect().top; // a phone's sheet lies over the page
  const view = page ? { top: 110, height: Math.max(80, Math.min(covered, innerHeight) - 110), left: 0, width: innerWidth } : box.getBoundingClientRect();
  const inside = top >= view.top + 28 && top + height <= view.top + view.height - 28;
  const aside = document.getElementById("paper");
  const across = left !== null && aside.scrollWidth > aside.clientWidth + 1;
  if (!inside) box.scrollBy({ top: top - view.top - Math.max(page ? 12 : 40, (view.height - height) / 2.6), behavior: still() ? "auto" : "smooth" });
  if (across) {
    const frame = aside.getBoundingClientRect();
    if (left < frame.left || left + width > frame.right) aside.scrollBy({ left: left - frame.left - Math.max(16, (frame.width - width) / 2) });
  }
}

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches || document.visibilityState === "hidden";

/** Zoom in or out by a step; without one, go round. */
export function zoom(step = 0) {
  const pages = root();
  if (pages?.dataset.kind !== "pages") return;
  const seen = visible();
  level = step ? Math.min(ZOOMS.length - 1, Math.max(0, level + step)) : (level + 1) % ZOOMS.length;
  const [size, name] = ZOOMS[level];
  pages.classList.toggle("is-whole", size === "whole");
  pages.style.setProperty("--zoom", size === "whole" ? 1 : size);
  pages.style.setProperty("--paper-height", `${document.getElementById("paper").clientHeight}px`);
  document.querySelector("[data-zoom-text]").textContent = name;
  const now = document.querySelector(".finding[aria-current]");
  if (now && JSON.parse(now.dataset.boxes || "[]").length) show(now);
  else seen?.scrollIntoView({ block: "start" });
}

const places = () => [...(root()?.querySelectorAll("[data-place]") ?? [])];
function visible() {
  const top = Math.max(0, document.getElementById("paper").getBoundingClientRect().top);
  return places().find((item) => item.getBoundingClientRect().bottom > top + 80);
}

function go(number) {
  const all = places();
  const target = all.find((item) => item.dataset.place === String(number)) ?? all[Number(number) - 1];
  if (!target) return false;
  const box = scroller();
  const top = box === document.scrollingElement ? 120 : box.getBoundingClientRect().top + 8;
  box.scrollBy({ top: target.getBoundingClientRect().top - top });
  return true;
}

function follow() {
  const box = document.querySelector("[data-go]");
  if (!box) return;
  let waiting = false;
  const note = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const at = places().indexOf(visible());
      if (at >= 0 && document.activeElement !== box) box.value = places()[at].dataset.place || at + 1;
    });
  };
  document.getElementById("paper").addEventListener("scroll", note, { passive: true });
  addEventListener("scroll", note, { passive: true });
  box.addEventListener("change", () => { if (!go(box.value.trim())) box.select(); });
  box.addEventListener("keydown", (event) => { if (event.key === "Enter" && go(box.value.trim())) document.getElementById("paper").focus({ preventScroll: true }); });
}

async function lines(leaf) {
  if (leaf.dataset.filled) return;
  leaf.dataset.filled = "1";
  try {
    const answer = await fetch(leaf.dataset.lines, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const made = draw("g", { class: "words" });
    for (const { t, s, b: [x, y, width, height] } of await answer.json()) {
      made.append(draw("text", { x, y: y + height * 0.82, "font-size": Math.max(4, height * 0.86), textLength: width, lengthAdjust: "spacingAndGlyphs", "data-start": s, "data-text": "" }, t));
    }
    leaf.querySelector(".layer").prepend(made);
  } catch {
    delete leaf.dataset.filled; // tried again when it comes into view the next time
  }
}

/** Start what works on what comes into view. */
export function begin() {
  const seen = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => lines(entry.target)), { rootMargin: "600px 0px" });
  root()?.querySelectorAll(".leaf").forEach((leaf) => seen.observe(leaf));
  follow();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (button) zoom(Number(button.dataset.zoom));
  });
}
