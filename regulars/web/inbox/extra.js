// What goes with a text: something to tap, a place, a card. Its fields count while somebody types, and what the contact
// will see stands beside them, drawn by the server from the same form that sends it.
import { element, fragment, icon, post } from "../design/page.js";
import { gettext, interpolate } from "../design/strings.js";
import { areComplete, complain } from "./complain.js";

const MOST_ROWS = 10; // of all sections together
const WITHOUT_TEXT = ["location", "contact"];

/** The forms that were filled in when their conversation was left, by conversation. */
const begun = new Map();

export class Extra {
  constructor(composer) {
    this.composer = composer;
    this.box = composer.querySelector(".composer-extra");
    this.box.addEventListener("input", (event) => this.onInput(event.target));
    this.box.addEventListener("click", (event) => this.onClick(event));
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    composer.querySelector(".composer-text").addEventListener("input", () => this.previewSoon());
  }

  get isEmpty() {
    return !this.box.childElementCount;
  }

  get fields() {
    return [...this.box.querySelectorAll("[name]")];
  }

  get values() {
    return this.fields.map((field) => [field.name, field.value]);
  }

  /** What the empty text field says. */
  get hint() {
    if (this.isEmpty) return gettext("Write a reply");
    const kind = this.box.querySelector("[name=extra]").value;
    return WITHOUT_TEXT.includes(kind) ? gettext("No text goes with this") : gettext("The text above the buttons");
  }

  get isTouched() {
    return this.fields.some((field) => field.type !== "hidden" && field.value);
  }

  /** Every field says what it misses; true when none does. */
  get isComplete() {
    return areComplete(this.fields);
  }

  open(kind) {
    this.show(this.formOf(kind));
    this.composer.setMode("reply", { focus: false });
    (this.box.querySelector("input:not([type=hidden])") ?? this.composer.text).focus();
  }

  /** The conversation is left; what was filled in stands there again when somebody comes back to it. */
  leave() {
    if (this.isTouched) begun.set(this.composer.dataset.conversation, new URLSearchParams(this.values));
  }

  comeBack() {
    const { conversation } = this.composer.dataset;
    const body = begun.get(conversation);
    if (!body) return;
    begun.delete(conversation);
    this.show(this.formOf(body.get("extra"), body));
  }

  /** Put a form, or what is left of one, into the composer. */
  show(nodes) {
    this.box.replaceChildren(...nodes);
    if (this.composer.mode === "reply") this.composer.text.placeholder = this.hint;
    for (const field of this.fields) this.count(field);
    this.previewSoon();
  }

  /** The form of something that goes with the text, filled in as `body` says. */
  formOf(kind, body = new URLSearchParams()) {
    const form = this.composer.querySelector(`[data-extra-form="${kind}"]`).content.cloneNode(true);
    const box = form.querySelector(".extra-form");
    const close = element("button", { type: "button", class: "button quiet small", "data-close-extra": true }, icon("close"), gettext("Remove"));
    box.append(element("div", { class: "extra-preview" }), close);
    if (kind === "list") shape(box, body.getAll("section").length, body.getAll("row_section"));
    const values = Object.fromEntries([...new Set(body.keys())].map((name) => [name, body.getAll(name)]));
    for (const field of form.querySelectorAll("[name]")) field.value = values[field.name]?.shift() ?? field.value;
    return [element("input", { type: "hidden", name: "extra", value: kind }), ...form.childNodes];
  }

  close() {
    this.box.replaceChildren();
    this.composer.text.placeholder = this.hint;
    this.composer.text.focus();
  }

  onInput(field) {
    complain(field, "");
    this.count(field);
    this.previewSoon();
  }

  /** How much of a limit is used; past it the field is wrong. */
  count(field) {
    const limit = Number(field.dataset.limit);
    if (!limit) return;
    const used = [...field.value].length;
    const counter = field.closest(".field").querySelector(".counter");
    counter.textContent = `${used}/${limit}`;
    counter.classList.toggle("over", used > limit);
    const over = interpolate(gettext("At most %(limit)s characters; this has %(used)s"), { limit, used });
    field.setCustomValidity(used > limit ? over : "");
    if (used > limit) complain(field, over);
  }

