// The reading desk: one finding is current; its place in the material is outlined; keys walk and decide.
import { typing } from "./elements.js";
import { toast } from "./toasts.js";
import { ask } from "./dialogs.js";
import * as paper from "./desk-paper.js";
import { drawing, openManual, watchSelection } from "./desk-manual.js";
import * as sound from "./desk-sound.js";
import "./desk-clauses.js";
import "./desk-clock.js";

const desk = () => document.getElementById("desk");
const cards = () => [...document.querySelectorAll("#findings .finding")];
const card = (pk) => document.getElementById(`finding-${pk}`);
const open = (item) => item.dataset.decision === "open";
const reasons = JSON.parse(document.getElementById("recent-reasons")?.textContent ?? "[]");
let current = null;
let pending = null; // the finding that was decided last, until the server has answered

function say(text) {
  const place = document.getElementById("desk-told");
  if (place) place.textContent = text;
}

/** Make a finding the current one and bring it and its place into view. */
export function select(pk, { from = "list", focus = true, move = true } = {}) {
  const chosen = card(pk);
  if (!chosen) return;
  for (const item of cards()) {
    if (item === chosen) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }
  current = String(pk);
  if (from !== "paper") paper.show(chosen, { move });
  else paper.outline(current);
  const list = document.getElementById("desk-list");
  const [box, view] = [chosen.getBoundingClientRect(), list.getBoundingClientRect()];
  const above = box.top < view.top + 4;
  if (above || box.bottom > view.bottom - 4) {
    list.scrollTo({ top: list.scrollTop + box.top - view.top - (above || box.height > view.height ? 8 : Math.max(8, view.height - box.height - 24)) });
  }
  if (focus) chosen.focus({ preventScroll: true });
  history.replaceState(history.state, "", `#finding-${pk}`);
  if (from === "paper") sheet("half", { onlyGrow: true });
}

function step(by) {
  const all = cards();
  if (!all.length) return;
  const now = all.findIndex((item) => item.dataset.finding === current);
  const next = all[Math.min(all.length - 1, Math.max(0, now + by))];
  select(next.dataset.finding);
  say(`第 ${next.dataset.number} 条，共 ${all.length} 条：${next.querySelector("h3").textContent}`);
}

/** Go to the next finding that nobody decided: after this one, else from the start. */
function onward(from) {
  const all = cards();
  const now = all.findIndex((item) => item.dataset.finding === String(from));
  const next = all.slice(now + 1).find(open) ?? all.slice(0, now).find(open);
  if (next) select(next.dataset.finding);
  else {
    say("这份材料的发现已全部处理");
    if (all.length && matchMedia("(min-width: 992px)").matches) document.querySelector("[data-finish]")?.focus();
  }
}

function enliven() {
  document.getElementById("findings")?.classList.add("is-live");
  paper.mark(cards());
  if (current && card(current)) card(current).setAttribute("aria-current", "true");
  paper.outline(current);
}

function chips(details) {
  const place = details.querySelector("[data-reasons]");
  if (!place || place.childElementCount) return;
  reasons.slice(0, 8).forEach((reason, i) => {
    const chip = document.createElement("button");
    chip.type = "button";
    const key = document.createElement("kbd");
    key.textContent = i + 1;
    chip.append(key, reason);
    chip.addEventListener("click", () => {
      const area = details.querySelector("textarea");
      area.value = reason;
      area.dispatchEvent(new Event("input", { bubbles: true }));
      area.focus();
    });
    place.append(chip);
  });
}

function remember(reason) {
  const others = reasons.filter((item) => item !== reason);
  reasons.splice(0, reasons.length, reason, ...others);
}

function reveal(details) {
  if (!details) return;
  details.open = true;
  if (details.matches(".dismiss")) chips(details);
  details.scrollIntoView({ block: "nearest" });
  details.querySelector("textarea")?.focus();
}

// what people do with the mouse
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-select]");
  if (opener) select(opener.dataset.select);
  else if (event.target.closest(".finding") && !event.target.closest("a, button, summary, textarea, input, form, details") && !String(getSelection())) {
    select(event.target.closest(".finding").dataset.finding);
  }
  const place = event.target.closest("[data-findings]");
  if (place && !document.querySelector(".is-drawing") && !String(getSelection())) {
    const all = place.dataset.findings.split(" ");
    select(all[(all.indexOf(current) + 1) % all.length], { from: "paper", focus: false });
  }
  const stepper = event.target.closest("[data-step]");
  if (stepper) step(Number(stepper.dataset.step));
  if (event.target.closest("[data-sheet-toggle]")) sheet();
  if (event.target.closest("[data-close-details]")) event.target.closest("details").open = false;
  if (event.target.closest("[data-finish]")) document.getElementById("finish").showModal();
  const goto = event.target.closest("[data-goto]");
  if (goto && card(goto.dataset.goto)) {
    event.preventDefault();
    document.getElementById("finish").close();
    select(goto.dataset.goto);
  }
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".dismiss") && event.target.open) chips(event.target);
}, true);

/** The bottom sheet of a phone: a peek at the current finding, half the screen, nearly all of it. */
function sheet(size, { onlyGrow = false } = {}) {
  const side = document.getElementById("desk-side");
  const order = ["peek", "half", "full"];
  const now = order.indexOf(side.dataset.sheet);
  const next = size ? order.indexOf(size) : (now + 1) % order.length;
  if (onlyGrow && next <= now) return;
  side.dataset.sheet = order[next];
  side.querySelector("[data-sheet-toggle]").setAttribute("aria-expanded", String(next > 0));
  if (order[next] !== "full") setTimeout(() => { if (card(current)) paper.show(card(current)); }, 240);
}

