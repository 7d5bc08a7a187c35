// Message templates: the likeliest stand in the composer, all of them in a sheet with search, fields and preview. What
// is filled in survives closing the sheet, leaving the conversation and the closing window; it goes out once.
import { isComposition } from "../design/keyboard/keyboard.js";
import { announce, fragment, get, post } from "../design/page.js";
import { gettext, interpolate, ngettext } from "../design/strings.js";
import { fullTime } from "../design/time/time.js";
import { areComplete, complain } from "./complain.js";
import { TemplateDraft } from "./template_draft.js";
import { filterOptions } from "./template_search.js";

const isField = (target) => target.name?.startsWith("value:");

export class TemplatePicker {
  constructor(composer) {
    this.composer = composer;
    this.sheet = composer.querySelector(".template-sheet");
    this.draft = new TemplateDraft(composer.dataset);
    this.sheet.addEventListener("input", (event) => this.onInput(event));
    this.sheet.addEventListener("change", (event) => event.target.dataset.uploadInto && this.uploadValue(event.target));
    this.sheet.addEventListener("keydown", (event) => this.onKey(event));
    this.sheet.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.sheet.addEventListener("click", (event) => event.target.closest("[data-send-later]") && this.composer.later.open());
    this.sheet.addEventListener("close", () => this.onClose());
    composer.thread?.addEventListener("line-arrived", () => this.showLastWords());
  }

  find(selector) {
    return this.sheet.querySelector(selector);
  }

  get fields() {
    return [...this.sheet.querySelectorAll(".template-form [name]")];
  }

  get values() {
    return new URLSearchParams(this.fields.map((field) => [field.name, field.value]));
  }

  get options() {
    return [...this.sheet.querySelectorAll(".template-option")];
  }

  get active() {
    return this.find(".template-option[aria-selected=true]");
  }

  // --- in the composer ------------------------------------------------------------------------------

  /** The likeliest few, and one that was begun. */
  async suggest() {
    const response = await get(`${this.composer.dataset.templatesUrl}?part=suggestions`).catch(() => null);
    if (!response?.ok) return this.composer.problem(gettext("The templates could not be loaded"));
    this.composer.querySelector(".composer-templates").replaceChildren(fragment(await response.text()));
    this.composer.thread?.stay();
  }

  onClick(event) {
    const chosen = event.target.closest("[data-template]");
    if (event.target.closest("[data-templates]")) this.open();
    else if (chosen?.matches(".template-option")) this.choose(chosen, { thenFill: true });
    else if (chosen?.matches("button")) this.open(chosen.dataset.template);
  }

  // --- the sheet ------------------------------------------------------------------------------------

  async open(template = this.draft.unsaved?.template ?? "") {
    if (this.sheet.open || this.isOpening) return;
    this.isOpening = true;
    const response = await get(this.addressOf(template)).catch(() => null);
    this.isOpening = false;
    if (!this.composer.isConnected) return; // another conversation is here now
    if (!response?.ok) return this.composer.problem(gettext("The templates could not be loaded"));
    this.sheet.replaceChildren(fragment(await response.text()));
    this.intent ??= this.composer.drafts.templateId();
    this.sheet.showModal();
    this.showLastWords();
    this.nameTime();
    this.active?.scrollIntoView({ block: "nearest" });
    this.point(this.active);
    if (template || this.find("[data-begun]")) this.fill();
    else this.find(".template-search")?.focus();
  }

  /** The address that asks for a template with what only this device knows of its values. */
  addressOf(template, part = "") {
    const query = new URLSearchParams([["template", template], ...this.draft.fieldsOf(template)]);
    if (part) query.set("part", part);
    return `${this.composer.dataset.templatesUrl}?${query}`;
  }

  async onClose() {
    this.draft.save();
    this.later = null;
    this.sheet.replaceChildren();
    if (this.composer.mode !== "template") return;
    if (this.composer.windowIsOpen) return this.composer.setMode("reply");
    await this.draft.saved; // what was begun is among the suggestions
    await this.suggest();
    this.composer.querySelector(".composer-templates button")?.focus();
  }

  /** The button says when it leaves, where that was chosen before the template. */
  nameTime() {
    const place = this.find(".template-form [type=submit] .send-template-word");
    if (place && this.later) place.textContent = interpolate(gettext("Schedule for %(time)s"), { time: fullTime(new Date(this.later.send_at)) });
  }

  /** What the contact said last stays in sight while it is answered. */
  showLastWords() {
    const said = [...(this.composer.thread?.querySelectorAll(".message.in .text") ?? [])].at(-1);
    const place = this.find(".template-last bdi");
    if (place) place.textContent = said ? said.textContent.trim().slice(0, 200) : "";
  }

  onInput(event) {
    if (event.target.matches(".template-search")) return this.search(event.target.value);
    if (!isField(event.target)) return;
    complain(event.target, "");
    this.keep();
    this.previewSoon();
  }

  keep() {
    const filled = this.fields.filter(isField).map((field) => [field.name, field.value]);
    this.draft.keep(this.find(".template-form").dataset.template, filled);
    this.find(".template-state").textContent = gettext("Kept as a draft");
  }

