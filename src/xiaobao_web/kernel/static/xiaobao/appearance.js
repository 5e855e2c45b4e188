// Light and dark: the person's choice is kept on this machine, else the system's.
import { onLoad } from "./elements.js";

const root = document.documentElement;

function label() {
  const dark = root.dataset.bsTheme === "dark";
  document.querySelectorAll("[data-theme-label]").forEach((item) => { item.textContent = dark ? "切换浅色" : "切换深色"; });
}

function set(theme, keep) {
  root.dataset.bsTheme = theme;
  if (keep) try { localStorage.setItem("xiaobao-theme", theme); } catch { /* only for this page then */ }
  label();
  document.dispatchEvent(new CustomEvent("xiaobao:theme"));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-toggle]")) set(root.dataset.bsTheme === "dark" ? "light" : "dark", true);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  let chosen = null;
  try { chosen = localStorage.getItem("xiaobao-theme"); } catch { /* no choice kept */ }
  if (!chosen) set(event.matches ? "dark" : "light", false);
});
onLoad("[data-theme-label]", label);
