/* The editor of rules: line numbers, lines with something wrong, the tab key, going to a line. */
import { onLoad } from "../xiaobao/elements.js";

function number(editor) {
  const area = editor.querySelector("textarea");
  const gutter = editor.querySelector(".code-lines");
  const count = area.value.split("\n").length;
  if (gutter.childElementCount !== count) {
    gutter.replaceChildren(...Array.from({ length: count }, (_, i) => {
      const line = document.createElement("span");
      line.textContent = String(i + 1);
      return line;
    }));
  }
  const wrong = new Set([...document.querySelectorAll(".fault.is-fatal [data-line]")].map((link) => Number(link.dataset.line)));
  [...gutter.children].forEach((line, i) => line.classList.toggle("is-wrong", wrong.has(i + 1)));
  gutter.scrollTop = area.scrollTop;
}

function goTo(area, line) {
  const start = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const end = area.value.indexOf("\n", start);
  area.focus();
  area.setSelectionRange(start, end < 0 ? area.value.length : end);
  area.scrollTop = Math.max(0, (line - 5) * parseFloat(getComputedStyle(area).lineHeight));
}

onLoad("[data-code-editor]", (editor) => {
  const area = editor.querySelector("textarea");
  const gutter = editor.querySelector(".code-lines");
  area.addEventListener("input", () => number(editor));
  area.addEventListener("scroll", () => { gutter.scrollTop = area.scrollTop; });
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    if (area.selectionStart === area.selectionEnd && area.dataset.leave === "1") return;
    event.preventDefault();
    area.setRangeText("  ", area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  // Escape lets the tab key leave the editor, so that it is no trap for the keyboard.
  area.addEventListener("keyup", (event) => { area.dataset.leave = event.key === "Escape" ? "1" : area.dataset.leave === "1" && event.key === "Tab" ? "1" : ""; });
  document.addEventListener("htmx:afterSwap", () => number(editor));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (link) goTo(area, Number(link.dataset.line));
  });
  number(editor);
});
