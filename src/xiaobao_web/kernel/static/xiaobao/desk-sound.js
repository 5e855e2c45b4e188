// A recording beside its transcript: waveform with the places of findings, playing by keys, the sentence that is heard.
const LARGEST = 60 * 1024 * 1024; // larger files are played, their waveform is not drawn
let media = null;
let peaks = null;

/** Tell whether there is something to play. */
export const ready = () => Boolean(media);
/** Play or pause. */
export function toggle() { if (media.paused) media.play().catch(() => {}); else media.pause(); }
/** Go back or forth by seconds. */
export function skip(seconds) { seek(media.currentTime + seconds); }

function seek(time) {
  media.currentTime = Math.max(0, Math.min(media.duration || time, time));
  heard();
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function paint() {
  const canvas = document.querySelector(".wave");
  if (!canvas || !media) return;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!width) return;
  if (canvas.width !== Math.round(width * ratio)) { canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio); }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const played = media.duration ? media.currentTime / media.duration : 0;
  const bars = Math.floor(width / 3);
  for (let i = 0; i < bars; i += 1) {
    const value = peaks ? peaks[Math.floor((i / bars) * peaks.length)] : 0.04;
    const tall = Math.max(2, value * (height - 14));
    pen.fillStyle = i / bars <= played ? colour("--xb-accent") : colour("--xb-line");
    pen.fillRect(i * 3, (height + 8 - tall) / 2, 2, tall);
  }
  for (const card of document.querySelectorAll(".finding[data-time]")) {
    if (!media.duration) break;
    const x = (Number(card.dataset.time) / media.duration) * width;
    pen.fillStyle = colour(`--level-${card.dataset.severity}`);
    pen.globalAlpha = card.dataset.decision === "dismissed" ? 0.4 : 1;
    pen.beginPath();
    pen.moveTo(x - 4, 0); pen.lineTo(x + 4, 0); pen.lineTo(x, 7); pen.fill();
    pen.globalAlpha = 1;
  }
}

async function decode(address, size) {
  if (size > LARGEST) return;
  try {
    const bytes = await (await fetch(address)).arrayBuffer();
    const sound = await new OfflineAudioContext(1, 8, 8000).decodeAudioData(bytes);
    const data = sound.getChannelData(0);
    const step = Math.max(1, Math.floor(data.length / 900));
    const made = [];
    for (let at = 0; at < data.length; at += step) {
      let top = 0;
      for (let i = at; i < Math.min(data.length, at + step); i += 8) top = Math.max(top, Math.abs(data[i]));
      made.push(top);
    }
    const most = Math.max(...made) || 1;
    peaks = made.map((value) => value / most);
  } catch { /* a kind the browser plays but cannot decode: the line stays flat */ }
  paint();
}

function heard() {
  paint();
  const turns = [...document.querySelectorAll(".turn[data-time]")];
  const now = media.paused && !media.currentTime ? null : turns.findLast((turn) => Number(turn.dataset.time) <= media.currentTime + 0.05);
  if (now?.classList.contains("is-playing")) return;
  turns.forEach((turn) => turn.classList.toggle("is-playing", turn === now));
  if (now && !media.paused) now.scrollIntoView({ block: "nearest" });
}

/** Start when the material has a recording. */
export function begin() {
  const host = document.querySelector("[data-sound]");
  media = host?.querySelector("audio, video") ?? null;
  if (!media) return;
  decode(host.dataset.sound, Number(host.dataset.size));
  for (const name of ["timeupdate", "seeked", "loadedmetadata", "play", "pause"]) media.addEventListener(name, heard);
  host.querySelector(".wave").addEventListener("click", (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    if (media.duration) seek(((event.clientX - box.left) / box.width) * media.duration);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-seek]");
    if (button) { seek(Number(button.dataset.seek)); media.play().catch(() => {}); }
  });
  new ResizeObserver(paint).observe(host);
  document.addEventListener("htmx:afterSettle", paint);
}
