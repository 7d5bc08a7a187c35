// The form of a condition: its buttons and choices ask the server, which draws it anew; the focus goes on where it makes sense.
import { fragment, post } from "../page.js";

const named = (root, name) => root.querySelector(`[name="${CSS.escape(name)}"]`);
const at = (root, place) => root.querySelector(`[data-place="${CSS.escape(place)}"]`);

class ConditionForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=act]");
      if (button) this.redraw(button.value);
    });
    this.addEventListener("change", (event) => {
      if (event.target.matches("[data-redraw], [data-check]")) this.redraw("");
    });
    this.addEventListener("keydown", (event) => {
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

  async redraw(act) {
    this.asked?.abort();
    this.asked = new AbortController();
    const response = await post(this.dataset.url, this.values(act), this.asked).catch(() => null);
    if (!response?.ok) return;
    const fresh = fragment(await response.text());
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    const kept = { name: focused?.name };
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
      named(this, kept.name)?.focus();
    }
  }
}

customElements.define("condition-form", ConditionForm);
