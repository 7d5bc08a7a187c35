// How long a person has been waiting for an answer: green, orange, red, and a crossed clock once only
// templates may be sent. Thresholds in minutes come with the element.
import { gettext, interpolate } from "../strings.js";
import { shortSpanOf, spanOf } from "../time/time.js";
import { Clock } from "./clock.js";

const FRESH_MINUTES = 3;
const WARM_MINUTES = 10;

class WaitingClock extends Clock {
  static observedAttributes = ["since", "closes"];

  face() {
    const waited = Date.now() - new Date(this.getAttribute("since"));
    if (Number.isNaN(waited)) return null;
    const minutes = waited / 60000;
    return {
      level: this.isClosed ? "closed" : minutes < FRESH_MINUTES ? "fresh" : minutes < WARM_MINUTES ? "warm" : "late",
      text: this.isClosed ? gettext("template only") : shortSpanOf(waited),
      icon: this.isClosed ? "clock-closed" : "clock",
      title: () => interpolate(gettext("Waiting for %(span)s"), { span: spanOf(waited) }),
    };
  }
}

customElements.define("waiting-clock", WaitingClock);
