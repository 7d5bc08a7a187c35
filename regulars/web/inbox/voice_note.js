// <voice-note>: play, a wave to see and drag, speeds 1, 1.5 and 2. Goes on playing while conversations change.
import { element, icon } from "../design/page.js";
import { gettext, interpolate } from "../design/strings.js";

const BARS = 42;
const SPEEDS = [1, 1.5, 2];
let playing = null;

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** Bars that stay the same for the same file; the real loudness takes their place once it is known. */
function barsOf(seed) {
  let state = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  return Array.from({ length: BARS }, () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return 0.25 + (state / 2 ** 32) * 0.75;
  });
}

class VoiceNote extends HTMLElement {
  connectedCallback() {
    if (this.audio) return;
    this.audio = new Audio();
    this.audio.preload = "metadata";
    this.audio.src = this.getAttribute("src");
    this.button = element("button", { type: "button", class: "button icon-only", "aria-label": gettext("Play") }, icon("play"));
    this.range = element("input", { type: "range", min: "0", max: "1000", value: "0", "aria-label": gettext("Position") });
    this.time = element("span", { class: "voice-time" }, "0:00");
    this.speed = element("button", { type: "button", class: "button small quiet speed", "aria-label": speedLabel(1) }, "1×");
    this.wave = this.drawWave();
    this.replaceChildren(this.button, element("span", { class: "track" }, this.wave, this.range), this.time, this.speed);
    this.button.addEventListener("click", () => this.toggle());
    this.range.addEventListener("input", () => (this.audio.currentTime = (this.range.value / 1000) * (this.audio.duration || 0)));
    this.speed.addEventListener("click", () => this.nextSpeed());
    this.audio.addEventListener("timeupdate", () => this.show());
    this.audio.addEventListener("loadedmetadata", () => this.show());
    for (const event of ["play", "pause", "ended"]) this.audio.addEventListener(event, () => this.showState());
  }

  drawWave() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "wave");
    svg.setAttribute("viewBox", `0 0 ${BARS * 4} 28`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    barsOf(this.dataset.seed ?? "").forEach((height, place) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [name, value] of Object.entries({ x: place * 4, y: 14 - height * 12, width: 2.4, height: height * 24, rx: 1.2, fill: "currentColor" })) bar.setAttribute(name, value);
      svg.append(bar);
    });
    return svg;
  }

  toggle() {
    if (!this.audio.paused) return this.audio.pause();
    playing?.pause();
    playing = this.audio;
    this.audio.play().catch(() => {});
  }

  nextSpeed() {
    const next = SPEEDS[(SPEEDS.indexOf(this.audio.playbackRate) + 1) % SPEEDS.length];
    this.audio.playbackRate = next;
    this.speed.textContent = `${next}×`;
    this.speed.setAttribute("aria-label", speedLabel(next));
  }

  show() {
    const { currentTime, duration } = this.audio;
    const known = Number.isFinite(duration) ? duration : 0;
    this.time.textContent = clock(currentTime || known);
    const share = known ? currentTime / known : 0;
    this.range.value = String(share * 1000);
    this.range.setAttribute("aria-valuetext", clock(currentTime));
    [...this.wave.children].forEach((bar, place) => bar.classList.toggle("played", place / BARS < share));
  }

  showState() {
    const on = !this.audio.paused;
    this.toggleAttribute("playing", on);
    this.button.replaceChildren(icon(on ? "pause" : "play"));
    this.button.setAttribute("aria-label", on ? gettext("Pause") : gettext("Play"));
  }
}

function speedLabel(rate) {
  return interpolate(gettext("Speed %(rate)s×"), { rate });
}

customElements.define("voice-note", VoiceNote);
