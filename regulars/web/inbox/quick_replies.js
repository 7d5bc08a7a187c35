// Quick replies in the composer: a slash at the beginning of a word opens what can be inserted, filled in for this
// contact. What nothing is known of stays as {{name}}: Tab goes there, and it does not leave before it is filled.
import { isComposition, onCommand } from "../design/keyboard/keyboard.js";
import { announce, element, fragment, get } from "../design/page.js";
import { gettext, interpolate, ngettext } from "../design/strings.js";
import { keyOf, readRecord } from "./drafts.js";

const LONGEST = 64;
const TYPED = new RegExp(`(?:^|\\s)/([^\\n/]{0,${LONGEST}})$`, "u");
const GAP = /\{\{([A-Za-z][A-Za-z0-9_]{0,39})\}\}/g;
const LOOK_AFTER = 90;

const folded = (text) => text.normalize("NFKC").toLowerCase();
const gapsIn = (text) => [...text.matchAll(GAP)].map((found) => ({ name: found[1], start: found.index, end: found.index + found[0].length }));

export class QuickReplies {
  constructor(composer) {
    this.composer = composer;
    this.text = composer.text;
    this.box = composer.querySelector(".quick-replies");
    this.gaps = composer.querySelector(".composer-gaps");
    this.key = keyOf("quick-replies", composer.dataset.conversation);
    this.box.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.box.addEventListener("click", (event) => this.onClick(event));
    this.gaps.addEventListener("click", (event) => this.onGap(event.target.closest("[data-gap]")));
    this.text.addEventListener("blur", () => this.close());
    onCommand("quick-reply", () => composer.isConnected && this.isAllowed && this.begin());
    this.showGaps();
  }

  /** Whether this member uses quick replies at all. */
  get isAllowed() {
    return Boolean(this.composer.dataset.quickRepliesUrl);
  }

  get isOpen() {
    return !this.box.hidden;
  }

  get options() {
    return [...this.box.querySelectorAll("[role=option]")];
  }

  get active() {
    return this.box.querySelector("[role=option][aria-selected=true]");
  }

  /** Where the slash stands and what follows it, when the caret is there; else null. */
  get typed() {
    const { value, selectionStart: at, selectionEnd } = this.text;
    const found = at === selectionEnd && TYPED.exec(value.slice(0, at));
    return found ? { words: found[1], start: at - found[1].length - 1, end: at } : null;
  }

  /** A slash is typed for whoever asked with another key. */
  begin() {
    this.composer.setMode("reply");
    if (this.composer.mode !== "reply") return false;
    const before = this.text.value.slice(0, this.text.selectionStart);
    this.put(/(?:^|\s)$/u.test(before) ? "/" : " /", this.text.selectionStart, this.text.selectionEnd);
    return true;
  }

  // --- what is typed --------------------------------------------------------------------------------

  onInput(event) {
    this.showGaps();
    if (!this.text.value.trim()) this.forget();
    if (this.composer.mode !== "reply" || !this.isAllowed) return this.close();
    if (event?.data === " " && this.insertShortcut(1)) return;
    const { typed } = this;
    if (!typed?.words) this.dismissed = null; // another slash
    if (!typed || typed.start === this.dismissed) return this.close();
    this.lookFor(typed);
  }