  onKey(event) {
    if (isComposition(event)) return;
    const { target, key } = event;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.send();
    } else if (target.matches(".template-search")) this.onSearchKey(event);
    else if (key === "Enter" && isField(target)) {
      event.preventDefault();
      const fields = this.fields.filter((field) => isField(field) && field.type !== "hidden");
      (fields[fields.indexOf(target) + 1] ?? this.find("[type=submit]")).focus();
    }
  }

  onSearchKey(event) {
    const shown = this.options.filter((option) => !option.hidden);
    const at = shown.indexOf(this.active);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to !== undefined && shown.length) {
      event.preventDefault();
      this.choose(shown[(to + shown.length) % shown.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.fill();
    }
  }

  search(typed) {
    const found = filterOptions(this.options, typed);
    this.find(".template-none").hidden = found > 0;
    for (const group of this.sheet.querySelectorAll(".template-group")) group.hidden = !group.querySelector(".template-option:not([hidden])");
    if (found) announce(interpolate(ngettext("%(count)s template", "%(count)s templates", found), { count: found }));
    const first = this.options.find((option) => !option.hidden);
    if (first && (!this.active || this.active.hidden)) this.choose(first);
  }

  /** Which option the search field speaks of. */
  point(option) {
    const search = this.find(".template-search");
    if (search && option) search.setAttribute("aria-activedescendant", option.id);
  }

  /** Show a template's fields and preview beside the list. */
  async choose(option, { thenFill = false } = {}) {
    for (const each of this.options) each.setAttribute("aria-selected", String(each === option));
    this.point(option);
    option.scrollIntoView({ block: "nearest" });
    const { template } = option.dataset;
    if (this.find(".template-form").dataset.template !== template) {
      const response = await get(this.addressOf(template, "pane")).catch(() => null);
      if (this.active !== option) return;
      if (!response?.ok) return this.composer.problem(gettext("The templates could not be loaded"));
      this.find(".template-form").replaceWith(fragment(await response.text()));
      this.nameTime();
    }
    if (thenFill) this.fill();
  }

  /** Go to the first field that waits for something, else to the button that sends. */
  fill() {
    const fields = this.fields.filter((field) => isField(field) && field.type !== "hidden");
    const next = fields.find((field) => !field.value) ?? this.find(".template-form [type=submit]") ?? this.find(".template-search");
    next?.focus();
  }

  previewSoon() {
    clearTimeout(this.previewing);
    this.previewing = setTimeout(() => this.preview(), 120);
  }

  async preview() {
    const response = await post(this.composer.dataset.previewUrl, this.values).catch(() => null);
    if (response?.ok) this.find("#template-preview")?.replaceWith(fragment(await response.text()));
  }

  async uploadValue(input) {
    const [file] = input.files;
    if (!file) return;
    input.closest(".file-field").querySelector(".file-name").textContent = file.name;
    complain(input, "");
    const uploaded = await this.composer.attachments.upload(file).catch((error) => complain(input, error.message));
    const value = this.find(`[name="${input.dataset.uploadInto}"]`);
    if (!uploaded || !value) return;
    value.value = uploaded.id;
    input.required = false;
    this.keep();
    this.previewSoon();
  }

  // --- sending --------------------------------------------------------------------------------------

  get isOpen() {
    return this.sheet.open;
  }

  /** `later`: fields that say when it leaves. */
  async send(later = this.later ?? {}) {
    const picker = this.find(".template-picker");
    if (!this.find(".template-form [type=submit]") || !areComplete([...this.sheet.querySelectorAll(".template-values input")]) || this.isSending) return;
    this.isSending = true;
    const { values } = this;
    const id = (this.intent ??= this.composer.drafts.templateId()); // pressed again, it is still the same one
    values.set("id", id);
    values.set("seen", this.composer.closest("inbox-screen").newestSeen);
    for (const [name, value] of Object.entries(later)) values.set(name, value);
    const asked = performance.now();
    const response = await post(picker.dataset.sendUrl, values).catch(() => null);
    this.isSending = false;
    const isStillOnItsWay = response?.headers.get("X-Refusal") === "intent-in-progress";
    if (response && (response.ok || (response.status === 409 && !isStillOnItsWay))) {
      this.composer.drafts.templateIsDone(id);
      this.intent = null;
    }
    if (!response?.ok) return this.refused(response);
    await this.draft.forget();
    const html = await response.text();
    if (response.headers.has("X-Scheduled")) this.composer.later.show(html);
    else this.composer.thread.receive(html, { asked });
    this.composer.thread.toEnd();
    this.sheet.close();
  }

  async refused(response) {
    this.composer.problem(response ? await response.text() : gettext("No connection. Not sent yet."));
    for (const [key, text] of Object.entries(JSON.parse(response?.headers.get("X-Fields") ?? "{}"))) {
      const field = this.find(`.template-values [name="value:${key}"]:not([type=hidden])`);
      if (field) complain(field, text);
    }
    this.find(".invalid input")?.focus();
  }
}
