// Loan forms: rows are taken away, wrong fields are marked, what is kept is what is shown; statements are read out and printed.
import { onLoad } from "../xiaobao/elements.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-remove-row]");
  if (button) {
    const form = button.closest("form");
    button.closest("[data-row]").remove();
    form.dispatchEvent(new Event("rows-changed", { bubbles: true }));
  }
  if (event.target.closest("[data-print]")) print();
});

function mark(form, wrong) {
  form.querySelectorAll("[data-marked]").forEach((control) => {
    control.classList.remove("is-invalid");
    control.removeAttribute("aria-invalid");
    delete control.dataset.marked;
  });
  for (const id of wrong) {
    const control = document.getElementById(id);
    if (!control || control === document.activeElement) continue;
    control.classList.add("is-invalid");
    control.setAttribute("aria-invalid", "true");
    control.dataset.marked = "1";
  }
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "outcome") return;
  const outcome = event.detail.target;
  const wrong = [...outcome.querySelectorAll("[data-problems]")].flatMap((item) => item.dataset.problems.split(" ").filter(Boolean));
  document.querySelectorAll("form[data-loan]").forEach((form) => mark(form, wrong));
  const result = outcome.querySelector("[data-result]");
  if (result) document.querySelectorAll("[data-keeping] [data-query]").forEach((field) => { field.value = result.dataset.query; });
});

// A link to a field that lies folded away opens what it lies in.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-problems] a[href^='#']");
  const control = link && document.getElementById(link.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  control.closest("details")?.setAttribute("open", "");
  control.focus();
});

onLoad("[data-speak]", (button) => {
  if (!("speechSynthesis" in window)) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) { speechSynthesis.cancel(); return; }
    const said = new SpeechSynthesisUtterance(document.querySelector(button.dataset.speak).textContent);
    said.lang = "zh-CN";
    said.rate = 0.9;
    speechSynthesis.speak(said);
  });
});
