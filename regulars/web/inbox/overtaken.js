// A colleague answered since this member began to write: it is said above the text, and asked once before it is sent.
import { linkButton } from "../design/page.js";
import { gettext, interpolate } from "../design/strings.js";
import { drawAnswering } from "./answering.js";

const BY_PEOPLE = /^(member|phone_app):/;

export class Overtaken {
  constructor(composer) {
    this.composer = composer;
    this.bar = composer.querySelector(".overtaken-bar");
    this.bar.addEventListener("click", (event) => event.target.closest("button") && this.look());
    composer.thread?.addEventListener("line-arrived", (event) => this.notice(event.detail));
    composer.text.addEventListener("input", () => composer.text.value.trim() || this.forget());
    const begun = composer.text.dataset.replyAt;
    if (begun && composer.text.value.trim()) for (const line of composer.thread?.lines ?? []) if (line.dataset.at > begun) this.notice(line);
  }

  notice(line) {
    const { author = "", direction, kind } = line.dataset;
    const isOther = BY_PEOPLE.test(author) && author !== `member:${document.body.dataset.member}`;
    if (direction !== "out" || kind === "note" || !isOther || !this.composer.drafts.text("reply").trim()) return;
    this.line = line.id;
    this.isAsked = false;
    const name = line.querySelector(".message-author bdi")?.textContent.trim() || gettext("A colleague");
    this.name = name;
    this.words = interpolate(gettext("%(name)s answered since you began to write"), { name });
    this.bar.querySelector(".bar-text").textContent = this.words;
    this.bar.hidden = false;
    if (this.composer.collision?.box) this.composer.problem(""); // it was about what is known better now
    this.composer.collision?.forget();
    drawAnswering();
  }

  look() {
    this.composer.thread.jump(this.line.replace("message-", ""));
    this.isAsked = true;
  }

  forget() {
    this.line = "";
    this.name = "";
    this.bar.hidden = true;
    drawAnswering();
  }

  /** Whether somebody has to look first; asked once, the second press sends. */
  asks(send) {
    if (!this.line || this.isAsked) return false;
    this.isAsked = true;
    const anyway = linkButton(gettext("Send anyway"), send);
    this.composer.problem(`${this.words}. ${gettext("Your text is still here; read theirs before you send yours.")}`, anyway);
    return true;
  }
}
