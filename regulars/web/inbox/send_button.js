// The button that sends, and what happens to the conversation with it: nothing, resolved, or on to the next one. The
// button does what its member chose last; Enter always only sends.
import { caps, onCommand } from "../design/keyboard/keyboard.js";
import { keymap } from "../design/keyboard/keymap.js";
import { element } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { keyOf } from "./drafts.js";

const WORDS = {
  send: gettext("Send"),
  "send-and-resolve": gettext("Send and resolve"),
  "send-and-next": gettext("Send and open the next"),
};

export class SendButton {
  constructor(composer) {
    this.composer = composer;
    this.word = composer.querySelector(".send-word");
    this.menu = composer.querySelector(".send-menu");
    this.key = keyOf("send");
    this.menu.addEventListener("click", (event) => this.onChoice(event.target.closest("[data-send-as]")));
    this.menu.addEventListener("click", (event) => this.onTime(event.target.closest("[data-send-with]")));
    const here = () => composer.isConnected || null;
    for (const how of ["send-and-resolve", "send-and-next"]) onCommand(how, () => here() && (this.send(how), true));
    this.nameKeys();
  }

  get chosen() {
    const kept = localStorage.getItem(this.key);
    return Object.hasOwn(WORDS, kept ?? "") ? kept : "send";
  }

  /** The face says what a click does, in the mode that is shown. */
  draw() {
    const isNote = this.composer.mode === "note";
    this.word.textContent = isNote ? gettext("Add note") : WORDS[this.chosen];
    this.composer.querySelector(".send-more").hidden = isNote;
    for (const item of this.menu.querySelectorAll("[data-send-as]")) item.setAttribute("aria-checked", String(item.dataset.sendAs === this.chosen));
  }

  /** What asks for a time first is done once, and not remembered. */
  onTime(item) {
    if (!item) return;
    this.menu.hidePopover();
    this.composer.later.open({ purpose: item.dataset.sendWith === "send-later" ? "later" : "snooze" });
  }

  async nameKeys() {
    for (const item of this.menu.querySelectorAll("[data-send-as], [data-send-with]")) {
      const { keys } = keymap.find((row) => row.command === (item.dataset.sendAs ?? item.dataset.sendWith));
      const parts = await caps(keys[0]);
      item.querySelector(".end").replaceChildren(...parts.map((part) => element("kbd", { class: "key" }, part)));
    }
  }

  /** What is chosen is remembered, and done at once when there is something to send. */
  onChoice(item) {
    if (!item) return;
    localStorage.setItem(this.key, item.dataset.sendAs);
    this.draw();
    this.menu.hidePopover();
    this.composer.text.focus(); // where one goes on, in this conversation or the next
    this.send(this.chosen);
  }

  send(how = this.chosen, { split = false } = {}) {
    const isReply = this.composer.mode === "reply";
    const next = isReply && how === "send-and-next" ? this.next : "";
    const then = isReply && how === "send-and-resolve" ? "resolve" : "";
    const isGone = this.composer.sending.send({ then, split, again: (more) => this.send(how, more) });
    if (isGone && next) this.composer.closest("inbox-screen").open(next);
  }

  /** The conversation below this one in the list. */
  get next() {
    const rows = [...document.querySelectorAll("conversation-list .conversation-row")].map((row) => row.dataset.conversation);
    return rows[rows.indexOf(this.composer.dataset.conversation) + 1] ?? "";
  }
}
