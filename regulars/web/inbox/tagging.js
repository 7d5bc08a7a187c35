// <tag-picker>: puts tags on a contact or conversation and takes them off, by pointer or keyboard; a new word makes a tag.
// It stays open for the next one. However many tags there are, they are asked for when it opens, and searched here.
import { folded } from "../design/folding.js";
import { isComposition } from "../design/keyboard/keyboard.js";
import { place } from "../design/menu/place.js";
import { announce, element, get, icon, post } from "../design/page.js";
import { gettext, interpolate, ngettext } from "../design/strings.js";

const MOST_DRAWN = 60;

class TagPicker extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.menu = this.querySelector("[popover]");
    this.addEventListener("click", (event) => this.onClick(event));
    if (!this.menu) return; // who may not tag only looks
    this.button = this.querySelector("[popovertarget]");
    this.input = this.menu.querySelector("input");
    this.list = this.menu.querySelector("[role=listbox]");
    this.menu.addEventListener("toggle", (event) => this.onToggle(event.newState === "open"));
    this.menu.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("input", () => this.draw());
    this.list.addEventListener("pointermove", (event) => this.point(event.target.closest("[role=option]")));
  }

  async onToggle(open) {
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) {
      if (this.menu.contains(document.activeElement) || document.activeElement === document.body) this.button.focus();
      return;
    }
    this.input.value = "";
    this.tags = [];
    this.list.replaceChildren();
    place(this.menu, this.button);
    this.input.focus();
    await this.load();
    place(this.menu, this.button);
  }

  async load() {
    const response = await get(this.dataset.url).catch(() => null);
    if (!response?.ok) return this.tell(gettext("No connection. Nothing was changed."));
    const { tags } = await response.json();
    this.tags = tags.map((tag) => ({ ...tag, key: folded(tag.name) }));
    this.draw();
  }

  /** What fits what was typed: what is on it first, then what begins so. */
  get found() {
    const wanted = folded(this.input.value.trim().replace(/\s+/g, " "));
    const rank = (tag) => (wanted ? Number(!tag.key.startsWith(wanted)) : Number(!tag.on));
    const fitting = this.tags.filter((tag) => tag.key.includes(wanted)).sort((one, other) => rank(one) - rank(other));
    return { fitting, isNew: wanted !== "" && !this.tags.some((tag) => tag.key === wanted) };
  }

  draw(at = 0) {
    const { fitting, isNew } = this.found;
    const drawn = fitting.slice(0, MOST_DRAWN);
    this.choices = isNew ? [...drawn, { name: this.input.value.trim(), isNew }] : drawn;
    this.list.replaceChildren(...this.choices.map((choice, index) => this.option(choice, index)));
    const more = fitting.length - drawn.length;
    if (more) this.tell(interpolate(ngettext("%(count)s more. Type to find it.", "%(count)s more. Type to find them.", more), { count: more }));
    else if (!this.choices.length) this.tell(gettext("No tags yet. Type the first one."));
    this.point(this.list.querySelector(`[id="${this.menu.id}-${Math.min(at, this.choices.length - 1)}"]`));
  }

  tell(text) {
    this.list.append(element("p", { class: "menu-heading", role: "status" }, text));
  }

  option(choice, index) {
    const pill = element("span", { class: `pill tag tone-${choice.tone ?? 0}` }, element("bdi", {}, choice.name));
    const about = choice.about ? element("span", { class: "faint small truncate", dir: "auto" }, choice.about) : null;
    const inside = choice.isNew ? [icon("add"), element("span", {}, gettext("Create")), pill] : [pill, about];
    const attributes = { class: "menu-item", role: "option", id: `${this.menu.id}-${index}`, "aria-selected": String(Boolean(choice.on)), "aria-checked": String(Boolean(choice.on)) };
    return element("div", attributes, ...inside);
  }

  get at() {
    return Number(this.input.getAttribute("aria-activedescendant")?.split("-").pop() ?? 0);
  }

  point(option) {
    this.list.querySelector(".pointed")?.classList.remove("pointed");
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.classList.add("pointed");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  onKey(event) {
    const options = [...this.list.querySelectorAll("[role=option]")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      this.point(options[(this.at + step + options.length) % options.length]);
    }
    if (event.key === "Enter" && !isComposition(event)) {
      event.preventDefault();
      this.choose(this.choices?.[this.at], this.at);
    }
  }

  onClick(event) {
    const off = event.target.closest("[data-tag]");
    if (off) return this.send(off.dataset.tag, false);
    const option = event.target.closest("[role=option]");
    const at = Number(option?.id.split("-").pop());
    if (option) this.choose(this.choices[at], at);
  }

  async choose(choice, at) {
    if (!choice || this.isSending) return;
    const on = !choice.on;
    if (!(await this.send(choice.id ?? choice.name, on))) return;
    announce(interpolate(on ? gettext("Tagged %(name)s") : gettext("Without the tag %(name)s"), { name: choice.name }));
    this.input.focus();
    if (choice.isNew) {
      this.input.value = "";
      return this.load();
    }
    choice.on = on;
    if (this.input.value) this.input.select();
    this.draw(this.input.value ? 0 : at);
  }

  /** True when it was done; what stands elsewhere on the screen follows. */
  async send(tag, on) {
    this.isSending = true;
    const response = await post(this.dataset.act, { tag, on: on ? "yes" : "no" }).catch(() => null);
    this.isSending = false;
    if (!response) document.dispatchEvent(new CustomEvent("connection-lost"));
    if (!response?.ok) return false;
    const html = await response.text();
    for (const list of document.querySelectorAll(`.tag-list[data-of="${CSS.escape(this.dataset.act)}"]`)) list.innerHTML = html;
    return true;
  }
}

customElements.define("tag-picker", TagPicker);
