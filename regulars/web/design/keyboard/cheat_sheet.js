// The `?` sheet: drawn from the table and from what is registered on this page.
import { element } from "../page.js";
import { available, caps, onCommand, singleKeys } from "./keyboard.js";
import { groups } from "./keymap.js";

/** The caps of all shortcuts of a row, side by side. */
export async function keycaps(row) {
  const shortcuts = await Promise.all(row.keys.map(caps));
  return shortcuts.map((parts) => element("span", { class: "keys" }, ...parts.map((part) => element("kbd", { class: "key" }, part))));
}

async function rowsOf(group) {
  const rows = available().filter((row) => row.group === group);
  return Promise.all(rows.map(async (row) =>
    element("li", {}, row.label, element("span", { class: "cluster" }, ...(await keycaps(row))))));
}

class CheatSheet extends HTMLElement {
  async draw() {
    const sections = await Promise.all(groups.map(async ([key, title]) => {
      const rows = await rowsOf(key);
      return rows.length ? element("section", {}, element("h3", {}, title), element("ul", {}, ...rows)) : null;
    }));
    this.replaceChildren(...sections.filter(Boolean));
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
