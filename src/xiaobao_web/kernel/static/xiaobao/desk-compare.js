// Two versions of a picture: a line between before and after that one moves, and boxes around what changed.
const NS = "http://www.w3.org/2000/svg";

document.querySelectorAll(".before-after").forEach((figure) => {
  const stage = figure.querySelector(".before-after-stage");
  const range = figure.querySelector("input[type='range']");
  const put = () => stage.style.setProperty("--split", `${range.value}%`);
  range.addEventListener("input", put);
  const drag = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    const box = stage.getBoundingClientRect();
    range.value = Math.round(((event.clientX - box.left) / box.width) * 100);
    put();
  };
  stage.addEventListener("pointerdown", (event) => { event.preventDefault(); stage.setPointerCapture(event.pointerId); drag(event); });
  stage.addEventListener("pointermove", drag);
});

async function regions(figure) {
  const host = figure.closest("[data-regions]");
  const address = host.dataset.regions.replace(/0\/$/, `${figure.dataset.page}/`);
  const told = figure.querySelector("[data-changed]");
  const page = `第 ${figure.dataset.page} 页`;
  try {
    const answer = await fetch(`${address}?${host.dataset.query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const found = await answer.json();
    for (const [x0, y0, x1, y1] of found.regions) {
      const rect = document.createElementNS(NS, "rect");
      for (const [name, value] of Object.entries({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 })) rect.setAttribute(name, value);
      figure.querySelector(".changed").append(rect);
    }
    const share = (found.changed * 100).toFixed(2);
    told.textContent = found.regions.length ? `${page}：${found.regions.length} 处画面改动，占 ${share} %` : `${page}：画面没有改动`;
  } catch {
    told.textContent = `${page}：画面差别没有算出来，请拖动分界线对比`;
  }
}
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((item) => item.isIntersecting)) { seen.unobserve(entry.target); regions(entry.target); }
}, { rootMargin: "300px 0px" });
document.querySelectorAll(".before-after").forEach((figure) => seen.observe(figure));
