// The `?` sheet: drawn from the table and from what is registered on this page. Keys that are pressed alone are changed here.
import { announce, element, icon } from "../page.js";
import { gettext, interpolate } from "../strings.js";
import { available, caps, changeKey, isChangeable, isChanged, keysOf, onCommand, rowWith, shortcutOf, singleKeys } from "./keyboard.js";
import { groups, keymap } from "./keymap.js";

/** The caps of all shortcuts of a row, side by side. */
export async function keycaps(row) {
  const shortcuts = await Promise.all(keysOf(row).map(caps));
  return shortcuts.map((parts) => element("span", { class: "keys" }, ...parts.map((part) => element("kbd", { class: "key" }, part))));
}

class CheatSheet extends HTMLElement {
  /** The rows that work on this page; where keys are chosen, all of them. */
  get rows() {
    return "all" in this.dataset ? keymap : available();
  }

  async draw() {
    const { rows: shown } = this;
    const sections = await Promise.all(groups.map(async ([key, title]) => {
      const rows = await Promise.all(shown.filter((row) => row.group === key).map((row) => this.line(row)));
      return rows.length ? element("section", {}, element("h3", {}, title), element("ul", {}, ...rows)) : null;
    }));
    this.replaceChildren(...sections.filter(Boolean));
  }

  async line(row) {
    const shown = keysOf(row).length ? await keycaps(row) : [element("span", { class: "faint" }, gettext("No key"))];
    if (!isChangeable(row)) return element("li", {}, row.label, element("span", { class: "cluster" }, ...shown));
    const name = interpolate(gettext("Change the key for: %(action)s"), { action: row.label });
    const heard = element("span", { class: "visually-hidden" }, name);
    const button = element("button", { type: "button", class: "change-key", "data-command-key": row.command }, heard, icon("edited"), ...shown);
    button.addEventListener("click", () => this.ask(row, button.parentElement));
    return element("li", {}, row.label, button);
  }

  /** The line asks for a key: whatever is pressed next is for it alone. */
  ask(row, line) {
    const field = element("button", { type: "button", class: "button small", "aria-live": "polite" }, gettext("Press a key"));
    const choices = [["", gettext("No key")], ...(isChanged(row) ? [[null, gettext("As usual")]] : [])].map(([key, word]) => {
      const button = element("button", { type: "button", class: "button small quiet" }, word);
      button.addEventListener("click", () => this.change(row, key));
      return button;
    });
    line.replaceChildren(row.label, element("span", { class: "cluster" }, field, ...choices));
    line.addEventListener("keydown", (event) => event.key === "Escape" && this.leave(event, row));
    field.addEventListener("keydown", (event) => this.listen(event, row, field));
    field.focus();
  }

  listen(event, row, field) {
    const shortcut = shortcutOf(event);
    if (!shortcut) return;
    event.preventDefault();
    event.stopPropagation();
    const other = rowWith(shortcut);
    if (!other || other === row) return this.change(row, shortcut);
    field.textContent = interpolate(gettext("Taken by “%(action)s”. Press another key"), { action: other.label });
  }

  async change(row, shortcut) {
    const kept = changeKey(row, shortcut);
    await this.draw();
    this.dispatchEvent(new CustomEvent("key-changed", { bubbles: true }));
    this.focusKey(row);
    announce((await kept) ? gettext("Saved") : gettext("This could not be saved. It lasts until you leave this page."));
  }

  /** Escape goes back one step: to the sheet, which stays open. */
  async leave(event, row) {
    event.preventDefault();
    event.stopPropagation();
    await this.draw();
    this.focusKey(row);
  }

  focusKey(row) {
    this.querySelector(`[data-command-key="${row.command}"]`)?.focus();
  }
}

customElements.define("cheat-sheet", CheatSheet);

onCommand("cheat-sheet", () => {
  const dialog = document.getElementById("cheat-sheet");
  const toggle = dialog.querySelector("[data-single-keys]");
  toggle.checked = singleKeys.on;
  toggle.onchange = () => (singleKeys.on = toggle.checked);
  dialog.querySelector("cheat-sheet").draw();
  dialog.showModal();
});
