// Typed text is kept until the form went through: an error page, a lost network or a closed page loses nothing.
// Every form of the content that posts typed text is kept for this tab; data-keep="key" (what it is about, e.g.
// review-12-opinion) keeps it on this machine for three days. By person; gone on sign-out. data-no-draft opts out.
import { icon, make, onLoad } from "./elements.js";

const PREFIX = "xiaobao-draft:";
const DAYS = 3 * 24 * 3600 * 1000;
const SKIP = /^(password|hidden|file|submit|button|reset|image)$/;
const stores = { tab: open("sessionStorage"), machine: open("localStorage") };

function open(name) {
  try { return window[name]; } catch { return null; }
}

const keptIn = (form) => (form.dataset.keep ? stores.machine : stores.tab);
const nameOf = (form) => [PREFIX + (document.body.dataset.person ?? ""), form.dataset.keep
  || location.pathname + (form.id ? `#${form.id}` : form.getAttribute("action") ?? "")].join(":");
const fields = (form) => [...form.elements].filter((item) => item.name && !SKIP.test(item.type) && item.autocomplete !== "off");

function keeps(form) {
  if (form.dataset.keep) return true;
  return form.method === "post" && !("noDraft" in form.dataset) && Boolean(form.closest("main"))
    && !form.querySelector("input[type='password']") && Boolean(form.querySelector("textarea, input[type='text']"));
}

function values(form) {
  return fields(form).map((item) => [item.name, item.value, /^(checkbox|radio)$/.test(item.type) ? item.checked : null,
    item.multiple ? [...item.selectedOptions].map((chosen) => chosen.value) : null]);
}

function read(store, key) {
  try { return JSON.parse(store?.getItem(key) ?? "null"); } catch { return null; }
}

function write(store, key, draft) {
  try { store?.setItem(key, JSON.stringify(draft)); } catch { /* full: nothing is kept, nothing breaks */ }
}

const drop = (form) => keptIn(form)?.removeItem(nameOf(form));
const drafts = (store) => Object.keys(store ?? {}).filter((key) => key.startsWith(PREFIX));

function fill(form, kept) {
  for (const item of fields(form)) {
    const match = kept.find(([field, value, checked]) => field === item.name && (checked === null || value === item.value));
    if (!match) continue;
    if (match[2] !== null) item.checked = match[2];
    else if (match[3]) [...item.options].forEach((choice) => { choice.selected = match[3].includes(choice.value); });
    else item.value = match[1];
    item.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function offer(form, draft) {
  const when = new Date(draft.at).toLocaleString("zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const restore = make("button", { type: "button", class: "btn btn-sm btn-primary" }, "恢复");
  const forget = make("button", { type: "button", class: "btn btn-sm btn-quiet" }, "不要了");
  const note = make("div", { class: "draft-note", role: "status" }, icon("history"), `保留着 ${when} 未提交的内容`, restore, forget);
  restore.addEventListener("click", () => { fill(form, draft.values); note.remove(); });
  forget.addEventListener("click", () => { drop(form); note.remove(); });
  form.prepend(note);
}

// A page of ours that is neither an error page nor reached by going back means that the last submission arrived; a
// rejected form carries its values itself.
function settle(store) {
  const failed = document.body.dataset.errorPage || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  for (const key of drafts(store)) {
    const draft = read(store, key);
    if (!draft || Date.now() - draft.at > DAYS || (draft.sent && !failed)) store.removeItem(key);
    else if (draft.sent) write(store, key, { ...draft, sent: false });
  }
}

Object.values(stores).forEach(settle);

onLoad("form", (form) => {
  if (!keeps(form)) return;
  const clean = JSON.stringify(values(form));
  const draft = read(keptIn(form), nameOf(form));
  const rejected = form.querySelector("[aria-invalid='true'], .field-error");
  if (draft && JSON.stringify(draft.values) !== clean && !rejected) offer(form, draft);
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const now = values(form);
      if (JSON.stringify(now) !== clean) write(keptIn(form), nameOf(form), { at: Date.now(), values: now });
    }, 400);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    const now = values(form);
    if (JSON.stringify(now) !== clean) write(keptIn(form), nameOf(form), { at: Date.now(), values: now, sent: true });
  });
});

document.addEventListener("htmx:afterRequest", (event) => {
  // The form that asked: where the answer took its place, the event comes from what stood around it.
  const form = (event.detail.requestConfig?.elt ?? event.target).closest?.("form");
  if (!form || event.detail.requestConfig?.verb === "get") return;
  if (event.detail.successful) drop(form);
  else {
    const draft = read(keptIn(form), nameOf(form));
    if (draft?.sent) write(keptIn(form), nameOf(form), { ...draft, sent: false });
  }
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  Object.values(stores).forEach((store) => drafts(store).forEach((key) => store.removeItem(key)));
});
