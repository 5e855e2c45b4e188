// Ctrl+K: pages by name, and everything one may see by content.
import { icon, make } from "./elements.js";

const WAIT = 180;
let timer = 0;
let latest = 0;

const dialog = () => document.getElementById("palette");
const list = () => dialog().querySelector("[role='listbox']");

function open() {
  const box = dialog();
  if (!box || box.open) return;
  box.showModal();
  const input = box.querySelector("input");
  input.value = "";
  show("", []);
  input.focus();
}

function commands(words) {
  const found = [...document.querySelectorAll("[data-command]")].map((link) => ({
    title: link.dataset.command, url: link.href, icon: link.dataset.commandIcon, kind: link.dataset.commandGroup ?? "",
  }));
  const needle = words.toLowerCase();
  return found.filter((item) => (item.title + item.kind).toLowerCase().includes(needle)).slice(0, words ? 6 : 30);
}

function option(item, index) {
  const text = make("span", {}, item.title);
  if (item.excerpt) text.append(make("span", { class: "excerpt" }, item.excerpt));
  return make("a", { role: "option", id: `palette-${index}`, href: item.url, tabindex: "-1", "aria-selected": index === 0 ? "true" : "false" },
    icon(item.icon || "file-text", ""), text, make("small", {}, item.kind ?? ""));
}

function show(words, results) {
  const pages = commands(words);
  const search = dialog().dataset.searchUrl;
  const rows = [];
  let index = 0;
  const group = (title, items) => {
    if (items.length) rows.push(make("div", { class: "palette-group", role: "presentation" }, title), ...items.map((item) => option(item, index++)));
  };
  group("找到", results);
  group(words ? "页面" : "前往", pages);
  if (words && search) group("全文", [{ title: `搜索“${words}”的全部结果`, url: `${search}?q=${encodeURIComponent(words)}`, icon: "search" }]);
  if (!rows.length) rows.push(make("div", { class: "palette-group" }, "没有找到。换个词，或输入完整编号。"));
  list().replaceChildren(...rows);
  select(0);
}

async function look(words) {
  const mine = ++latest;
  show(words, []);
  const search = dialog().dataset.searchUrl;
  if (!search || words.length < 2) return;
  try {
    const answer = await fetch(`${search}?q=${encodeURIComponent(words)}&limit=8`, { headers: { Accept: "application/json" } });
    if (!answer.ok || !answer.headers.get("Content-Type")?.includes("json")) return;
    const { results = [] } = await answer.json();
    if (mine === latest) show(words, results.slice(0, 8));
  } catch { /* offline: pages are still listed */ }
}

function select(step) {
  const options = [...list().querySelectorAll("[role='option']")];
  if (!options.length) return;
  const now = Math.max(0, options.findIndex((item) => item.getAttribute("aria-selected") === "true"));
  const next = (now + step + options.length) % options.length;
  options.forEach((item, index) => item.setAttribute("aria-selected", index === next ? "true" : "false"));
  options[next].scrollIntoView({ block: "nearest" });
  dialog().querySelector("input").setAttribute("aria-activedescendant", options[next].id);
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open();
    return;
  }
  const box = dialog();
  if (!box?.open) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    select(event.key === "ArrowDown" ? 1 : -1);
  }
  if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    list().querySelector("[aria-selected='true']")?.click();
  }
});
document.addEventListener("input", (event) => {
  if (!event.target.closest("#palette")) return;
  clearTimeout(timer);
  timer = setTimeout(() => look(event.target.value.trim()), WAIT);
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-palette-open]") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open();
});
