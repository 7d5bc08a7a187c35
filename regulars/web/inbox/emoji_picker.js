// Emoji with their names: searched in the reader's language and in English, the last used first. The table is fetched
// when somebody asks for it.
import { isComposition, onCommand } from "../design/keyboard/keyboard.js";
import { place } from "../design/menu/place.js";
import { announce, element } from "../design/page.js";
import { gettext, interpolate, ngettext } from "../design/strings.js";
import { keyOf, readRecord } from "./drafts.js";
import { findEmoji } from "./emoji_search.js";

const MOST_RECENT = 16;
let table = null;

const load = (url) =>
  (table ??= fetch(url)
    .then((response) => (response.ok ? response.json() : Promise.reject(new Error("no table"))))
    .catch((error) => {
      table = null;
      throw error;
    }));

export class EmojiPicker {
  constructor(composer) {
    this.composer = composer;
    this.box = composer.querySelector(".emoji-picker");
    this.key = keyOf("emoji");
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.box.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
    onCommand("emoji", () => composer.isConnected && (this.open(), true));
  }

  get recent() {
    return readRecord(localStorage.getItem(this.key))?.last ?? [];
  }

  get options() {
    return [...this.box.querySelectorAll("[role=option]")];
  }

  async open() {
    if (this.composer.mode === "template") return;
    this.groups = await load(this.box.dataset.emojiUrl).catch(() => null);
    if (!this.groups) return this.composer.problem(gettext("The emoji could not be loaded"));
    this.search = element("input", { type: "search", class: "input", autocomplete: "off", placeholder: gettext("Find an emoji"), "aria-label": gettext("Find an emoji") });
    this.list = element("div", { class: "emoji-list", role: "listbox", "aria-label": gettext("Emoji") });
    this.search.addEventListener("input", () => this.draw());
    this.box.replaceChildren(this.search, this.list);
    this.draw();
    this.box.showPopover();
    const opener = this.composer.querySelector(".emoji-opener");
    place(this.box, opener.checkVisibility() ? opener : this.composer.text, "block-start");
    this.search.focus();
  }

  draw() {
    const typed = this.search.value.trim();
    if (!typed) return this.list.replaceChildren(...this.everyGroup.map((group) => this.groupOf(group)));
    const emoji = findEmoji(this.groups, typed);
    announce(interpolate(ngettext("%(count)s emoji", "%(count)s emoji", emoji.length), { count: emoji.length }));
    if (emoji.length) this.list.replaceChildren(this.groupOf({ name: "", emoji }));
    else this.list.replaceChildren(element("p", { class: "faint" }, gettext("No emoji is called so.")));
  }

  get everyGroup() {
    const known = new Map(this.groups.flatMap(({ emoji }) => emoji).map((each) => [each[0], each]));
    const last = this.recent.map((each) => known.get(each)).filter(Boolean);
    return [...(last.length ? [{ name: gettext("Last used"), emoji: last }] : []), ...this.groups];
  }

  groupOf({ name, emoji }) {
    const options = emoji.map(([character, label]) => element("button", { type: "button", role: "option", tabindex: "-1", "aria-label": label, "aria-selected": "false", title: label }, character));
    const row = element("div", { class: "emoji-row", role: "group", "aria-label": name || gettext("Found") }, ...options);
    return element("div", { class: "emoji-group", role: "presentation" }, name ? element("p", { class: "emoji-group-name", "aria-hidden": "true" }, name) : null, row);
  }

  onKey(event) {
    if (isComposition(event)) return;
    const { options } = this;
    const at = options.indexOf(document.activeElement);
    const act = at < 0 ? this.inSearch(event, options) : this.inList(event, options, at);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  inSearch({ key }, options) {
    if (key === "ArrowDown" && options.length) return () => options[0].focus();
    if (key === "Enter" && options.length && this.search.value.trim()) return () => this.choose(options[0]);
    return null;
  }

  inList({ key }, options, at) {
    const forward = getComputedStyle(this.list).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    const to = { [forward]: () => options[at + 1], [back]: () => options[at - 1] ?? this.search, ArrowDown: () => this.below(options, at, 1), ArrowUp: () => this.below(options, at, -1) ?? this.search }[key];
    if (to) return () => to()?.focus();
    return key.length === 1 && key !== " " ? () => this.typeOn(key) : null;
  }

  /** The nearest option of the next line down, or up. */
  below(options, at, by) {
    const here = options[at].getBoundingClientRect();
    const lines = by > 0 ? options.slice(at + 1) : options.slice(0, at).reverse();
    const first = lines.find((each) => Math.abs(each.getBoundingClientRect().top - here.top) > 4)?.getBoundingClientRect().top;
    const line = lines.filter((each) => first !== undefined && Math.abs(each.getBoundingClientRect().top - first) <= 4);
    const away = (each) => Math.abs(each.getBoundingClientRect().left - here.left);
    return line.sort((a, b) => away(a) - away(b))[0];
  }

  /** Whoever types in the list goes on searching. */
  typeOn(key) {
    this.search.value += key;
    this.search.focus();
    this.draw();
  }

  choose(option) {
    if (!option) return;
    const character = option.textContent;
    localStorage.setItem(this.key, JSON.stringify({ last: [...new Set([character, ...this.recent])].slice(0, MOST_RECENT) }));
    this.box.hidePopover();
    const { text } = this.composer;
    this.composer.replies.put(character, text.selectionStart, text.selectionEnd);
  }
}