  onClick(event) {
    const { add, remove } = event.target.closest("[data-add], [data-remove]")?.dataset ?? {};
    if (add) this.add(add, event.target.closest(".list-section"));
    if (remove) this.remove(event.target.closest(remove));
  }

  /** Enter goes on to the next row, as in a list that one writes on paper. */
  onKey(event) {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
    event.preventDefault();
    const section = event.target.closest(".list-section");
    const fields = this.fields.filter((field) => field.checkVisibility());
    if (section && event.target.value && event.target.closest(".list-row:last-child")) this.add("row", section);
    else (fields[fields.indexOf(event.target) + 1] ?? this.composer.text).focus();
  }

  add(part, section) {
    const box = this.box.querySelector(".extra-form");
    const made = part === "row" ? addRow(box, section) : addSection(box);
    if (!made) return;
    number(box);
    for (const field of made.querySelectorAll("[name]")) this.count(field);
    made.querySelector("input:not([type=hidden])").focus();
    this.previewSoon();
  }

  remove(part) {
    const before = part.previousElementSibling ?? part.parentElement.closest(".list-section") ?? this.box;
    part.remove();
    number(this.box.querySelector(".extra-form"));
    before.querySelector("input:not([type=hidden])")?.focus();
    this.previewSoon();
  }

  previewSoon() {
    clearTimeout(this.previewing);
    if (!this.isEmpty) this.previewing = setTimeout(() => this.preview(), 150);
  }

  async preview() {
    const place = this.box.querySelector(".extra-preview");
    if (!place) return;
    const body = new URLSearchParams([...this.values, ["text", this.composer.text.value]]);
    const response = this.isTouched || body.get("text") ? await post(this.composer.dataset.previewUrl, body).catch(() => null) : null;
    if (response?.ok) place.replaceChildren(fragment(await response.text()));
    const closed = place.querySelector("details:not([open])");
    if (closed) closed.open = true;
    this.composer.thread?.stay();
  }
}

// --- the sections and rows of a list ------------------------------------------------------------------

const partOf = (box, name) => box.querySelector(`template[data-part=${name}]`).content.cloneNode(true).firstElementChild;

function addSection(box, { empty = false } = {}) {
  const section = partOf(box, "section");
  box.querySelector(".list-sections").append(section);
  if (!empty) addRow(box, section);
  return section;
}

function addRow(box, section) {
  if (box.querySelectorAll(".list-row").length >= MOST_ROWS) return null;
  const row = partOf(box, "row");
  section.querySelector(".list-rows").append(row);
  return row;
}

/** As many sections and rows as there were: `rows` holds the number of the section for each. */
function shape(box, sections, rows) {
  const made = Array.from({ length: Math.max(1, sections) }, () => addSection(box, { empty: true }));
  for (const section of rows.length ? rows : ["0", "0"]) addRow(box, made[section] ?? made[0]);
  number(box);
}

/** Rows say in which section they stand; a single section needs no title, and nothing more is added than fits. */
function number(box) {
  const sections = [...box.querySelectorAll(".list-section")];
  sections.forEach((section, place) => {
    for (const field of section.querySelectorAll("[name=row_section]")) field.value = String(place);
    section.querySelector(".list-section-head").hidden = sections.length === 1;
    section.querySelector("[name=section]").required = sections.length > 1;
  });
  const rows = [...box.querySelectorAll(".list-row")];
  rows.forEach((row, place) => {
    row.querySelector("[data-remove]").hidden = rows.length === 1;
    row.querySelector("[name=row]").required = place === 0;
  });
  for (const button of box.querySelectorAll("[data-add]")) button.disabled = rows.length >= MOST_ROWS;
}
