// <snooze-menu>: until when? The usual moments, or the reader's own words, shown as they were understood before anything is done.
import { place } from "../design/menu/place.js";
import { isComposition } from "../design/keyboard/keyboard.js";
import { announce, fragment, get, post } from "../design/page.js";
import { writeTimes } from "../design/time/time.js";

const TYPED = 150;

class SnoozeMenu extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.button = this.querySelector("[popovertarget]");
    this.menu = this.querySelector("[popover]");
    this.input = this.menu.querySelector(".snooze-text");
    this.list = this.menu.querySelector("[role=menu]");
    this.menu.addEventListener("toggle", (event) => this.onToggle(event.newState === "open"));
    this.menu.addEventListener("keydown", (event) => this.onKey(event));
    this.menu.addEventListener("click", (event) => this.choose(event.target.closest("[data-until]")));
    this.input.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.fill(), TYPED);
    });
  }

  get items() {
    return [...this.menu.querySelectorAll("[role=menuitem], input[type=checkbox]")].filter((item) => item.offsetParent);
  }

  onToggle(open) {
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) {
      if (this.menu.contains(document.activeElement) || document.activeElement === document.body) this.button.focus();
      return;
    }
    this.input.value = "";
    this.menu.querySelector("[name=through]").checked = false;
    place(this.menu, this.button);
    this.input.focus();
    this.fill();
  }

  /** What is offered now. Of two answers the one to the last question stands. */
  async fill() {
    const asked = (this.asked = this.input.value.trim());
    const response = await get(`${this.dataset.times}?${new URLSearchParams({ text: asked })}`).catch(() => null);
    if (!response?.ok) return document.dispatchEvent(new CustomEvent("connection-lost"));
    const html = await response.text();
    if (asked !== this.asked) return;
    this.list.replaceChildren(fragment(html));
    writeTimes(this.list);
    place(this.menu, this.button);
    if (asked) announce(this.list.textContent.replace(/\s+/g, " ").trim());
  }

  async onKey(event) {
    const items = this.items;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const at = items.indexOf(document.activeElement);
      items[(at + step + items.length + (at < 0 && step < 0 ? 1 : 0)) % items.length]?.focus();
    } else if (event.key === "Enter" && event.target === this.input && !isComposition(event)) {
      event.preventDefault();
      clearTimeout(this.typing);
      if (this.asked !== this.input.value.trim()) await this.fill();
      this.choose(this.list.querySelector("[data-until]"));
    }
  }

  async choose(item) {
    if (!item) return;
    const through = this.menu.querySelector("[name=through]").checked ? "yes" : "no";
    const values = { until: item.dataset.until, through };
    this.menu.hidePopover();
    if (!this.dataset.act) return this.dispatchEvent(new CustomEvent("snooze-chosen", { detail: values, bubbles: true }));
    const asked = performance.now();
    const response = await post(this.dataset.act, values).catch(() => null);
    if (!response) return document.dispatchEvent(new CustomEvent("connection-lost"));
    if (response.ok) document.querySelector("inbox-screen")?.head.take(await response.text(), asked);
  }
}

customElements.define("snooze-menu", SnoozeMenu);
