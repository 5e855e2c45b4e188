// Articles: what one says on hover, and choosing some for an opinion by hand.
import { make } from "./elements.js";

let peek = null;
let timer = 0;
function hide() {
  clearTimeout(timer);
  if (peek) peek.hidden = true;
}
document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const clause = event.target.closest?.(".finding .clause > summary")?.parentElement;
  hide();
  if (!clause || clause.open) return;
  timer = setTimeout(() => {
    peek ??= document.body.appendChild(make("div", { class: "clause-peek", role: "tooltip" }));
    peek.replaceChildren(...clause.querySelector(".clause-body").cloneNode(true).childNodes);
    peek.hidden = false;
    const at = clause.getBoundingClientRect();
    const below = at.bottom + 6 + peek.offsetHeight < innerHeight;
    peek.style.left = `${Math.max(8, Math.min(at.left, innerWidth - peek.offsetWidth - 8))}px`;
    peek.style.top = `${below ? at.bottom + 6 : at.top - peek.offsetHeight - 6}px`;
  }, 260);
});
document.addEventListener("click", hide);
document.addEventListener("scroll", hide, true);
document.addEventListener("keydown", hide);

const parts = (inside) => {
  const root = inside.closest("[data-clauses]");
  return { root, box: root.querySelector("input[role='combobox']"), list: root.querySelector("[role='listbox']"), chosen: root.querySelector("[data-chosen]") };
};

function close({ box, list }) {
  list.hidden = true;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function point(all, at) {
  const options = [...all.list.querySelectorAll("[role='option']")];
  options.forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
  if (options[at]) {
    all.box.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }
}

function choose(all, option) {
  const { reference, label } = option.dataset;
  if (![...all.chosen.querySelectorAll("input")].some((item) => item.value === reference)) {
    all.chosen.append(make("span", { class: "clause-tag" }, label, make("input", { type: "hidden", name: "references", value: reference }), make("button", { type: "button", "data-drop": true, "aria-label": `去掉 ${label}` }, "×")));
  }
  all.box.value = "";
  close(all);
  all.box.focus();
}

let asked = 0;
async function look(all) {
  const words = all.box.value.trim();
  const mine = ++asked;
  if (!words) return close(all);
  let found = [];
  try {
    const answer = await fetch(`${all.root.dataset.clauses}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
    found = answer.ok ? (await answer.json()).results : [];
  } catch { /* offline: the bar at the top says so */ }
  if (mine !== asked) return;
  all.list.replaceChildren(...(found.length
    ? found.map((item, i) => make("li", { role: "option", id: `law-${i}`, "aria-selected": "false", "data-reference": item.reference, "data-label": item.label }, item.label, make("small", {}, item.paraphrase)))
    : [make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, "没有找到，换一个词试试，如“广告法 25”")]));
  all.list.hidden = false;
  all.box.setAttribute("aria-expanded", "true");
  if (found.length) point(all, 0);
}

let wait = 0;
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-clauses] input[role='combobox']")) return;
  clearTimeout(wait);
  wait = setTimeout(() => look(parts(event.target)), 160);
});
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-clauses] input[role='combobox']")) return;
  const all = parts(event.target);
  const options = [...all.list.querySelectorAll("[role='option']:not([aria-disabled])")];
  const at = options.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (event.key === "Backspace" && !event.target.value) all.chosen.lastElementChild?.remove();
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
    event.preventDefault(); // never sends the form by surprise
    if (!all.list.hidden && options[at]) choose(all, options[at]);
  }
  if (all.list.hidden) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    point(all, (at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % Math.max(1, options.length));
  } else if (event.key === "Escape") {
    event.preventDefault();
    close(all);
  }
});
document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.("[data-clauses] [data-reference]");
  if (option) { event.preventDefault(); choose(parts(option), option); return; }
  const open = document.querySelector("[data-clauses] [role='listbox']:not([hidden])");
  if (open && !event.target.closest("[data-clauses]")) close(parts(open));
});
document.addEventListener("click", (event) => event.target.closest("[data-clauses] [data-drop]")?.parentElement.remove());
