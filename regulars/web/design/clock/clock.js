// A small clock in a list or head: an icon and words that are drawn anew as time passes, in the color of its level.
import { eachSecond, element, icon } from "../page.js";

export class Clock extends HTMLElement {
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
    const face = this.isConnected ? this.face() : null;
    if (!face) return;
    const { level, text, title } = face;
    if (this.dataset.level === level && this.textContent === text) return;
    this.dataset.level = level;
    this.title = title();
    this.replaceChildren(icon(face.icon), element("span", {}, text));
  }

  /** Only templates may be sent any more. */
  get isClosed() {
    const closes = this.getAttribute("closes");
    return closes === "" || (closes !== null && new Date(closes) < new Date());
  }
}
