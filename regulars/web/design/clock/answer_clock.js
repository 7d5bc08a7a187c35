// By when an answer is promised: a color and a word for it (due, at risk, late, paused), and the time that is left.
import { gettext, interpolate } from "../strings.js";
import { fullTime, shortSpanOf, spanOf } from "../time/time.js";
import { Clock } from "./clock.js";

const ICONS = { due: "clock", risk: "clock", late: "warning", paused: "snooze" };

class AnswerClock extends Clock {
  static observedAttributes = ["state", "warn", "due", "closes"];

  face() {
    const due = new Date(this.getAttribute("due"));
    const left = due - Date.now();
    const level = this.levelAt(left);
    return {
      level,
      text: this.words(level, left),
      icon: this.isClosed ? "clock-closed" : ICONS[level],
      title: () => this.told(level, due, left),
    };
  }

  levelAt(left) {
    if (this.getAttribute("state") === "paused" || Number.isNaN(left)) return "paused";
    if (left <= 0) return "late";
    return new Date(this.getAttribute("warn")) <= new Date() ? "risk" : "due";
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
