// Runs before the page is drawn, so that it never flashes in the other theme.
(() => {
  const root = document.documentElement;
  let chosen = null;
  try { chosen = localStorage.getItem("xiaobao-theme"); } catch { /* private mode: the system's theme */ }
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.bsTheme = dark ? "dark" : "light";
  root.classList.add("js");
})();
