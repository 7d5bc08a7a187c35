// How long a person has been waiting for an answer: green, orange, red, and a crossed clock once only
// templates may be sent. Thresholds in minutes come with the element.
import { eachSecond, element, icon } from "../page.js";
import { gettext, interpolate } from "../strings.js";
import { shortSpanOf, spanOf } from "../time/time.js";

const FRESH_MINUTES = 3;
const WARM_MINUTES = 10;

class WaitingClock extends HTMLElement {
  static observedAttributes = ["since", "closes"];

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
    const since = new Date(this.getAttribute("since"));
    if (!this.isConnected || Number.isNaN(since.getTime())) return;
    const waited = Date.now() - since;
    const closes = this.getAttribute("closes");
    const closed = closes === "" || (closes !== null && new Date(closes) < new Date());
    const minutes = waited / 60000;
    const level = closed ? "closed" : minutes < FRESH_MINUTES ? "fresh" : minutes < WARM_MINUTES ? "warm" : "late";
    const text = closed ? gettext("template only") : shortSpanOf(waited);
    if (this.dataset.level === level && this.textContent === text) return;
    this.dataset.level = level;
    this.title = interpolate(gettext("Waiting for %(span)s"), { span: spanOf(waited) });
    this.replaceChildren(icon(closed ? "clock-closed" : "clock"), element("span", {}, text));
  }
}

customElements.define("waiting-clock", WaitingClock);
