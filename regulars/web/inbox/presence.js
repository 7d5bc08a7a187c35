// Who else looks at this conversation, and who writes in it: shown in the head and above the composer. This screen says
// the same of its member, in a light beat that ends by itself; the contact sees the typing of an answer.
import { element, icon, post } from "../design/page.js";
import { gettext, interpolate } from "../design/strings.js";

const SETTLE = 700; // who walks through the list leaves no traces
const LOOK_EVERY = 20_000;
const WRITE_EVERY = 6000;
const TELL_CONTACT_EVERY = 20_000;
const MOST_FACES = 3;

let people = [];

const others = () => people.filter(({ id }) => id !== document.body.dataset.member);

function sentence({ name, state }) {
  const text = { answering: gettext("%(name)s is writing an answer"), writing: gettext("%(name)s is writing an answer"), noting: gettext("%(name)s is writing a note") }[state];
  return interpolate(text ?? gettext("%(name)s is looking at this too"), { name });
}

/** <face-row>: in the head, which is drawn anew by the server; it finds out by itself who is there. */
class PresenceFaces extends HTMLElement {
  connectedCallback() {
    this.draw();
  }

  draw() {
    const faces = others().slice(0, MOST_FACES).map((person) => {
      const face = element("span", { class: `avatar tiny tone-${person.tone}`, role: "img", "aria-label": sentence(person), title: sentence(person) });
      face.append(person.initials || icon("contact"));
      if (person.state !== "looking") face.append(element("span", { class: "face-writes" }));
      return face;
    });
    this.replaceChildren(...faces);
  }
}

customElements.define("face-row", PresenceFaces);

export class Presence {
  constructor(composer) {
    this.composer = composer;
    this.bar = composer.querySelector(".presence-bar");
    this.state = "gone";
    this.onTold = (event) => this.follow(event.detail);
    this.onVisible = () => this.look();
    document.addEventListener("presence-told", this.onTold);
    document.addEventListener("visibilitychange", this.onVisible);
    composer.text.addEventListener("input", () => this.write());
    this.show([]);
    this.first = setTimeout(() => this.look(), SETTLE);
    this.timer = setInterval(() => this.look(), LOOK_EVERY);
  }

  leave() {
    document.removeEventListener("presence-told", this.onTold);
    document.removeEventListener("visibilitychange", this.onVisible);
    clearTimeout(this.first);
    clearInterval(this.timer);
    if (this.state !== "gone") this.beat("gone");
  }

  /** A hidden tab looks at nothing; who writes goes on writing. */
  look() {
    const state = document.visibilityState === "visible" ? "looking" : "gone";
    if (state === "gone" ? this.state === "gone" : Date.now() - (this.wroteAt ?? 0) < WRITE_EVERY) return;
    this.beat(state);
  }

  write() {
    const isWriting = this.composer.text.value.trim() !== "";
    if (!isWriting) return this.stop();
    const now = Date.now();
    const state = this.composer.mode === "note" ? "noting" : "writing";
    if (state === this.state && now - (this.wroteAt ?? 0) < WRITE_EVERY) return;
    const tellsContact = state === "writing" && now - (this.toldAt ?? 0) > TELL_CONTACT_EVERY;
    this.wroteAt = now;
    if (tellsContact) this.toldAt = now;
    this.beat(state, tellsContact ? { typing: "1" } : {});
  }

  /** What was written is gone, or on its way. */
  stop() {
    if (this.state !== "writing" && this.state !== "noting") return;
    this.wroteAt = 0;
    this.toldAt = 0;
    this.beat("looking");
  }

  beat(state, more = {}) {
    this.state = state;
    post(this.composer.dataset.presenceUrl, { state, ...more }, { keepalive: true }).catch(() => {});
  }

  follow({ conversation_id: id, people: told }) {
    if (id === this.composer.dataset.conversation) this.show(told);
  }

  show(told) {
    people = told;
    for (const faces of document.querySelectorAll("face-row")) faces.draw();
    const [first] = others();
    const rest = others().length - 1;
    this.bar.hidden = !first;
    this.bar.classList.toggle("writes", Boolean(first) && first.state !== "looking");
    const more = rest > 0 ? ` ${interpolate(gettext("and %(count)s more"), { count: rest })}` : "";
    this.bar.querySelector(".bar-text").textContent = first ? sentence(first) + more : "";
  }
}
