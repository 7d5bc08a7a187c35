// <menu-button>: a button that opens the popover it names. Arrows, Home, End, first letters, Escape; focus returns.
import { folded } from "../folding.js";
import { isComposition } from "../keyboard/keyboard.js";
import { fragment, get } from "../page.js";
import { place } from "./place.js";

const itemsOf = (menu) => [...menu.querySelectorAll("[role^=menuitem], [role=option]")].filter((item) => item.offsetParent);

class MenuButton extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("[popovertarget]");
    this.menu = this.querySelector("[popover]");
    if (!this.button || !this.menu || this.ready) return;
    this.ready = true;
    this.menu.addEventListener("toggle", (event) => this.onToggle(event.newState === "open"));
    this.menu.addEventListener("keydown", (event) => this.onKey(event));
    this.menu.addEventListener("input", (event) => event.target.type === "search" && this.filter(event.target.value));
  }

  onToggle(open) {
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) {
      if (this.menu.contains(document.activeElement) || document.activeElement === document.body) this.button.focus();
      return;
    }
    place(this.menu, this.button);
    const search = this.menu.querySelector("input[type=search]");
    if (search) search.value = "";
    this.filter("");
    if (this.menu.dataset.fill) this.fill(search);
    (search ?? this.menu.querySelector("[aria-checked=true]") ?? itemsOf(this.menu)[0])?.focus();
  }

  /** What it offers is asked for when it opens. */
  async fill(search) {
    const response = await get(this.menu.dataset.fill).catch(() => null);
    if (!response?.ok) return document.dispatchEvent(new CustomEvent("connection-lost"));
    this.menu.querySelector("[role=menu]").replaceChildren(fragment(await response.text()));
    this.filter(search?.value ?? "");
    place(this.menu, this.button);
  }

  onKey(event) {
    if (event.target.closest("form")) return; // its fields have keys of their own
    const items = itemsOf(this.menu);
    const at = items.indexOf(document.activeElement);
    const inSearch = document.activeElement?.matches("input[type=search]");
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined && !(inSearch && ["Home", "End"].includes(event.key))) {
      event.preventDefault();
      items[(to + items.length) % items.length]?.focus();
    } else if (event.key === "Enter" && inSearch && !isComposition(event)) {
      event.preventDefault();
      items[0]?.click();
    } else if (!inSearch && event.key.length === 1 && /\p{L}/u.test(event.key) && !event.ctrlKey && !event.metaKey) {
      const next = [...items.slice(at + 1), ...items].find((item) => item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()));
      next?.focus();
      event.stopPropagation();
    }
  }

  filter(text) {
    const wanted = folded(text.trim());
    for (const item of this.menu.querySelectorAll("[data-filter]")) {
      item.hidden = wanted !== "" && !folded(item.dataset.filter).includes(wanted);
    }
  }
}

customElements.define("menu-button", MenuButton);
