// The form of a condition: its buttons and choices ask the server, which draws it anew; the focus goes on where it makes sense.
import { fragment, post } from "../page.js";

const named = (root, name) => root.querySelector(`[name="${CSS.escape(name)}"]`);
const areSame = (one, other) => JSON.stringify([...one]) === JSON.stringify([...other]);
const PAUSE = 300; // ms
const LETTERS_APART = 700; // ms; letters that follow sooner choose one option together
const at = (root, place) => root.querySelector(`[data-place="${CSS.escape(place)}"]`);

class ConditionForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=act]");
      if (button) this.redraw(button.value);
    });
    this.addEventListener("change", (event) => {
      if (event.target.matches("[data-redraw], [data-check]")) this.redrawSoon(event.target);
    });
    for (const [name, is] of [["compositionstart", true], ["compositionend", false]]) this.addEventListener(name, () => (this.isComposing = is));
    this.addEventListener("focusout", () => this.waiting && this.redraw(""));
    this.addEventListener("keydown", (event) => {
      if (event.target.matches("select") && event.key.length === 1) this.letterAt = performance.now();
      if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
      event.preventDefault(); // else a half-written condition would be sent with the form around it
      this.redraw("");
    });
  }

  /** Everything that stands in it, whether a form is around it or not. */
  values(act) {
    const values = new FormData();
    for (const control of this.querySelectorAll("input[name], select[name]")) {
      if (control.multiple) for (const option of control.selectedOptions) values.append(control.name, option.value);
      else values.append(control.name, control.value);
    }
    values.append("act", act);
    return values;
  }

  /** At once, but for who still types the name of an option: a drawn list would begin with the next letter. */
  redrawSoon(control) {
    clearTimeout(this.waiting);
    const left = control.matches("select") ? (this.letterAt ?? -LETTERS_APART) + LETTERS_APART - performance.now() : 0;
    if (left <= 0) return this.redraw("");
    this.waiting = setTimeout(() => this.redraw(""), left);
  }

  async redraw(act) {
    clearTimeout(this.waiting);
    this.waiting = 0;
    this.asked?.abort();
    this.asked = new AbortController();
    const asked = this.values(act);
    const response = await post(this.dataset.url, asked, this.asked).catch(() => null);
    if (!response?.ok) return;
    if (!act && (this.isComposing || !areSame(this.values(act), asked))) { // somebody went on writing meanwhile
      this.waiting = setTimeout(() => this.redraw(""), PAUSE);
      return;
    }
    const fresh = fragment(await response.text());
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    const kept = { name: focused?.name, from: focused?.selectionStart, to: focused?.selectionEnd };
    this.replaceChildren(fresh);
    this.focusAfter(act, kept);
  }

  /** A new part gets the focus, what was removed gives it to the group's own button, everything else keeps it. */
  focusAfter(act, kept) {
    const [verb, place = ""] = act.split(":");
    const group = verb === "remove" ? place.slice(0, place.lastIndexOf(".")) : place;
    if (verb === "add" || verb === "nest") {
      const parts = at(this, place)?.querySelectorAll(":scope > .conditions-parts > li");
      parts?.[parts.length - 1]?.querySelector("select, input, button")?.focus();
    } else if (verb === "narrow") {
      at(this, `${place}.where`)?.querySelector("select")?.focus();
    } else if (verb === "remove") {
      (this.querySelector(`button[value="add:${CSS.escape(group)}"]`) ?? at(this, group)?.querySelector("select"))?.focus();
    } else if (kept.name) {
      const control = named(this, kept.name);
      control?.focus();
      if (Number.isInteger(kept.from) && control?.matches("input")) control.setSelectionRange(kept.from, kept.to);
    }
  }
}

customElements.define("condition-form", ConditionForm);
