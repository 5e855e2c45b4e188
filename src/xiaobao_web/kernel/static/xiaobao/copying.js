// One-click copy: data-copy-text holds the words, data-copy names the element that has them.
import { toast } from "./toasts.js";

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // no clipboard without https
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-text], [data-copy]");
  if (!button) return;
  const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
  const text = button.dataset.copyText ?? source?.value ?? source?.innerText ?? "";
  if (await copy(text)) toast("已复制", "success");
  else toast("浏览器不允许复制", "warning", "请选中文字后按 Ctrl+C。");
});
