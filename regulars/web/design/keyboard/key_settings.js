// <key-settings>: the page of one's keys. Those of another program at once, each by itself, or the usual ones again.
import { announce, element } from "../page.js";
import { gettext } from "../strings.js";
import { chooseKeys, chosenPreset, singleKeys } from "./keyboard.js";
import { presets } from "./keymap.js";

class KeySettings extends HTMLElement {
  connectedCallback() {
    this.sheet = this.querySelector("cheat-sheet");
    const alone = this.querySelector("[data-single-keys]");
    alone.checked = singleKeys.on;
    alone.addEventListener("change", () => (singleKeys.on = alone.checked));
    this.addEventListener("key-changed", () => this.drawPresets());
    this.drawPresets();
    this.sheet.draw();
  }

  drawPresets() {
    const chosen = chosenPreset();
    const box = this.querySelector("[data-presets]");
    const lines = presets.map((preset) => this.line(preset, preset === chosen));
    box.replaceChildren(...lines);
    this.querySelector("[data-own-keys]").hidden = Boolean(chosen);
  }

  line(preset, isChosen) {
    const field = element("input", { type: "radio", name: "preset", checked: isChosen });
    field.addEventListener("change", () => this.choose(preset));
    return element("label", { class: "cluster" }, field, preset.name);
  }

  async choose(preset) {
    const kept = chooseKeys(preset.keys);
    await this.sheet.draw();
    this.drawPresets();
    this.querySelector("[data-presets] input:checked")?.focus();
    announce((await kept) ? gettext("Saved") : gettext("This could not be saved. It lasts until you leave this page."));
  }
}

customElements.define("key-settings", KeySettings);
