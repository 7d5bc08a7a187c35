// The inbox screen: which conversation is open, in which region, with which panes. The address always tells.
import { layOver, takeAway } from "../design/drawer/drawer.js";
import { onCommand } from "../design/keyboard/keyboard.js";
import { element, exchange, fragment, get, icon, isTyping, post, remember } from "../design/page.js";
import { toast } from "../design/toast/toast.js";
import { gettext } from "../design/strings.js";
import { writeTimes } from "../design/time/time.js";
import { listenForMacros } from "../macros/pressing.js";
import { Latest } from "./latest.js";
import { Presses } from "./presses.js";
import { nameReader } from "./reader.js";
import { Reading } from "./reading.js";
import { Views } from "./views.js";
import "./composer.js";
import "./assigning.js";
import "./context.js";
import "./list.js";
import "./live.js";
import "./mentions.js";
import "./message_menu.js";
import "./selecting.js";
import "./snoozing.js";
import "./tagging.js";
import "./thread.js";
import "./voice_note.js";
import "./lightbox.js";

const WHILE_TYPING = new Set(["Backspace", "Enter"]); // keys that are part of writing, besides letters
const narrow = matchMedia("(width < 1100px)"); // there the contact lies over the thread: inbox.css
const idOf = (url) => /^\/conversations\/([\w-]+)/.exec(new URL(url, location.href).pathname)?.[1] ?? "";

/** What somebody had written for a conversation that a colleague has now. */
function keptText(texts) {
  const heading = gettext("A colleague has this conversation now. What you had written:");
  const fields = texts.map((text) => element("textarea", { class: "textarea", readonly: true, rows: "4", dir: "auto", "aria-label": heading }, text));
  const copy = element("button", { type: "button", class: "button" }, icon("copy"), gettext("Copy the text"));
  copy.addEventListener("click", () => navigator.clipboard.writeText(texts.join("\n\n")));
  return element("section", { class: "kept-text" }, element("p", {}, heading), ...fields, copy);
}

class InboxScreen extends HTMLElement {
  connectedCallback() {
    this.prefetched = new Map();
    this.reading = new Reading(this);
    this.views = new Views(this);
    this.presses = new Presses();
    this.head = new Latest({ load: () => this.loadHead(), show: (html) => this.replaceHead(html), shownAt: () => this.querySelector("#thread-head")?.toldAt });
    this.together = new Latest({ load: () => this.loadTogether(), show: (html) => this.replaceTogether(html), shownAt: () => 0 });
    this.fitContext();
    narrow.addEventListener("change", () => this.fitContext());
    if (new URLSearchParams(location.search).get("from") === "search") this.fromSearch = this.conversation;
    history.replaceState(this.place, "");
    this.addEventListener("click", (event) => this.onClick(event));
    this.addEventListener("pointerover", (event) => this.prefetch(event.target.closest?.("[data-conversation]")));
    document.addEventListener("keydown", (event) => this.typeAhead(event), { capture: true });
    this.addEventListener("note-arrived", () => this.refreshContext());
    this.addEventListener("lines-seen", () => this.reading.arrived());
    this.addEventListener("toggle", (event) => event.newState === "closed" && this.head.goOn(), { capture: true });
    for (const end of ["pointerup", "pointercancel"]) this.addEventListener(end, () => setTimeout(() => this.head.goOn()));
    window.addEventListener("popstate", (event) => event.state && this.returnTo(event.state));
    document.addEventListener("open-address", (event) => this.onOpenAddress(event));
    this.registerCommands();
    this.restorePhone();
    nameReader(this);
    if (this.conversation) this.closest("body").dataset.open = this.conversation;
    if (this.conversation) this.reading.opened();
  }

  get conversation() {
    return this.dataset.conversation;
  }

  get list() {
    return this.querySelector("conversation-list");
  }

  /** Which list stands here: view, order, inbox, search, and the address's query. */
  get choice() {
    return this.querySelector(".list-pane").dataset;
  }

  get listName() {
    return this.querySelector(".list-head h1").textContent.trim();
  }

  get listTitle() {
    return `${this.listName} · Regulars`;
  }

