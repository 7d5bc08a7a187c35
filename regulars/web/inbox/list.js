// <conversation-list>: one tab stop with arrows inside, more rows by cursor, and live rows that never move
// under the pointer or the focus: what is new waits behind "3 new above".
import { onCommand } from "../design/keyboard/keyboard.js";
import { fragment, get } from "../design/page.js";
import { interpolate, ngettext } from "../design/strings.js";
import { writeTimes } from "../design/time/time.js";
import { nameReader } from "./reader.js";
import { Selecting } from "./selecting.js";

const LAST = "9999";
const STATUS = { open: "open", waiting: "open", snoozed: "snoozed", done: "resolved" };
const URGENCY = { urgent: 0, high: 1, normal: 2, low: 3 };
const ASKED_AFTER = 1500;
const MOST_AT_ONCE = 50;
const CLOSING_WITHIN = 4 * 3_600_000;

/** What rows are sorted by, as a text; the newest first where that is so. */
const ORDERS = {
  newest: { key: (row) => row.dataset.last, isDescending: true },
  longest_waiting: { key: (row) => row.dataset.waiting || LAST },
  waking: { key: (row) => row.dataset.wakes || LAST },
  sla: { key: (row) => (row.dataset.due ? `0 ${row.dataset.due}` : `1 ${row.dataset.waiting || LAST}`) },
  closing: { key: (row) => `${URGENCY[row.dataset.priority]} ${row.dataset.closes || LAST}` },
};

function isClosing(closes) {
  const left = Date.parse(closes ?? "") - Date.now();
  return left > 0 && left <= CLOSING_WITHIN;
}

class ConversationList extends HTMLElement {
  connectedCallback() {
    this.rows = this.querySelector(".rows");
    this.newAbove = this.querySelector(".new-above");
    this.waiting = new Map();
    this.asked = new Set();
    this.screen = this.closest("inbox-screen");
    this.selecting = new Selecting(this);
    this.rows.addEventListener("keydown", (event) => this.onKey(event));
    this.rows.addEventListener("focus", () => this.focusCurrent());
    this.addEventListener("pointerleave", () => this.settleSoon());
    this.addEventListener("focusout", () => this.settleSoon());
    this.newAbove.addEventListener("click", () => this.settle({ scroll: true }));
    this.rows.addEventListener("click", (event) => event.target.closest(".load-more button") && this.loadMore());
    this.watchEnd();
    this.mark(this.screen.dataset.conversation);
    onCommand("next-conversation", () => this.walk(1));
    onCommand("previous-conversation", () => this.walk(-1));
    onCommand("open-conversation", () => this.screen.open(document.activeElement?.dataset?.conversation));
    onCommand("select", () => this.selecting.toggle(document.activeElement.closest(".conversation-row") ?? this.row(this.screen.dataset.conversation)));
    onCommand("search-list", () => document.querySelector(".list-search input")?.focus());
  }

  get isSaved() {
    return this.screen.choice.saved !== undefined;
  }

  get items() {
    return [...this.rows.querySelectorAll(".conversation-row")];
  }

  row(id) {
    return id ? this.rows.querySelector(`#row-${CSS.escape(id)}`) : null;
  }

  /** Show which row is open; keep exactly one row in the tab order. */
  mark(id) {
    for (const row of this.items) {
      const current = row.dataset.conversation === id;
      row.setAttribute("aria-current", String(current));
      row.tabIndex = -1;
    }
    const stop = this.row(id) ?? this.items[0];
    if (stop) stop.tabIndex = 0;
    this.rows.tabIndex = stop ? -1 : 0;
    this.row(id)?.scrollIntoView({ block: "nearest" });
    this.dress();
  }

  focusRow(id) {
    (this.row(id) ?? this.items[0])?.focus({ preventScroll: false });
  }

  focusCurrent() {
    this.focusRow(this.screen.dataset.conversation);
  }

