// Two answers at once: theirs and yours side by side, and nothing leaves until somebody has decided.
import { element } from "../design/page.js";
import { gettext, interpolate } from "../design/strings.js";
import { timeOf } from "../design/time/time.js";

const NEWEST = 5;

export class Collision {
  constructor(composer) {
    this.composer = composer;
    composer.text.addEventListener("input", () => composer.text.value.trim() || this.forget());
  }

  /** Our newest answers before somebody's eyes, else the contact's last message: the server compares. */
  get known() {
    const lines = [...(this.composer.thread?.querySelectorAll(".message.out:not(.note, .pending, .scheduled)") ?? [])];
    const shown = lines.filter((line) => line.id.startsWith("message-")).slice(-NEWEST);
    const ids = shown.map((line) => line.id.replace("message-", ""));
    return ids.length ? ids : [this.composer.closest("inbox-screen").newestSeen];
  }

  forget() {
    this.box?.remove();
    this.box = null;
  }

  /** `facts`: of the server's refusal; `send`: the same once more, on purpose. */
  show(facts, send) {
    this.forget();
    const { name, text, at, message_id: id } = facts;
    const theirs = text === undefined
      ? element("p", { class: "faint" }, interpolate(gettext("%(name)s has not sent it yet."), { name }))
      : element("p", { class: "collision-text", dir: "auto" }, text);
    const heading = at ? `${name}, ${timeOf(new Date(at))}` : name;
    const yours = element("p", { class: "collision-text", dir: "auto" }, this.composer.drafts.text("reply"));
    this.box = element("section", { class: "collision", role: "group", "aria-label": gettext("Two answers") },
      element("div", {}, element("h3", {}, element("bdi", {}, heading)), theirs),
      element("div", {}, element("h3", {}, gettext("Yours")), yours),
      element("div", { class: "collision-foot" },
        id ? this.button(gettext("Show"), () => this.composer.thread.jump(id)) : null,
        this.button(gettext("Keep mine as a draft"), () => this.keep()),
        this.button(gettext("Send mine anyway"), () => this.decide(send))));
    this.composer.querySelector(".composer-write .composer-problem").after(this.box);
  }

  button(label, act) {
    const made = element("button", { type: "button", class: "button small" }, label);
    made.addEventListener("click", act);
    return made;
  }

  keep() {
    this.forget();
    this.composer.problem("");
    this.composer.text.focus();
  }

  decide(send) {
    this.forget();
    this.composer.problem("");
    send();
    this.composer.text.focus();
  }
}
