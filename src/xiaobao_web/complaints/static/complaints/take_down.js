// One key a field: Enter accepts and goes on, e edits, a digit takes another cause; the words a field stands on are outlined while it has the focus.
const form = document.querySelector("[data-take-down]");
const rows = [...(form?.querySelectorAll("[data-machine]") ?? [])];
const control = (row) => row?.querySelector("input:not([type=hidden]), select, textarea");
const fieldsOf = (mark) => mark.dataset.field.split(" ");

function show(row) {
  for (const mark of document.querySelectorAll("[data-words] mark")) {
    const now = fieldsOf(mark).includes(row.dataset.machine);
    mark.classList.toggle("is-now", now);
    if (now) mark.scrollIntoView({ block: "nearest" });
  }
}

function accept(row, place) {
  row.classList.add("is-accepted");
  (rows[place + 1] ?? form.querySelector("[name=kind]"))?.focus();
}

rows.forEach((row, place) => {
  const others = [...row.querySelectorAll("[data-pick]")];
  row.tabIndex = 0;
  row.addEventListener("focusin", () => show(row));
  for (const other of others) {
    other.addEventListener("click", () => {
      control(row).value = other.dataset.pick;
      accept(row, place);
    });
  }
  row.addEventListener("keydown", (event) => {
    const inside = event.target !== row;
    if (event.key === "Enter" && !event.isComposing && !["TEXTAREA", "BUTTON"].includes(event.target.tagName)) {
      event.preventDefault();
      accept(row, place);
    } else if (!inside && others[Number(event.key) - 1]) {
      event.preventDefault();
      others[Number(event.key) - 1].click();
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
  mark.addEventListener("click", () => rows.find((row) => fieldsOf(mark).includes(row.dataset.machine))?.focus());
}
for (const known of document.querySelectorAll("[data-into]")) {
  known.addEventListener("click", () => {
    const into = form.querySelector("[name=into]");
    into.value = known.dataset.into;
    into.focus();
  });
}
rows[0]?.focus({ preventScroll: true });
