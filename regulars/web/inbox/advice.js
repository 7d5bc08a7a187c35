// Quiet advice below a text that is long, or full of emoji. It never stands in the way, and whoever does not want it
// switches it off. Counted is what a reader sees: a flag or a Thai letter with its marks is one.
import { linkButton, post } from "../design/page.js";
import { gettext, interpolate, ngettext } from "../design/strings.js";

const MANY_CHARACTERS = 160;
const MANY_EMOJI = 2;
const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const charactersOf = (text) => [...segmenter.segment(text)].map(({ segment }) => segment);
const isEmoji = (character) => character.search(EMOJI) === 0;

/** What one would say about a text; nothing most of the time. */
export function adviceOn(text) {
  const characters = charactersOf(text.trim());
  const emoji = characters.filter(isEmoji).length;
  const said = [];
  if (characters.length > MANY_CHARACTERS) said.push(interpolate(gettext("%(count)s characters: up to %(advised)s are read at a glance."), { count: characters.length, advised: MANY_CHARACTERS }));
  if (emoji > MANY_EMOJI) said.push(interpolate(ngettext("%(count)s emoji: one or two are enough.", "%(count)s emoji: one or two are enough.", emoji), { count: emoji }));
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
