// "Not sent yet, 2 waiting": what has not left this conversation, why, and when it is tried next, above the composer.
import { eachSecond } from "../design/page.js";
import { gettext, interpolate, ngettext } from "../design/strings.js";
import { timeOf } from "../design/time/time.js";

const USUALLY_LEFT_BY = 15_000;

export class UnsentBar {
  constructor(composer) {
    this.composer = composer;
    this.bar = composer.querySelector(".unsent-bar");
    this.bar.querySelector("button").addEventListener("click", () => this.act());
    this.stop = eachSecond(() => this.draw());
  }

  get lines() {
    const clocks = this.composer.thread?.querySelectorAll(".message.out .message-meta .ticks[data-status=queued]") ?? [];
    return [...clocks].map((clock) => clock.closest(".message"));
  }

  /** What waits, by why: no connection here, held back by the server, or longer in the queue than is usual. */
  get waiting() {
    const late = (line) => Date.now() - new Date(line.dataset.at) > USUALLY_LEFT_BY;
    const { lines } = this;
    const offline = lines.filter((line) => line.matches(".pending") && line.querySelector(".message-problem"));
    const held = lines.filter((line) => line.querySelector(".message-problem.waiting"));
    const rest = lines.filter((line) => !offline.includes(line) && !held.includes(line) && late(line));
    return { offline, held, rest };
  }

  draw() {
    const { offline, held, rest } = this.waiting;
    const all = [...offline, ...held, ...rest];
    this.first = all[0];
    this.offline = offline;
    const why = offline.length ? gettext("No connection. It is tried again by itself.") : this.reasonOf(held[0]);
    const key = `${all.length} ${offline.length} ${why}`;
    if (key === this.drawn) return;
    this.drawn = key;
    this.bar.hidden = !all.length;
    if (!all.length) return;
    const count = interpolate(ngettext("Not sent yet, %(count)s waiting", "Not sent yet, %(count)s waiting", all.length), { count: all.length });
    this.bar.querySelector("strong").textContent = count;
    this.bar.querySelector(".bar-text").textContent = why;
    this.bar.querySelector("button").textContent = offline.length ? gettext("Try again now") : gettext("Show");
  }

  reasonOf(line) {
    const { why, next } = line?.querySelector(".message-problem.waiting").dataset ?? {};
    if (!line) return gettext("In the queue; it takes longer than usual.");
    const when = next ? interpolate(gettext("Next try %(time)s"), { time: timeOf(new Date(next)) }) : "";
    return [why, when].filter(Boolean).join(" · ");
  }

  act() {
    if (!this.offline.length) return this.composer.thread.jump(this.first.id.replace("message-", ""));
    for (const line of this.offline) line.querySelector(".message-problem button")?.click();
  }
}
