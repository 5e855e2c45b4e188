// One key a field: Enter accepts and goes on, e edits; the words a field stands on are outlined while it has the focus.
const form = document.querySelector("[data-take-down]");
const rows = [...(form?.querySelectorAll("[data-machine]") ?? [])];
const control = (row) => row?.querySelector("input:not([type=hidden]), select, textarea");

function show(row) {
  for (const mark of document.querySelectorAll("[data-words] mark")) {
    const now = mark.dataset.field === row.dataset.machine;
    mark.classList.toggle("is-now", now);
    if (now) mark.scrollIntoView({ block: "nearest" });
  }
}

rows.forEach((row, place) => {
  row.tabIndex = 0;
  row.addEventListener("focusin", () => show(row));
  row.addEventListener("keydown", (event) => {
    const inside = event.target !== row;
    if (event.key === "Enter" && !event.isComposing && event.target.tagName !== "TEXTAREA") {
      event.preventDefault();
      row.classList.add("is-accepted");
      (rows[place + 1] ?? form.querySelector("[name=kind]"))?.focus();
    } else if (!inside && event.key === "e") {
      event.preventDefault();
      control(row)?.focus();
      control(row)?.select?.();
    } else if (inside && event.key === "Escape") {
      row.focus();
    }
  });
});
for (const mark of document.querySelectorAll("[data-words] mark")) {
  mark.addEventListener("click", () => rows.find((row) => row.dataset.machine === mark.dataset.field)?.focus());
}
rows[0]?.focus({ preventScroll: true });