  addressOfList() {
    const { view, query } = this.choice;
    return `/inbox/${view}${query ? `?${query}` : ""}`;
  }

  addressOf(id) {
    const query = new URLSearchParams(this.choice.query);
    query.set("view", this.choice.view);
    return `/conversations/${id}?${query}`;
  }

  /** What the browser's history keeps of a step. */
  get place() {
    return { conversation: this.conversation, list: this.addressOfList() };
  }

  /** Let history and address bar tell of what is here now: as a new step (`pushState`), or in the place of this one. */
  note(how) {
    history[how](this.place, "", this.conversation ? this.addressOf(this.conversation) : this.addressOfList());
  }

  /** Back or forward in the browser's history: to another list, another conversation, or both. */
  async returnTo({ conversation, list }) {
    if (location.pathname.endsWith("/person")) return location.reload();
    const isHere = list === this.addressOfList() || (await this.views.show(list));
    if (isHere === null) return;
    if (conversation !== this.conversation) await this.show(conversation, { keyboard: true });
    if (!isHere) this.note("replaceState");
  }

  onClick(event) {
    const telling = event.target.closest("[data-tells-seen]");
    if (telling) telling.dataset.values = JSON.stringify({ seen: this.newestSeen });
    const jump = event.target.closest("#context [data-jump]");
    if (jump) {
      event.preventDefault();
      takeAway();
      return this.querySelector("message-thread")?.jump(jump.dataset.jump);
    }
    const link = event.target.closest("a[data-conversation], a[data-open-conversation]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.open(link.dataset.conversation ?? link.dataset.openConversation, { keyboard: event.detail === 0 });
  }

  onOpenAddress(event) {
    const id = idOf(event.detail.url);
    if (!id) return;
    event.preventDefault();
    this.open(id);
  }

  prefetch(row) {
    const id = row?.dataset.conversation;
    if (!id || row === this || id === this.conversation || this.prefetched.has(id)) return;
    if (this.prefetched.size > 6) this.prefetched.delete(this.prefetched.keys().next().value);
    this.prefetched.set(id, this.ask(id));
  }

  /** A conversation, and how far the stream had told when it was asked for: from there the stream goes on with it. */
  ask(id) {
    return { at: Date.now(), cursor: this.dataset.cursor, html: this.load(id).catch(() => null) };
  }

  async load(id) {
    const response = await get(this.addressOf(id));
    return response.ok ? response.text() : null;
  }

  /** Open a conversation: the row answers at once, the thread follows; older than two seconds is asked anew. */
  async open(id, { keyboard = false } = {}) {
    if (!id || id === this.conversation) {
      if (id) this.dataset.region = "thread";
      return;
    }
    this.dataset.conversation = id;
    this.note("pushState");
    await this.show(id, { keyboard });
  }

  async show(id, { keyboard = false } = {}) {
    takeAway();
    const before = this.shown;
    this.dataset.conversation = id;
    this.dataset.region = id ? "thread" : "list";
    this.list?.mark(id);
    if (!id) {
      this.arrive();
      this.list?.focusCurrent();
      this.showNothing();
      return this.follow(this.dataset.cursor);
    }
    this.depart(keyboard ? "keyboard" : "pointer");
    const known = this.prefetched.get(id);
    this.prefetched.delete(id);
    let asked = known && Date.now() - known.at < 2000 ? known : this.ask(id);
    let html = await asked.html;
    if (html === null && asked === known) html = await (asked = this.ask(id)).html;
    if (this.conversation !== id) return;
    const typed = this.arrive();
    if (html === null) return this.stayWith(before);
    this.replacePanes(html);
    this.follow(asked.cursor);
    this.focusThread(keyboard, typed);
    this.reading.opened();
  }

  /** The conversation whose thread and composer stand on the screen. */
  get shown() {
    return this.querySelector("message-thread")?.dataset.conversation ?? "";
  }

  /** Until the next conversation is here, nothing goes into the one that stands there: no key, no click, no answer. */
  depart(how) {
    const pane = this.querySelector("#conversation");
    pane.inert = true;
    pane.dataset.loading = how;
    pane.setAttribute("aria-busy", "true");
    this.typed ??= "";
  }

  /** The pane can be used again; gives what was typed meanwhile. */
  arrive() {
    const pane = this.querySelector("#conversation");
    pane.inert = false;
    delete pane.dataset.loading;
    pane.removeAttribute("aria-busy");
    const { typed = "" } = this;
    this.typed = null;
    return typed;
  }

  /** Who clicks a conversation and begins to write means its composer, even before it is there. */
  typeAhead(event) {
    const waits = this.querySelector("#conversation")?.dataset.loading === "pointer" && !isTyping(event.target);
    if (!waits || !(event.key?.length === 1 || WHILE_TYPING.has(event.key)) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (event.key === "Backspace") this.typed = [...this.typed].slice(0, -1).join("");
    else if (event.key === "Enter") this.typed += event.shiftKey ? "\n" : ""; // nothing is sent to a thread that nobody sees yet
    else this.typed += event.key;
  }

  /** It could not be loaded: row, address and composer are all those of the conversation that is still there. */
  stayWith(before) {
    toast(gettext("The conversation could not be loaded. Check the connection and try again."), { kind: "bad" });
    this.dataset.conversation = before;
    this.note("replaceState");
    this.dataset.region = before ? "thread" : "list";
    this.list?.mark(before);
  }

  /** Let the live stream follow what is open now, from a place in what it tells. */
  follow(cursor) {
    document.dispatchEvent(new CustomEvent("conversation-chosen", { detail: { id: this.conversation, cursor } }));
  }

  /** No conversation is open: none stays on the screen either, where it would grow stale. */
  showNothing() {
    const nothing = document.getElementById("nothing-chosen").content.cloneNode(true);
    this.querySelector("#conversation").replaceChildren(nothing);
    this.querySelector("#context").replaceChildren();
    document.title = this.listTitle;
  }

  replacePanes(html) {
    const fresh = fragment(html);
    for (const pane of ["conversation", "context"]) {
      const made = fresh.getElementById(pane);
      if (made) this.querySelector(`#${pane}`).replaceWith(made);
    }
    if (this.dataset.usualContext) { // from a page without a contact beside it
      this.usualContext = this.dataset.usualContext;
      delete this.dataset.usualContext;
      this.fitContext();
    }
    writeTimes(this);
    nameReader(this);
    this.showPhone();
    document.title = `${this.querySelector(".thread-name")?.textContent.trim() ?? ""} · Regulars`;
  }

  /** Who clicked or searched goes on writing; who walks the list with keys stays in it. */
  focusThread(keyboard, typed = "") {
    if (keyboard || matchMedia("(pointer: coarse)").matches) return;
    const text = this.querySelector(".composer-text");
    if (!text?.checkVisibility()) return this.querySelector("message-thread")?.focus({ preventScroll: true });
    text.focus({ preventScroll: true });
    if (!typed) return;
    text.setRangeText(typed, text.value.length, text.value.length, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Put the address bar back to the list, and the eyes where they were. */
  back() {
    const search = document.activeElement?.closest?.(".list-search input");
    if (search) return search.value ? false : this.list.focusCurrent(); // the browser clears it first
    if (this.dataset.phone === "open" && innerWidth < 1440) return this.togglePhone();
    if (this.querySelector("message-composer")?.stepBack()) return;
    if (this.list?.selecting.clear()) return;
    if (!this.conversation) return false;
    if (this.fromSearch === this.conversation) return history.back(); // to the results, as they were
    this.close();
  }

  close() {
    const left = this.conversation;
    this.dataset.conversation = "";
    this.note("pushState");
    this.dataset.region = "list";
    this.list?.mark("");
    this.list?.focusRow(left);
    this.showNothing();
    this.follow(this.dataset.cursor);
  }

  registerCommands() {
    listenForMacros(this);
    onCommand("back", () => this.back());
    onCommand("context", () => this.toggleContext());
    onCommand("phone", () => this.togglePhone());
    onCommand("resolve", () => this.bulk("resolve") || this.act("status", this.isResolved ? { status: "open" } : { status: "resolved", ...this.seenOf("message") }));
    onCommand("assign-me", () => this.bulk("assign-me") || this.act("assignment", { member: "me", ...this.seenOf("assignee") }));
    onCommand("mark-unread", () => this.bulk("unread") || this.act("reading", { state: "unread" }) && (this.meant !== this.conversation || this.back()));
    onCommand("assign", () => this.bulk("assign") || this.press(".assign [popovertarget]"));
    onCommand("tag", () => this.bulk("tag") || this.press(".tagging [popovertarget]"));
    onCommand("snooze", () => this.bulk("snooze") || this.press(".snoozing [popovertarget]"));
    onCommand("priority", () => this.bulk("more") || this.pressMore("[role=menuitemradio][aria-checked=true]"));
    onCommand("follow", () => this.press("[data-follow]"));
  }

  /** The same for all that are selected in the list; false while none is. */
  bulk(what) {
    return Boolean(this.list?.selecting.press(what));
  }

  /** Open a menu of the head of the conversation that is meant. */
  async press(selector) {
    if (this.meant !== this.conversation) await this.open(this.meant, { keyboard: true });
    const button = this.querySelector(`#thread-head ${selector}`);
    if (!button) return false;
    button.click();
  }

  /** Open the menu of all that is less often done, with one of its items in focus. */
  async pressMore(selector) {
    if ((await this.press(".thread-more [popovertarget]")) === false) return false;
    this.querySelector(`#thread-more-menu ${selector}`)?.focus();
  }

  /** The contact's last message that whoever decides has seen. */
  get newestSeen() {
    return this.querySelector("message-thread")?.newestSeen ?? "";
  }

  /** Of a row alone: whose it is, how much is unread. */
  seenInRow(what) {
    const row = document.getElementById(`row-${this.meant}`)?.dataset ?? {};
    return what === "message" ? { unread: row.unread ?? "" } : { seen: row.assignee ?? "" };
  }

  /** What the hand that presses the key has before its eyes. */
  seenOf(what) {
    if (this.meant !== this.shown) return this.seenInRow(what);
    return { seen: what === "message" ? this.newestSeen : (this.querySelector("#thread-head")?.dataset.assignee ?? "") };
  }

  /** The conversation that a key is about: the row with the focus, else the open one. */
  get meant() {
    return document.activeElement?.closest?.(".conversation-row")?.dataset.conversation ?? this.conversation;
  }

  get isResolved() {
    return this.meant === this.shown ? Boolean(this.querySelector("[data-reopen]")) : this.choice.view === "resolved";
  }

  /** One change to the conversation that is meant; its head comes back as it is now. */
  act(what, values) {
    const id = this.meant;
    if (!id) return false;
    const asked = performance.now();
    this.presses.once(`${id} ${what}`, () => post(`/conversations/${id}/${what}`, values).then(async (response) => {
      if (response.ok && response.status !== 204 && id === this.shown) this.head.take(await response.text(), asked);
    }).catch(() => toast(gettext("No connection. Nothing was changed."), { kind: "bad" })));
    return true;
  }

  /** True when it stands there; an open menu and a pressed button of the head are not taken from under somebody's hand. */
  replaceHead(html) {
    const head = fragment(html).getElementById("thread-head");
    if (!head || head.dataset.conversation !== this.shown) return true;
    if (this.querySelector("#thread-head :is([popover]:popover-open, button:active)")) return false;
    head.toldAt = performance.now();
    exchange(this.querySelector("#thread-head"), head);
    writeTimes(head);
    const strip = this.querySelector("window-strip");
    if (strip && strip.getAttribute("closes") !== head.dataset.closes) strip.setAttribute("closes", head.dataset.closes);
    if (strip && strip.getAttribute("ad-closes") !== head.dataset.adCloses) strip.setAttribute("ad-closes", head.dataset.adCloses);
    nameReader(head);
    if (head.dataset.writes !== (this.querySelector("message-composer")?.dataset.modes ?? "")) this.show(this.shown); // other rights
    return true;
  }

  /** All threads of a person, read together, with what came to one of them. */
  async loadTogether() {
    const response = this.querySelector("[data-together]") && (await get(location.href).catch(() => null));
    return response?.ok ? response.text() : null;
  }

  replaceTogether(html) {
    const [fresh, shown] = [fragment(html).getElementById("conversation"), this.querySelector("[data-together]")];
    if (!fresh || !shown) return true;
    const { scrollTop } = shown.querySelector(".together");
    exchange(shown, fresh);
    fresh.querySelector(".together").scrollTop = scrollTop;
    writeTimes(fresh);
    nameReader(fresh);
    return true;
  }

  async loadHead() {
    const id = this.conversation;
    const response = id && (await get(`/conversations/${id}/head`).catch(() => null));
    return response?.ok && id === this.conversation ? response.text() : null;
  }

  /** The panel as it is now; left alone while somebody writes in it. */
  async refreshContext() {
    const id = this.conversation;
    const response = id && (await get(`/conversations/${id}/context`).catch(() => null));
    const panel = this.querySelector("#context");
    if (!response?.ok || id !== this.conversation) return;
    if (panel.contains(document.activeElement)) return void panel.addEventListener("focusout", () => setTimeout(() => this.refreshContext()), { once: true });
    const { scrollTop } = panel;
    panel.replaceWith(fragment(await response.text()));
    this.querySelector("#context").scrollTop = scrollTop;
    writeTimes(this.querySelector("#context"));
    nameReader(this.querySelector("#context"));
  }

  /** Other rights: the list, and what may be done with the open conversation. */
  lookAgain() {
    this.prefetched.clear();
    this.views.refresh();
    this.head.soon();
    this.together.soon();
    this.refreshContext();
  }

  /** The open conversation is out of this member's sight now; what was written for it is not lost. */
  leave() {
    const composer = this.querySelector("message-composer");
    const unsent = composer?.unsent ?? [];
    composer?.forgetSaving();
    toast(gettext("This conversation is not visible to you any more."));
    this.close();
    if (unsent.length) this.querySelector("#conversation").append(keptText(unsent));
  }

  /** Beside the thread where there is room, as it was left; elsewhere it comes when it is asked for. */
  fitContext() {
    this.usualContext ??= this.dataset.context;
    this.dataset.context = narrow.matches ? "closed" : this.usualContext;
  }

  toggleContext() {
    if (!this.conversation) return false;
    if (!narrow.matches) {
      this.togglePane("context");
      this.usualContext = this.dataset.context;
    } else if (!takeAway()) {
      this.dataset.context = "open";
      layOver(this.querySelector("#context"), narrow, () => (this.dataset.context = "closed"));
    }
  }

  togglePane(name) {
    const next = this.dataset[name] === "open" ? "closed" : "open";
    this.dataset[name] = next;
    if (!narrow.matches) remember(name, next);
  }

  togglePhone() {
    if (!this.querySelector(".phone-pane")) return false;
    this.togglePane("phone");
    this.restorePhone();
  }

  restorePhone() {
    const frame = this.querySelector(".phone-pane iframe");
    if (!frame) return;
    const saved = document.cookie.match(/regulars_phone=(\w+)/)?.[1];
    this.dataset.phone ??= saved && innerWidth >= 1440 ? saved : "closed";
    if (this.dataset.phone === "open") this.showPhone(frame);
    document.querySelector("[data-command=phone]")?.setAttribute("aria-pressed", String(this.dataset.phone === "open"));
  }

  /** The phone of the open conversation; in a group, or while none is open, the one that was there. */
  showPhone(frame = this.querySelector(".phone-pane iframe")) {
    const whose = this.querySelector("#conversation")?.dataset.phone ?? "";
    if (!frame || this.dataset.phone !== "open" || (frame.src && (!whose || whose === this.phoneShown))) return;
    this.phoneShown = whose;
    const address = frame.dataset.src + whose;
    if (frame.src) frame.contentWindow.location.replace(address); // going back in the browser is not about the phone
    else frame.src = address;
  }
}

customElements.define("inbox-screen", InboxScreen);
document.addEventListener("fragments-replaced", () => nameReader(document));
