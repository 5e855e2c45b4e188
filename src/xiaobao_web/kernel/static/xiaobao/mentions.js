// Typing @ in a comment offers the people who may see its object; arrows choose, Enter takes, Escape closes.
import { make } from "./elements.js";

const TYPED = /@([^\s@]{0,20})$/;
let open = null; // { field, list, people, at, choice }
let asked = 0;

function close() {
  open?.list.remove();
  open?.field.removeAttribute("aria-activedescendant");
  open?.field.setAttribute("aria-expanded", "false");
  open = null;
}

function paint() {
  open.list.replaceChildren(
    ...open.people.map((person, index) =>
      make("li", { id: `mention-${index}`, role: "option", "aria-selected": String(index === open.choice), "data-index": index },
        make("span", {}, person.name), make("small", {}, `${person.unit} @${person.username}`))),
  );
  open.field.setAttribute("aria-activedescendant", `mention-${open.choice}`);
}

function take(index) {
  const { field, people, at } = open;
  const person = people[index];
  const twice = people.filter((other) => other.name === person.name).length > 1;
  field.setRangeText(`@${twice ? person.username : person.name} `, at, field.selectionStart, "end");
  close();
  field.focus();
}

async function offer(field) {
  const found = TYPED.exec(field.value.slice(0, field.selectionStart));
  if (!found) return close();
  const mine = ++asked;
  const host = field.closest("[data-mentions]");
  const answer = await fetch(`${host.dataset.mentions}?q=${encodeURIComponent(found[1])}`, { headers: { Accept: "application/json" } }).catch(() => null);
  const people = answer?.ok ? await answer.json() : [];
  if (mine !== asked) return undefined;
  close();
  if (!people.length) return undefined;
  const list = make("ul", { class: "mention-list", role: "listbox", id: "mention-list", "aria-label": "可以提到的人" });
  host.append(list);
  field.setAttribute("aria-controls", "mention-list");
  field.setAttribute("aria-expanded", "true");
  open = { field, list, people, at: field.selectionStart - found[0].length, choice: 0 };
  return paint();
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-mentions] textarea")) offer(event.target);
});
document.addEventListener("keydown", (event) => {
  if (!open || event.target !== open.field) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    open.choice = (open.choice + step + open.people.length) % open.people.length;
    paint();
  } else if (event.key === "Enter" || event.key === "Tab") take(open.choice);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
});
document.addEventListener("mousedown", (event) => {
  const line = event.target.closest(".mention-list li");
  if (line && open) {
    event.preventDefault();
    take(Number(line.dataset.index));
  } else close();
});
