// By when an answer is promised: a color and a word for it (due, at risk, late, paused), and the time that is left.
import { eachSecond, element, icon } from "../page.js";
import { gettext, interpolate } from "../strings.js";
import { fullTime, shortSpanOf, spanOf } from "../time/time.js";

const ICONS = { due: "clock", risk: "clock", late: "warning", paused: "snooze" };

class AnswerClock extends HTMLElement {
  static observedAttributes = ["state", "warn", "due", "closes"];

  connectedCallback() {
    this.stop = eachSecond(() => this.draw());
    this.draw();
  }

  disconnectedCallback() {
    this.stop?.();
  }

  attributeChangedCallback() {
    this.draw();
  }

  draw() {
    if (!this.isConnected) return;
    const due = new Date(this.getAttribute("due"));
    const left = due - Date.now();
    const level = this.levelAt(left);
    const text = this.words(level, left);
    if (this.dataset.level === level && this.textContent === text) return;
    this.dataset.level = level;
    this.title = this.told(level, due, left);
    this.replaceChildren(icon(this.isClosed ? "clock-closed" : ICONS[level]), element("span", {}, text));
  }

  levelAt(left) {
    if (this.getAttribute("state") === "paused" || Number.isNaN(left)) return "paused";
    if (left <= 0) return "late";
    return new Date(this.getAttribute("warn")) <= new Date() ? "risk" : "due";
  }

  /** Only templates may be sent any more. */
  get isClosed() {
    const closes = this.getAttribute("closes");
    return closes === "" || (closes !== null && new Date(closes) < new Date());
  }

  words(level, left) {
    if (level === "paused") return gettext("paused");
    const span = shortSpanOf(Math.abs(left) + (left > 0 ? 59_000 : 0));
    const word = { due: gettext("due in %(span)s"), risk: gettext("at risk: %(span)s"), late: gettext("late: %(span)s") }[level];
    return interpolate(word, { span });
  }

  told(level, due, left) {
    const name = this.getAttribute("level");
    const lines = [level === "paused" ? gettext("An answer is promised; the time stands still while the conversation is snoozed") : "",
      level === "due" || level === "risk" ? interpolate(gettext("An answer is promised by %(time)s"), { time: fullTime(due) }) : "",
      level === "late" ? interpolate(gettext("An answer was promised by %(time)s, %(span)s ago"), { time: fullTime(due), span: spanOf(-left) }) : "",
      this.isClosed ? gettext("template only") : ""];
    return [name, ...lines].filter(Boolean).join("\n");
  }
}

customElements.define("answer-clock", AnswerClock);
