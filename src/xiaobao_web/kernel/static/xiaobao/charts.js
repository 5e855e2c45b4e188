// Charts from JSON in the page. The library is fetched when the first chart is near; colours follow the theme.
import { onLoad } from "./elements.js";

const SERIES = {
  light: ["#2f6fbd", "#d08a10", "#2a8f57", "#7a56b8", "#0b7f91", "#c2473e", "#7b8794"],
  dark: ["#7fb2f0", "#f0bf6c", "#7ed3a0", "#c3aaf0", "#7fd2df", "#f3a29b", "#a4b1be"],
};
const drawn = new Map();
let library = null;

function load() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../echarts/echarts.min.js", import.meta.url).href;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

function style(option) {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const theme = document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light";
  const [ink, line, surface] = [colour("--xb-ink-2"), colour("--xb-line"), colour("--xb-surface")];
  const axis = (given) => (Array.isArray(given) ? given.map(axis) : given && {
    axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, splitLine: { lineStyle: { color: line } }, ...given,
    axisLabel: { color: ink, fontSize: 12, ...given.axisLabel }, nameTextStyle: { color: ink, ...given.nameTextStyle },
  });
  const bars = (given) => (given.type === "bar" ? { barMaxWidth: 28, ...given, itemStyle: { borderRadius: 2, ...given.itemStyle } } : given);
  // A graph's names would else stand in the library's own ink, outlined in white.
  const named = (given) => (given.type === "graph" ? {
    ...given, label: { ...given.label, color: ink, textBorderWidth: 0 }, edgeLabel: { ...given.edgeLabel, color: ink, textBorderWidth: 0 },
  } : given);
  const many = Array.isArray(option.series) && option.series.length > 1;
  return {
    color: SERIES[theme],
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    aria: { enabled: true },
    grid: { left: 8, right: 16, top: many ? 36 : 16, bottom: 4, containLabel: true },
    ...option,
    ...(option.series ? { series: [option.series].flat().map(bars).map(named) } : {}),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink, ...option.textStyle },
    legend: many && option.legend !== false ? { top: 0, right: 0, itemHeight: 8, itemWidth: 12, ...option.legend, textStyle: { color: ink } } : undefined,
    // HTML tooltips carry style attributes, which the page's policy refuses.
    tooltip: { trigger: "axis", ...option.tooltip, renderMode: "richText", backgroundColor: surface, borderColor: line, textStyle: { color: colour("--xb-ink"), fontSize: 12.5 } },
    ...(option.xAxis ? { xAxis: axis(option.xAxis) } : {}),
    ...(option.yAxis ? { yAxis: axis(option.yAxis) } : {}),
  };
}

async function draw(place) {
  const source = document.getElementById(place.dataset.chart);
  if (!source) return;
  const echarts = await load();
  const chart = echarts.getInstanceByDom(place) ?? echarts.init(place, null, { renderer: "canvas" });
  chart.setOption(style(JSON.parse(source.textContent)), true);
  if (drawn.has(place)) return;
  drawn.set(place, chart);
  chart.on("click", ({ data }) => { if (data?.url) location.assign(data.url); });
  new ResizeObserver(() => chart.resize()).observe(place);
}

const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    near.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "200px" });

onLoad("[data-chart]", (place) => near.observe(place));
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  const chart = drawn.get(event.detail.elt);
  if (chart) { chart.dispose(); drawn.delete(event.detail.elt); }
});
document.addEventListener("xiaobao:theme", () => drawn.forEach((_, place) => draw(place)));
