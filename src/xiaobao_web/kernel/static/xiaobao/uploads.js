// Files by drag or choice: a list of what was chosen, a check of size before sending, progress while sending.
import { make, onLoad } from "./elements.js";

const shown = (bytes) => (bytes < 1048576 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

function list(zone) {
  const input = zone.querySelector("input[type='file']");
  const limit = Number(zone.dataset.megabytes) * 1048576;
  const files = [...input.files];
  const rows = files.map((file) => {
    const big = file.size > limit;
    const size = big ? `${shown(file.size)}，超过 ${zone.dataset.megabytes} MB` : shown(file.size);
    return make("li", {}, make("span", {}, file.name), make("span", { class: `num${big ? " too-big" : ""}` }, size));
  });
  zone.querySelector("[data-upload-list]").replaceChildren(...rows);
  input.setCustomValidity(files.some((file) => file.size > limit) ? `文件超过 ${zone.dataset.megabytes} MB，请压缩或拆分后再上传` : "");
}

onLoad("[data-uploader]", (zone) => {
  const input = zone.querySelector("input[type='file']");
  const box = zone.querySelector(".uploader");
  input.addEventListener("change", () => list(zone));
  for (const name of ["dragenter", "dragover"]) box.addEventListener(name, () => box.classList.add("is-over"));
  for (const name of ["dragleave", "drop", "dragend"]) box.addEventListener(name, () => box.classList.remove("is-over"));
  const form = zone.closest("form[method='post']");
  if (!form || form.hasAttribute("hx-post") || form.hasAttribute("hx-boost")) return;
  form.setAttribute("hx-boost", "true");
  form.setAttribute("hx-encoding", "multipart/form-data");
  window.htmx?.process(form);
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const zone = event.target.querySelector?.("[data-uploader]");
  if (!zone || !event.detail.lengthComputable || !zone.querySelector("input[type='file']").files.length) return;
  const share = Math.round((100 * event.detail.loaded) / event.detail.total);
  zone.querySelector("[data-upload-progress]").hidden = false;
  zone.querySelector("progress").value = share;
  zone.querySelector("[data-upload-share]").textContent = `${share}%`;
  zone.querySelector("[data-upload-text]").textContent = share < 100 ? "正在上传" : "已上传，正在处理";
});
document.addEventListener("htmx:afterRequest", (event) => {
  const progress = event.target.querySelector?.("[data-upload-progress]");
  if (progress && !event.detail.successful) progress.hidden = true; // the chosen files stay chosen
});
// htmx sends the form so that progress shows, and swaps the body only: what the next page has in its head comes along.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.boosted || !event.detail.serverResponse) return;
  const head = new DOMParser().parseFromString(event.detail.serverResponse, "text/html").head;
  const here = new Set([...document.head.querySelectorAll("[href], [src]")].map((node) => node.getAttribute("href") ?? node.getAttribute("src")));
  for (const node of head.querySelectorAll("link[rel='stylesheet'], script[type='module'][src]")) {
    const address = node.getAttribute("href") ?? node.getAttribute("src");
    if (here.has(address)) continue;
    document.head.append(node.matches("link") ? make("link", { rel: "stylesheet", href: address }) : make("script", { type: "module", src: address }));
  }
});
