// Turns a page's picture by a quarter, for letters that lay sideways on the scanner.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-turn]");
  const leaf = button?.closest(".scan-picture")?.querySelector(".scan-leaf");
  if (!leaf) return;
  const turns = (Number(leaf.dataset.turns ?? 0) + 1) % 4;
  leaf.dataset.turns = String(turns);
  leaf.classList.remove("turn-1", "turn-2", "turn-3");
  if (turns) leaf.classList.add(`turn-${turns}`);
});
