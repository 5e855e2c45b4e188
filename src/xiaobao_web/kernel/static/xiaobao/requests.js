// What people hear when a request fails: what was kept and how to try again. Also the loading line and being offline.
import { toast } from "./toasts.js";

const KEPT = "页面上已填写的内容还在";
const SENTENCES = {
  401: ["登录已过期", `${KEPT}。请在新窗口登录后，回到这里再试。`],
  403: ["这一步没有完成：没有权限，或页面停留太久", `${KEPT}。刷新页面后重试；如仍不行，请联系本机构的系统管理员。`],
  404: ["要处理的内容已不在，或不在您的查看范围内", "请刷新列表。"],
  409: ["有人刚刚改过这里", `${KEPT}。请刷新后核对再提交。`],
  413: ["文件超过了大小上限", "请压缩或拆分后再上传。"],
  429: ["操作太频繁", `${KEPT}。请稍等一分钟再试。`],
};

let running = 0;
function line(step) {
  running = Math.max(0, running + step);
  document.documentElement.classList.toggle("is-loading", running > 0);
}
document.addEventListener("htmx:beforeRequest", () => line(1));
document.addEventListener("htmx:afterRequest", () => line(-1));

document.addEventListener("htmx:responseError", (event) => {
  const xhr = event.detail.xhr;
  if (xhr.getResponseHeader("HX-Trigger")?.includes("toast")) return; // the server said it itself
  if (xhr.status >= 500) {
    toast("服务器没能完成这一步", "error", `${KEPT}，已保存的不受影响。请稍后重试；反复出现时请告知系统管理员。`);
    return;
  }
  const [text, next] = SENTENCES[xhr.status] ?? ["这一步没有完成", `${KEPT}，请重试。`];
  toast(text, "error", next);
});
document.addEventListener("htmx:sendError", () => {
  toast(navigator.onLine ? "连接不到服务器" : "网络已断开", "error", `${KEPT}。恢复后再点一次即可。`);
});
document.addEventListener("htmx:timeout", () => toast("服务器响应太慢", "error", `${KEPT}。请稍后再试一次。`));

function online() {
  const bar = document.getElementById("offline");
  if (bar) bar.hidden = navigator.onLine;
}
addEventListener("online", online);
addEventListener("offline", online);
online();

// A form sent twice by a double click would be two submissions.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [hx-boost='true']")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
