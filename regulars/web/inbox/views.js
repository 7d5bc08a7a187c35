// Another list in the place of the one that stands here. Views, numbers, orders and searches are addresses under /inbox; each
// is fetched as a pane, the open conversation stays, and the browser's history, title and rail follow.
import { takeAway } from "../design/drawer/drawer.js";
import { announce, fragment, get, isTyping } from "../design/page.js";
import { toast } from "../design/toast/toast.js";
import { gettext } from "../design/strings.js";
import { writeTimes } from "../design/time/time.js";
import { nameReader } from "./reader.js";

const oneAtATime = matchMedia("(width < 720px)");
const FRESH = 2000;
const isWithKeys = (event) => event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || Boolean(event.button);
const isList = (url) => url.origin === location.origin && /^\/inbox(\/[\w-]+)?$/.test(url.pathname);

/** The link to a list that a press or a click is on; nothing when it asks for another window. */
function listUnder(event) {
  const link = event.target.closest?.("a[href]:not([target])");
  return !event.defaultPrevented && !isWithKeys(event) && link && isList(new URL(link.href)) ? link : null;
}

/** Which view or number an address names; nothing for the one that leaves the choice to the server. */
function choiceIn(url) {
  return { view: url.pathname.split("/")[2] ?? "", inbox: url.searchParams.get("inbox") ?? "" };
}

function markNavigation({ view, inbox }) {
  for (const link of document.querySelectorAll(":is(.rail, .bottom-bar) :is([data-view], [data-inbox])")) {
    const isCurrent = inbox ? link.dataset.inbox === inbox : link.dataset.view === view;
    if (isCurrent) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** What has the focus in a pane, to find it again in the next one. */
function focusIn(pane) {
  const active = document.activeElement;
  if (!pane.contains(active) && active !== document.body) return null;
  if (active.matches("input[type=search]")) return "input[type=search]";
  return active.closest("menu-button") ? "menu-button [popovertarget]" : "";
}

export class Views {
  constructor(screen) {
    this.screen = screen;
    document.addEventListener("pointerdown", (event) => this.onPress(event));
    document.addEventListener("click", (event) => this.onClick(event));
    document.addEventListener("submit", (event) => this.onSubmit(event));
  }

  get pane() {
    return this.screen.querySelector(".list-pane");
  }

  /** A finger needs a tenth of a second from the press to the click: so much earlier the list is asked for. */
  onPress(event) {
    const link = listUnder(event);
    if (!link || this.isShowing) return;
    const coming = (this.coming = this.ask(new URL(link.href)));
    setTimeout(() => this.coming === coming && !this.isShowing && (this.coming = null), FRESH);
  }

  onClick(event) {
    const link = listUnder(event);
    if (!link) return;
    event.preventDefault();
    link.closest("[popover]")?.hidePopover();
    this.choose(link.href);
  }

  onSubmit(event) {
    const form = event.target;
    if (event.defaultPrevented || !form.matches(".list-search")) return;
    event.preventDefault();
    const said = [...new FormData(form)].filter(([, value]) => value);
    this.choose(`${form.action}?${new URLSearchParams(said)}`);
  }

  /** Go to a list, as a step that leads back. Where there is room for one of both, it takes the conversation's place. */
  async choose(address) {
    takeAway();
    const { screen } = this;
    const before = screen.addressOfList();
    if (!(await this.show(address))) return;
    if (screen.conversation && oneAtATime.matches) screen.close();
    else if (screen.addressOfList() !== before) screen.note("pushState");
  }

  /** The same list as it is now; a search that is being typed comes first. */
  refresh() {
    const { pane } = this;
    if (!pane.contains(document.activeElement) || !isTyping()) return this.show(this.screen.addressOfList());
    pane.addEventListener("focusout", () => setTimeout(() => this.refresh()), { once: true });
  }

  /** Put another list here; true when it is here, false when it could not be loaded, null when another was asked for since. */
  async show(address) {
    const url = new URL(address, location.href);
    this.isShowing = true;
    this.pane.setAttribute("aria-busy", "true");
    if (choiceIn(url).view) markNavigation(choiceIn(url));
    const early = this.coming?.address === url.href && Date.now() - this.coming.at < FRESH ? this.coming : null;
    let coming = (this.coming = early ?? this.ask(url));
    let html = await coming.html;
    if (html === null && early && this.coming === early) html = await (coming = this.coming = this.ask(url)).html;
    if (this.coming !== coming) return null;
    this.coming = null;
    this.isShowing = false;
    if (html === null) this.stay();
    else this.replace(html, coming.news);
    return html !== null;
  }

  /** A list on its way, with what the stream tells until it is here. */
  ask(url) {
    return { address: url.href, at: Date.now(), html: this.load(url), news: [] };
  }

  async load(url) {
    const response = await get(url, { part: "pane" }).catch(() => null);
    return response?.ok ? response.text().catch(() => null) : null;
  }

  /** What the stream tells of the list. The one that is on its way may have been drawn before: it hears of it, too. */
  tell(change) {
    if (this.screen.list) change(this.screen.list);
    this.coming?.news.push(change);
  }

  replace(html, news) {
    const { pane, screen } = this;
    const focused = focusIn(pane);
    pane.replaceWith(fragment(html));
    markNavigation(screen.choice);
    writeTimes(this.pane);
    nameReader(this.pane);
    for (const change of news) change(screen.list);
    if (focused !== null) this.focus(focused);
    if (!screen.conversation) document.title = screen.listTitle;
    announce([screen.listName, this.pane.querySelector(".empty-state .title")?.textContent.trim()].filter(Boolean).join(". "));
  }

  focus(place) {
    const found = place && this.pane.querySelector(place);
    const { list } = this.screen;
    if (!found) return list.items.length ? list.focusCurrent() : list.rows.focus();
    found.focus();
    found.setSelectionRange?.(found.value.length, found.value.length);
  }

  /** It could not be loaded: the list that is still there is the one that the rail and the address tell of. */
  stay() {
    this.pane.removeAttribute("aria-busy");
    markNavigation(this.screen.choice);
    toast(gettext("The list could not be loaded. Check the connection and try again."), { kind: "bad" });
  }
}
