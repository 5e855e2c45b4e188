// Pages of points (answers, confirming): keys walk the points and decide; the first open one is the current.
import { typing } from "../xiaobao/elements.js";

const points = () => [...document.querySelectorAll("[data-point]")];
let current = null;

function select(point, { focus = true } = {}) {
  for (const item of points()) item.toggleAttribute("data-current", item === point);
  current = point;
  if (point.hasAttribute("data-open")) point.querySelector("details:not([open]) > summary + form")?.closest("details").setAttribute("open", "");
  if (focus) {
    point.focus({ preventScroll: true });
    point.scrollIntoView({ block: "nearest" });
  }
}

function step(by) {
  const all = points();
  const now = all.indexOf(current);
  if (all.length) select(all[Math.min(all.length - 1, Math.max(0, now + by))]);
}

/** Adopt or accept: a radio with its text, or a button. */
function decide(yes) {
  const radio = current?.querySelector(`input[name=adopted][value="${yes ? 1 : 0}"]`);
  if (radio) {
    radio.checked = true;
    current.querySelector("textarea[name=text]").focus();
    return;
  }
  const note = current?.querySelector("input[name=note]");
  if (yes) current?.querySelector("button[name=accept][value='1']")?.click();
  else if (note?.value.trim()) current.querySelector("button[name=accept][value='0']")?.click();
  else note?.focus();
}

function all() {
  const opener = document.querySelector("[data-points-all]");
  opener?.click();
  if (opener?.matches("a")) document.querySelector("#adopt-all input[type=file]")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  const acts = { n: () => step(1), p: () => step(-1), a: () => (event.shiftKey ? all() : decide(true)), d: () => decide(false) };
  if (acts[key] && points().length) {
    event.preventDefault();
    acts[key]();
  }
});
document.addEventListener("focusin", (event) => {
  const point = event.target.closest?.("[data-point]");
  if (point && point !== current) select(point, { focus: false });
});

// A browser keeps the fragment of the page before when an answer sends it on without one.
const named = location.hash.startsWith("#point-") && document.querySelector(`[data-open]${location.hash}`);
const first = named || document.querySelector("[data-point][data-open]");
if (first) select(first, { focus: Boolean(named) });
