// One stream of server-sent events for the screen. Rows and messages are patched where they stand; a lost
// connection says since when, and catches up by cursor. Never silently stale.
import { get, parsedPage, showCounters } from "../design/page.js";
import { gettext, interpolate } from "../design/strings.js";
import { timeOf } from "../design/time/time.js";
import { refreshOwnAvailability, replaceNavigation, replaceViews } from "../layouts/navigation.js";
import { toast } from "../design/toast/toast.js";
import { forgetAnswering, tellAnswering } from "./answering.js";
import { askScheduled } from "./later.js";

const STALE_AFTER = 25_000;
const RETRY = [500, 1000, 2000, 5000, 10_000];

class LiveUpdates {
  constructor(screen) {
    this.screen = screen;
    this.lastHeard = Date.now();
    this.attempt = 0;
    document.addEventListener("conversation-chosen", (event) => {
      this.cursor = event.detail.cursor;
      this.connect();
    });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.check());
    window.addEventListener("online", () => this.connect());
    window.addEventListener("offline", () => this.lost());
    document.addEventListener("submit", (event) => event.target.matches("[data-ends-session]") && this.end());
    setInterval(() => this.check(), 5000);
    this.connect();
  }

  /** How far the stream has told; on the screen, for whoever asks for a part of it. */
  get cursor() {
    return this.screen.dataset.cursor ?? "";
  }

  set cursor(value) {
    this.screen.dataset.cursor = value;
  }

  get url() {
    const query = new URLSearchParams({ conversation: this.screen.dataset.conversation ?? "", cursor: this.cursor, topics: "inbox,later,notifications,views" });
    return `${this.screen.dataset.live}?${query}`;
  }

  connect() {
    if (this.hasEnded) return;
    this.stopWaiting();
    this.source?.close();
    this.beganAt = Date.now();
    forgetAnswering();
    const source = new EventSource(this.url);
    this.source = source;
    source.addEventListener("open", () => this.heard());
    source.addEventListener("error", () => source === this.source && this.lost());
    for (const kind of ["hello", "row", "message", "thread", "panel", "gone", "counters", "permissions", "reset", "presence", "answering", "draft", "scheduled", "refusal", "tags", "duty", "attention", "notified", "seen", "views", "ping"]) {
      source.addEventListener(kind, (event) => source === this.source && this.receive(kind, event));
    }
  }

  receive(kind, event) {
    this.heard();
    const data = event.data ? JSON.parse(event.data) : {};
    if (data.cursor) this.cursor = data.cursor;
    this[kind]?.(data);
  }

  /** The member signs out: an answer to that may not be overtaken by what the stream says of it. */
  end() {
    this.hasEnded = true;
    this.source?.close();
    this.stopWaiting();
  }

  heard() {
    this.lastHeard = Date.now();
    this.attempt = 0;
    this.banner(false);
  }

  lost() {
    this.source?.close();
    const wait = RETRY[Math.min(this.attempt, RETRY.length - 1)];
    this.attempt += 1;
    if (this.attempt > 1 || !navigator.onLine) this.banner(true);
    this.stopWaiting();
    this.timer = setTimeout(() => this.connect(), wait);
  }

  stopWaiting() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** A stream that has been silent for too long is none. One that is about to be opened is given its time. */
  check() {
    if (!this.timer && Date.now() - Math.max(this.lastHeard, this.beganAt) > STALE_AFTER) this.lost();
  }

  banner(stale) {
    const banner = document.querySelector("stale-banner");
    if (!banner) return;
    banner.hidden = !stale;
    if (!stale) return;
    const text = navigator.onLine ? gettext("Last update %(time)s, reconnecting") : gettext("Offline. Last update %(time)s; it catches up by itself.");
    banner.querySelector("span").textContent = interpolate(text, { time: timeOf(new Date(this.lastHeard)) });
  }

  // --- events ------------------------------------------------------------------------------------

  row(data) {
    this.screen.views.tell((list) => list.receive(data));
    if (this.screen.querySelector("[data-together]")?.dataset.together.includes(data.conversation_id)) this.screen.together.soon();
  }

  message(data) {
    if (data.conversation_id !== this.screen.dataset.conversation) return;
    this.screen.querySelector("message-thread")?.receive(data.html, { announceIt: data.arrived });
  }

  /** Head or reply window of the open conversation changed. */
  thread(data) {
    if (data.conversation_id !== this.screen.dataset.conversation) return;
    this.screen.head.soon();
    if (data.is_retagged || document.querySelector("#context[data-group]")) this.screen.refreshContext(); // it lists who wrote last
  }

  /** A list of this member's own (mentions, what they follow) has another conversation, or one less. */
  attention({ view, conversation_id: id }) {
    if (this.screen.choice.view === view && id !== this.screen.conversation) this.screen.views.refresh();
    if (view === "following" && id === this.screen.conversation) this.screen.head.soon();
  }

  /** Views are called something else, are new or gone; the one that is open, perhaps. */
  async views() {
    const response = await fetch(this.screen.addressOfList(), { credentials: "same-origin" }).catch(() => null);
    if (!response?.ok) return response?.status === 404 ? location.assign("/inbox") : undefined;
    replaceViews(parsedPage(await response.text()));
    if (this.screen.choice.saved !== undefined) this.screen.views.refresh();
  }

  /** Tags are called something else, look different or are gone. */
  tags() {
    this.screen.head.soon();
    this.screen.refreshContext();
  }

  /** Somebody is on duty who was not, or the reverse; oneself, perhaps, on another screen. */
  duty() {
    this.screen.head.soon();
    refreshOwnAvailability();
  }

  /** Something else is to be said beside the open conversation. */
  panel(data) {
    if (data.conversation_id === this.screen.dataset.conversation) this.screen.refreshContext();
  }

  /** This member may not see the conversation any more. */
  gone(data) {
    this.screen.views.tell((list) => list.remove(data.conversation_id));
    if (data.conversation_id === this.screen.dataset.conversation) this.screen.leave();
  }

  /** Who else looks at the open conversation, or writes in it. */
  presence(data) {
    document.dispatchEvent(new CustomEvent("presence-told", { detail: data }));
  }

  /** A colleague begins to answer, or ends, in whatever conversation. */
  answering(data) {
    tellAnswering(data);
  }

  /** This member typed in the open conversation, on another device. */
  draft(data) {
    const composer = this.screen.querySelector("message-composer");
    if (composer?.dataset.conversation === data.conversation_id) composer.followDraft(data);
  }

  /** What leaves the open conversation later is another. */
  scheduled(data) {
    if (data.conversation_id === this.screen.dataset.conversation) askScheduled(this.screen.querySelector("message-thread"));
  }

  /** Something of this member's own came back. */
  refusal(data) {
    toast(data.html, { kind: "bad" });
  }

  /** Something concerns this member; the bell tells them. */
  notified(data) {
    document.dispatchEvent(new CustomEvent("notified", { detail: data }));
  }

  /** They saw it here or elsewhere. */
  seen(data) {
    document.dispatchEvent(new CustomEvent("seen", { detail: data }));
  }

  /** Too much was missed to catch up piece by piece, or the log is another one: what is open may be there no more. */
  async reset() {
    if (await this.isOpenStill()) location.reload();
    else location.assign(this.screen.addressOfList());
  }

  counters(data) {
    showCounters(data);
  }

  /** What this member may see and do changed: everything follows but the words that are being written. */
  async permissions() {
    const isOpenStill = await this.isOpenStill();
    const response = await fetch(this.screen.addressOfList(), { credentials: "same-origin" }).catch(() => null);
    if (!response) return void setTimeout(() => this.permissions(), RETRY.at(-1)); // the rights as they are by then
    if (!response.ok || response.redirected) return location.reload(); // no conversations any more, or signed out
    replaceNavigation(parsedPage(await response.text()));
    if (!isOpenStill) this.gone({ conversation_id: this.screen.conversation });
    this.screen.lookAgain();
  }

  /** Also true without a connection. */
  async isOpenStill() {
    const open = this.screen.conversation;
    const response = open && (await get(this.screen.addressOf(open)).catch(() => null));
    return ![403, 404].includes(response?.status);
  }
}

customElements.whenDefined("inbox-screen").then(() => {
  const screen = document.querySelector("inbox-screen");
  if (screen) new LiveUpdates(screen);
});
