// Quiet advice below a text that is long, or full of emoji. It never stands in the way, and whoever does not want it
// switches it off.
import { linkButton, post } from "../design/page.js";
import { gettext, interpolate, ngettext } from "../design/strings.js";
import { countOf } from "./counting.js";

const MANY_CHARACTERS = 160;
const MANY_EMOJI = 2;

/** What one would say about a text; nothing most of the time. */
export function adviceOn(text) {
  const { characters, emoji } = countOf(text);
  const said = [];
  if (characters > MANY_CHARACTERS) said.push(interpolate(gettext("Length: %(count)s. Up to %(advised)s characters are read at a glance."), { count: characters, advised: MANY_CHARACTERS }));
  if (emoji > MANY_EMOJI) said.push(interpolate(gettext("Emoji: %(count)s. One or two are enough."), { count: emoji }));
  return said;
}

export class Advice {
  constructor(composer) {
    this.composer = composer;
    this.place = composer.querySelector(".composer-advice");
    this.off = linkButton(gettext("Do not advise me"), () => this.switchOff());
    this.draw();
  }

  draw() {
    const isWanted = this.place.dataset.on && this.composer.mode === "reply";
    const said = isWanted ? adviceOn(this.composer.text.value).join(" ") : "";
    if (said === this.said) return;
    this.said = said;
    this.place.hidden = !said;
    this.place.replaceChildren(...(said ? [`${said} `, this.off] : []));
  }

  async switchOff() {
    const response = await post("/writing-advice", { advice: "off" }).catch(() => null);
    if (!response?.ok) return;
    this.place.dataset.on = "";
    this.draw();
    this.composer.text.focus();
  }
}
