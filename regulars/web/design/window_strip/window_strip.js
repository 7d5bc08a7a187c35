// The reply window, above the text: counts down, turns amber under an hour, and says when it closes.
import { announce, eachSecond, element, icon } from "../page.js";
import { gettext, interpolate } from "../strings.js";
import { spanOf } from "../time/time.js";

const HOUR = 3_600_000;

class WindowStrip extends HTMLElement {
  static observedAttributes = ["closes", "ad-closes"];

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

  get left() {
    const closes = this.getAttribute("closes");
    return closes ? new Date(closes) - Date.now() : -1;
  }

  draw() {
    if (!this.isConnected) return;
    const left = this.left;
    const level = left <= 0 ? "closed" : left < HOUR ? "closing" : "open";
    const text = this.textFor(level, left);
    if (this.dataset.level !== level) this.onLevel(level, text);
    this.dataset.level = level;
    if (this.textContent !== text) this.replaceChildren(icon(level === "closed" ? "clock-closed" : "clock"), element("span", {}, text));
  }

  textFor(level, left) {
    if (level === "closed") return gettext("Window closed, templates only");
    const adCloses = this.getAttribute("ad-closes");
    if (adCloses && new Date(adCloses) > new Date()) {
      return interpolate(gettext("Free reply for %(span)s, came from an ad"), { span: spanOf(left, { seconds: true }) });
    }
    return interpolate(gettext("Free reply for %(span)s"), { span: spanOf(left, { seconds: true }) });
  }

  /** Heard once, when it turns. */
  onLevel(level, text) {
    if (this.dataset.level) announce(text);
    this.dispatchEvent(new CustomEvent("window-level", { bubbles: true, detail: { level } }));
  }
}

customElements.define("window-strip", WindowStrip);
