// What the public calculator gains where scripts run: reading aloud, printing, and the answer in view. Without them it works too.
for (const button of document.querySelectorAll("[data-speak]")) {
  if (!("speechSynthesis" in window)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) { speechSynthesis.cancel(); return; }
    const said = new SpeechSynthesisUtterance(document.querySelector(button.dataset.speak).textContent);
    said.lang = "zh-CN";
    said.rate = 0.85;
    speechSynthesis.speak(said);
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
document.getElementById("answer")?.focus();
