// Explanations beside chips and disabled verbs are placed so that no edge cuts them; Escape hides, a tap shows.
function place(host) {
  const tip = host.querySelector(":scope > .tip");
  if (!tip) return;
  const at = host.getBoundingClientRect();
  const [width, height] = [tip.offsetWidth, tip.offsetHeight];
  const below = at.bottom + 6 + height < innerHeight || at.top < height + 12;
  tip.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  tip.style.top = `${below ? at.bottom + 6 : at.top - height - 6}px`;
}
for (const name of ["mouseover", "focusin"]) {
  document.addEventListener(name, (event) => {
    const host = event.target.closest?.(".tip-host");
    if (host) place(host);
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.activeElement?.closest(".tip-host")?.querySelector("button")?.blur();
});
