// <message-thread>: days, joined bubbles and the unread divider are drawn here (they depend on the reader);
// messages are put in by position, patched in place, and the eyes stay where they are.
import { announce, element, fragment, get } from "../design/page.js";
import { gettext, interpolate, ngettext } from "../design/strings.js";
import { dateOf, dayHeading, timeOf, writeTimes } from "../design/time/time.js";
import { nameReader } from "./reader.js";
import { goToMoment, loadLater, toNewest } from "./thread_history.js";
import { foldChanges, showOwnNote, shown } from "./thread_view.js";

const NEAR_END = 120;
const JOIN_WITHIN = 5 * 60_000;

class MessageThread extends HTMLElement {
  connectedCallback() {
    this.items = this.querySelector(".thread-items");
    if (!this.items || this.ready) return;
    this.ready = true;
    this.newBelow = this.querySelector(".new-below");
    this.missed = 0;
    this.hasGap = false; // whether newer lines than the last one are not here
    this.held = []; // those that the stream told meanwhile
    this.dataset.shows = shown();
    this.arrange({ divider: Number(this.dataset.unread) });
    this.toEnd();
    this.addEventListener("scroll", () => this.onScroll(), { passive: true });
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("click", (event) => this.onClick(event));
    this.newBelow?.addEventListener("click", () => this.toEnd());
    this.addEventListener("load", () => this.stay(), { capture: true });
    this.onVisible = () => this.seeAll();
    document.addEventListener("visibilitychange", this.onVisible);
    new ResizeObserver(() => this.stay()).observe(this);
    this.goToAnchor();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.onVisible);
  }

  /** What arrived below the fold, or in a hidden tab, counts as seen once it is before somebody's eyes. */
  seeAll() {
    if (!this.atEnd || document.visibilityState !== "visible") return;
    const unseen = [...this.items.querySelectorAll("[data-unseen]")];
    for (const line of unseen) delete line.dataset.unseen;
    if (unseen.length) this.dispatchEvent(new CustomEvent("lines-seen", { bubbles: true }));
  }

  get isNearEnd() {
    return this.scrollHeight - this.scrollTop - this.clientHeight < NEAR_END;
  }

  get lines() {
    return [...this.items.children].filter((line) => line.dataset.position);
  }

  /** The contact's last message that was before somebody's eyes (ids grow with time): whoever decides knows of nothing later. */
  get newestSeen() {
    const shown = [...this.querySelectorAll(".message[data-direction=in]:not([data-unseen])")].map((line) => line.id.replace("message-", ""));
    return [this.dataset.seenBefore ?? "", ...shown].sort().at(-1);
  }

  toEnd() {
    if (this.hasGap) return toNewest(this);
    this.scrollTop = this.scrollHeight;
    this.atEnd = true;
    this.missed = 0;
    this.showMissed();
    this.seeAll();
  }

  /** Pictures and boxes that grow push the thread up, not the newest line away. */
  stay() {
    if (this.atEnd) this.scrollTop = this.scrollHeight;
  }

  onScroll() {
    this.atEnd = this.isNearEnd && !this.hasGap;
    if (this.atEnd && this.missed) {
      this.missed = 0;
      this.showMissed();
    }
    this.seeAll();
    if (this.scrollTop < 300) this.loadEarlier();
    if (this.hasGap && this.isNearEnd) loadLater(this);
  }

  showMissed() {
    if (!this.newBelow) return;
    this.newBelow.hidden = this.missed === 0 && !this.hasGap;
    this.newBelow.lastElementChild.textContent = !this.missed ? gettext("To the newest") : interpolate(ngettext("%(count)s new message", "%(count)s new messages", this.missed), { count: this.missed });
  }

  /** Draw what depends on the reader: days, runs, the divider, states with their times. */
  arrange({ divider = 0 } = {}) {
    for (const old of this.items.querySelectorAll(":scope > .day-separator")) old.remove();
    let day = "";
    let previous = null;
    for (const line of this.lines) {
      const at = new Date(line.dataset.at);
      const key = dateOf(at);
      if (key !== day) {
        day = key;
        previous = null;
        const above = line.previousElementSibling?.matches(".unread-divider") ? line.previousElementSibling : line;
        above.before(element("li", { class: "day-separator" }, element("span", {}, dayHeading(at))));
      }
      const joins = previous && line.dataset.author && previous.dataset.author === line.dataset.author && at - new Date(previous.dataset.at) < JOIN_WITHIN;
      line.classList.toggle("joined", Boolean(joins));
      previous = line;
      this.tellStates(line);
    }
    if (divider) this.divide(divider);
    foldChanges(this.items);
    writeTimes(this.items);
    nameReader(this.items);
  }

  tellStates(line) {
    if (!line.dataset.moments || line.dataset.told === line.dataset.moments) return;
    line.dataset.told = line.dataset.moments;
    const text = JSON.parse(line.dataset.moments).map(([word, at]) => `${word} ${timeOf(new Date(at))}`).join(" · ");
    const ticks = line.querySelector(".message-meta .ticks");
    if (ticks) ticks.title = text;
  }

  /** The line above the first unread message; it stays until the conversation is left. */
  divide(count) {
    const unread = this.lines.filter((line) => line.dataset.direction === "in").slice(-count)[0];
    if (!unread) return;
    const text = interpolate(ngettext("%(count)s unread message", "%(count)s unread messages", count), { count });
    unread.before(element("li", { class: "unread-divider" }, text));
  }

  /**
   * Put in or patch lines of our server's markup: from the live stream, or (`asked`: when the page asked, in
   * milliseconds) an answer, which may be older than what the stream has told since.
   */
  receive(html, { announceIt = false, asked = null } = {}) {
    const wasNear = !this.hasGap && (this.isNearEnd || this.atEnd);
    for (const made of [...fragment(html).children].filter((line) => line.dataset.position)) {
      const known = document.getElementById(made.id);
      if ("takenBack" in made.dataset) {
        known?.remove();
        continue;
      }
      if (asked === null) made.toldAt = performance.now();
      else if (known?.toldAt > asked) continue;
      if (known) this.patch(known, made);
      else {
        if (made.dataset.direction === "in") made.dataset.unseen = "";
        if (this.isBehindGap(made)) this.held.push(made);
        else this.insert(made);
        this.dispatchEvent(new CustomEvent("line-arrived", { detail: made }));
        if (made.dataset.kind === "note") {
          showOwnNote(made);
          this.dispatchEvent(new CustomEvent("note-arrived", { bubbles: true }));
        }
        if (made.dataset.direction === "in" && !wasNear) this.missed += 1;
        if (announceIt && made.dataset.direction === "in") announce(this.spoken(made));
      }
    }
    this.arrange();
    this.showMissed();
    if (wasNear) this.toEnd();
  }

  isBehindGap(made) {
    return this.hasGap && made.dataset.position > (this.lines.filter((line) => !line.classList.contains("pending")).at(-1)?.dataset.position ?? "");
  }

  /** The lines told while there was a gap, once it is closed by what was `asked` for. */
  takeHeld(asked) {
    for (const made of this.held.splice(0)) {
      const known = document.getElementById(made.id);
      if (!known) this.insert(made);
      else if (made.toldAt > asked) this.patch(known, made);
    }
  }

  patch(known, made) {
    const focused = known.contains(document.activeElement);
    const playing = known.querySelector("voice-note[playing]");
    if (playing) made.querySelector("voice-note")?.replaceWith(playing);
    if (known.dataset.unseen !== undefined) made.dataset.unseen = "";
    if (known.dataset.position !== made.dataset.position) {
      known.remove();
      this.insert(made);
    } else known.replaceWith(made);
    if (focused) made.focus({ preventScroll: true });
  }

  insert(made) {
    const after = this.lines.find((line) => line.dataset.position > made.dataset.position && !line.classList.contains("pending"));
    if (after) after.before(made);
    else this.items.append(made);
  }

  spoken(line) {
    const name = document.querySelector(".thread-name")?.textContent.trim() ?? "";
    const text = line.querySelector(".text")?.textContent.trim() || line.querySelector("article")?.getAttribute("aria-label") || "";
    return `${name}: ${text}, ${timeOf(new Date(line.dataset.at))}`;
  }

  async loadEarlier() {
    const first = this.lines[0];
    if (!this.dataset.earlier || this.loading || !first) return;
    this.loading = true;
    const response = await get(`${this.dataset.earlier}?before=${encodeURIComponent(first.dataset.position)}`).catch(() => null);
    if (response?.ok) {
      const fresh = fragment(await response.text());
      if (!fresh.querySelector("[data-has-older]")) delete this.dataset.earlier;
      fresh.querySelector("[data-has-older]")?.remove();
      for (const line of [...fresh.children]) if (document.getElementById(line.id)) line.remove();
      const fromEnd = this.scrollHeight - this.scrollTop;
      this.items.prepend(fresh);
      this.arrange();
      this.scrollTop = this.scrollHeight - fromEnd;
    }
    this.loading = false;
  }

  onClick(event) {
    const quote = event.target.closest("[data-jump]");
    if (quote) {
      event.preventDefault();
      this.jump(quote.dataset.jump, quote.closest(".message"));
    }
    const history = event.target.closest("[data-message-history]");
    if (history) {
      const texts = history.closest(".bubble").querySelector(".earlier-texts");
      texts.hidden = !texts.hidden;
    }
  }

  /** `#message-…` or `#note-…`, and where the thread is long `,` and its time: what was found in a search. */
  goToAnchor() {
    const [line, at] = decodeURIComponent(location.hash.slice(1)).split(",");
    if (/^(message|note)-/.test(line)) this.goTo(line, null, at);
  }

  /** Go to the quoted message; the arrow at the end leads back. */
  jump(id, from = null) {
    return this.goTo(`message-${id}`, from);
  }

  async goTo(line, from = null, at = "") {
    if (at && !document.getElementById(line)) await goToMoment(this, new Date(at));
    for (let page = 0; page < 20 && !document.getElementById(line) && this.dataset.earlier; page += 1) await this.loadEarlier();
    const target = document.getElementById(line);
    if (!target) return announce(gettext("This message is not here any more"));
    this.atEnd = false;
    target.scrollIntoView({ block: "center" });
    target.classList.add("found");
    target.focus({ preventScroll: true });
    setTimeout(() => target.classList.remove("found"), 1600);
    if (from) this.returnTo = from;
  }

  onKey(event) {
    const line = document.activeElement.closest(".message");
    if (event.target !== this && event.target !== line) return;
    const lines = this.lines.filter((each) => each.classList.contains("message"));
    const at = line ? lines.indexOf(line) : lines.length;
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: lines.length - 1 }[event.key];
    if (to !== undefined && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const wanted = event.altKey ? this.nextOfContact(lines, at, event.key === "ArrowDown" ? 1 : -1) : lines[Math.max(0, Math.min(to, lines.length - 1))];
      wanted?.focus();
    }
    if (event.key === "Escape" && this.returnTo) {
      event.preventDefault();
      event.stopPropagation();
      this.returnTo.scrollIntoView({ block: "center" });
      this.returnTo.focus({ preventScroll: true });
      this.returnTo = null;
    }
  }

  nextOfContact(lines, at, step) {
    for (let place = at + step; place >= 0 && place < lines.length; place += step) {
      if (lines[place].dataset.direction === "in") return lines[place];
    }
    return null;
  }
}

customElements.define("message-thread", MessageThread);