// deciding: shown at once, taken back when the server says no
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest?.("[data-decide]");
  if (!form) return;
  const item = form.closest(".finding");
  const decision = form.elements.decision.value;
  pending = { pk: item.dataset.finding, before: item.dataset.decision, decision, reason: form.elements.reason?.value.trim() };
  item.classList.add("is-sending");
  item.dataset.decision = decision;
  paper.mark(cards());
  if (decision !== "open") onward(pending.pk);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("[data-decide], [data-remark]");
  if (!form || event.detail.successful) return;
  const pk = form.closest(".finding")?.dataset.finding;
  const item = card(pk);
  item?.classList.remove("is-sending");
  if (pending && item && pending.pk === pk) item.dataset.decision = pending.before;
  pending = null;
  setTimeout(() => { paper.mark(cards()); select(pk); card(pk)?.querySelector("[role='alert'] , textarea")?.focus?.(); });
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.detail.target?.matches?.(".finding, #manual, #findings, #desk")) return;
  enliven();
  const sent = pending;
  if (sent && event.detail.xhr?.status === 200) {
    if (sent.decision === "dismissed" && sent.reason) remember(sent.reason);
    say(sent.decision === "accepted" ? "已采纳" : sent.decision === "dismissed" ? "不采纳，理由已记录" : "已恢复为待处理");
    pending = null;
    if (sent.decision === "open") select(sent.pk);
  } else if (event.detail.target.matches(".finding")) {
    const pk = event.detail.target.dataset.finding;
    const remarks = card(pk)?.querySelector(".finding-remarks");
    if (remarks && event.detail.requestConfig?.elt?.matches?.("[data-remark]")) remarks.open = true;
  }
});
document.addEventListener("htmx:afterSettle", enliven);
document.addEventListener("desk:added", (event) => {
  enliven();
  select(event.detail.pk);
  toast("已添加意见", "success");
});

// keys
const acts = {
  n: () => step(1),
  p: () => step(-1),
  a: () => card(current)?.querySelector("[data-accept]")?.click(),
  d: () => reveal(card(current)?.querySelector(".dismiss")),
  u: () => card(current)?.querySelector("[data-reopen]")?.click(),
  c: () => { sheet("half", { onlyGrow: true }); reveal(card(current)?.querySelector(".finding-remarks")); },
  m: () => { if (desk().hasAttribute("data-may")) { sheet("full", { onlyGrow: true }); openManual(); } },
  b: () => drawing(),
  z: () => paper.zoom(),
  g: () => { const box = document.querySelector("[data-go]"); box?.focus(); box?.select(); },
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return leave(event);
  const area = event.target.closest?.(".dismiss textarea");
  if (area && !area.value && /^[1-8]$/.test(event.key)) {
    const chip = area.closest(".dismiss").querySelectorAll(".reason-chips button")[Number(event.key) - 1];
    if (chip) { event.preventDefault(); chip.click(); }
    return;
  }
  if (typing(event)) return;
  if (sound.ready() && [" ", "ArrowLeft", "ArrowRight"].includes(event.key) && !event.target.closest("button, summary, a, audio, video")) {
    event.preventDefault();
    if (event.key === " ") sound.toggle();
    else sound.skip(event.key === "ArrowLeft" ? -3 : 3);
    return;
  }
  if (event.shiftKey && event.key.toLowerCase() === "a") {
    event.preventDefault();
    document.querySelector("[data-accept-rest]")?.click();
    return;
  }
  const act = acts[event.key.toLowerCase()];
  if (act && desk()) { event.preventDefault(); act(); }
});
document.addEventListener("keydown", (event) => { // Ctrl+Enter sends what one is writing
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea, .manual input")) event.target.form?.requestSubmit();
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches(".dismiss textarea")) { event.preventDefault(); event.target.form.requestSubmit(); }
});

function leave(event) {
  const details = event.target.closest?.(".dismiss[open], .finding-remarks[open]");
  if (details) { details.open = false; details.closest(".finding").focus(); return; }
  drawing(false);
}

// how it begins
const keys = document.querySelector("#keys .facts");
const ours = document.getElementById("desk-keys");
if (keys && ours) {
  keys.querySelectorAll(":scope > :nth-child(n + 3):nth-child(-n + 10)").forEach((item) => item.remove()); // of lists
  keys.prepend(ours.content.cloneNode(true));
}
if (desk()) {
  enliven();
  paper.begin();
  watchSelection();
  sound.begin();
  const named = location.hash.match(/^#finding-(\d+)$/)?.[1];
  const first = (named && card(named)) || cards().find(open) || cards()[0];
  if (first) select(first.dataset.finding, { focus: false, move: Boolean(named) || cards().indexOf(first) > 0 });
}
// Leaving with an opinion half written: the words are kept, and asked about.
document.addEventListener("click", async (event) => {
  const link = event.target.closest(".desk-tabs a:not([aria-current])");
  const form = document.getElementById("manual");
  if (!link || !form || form.hidden || !form.elements.title.value.trim() || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (await ask("手工意见还没有添加，换到别的材料后可以回来恢复。", { label: "先离开" })) location.href = link.href;
});
