// Counts the time somebody works here: only while the page is seen and something was done in the last minute.
const IDLE = 60_000;
const BEAT = 20;
const clock = document.querySelector("[data-clock]");
let active = Date.now();
let gathered = 0;
let total = Number(clock?.dataset.seconds ?? 0);

const working = () => document.visibilityState === "visible" && (Date.now() - active < IDLE || [...document.querySelectorAll("audio, video")].some((media) => !media.paused));

function show() {
  const minutes = Math.floor((total + gathered) / 60);
  const words = minutes ? `${minutes} 分钟` : "不到 1 分钟";
  const place = clock.querySelector("[data-clock-text]");
  if (place.textContent !== words) place.textContent = words;
  clock.classList.toggle("is-paused", !working());
}

function body(seconds) {
  const form = new FormData();
  form.set("seconds", String(seconds));
  form.set("csrfmiddlewaretoken", JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]);
  return form;
}

async function send() {
  const seconds = gathered;
  if (!seconds) return;
  gathered = 0;
  try {
    const answer = await fetch(clock.dataset.clock, { method: "POST", body: body(seconds) });
    if (!answer.ok) throw new Error(String(answer.status));
    total = (await answer.json()).seconds;
  } catch {
    gathered = Math.min(60, gathered + seconds); // told with the next beat
  }
  show();
}

if (clock) {
  for (const name of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart", "scroll"]) {
    addEventListener(name, () => { active = Date.now(); }, { passive: true, capture: true });
  }
  setInterval(() => {
    if (working()) gathered += 1;
    if (gathered >= BEAT) send();
    else show();
  }, 1000);
  addEventListener("pagehide", () => { if (gathered) navigator.sendBeacon(clock.dataset.clock, body(gathered)); gathered = 0; });
}
