// What goes with a text: something to tap, a place, a card.
import { element, icon } from "../design/page.js";
import { gettext } from "../design/strings.js";

export class Extra {
  constructor(composer) {
    this.composer = composer;
  }

  open(kind) {
    const box = this.composer.querySelector(".composer-extra");
    box.replaceChildren(...this.formOf(kind));
    this.composer.setMode("reply", { focus: false });
    this.composer.text.placeholder = ["location", "contact"].includes(kind) ? gettext("No text goes with this") : gettext("The text above the buttons");
    box.querySelector("input:not([type=hidden]), textarea")?.focus();
  }

  /** The form of something that goes with the text, filled in as `body` says. */
  formOf(kind, body = new URLSearchParams()) {
    const form = this.composer.querySelector(`[data-extra-form="${kind}"]`).content.cloneNode(true);
    const close = element("button", { type: "button", class: "button quiet small", "data-close-extra": true }, icon("close"), gettext("Leave it out"));
    form.querySelector(".extra-form").append(close);
    const values = Object.fromEntries([...new Set(body.keys())].map((name) => [name, body.getAll(name)]));
    for (const field of form.querySelectorAll("[name]")) field.value = values[field.name]?.shift() ?? field.value;
    return [element("input", { type: "hidden", name: "extra", value: kind }), ...form.childNodes];
  }

  close() {
    this.composer.querySelector(".composer-extra").replaceChildren();
    this.composer.text.placeholder = gettext("Write a reply");
    this.composer.text.focus();
  }
}