  onKey(event) {
    const items = this.items;
    const at = items.indexOf(document.activeElement.closest(".conversation-row"));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey) return;
    event.preventDefault();
    const next = items[Math.max(0, Math.min(to, items.length - 1))];
    if (event.shiftKey && next) this.selecting.extend(next);
    next?.focus();
  }

  /** J and K: open the next one, keep the focus in the list. */
  walk(step) {
    const items = this.items;
    if (!items.length) return false;
    const here = document.activeElement.closest(".conversation-row") ?? this.row(this.screen.dataset.conversation);
    const next = items[Math.max(0, Math.min(items.indexOf(here) + step, items.length - 1))] ?? items[0];
    next.focus();
    this.screen.open(next.dataset.conversation, { keyboard: true });
  }

  watchEnd() {
    this.observer ??= new IntersectionObserver((entries) => entries.some((each) => each.isIntersecting) && this.loadMore(), {
      root: this.rows, rootMargin: "400px",
    });
    const more = this.rows.querySelector(".load-more");
    if (more) this.observer.observe(more);
  }

  async loadMore() {
    const more = this.rows.querySelector(".load-more");
    if (!more || more.dataset.loading) return;
    more.dataset.loading = "true";
    const join = more.dataset.more.includes("?") ? "&" : "?";
    const response = await get(`${more.dataset.more}${join}cursor=${encodeURIComponent(more.dataset.cursor)}`).catch(() => null);
    if (!response?.ok) return delete more.dataset.loading;
    const fresh = fragment(await response.text());
    for (const row of fresh.querySelectorAll(".conversation-row")) if (this.row(row.dataset.conversation)) row.remove();
    this.observer.unobserve(more);
    more.replaceWith(fresh);
    this.dress();
    this.watchEnd();
  }

  dress() {
    this.rows.role = this.items.length ? "listbox" : "region";
    this.rows.toggleAttribute("aria-multiselectable", false);
    if (this.items.length) this.rows.setAttribute("aria-multiselectable", "true");
    const unseen = new Set((this.rows.dataset.unseen ?? "").split(" "));
    writeTimes(this.rows);
    nameReader(this.rows);
    for (const row of this.items) {
      const current = row.dataset.conversation === this.screen.dataset.conversation;
      row.setAttribute("aria-current", String(current));
      if (current) unseen.delete(row.dataset.conversation);
      row.classList.toggle("mentioned", unseen.has(row.dataset.conversation));
    }
    if (this.rows.dataset.unseen !== undefined) this.rows.dataset.unseen = [...unseen].join(" ");
    this.selecting?.dress();
  }

  /** Whether what changed is in a saved view only the server knows: it is asked about all of it together. */
  async askAmong() {
    const ids = [...this.asked].slice(0, MOST_AT_ONCE);
    for (const id of ids) this.asked.delete(id);
    const address = this.screen.addressOfList();
    const join = address.includes("?") ? "&" : "?";
    const query = new URLSearchParams(ids.map((id) => ["among", id]));
    const response = await get(`${address}${join}${query}`, { part: "among" }).catch(() => null);
    if (!response?.ok || !this.isConnected) return;
    const found = new Map([...fragment(await response.text()).querySelectorAll(".conversation-row")].map((row) => [row.dataset.conversation, row]));
    for (const id of ids) {
      const row = found.get(id);
      if (!row) this.waiting.delete(id);
      else if (!this.row(id)) this.waiting.set(id, row.outerHTML);
      this.row(id)?.classList.toggle("leaving", !row);
    }
    if (this.asked.size) this.askSoon();
    if (this.isBusy) this.tellWaiting();
    else this.settle();
  }

  askSoon(...ids) {
    for (const id of ids) this.asked.add(id);
    this.asking ??= setTimeout(() => {
      this.asking = null;
      if (this.isConnected) this.askAmong();
    }, ASKED_AFTER);
  }

  /** Whether a conversation with these facts belongs into this list. */
  belongs(facts, known) {
    const { view, inbox, tag, state } = this.screen.choice;
    const reader = document.body.dataset.member;
    if (inbox && facts.inbox_id !== inbox) return false;
    if (tag && !facts.tags.includes(tag)) return false;
    if (state !== "any" && facts.status !== STATUS[state]) return false;
    if ((state === "waiting" || view === "closing") && !facts.waiting_since) return false;
    if (this.isSaved) return Boolean(known); // until the server was asked
    if (view === "unread") return facts.unread > 0;
    if (view === "closing") return isClosing(facts.closes);
    if (view === "at_risk") return facts.promise === "warned" || facts.promise === "breached";
    if (view === "batch") return facts.is_batch;
    if (view === "overdue") return Boolean(known) && !facts.is_ours_last; // who becomes overdue does so by the time
    if (view === "mentions" || view === "following") return Boolean(known); // who is told of them asks anew
    if (view === "mine") return facts.assignee_id === reader;
    return view !== "unassigned" || !facts.assignee_id;
  }

  get isBusy() {
    return this.matches(":hover") || (this.rows.contains(document.activeElement) && document.activeElement !== this.rows);
  }

  /** A row changed somewhere: patch it where it stands, keep the rest still while a hand or the focus is here. */
  receive({ conversation_id: id, html, facts }) {
    const known = this.row(id);
    const belongs = this.belongs(facts, known);
    if (this.isSaved) this.askSoon(id);
    if (known) {
      const made = fragment(html).firstElementChild;
      const focused = document.activeElement === known;
      known.replaceWith(made);
      made.tabIndex = known.tabIndex;
      if (focused) made.focus({ preventScroll: true });
      made.classList.toggle("leaving", !belongs);
      this.dress();
    } else if (belongs && !this.screen.choice.search) {
      this.waiting.set(id, html);
    }
    if (this.isBusy) this.tellWaiting();
    else this.settle();
  }

  remove(id) {
    this.waiting.delete(id);
    this.row(id)?.remove();
    this.tellWaiting();
    this.showEmptiness();
  }

  tellWaiting() {
    const count = this.waiting.size;
    this.newAbove.hidden = count === 0;
    this.newAbove.textContent = interpolate(ngettext("%(count)s new", "%(count)s new", count), { count });
    const label = ngettext("Show %(count)s new conversation", "Show %(count)s new conversations", count);
    this.newAbove.setAttribute("aria-label", interpolate(label, { count }));
  }

  settleSoon() {
    setTimeout(() => !this.isBusy && this.settle(), 400);
  }

  /** Take in what waited, let go of what left, put all in order. */
  settle({ scroll = false } = {}) {
    for (const html of this.waiting.values()) this.rows.prepend(fragment(html));
    this.waiting.clear();
    for (const row of this.rows.querySelectorAll(".leaving")) {
      if (row.dataset.conversation !== this.screen.dataset.conversation) row.remove();
    }
    this.sort();
    this.dress();
    this.tellWaiting();
    this.showEmptiness();
    if (scroll) this.rows.scrollTo({ top: 0 });
  }

  sort() {
    const { key, isDescending } = ORDERS[this.screen.choice.order] ?? ORDERS.longest_waiting;
    const rows = this.items;
    const sorted = [...rows].sort((one, other) => (isDescending ? key(other).localeCompare(key(one)) : key(one).localeCompare(key(other))));
    if (sorted.every((row, place) => row === rows[place])) return;
    const focused = document.activeElement;
    this.rows.prepend(...sorted);
    if (focused?.isConnected && this.rows.contains(focused)) focused.focus({ preventScroll: true });
  }

  /** The empty state leaves with the first row, and comes back (asked anew) with the last one gone. */
  async showEmptiness() {
    const empty = this.rows.querySelector(".empty-state");
    if (this.items.length) return empty?.remove();
    if (empty) return;
    const response = await get(this.screen.addressOfList()).catch(() => null);
    if (response?.ok && !this.items.length) {
      this.rows.replaceChildren(fragment(await response.text()));
      this.dress();
    }
  }
}

customElements.define("conversation-list", ConversationList);