  lookFor(typed) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.find(typed), typed.words ? LOOK_AFTER : 0);
  }

  async find({ words, start }) {
    const url = `${this.composer.dataset.quickRepliesUrl}?${new URLSearchParams({ q: words })}`;
    this.abort?.abort();
    this.abort = new AbortController();
    const response = await get(url, { signal: this.abort.signal }).catch(() => null);
    const html = response?.ok ? await response.text().catch(() => "") : ""; // overtaken while it came
    if (!html || this.typed?.words !== words || this.dismissed === start) return;
    const found = fragment(html);
    if (words === "") this.shortcuts = new Set(found.firstElementChild.dataset.shortcuts.split(" ").filter(Boolean));
    if (/\s/u.test(words) && !found.querySelector("[role=option]")) return this.dismiss(); // a sentence with a slash in it
    this.show(found);
  }

  show(found) {
    this.box.replaceChildren(found);
    this.box.hidden = false;
    this.language = "";
    this.text.setAttribute("aria-controls", "quick-reply-options");
    const { options } = this;
    if (options.length) announce(interpolate(ngettext("%(count)s quick reply", "%(count)s quick replies", options.length), { count: options.length }));
    this.point(options[0]);
  }

  /** Which option the text field speaks of; what it would insert stands beside the list. */
  point(option) {
    for (const each of this.options) each.setAttribute("aria-selected", String(each === option));
    if (!option) return this.text.removeAttribute("aria-activedescendant");
    this.text.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
    clearTimeout(this.previewing);
    this.previewing = setTimeout(() => this.preview(option), LOOK_AFTER);
  }

  addressOf(reply, more = {}) {
    return `${this.composer.dataset.quickRepliesUrl}/${reply}?${new URLSearchParams({ language: this.language ?? "", ...more })}`;
  }

  async preview(option) {
    const response = await get(this.addressOf(option.dataset.reply)).catch(() => null);
    if (!response?.ok || this.active !== option) return;
    this.box.querySelector(".quick-reply-preview").replaceChildren(fragment(await response.text()));
  }

  close() {
    clearTimeout(this.waiting);
    this.abort?.abort();
    if (!this.isOpen) return;
    this.box.hidden = true;
    this.box.replaceChildren();
    this.text.removeAttribute("aria-activedescendant");
    this.text.removeAttribute("aria-controls");
  }

  /** Not for this slash. */
  dismiss() {
    this.dismissed = this.typed?.start ?? null;
    this.close();
  }

  // --- keys and clicks ------------------------------------------------------------------------------

  /** True when the key was ours. */
  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isComposition(event)) return false;
    const act = this.isOpen ? this.actOf(event) : event.key === "Tab" && !event.shiftKey ? () => this.insertShortcut(0) || this.toNextGap() : null;
    if (!act || act() === false) return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  actOf({ key, shiftKey }) {
    if (key === "Escape") return () => this.dismiss();
    if (!this.active) return null;
    if (key === "ArrowDown") return () => this.move(1);
    if (key === "ArrowUp") return () => this.move(-1);
    if (key === "Tab" && shiftKey) return () => this.nextLanguage();
    if (key === "Tab" || (key === "Enter" && !shiftKey)) return () => this.choose(this.active);
    return null;
  }

  move(by) {
    const { options } = this;
    this.language = "";
    this.point(options[(options.indexOf(this.active) + by + options.length) % options.length]);
  }

  onClick(event) {
    const language = event.target.closest("[data-language]");
    const option = event.target.closest("[role=option]");
    if (language) this.speak(language.dataset.language);
    else if (option) this.choose(option);
  }

  speak(language) {
    this.language = language;
    this.preview(this.active);
  }

  nextLanguage() {
    const all = [...this.box.querySelectorAll("[data-language]")];
    const at = all.findIndex((each) => each.getAttribute("aria-pressed") === "true");
    if (all.length > 1) this.speak(all[(at + 1) % all.length].dataset.language);
  }

  // --- inserting ------------------------------------------------------------------------------------

  /** What was typed is a shortcut, whole: it is inserted at once. `beyond`: what was typed after it. */
  insertShortcut(beyond) {
    const { value, selectionStart: at } = this.text;
    const found = TYPED.exec(value.slice(0, at - beyond));
    const key = found && folded(found[1]);
    if (!key || !this.shortcuts?.has(key)) return false;
    this.fetchByKey(key, { start: at - beyond - found[1].length - 1, end: at });
    return true;
  }

  async fetchByKey(key, place) {
    const url = `${this.composer.dataset.quickRepliesUrl}?${new URLSearchParams({ q: key })}`;
    const response = await get(url).catch(() => null);
    const found = response?.ok && fragment(await response.text()).querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (found) await this.insert(found.dataset.reply, place);
  }

  choose(option) {
    this.insert(option.dataset.reply, this.typed);
  }

  /** Where the caret stands, or stood; nothing leaves by it. */
  insertHere(reply) {
    this.composer.setMode("reply");
    if (this.composer.mode === "reply") return this.insert(reply, { start: this.text.selectionStart, end: this.text.selectionEnd });
  }

  async insert(reply, place) {
    const address = this.addressOf(reply, { as: "data" });
    const slash = this.text.value.slice(place.start, place.end);
    this.close();
    const response = await get(address).catch(() => null);
    if (!response?.ok) return this.composer.problem(response ? await response.text() : gettext("No connection. The quick reply was not inserted."));
    const found = await response.json();
    if (!this.composer.isConnected) return;
    if (this.text.value.slice(place.start, place.end) !== slash) return; // typed on meanwhile: it may not land in the middle of that
    this.put(found.text, place.start, place.end);
    this.attach(found.files);
    if (found.extra.length) this.composer.extra.show(this.composer.extra.formOf(found.extra[0][1], new URLSearchParams(found.extra)));
    this.remember(found.id);
    this.showGaps();
    if (!this.toGap(place.start)) this.text.focus();
  }

  /** As if it were typed: the browser can take it back. */
  put(text, start, end) {
    this.text.focus();
    this.text.setSelectionRange(start, end);
    if (!document.execCommand("insertText", false, text)) {
      this.text.setRangeText(text, start, end, "end");
      this.text.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  }

  attach(files) {
    const there = new Set(this.composer.attachments.ids);
    this.composer.attachments.restore(files.filter(({ id }) => !there.has(id)));
  }

  // --- gaps -----------------------------------------------------------------------------------------

  get open() {
    return this.composer.mode === "reply" ? gapsIn(this.text.value) : [];
  }

  showGaps() {
    const names = [...new Set(this.open.map(({ name }) => name))];
    this.gaps.hidden = !names.length;
    if (!names.length) return this.gaps.replaceChildren();
    const chips = names.map((name) => element("button", { type: "button", class: "gap-chip", "data-gap": name }, `{{${name}}}`));
    this.gaps.replaceChildren(element("span", {}, gettext("Still empty:")), ...chips);
  }

  onGap(chip) {
    const gap = chip && this.open.find(({ name }) => name === chip.dataset.gap);
    if (gap) this.select(gap);
  }

  toNextGap() {
    return this.toGap(this.text.selectionEnd);
  }

  /** The first gap from a place on; behind the last one Tab goes where it always goes. */
  toGap(from) {
    const gap = this.open.find(({ start }) => start >= from);
    if (gap) this.select(gap);
    return Boolean(gap);
  }

  select({ start, end }) {
    this.text.focus();
    this.text.setSelectionRange(start, end);
  }

  /** True when something stands against sending, which the composer says then. */
  stops() {
    const [first] = this.open;
    const field = this.composer.extra.fields.find((each) => gapsIn(each.value).length);
    const name = first?.name ?? (field && gapsIn(field.value)[0].name);
    if (!name) return false;
    if (first) this.select(first);
    else field.focus();
    this.composer.problem(interpolate(gettext("{{%(name)s}} is empty: fill it or remove it."), { name }));
    return true;
  }

  // --- which of them go out -------------------------------------------------------------------------

  get used() {
    return readRecord(localStorage.getItem(this.key))?.ids ?? [];
  }

  remember(...ids) {
    localStorage.setItem(this.key, JSON.stringify({ ids: [...new Set([...this.used, ...ids])] }));
  }

  forget() {
    localStorage.removeItem(this.key);
  }

  take() {
    const { used } = this;
    this.forget();
    return used;
  }
}
