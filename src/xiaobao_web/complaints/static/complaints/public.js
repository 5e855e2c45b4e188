// What the citizens' pages gain where scripts run: reading aloud, printing, what was typed kept on the way. They work without.
for (const button of document.querySelectorAll("[data-speak]")) {
  if (!("speechSynthesis" in window)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) { speechSynthesis.cancel(); return; }
    const labels = [...document.querySelectorAll("form .ask > label, form legend, form .help")].map((element) => element.textContent);
    const said = new SpeechSynthesisUtterance([document.querySelector(button.dataset.speak).textContent, ...labels].join("。"));
    said.lang = "zh-CN";
    said.rate = 0.85;
    speechSynthesis.speak(said);
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Typed: kept in this tab alone until it is handed in or thrown away, should an answer not arrive.
const forget = () => Object.keys(sessionStorage).filter((key) => key.startsWith("complaint:")).forEach((key) => sessionStorage.removeItem(key));
try {
  if (document.querySelector("[data-code]")) forget();
  for (const drop of document.querySelectorAll("button[value=drop]")) drop.addEventListener("click", forget);
} catch { /* a browser that keeps nothing */ }
for (const form of document.querySelectorAll("form[data-keep]")) {
  const key = `complaint:${form.dataset.keep}`;
  const fields = () => [...form.elements].filter((element) => element.name && element.matches("textarea, input[type=text], input[type=email]"));
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    for (const field of fields()) if (!field.value && kept[field.name]) field.value = kept[field.name];
    form.addEventListener("input", () => sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields().map((field) => [field.name, field.value])))));
  } catch { /* a browser that keeps nothing */ }
}

// One press is one hand-in, also on a slow line.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    const button = form.querySelector("button.main");
    if (button.getAttribute("aria-busy")) event.preventDefault();
    button.setAttribute("aria-busy", "true");
  });
}
document.querySelector("[role=alert]")?.scrollIntoView({ block: "center" });
document.getElementById("answer")?.focus();
