// Typed text is kept on this machine until the form went through: closing the page, a lost network or an error loses nothing.
// For forms with data-keep="key" (key: what it is about, e.g. review-12-opinion). Kept three days, by person, gone on sign-out.
import { icon, make, onLoad } from "./elements.js";

const PREFIX = "xiaobao-draft:";
const DAYS = 3 * 24 * 3600 * 1000;
const SKIP = /^(password|hidden|file|submit|button|reset|image)$/;
const store = (() => { try { return window.localStorage; } catch { return null; } })();
const person = () => document.body.dataset.person ?? "";
const name = (form) => `${PREFIX}${person()}:${form.dataset.keep || location.pathname}`;
const fields = (form) => [...form.elements].filter((item) => item.name && !SKIP.test(item.type) && item.autocomplete !== "off");

function values(form) {
  return fields(form).map((item) => [item.name, item.value, /^(checkbox|radio)$/.test(item.type) ? item.checked : null,
    item.multiple ? [...item.selectedOptions].map((chosen) => chosen.value) : null]);
}

function read(key) {
  try { return JSON.parse(store?.getItem(key) ?? "null"); } catch { return null; }
}

function write(key, draft) {
  try { store?.setItem(key, JSON.stringify(draft)); } catch { /* full: nothing is kept, nothing breaks */ }
}

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
  const drop = make("button", { type: "button", class: "btn btn-sm btn-quiet" }, "不要了");
  const note = make("div", { class: "draft-note", role: "status" }, icon("history"), `本机保留着 ${when} 未提交的内容`, restore, drop);
  restore.addEventListener("click", () => { fill(form, draft.values); note.remove(); });
  drop.addEventListener("click", () => { store?.removeItem(name(form)); note.remove(); });
  form.prepend(note);
}

// A page of ours that is neither an error page nor reached by going back means that the last submission arrived; a
// rejected form carries its values itself.
function settle() {
  const failed = document.body.dataset.errorPage || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  for (const key of Object.keys(store ?? {}).filter((item) => item.startsWith(PREFIX))) {
    const draft = read(key);
    if (!draft || Date.now() - draft.at > DAYS || (draft.sent && !failed)) store.removeItem(key);
    else if (draft.sent) write(key, { ...draft, sent: false });
  }
}

settle();
onLoad("form[data-keep]", (form) => {
  const clean = JSON.stringify(values(form));
  const draft = read(name(form));
  const withErrors = form.querySelector("[aria-invalid='true'], .field-error");
  if (draft && JSON.stringify(draft.values) !== clean && !withErrors) offer(form, draft);
  let timer = 0;
  const keep = () => {
    const now = values(form);
    if (JSON.stringify(now) !== clean) write(name(form), { at: Date.now(), values: now });
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 400); });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    write(name(form), { at: Date.now(), values: values(form), sent: true });
  });
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-keep]");
  if (form && event.detail.successful && event.detail.requestConfig?.verb !== "get") store?.removeItem(name(form));
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  Object.keys(store ?? {}).filter((key) => key.startsWith(PREFIX)).forEach((key) => store.removeItem(key));
});
