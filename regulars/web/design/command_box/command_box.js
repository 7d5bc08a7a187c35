// Ctrl/Cmd+K: people and conversations from the server, lists, pages and actions from this page; the last used come first.
import { folded } from "../folding.js";
import { element, get, icon } from "../page.js";
import { available, isComposition, onCommand, run } from "../keyboard/keyboard.js";
import { keymap } from "../keyboard/keymap.js";
import { keycaps } from "../keyboard/cheat_sheet.js";
import { gettext, interpolate } from "../strings.js";

const RECENT = "regulars.recent-commands";
const MOST_RECENT = 5;
const GROUPS = [
  ["recent", gettext("Last used")],
  ["person", gettext("People")],
  ["conversation", gettext("Conversations")],
  ["case", gettext("Cases")],
  ["tag", gettext("Tags")],
  ["message", gettext("Messages")],
  ["search", gettext("Search")],
  ["list", gettext("Lists")],
  ["action", gettext("Actions")],
  ["page", gettext("Pages")],
];
const recent = () => JSON.parse(localStorage.getItem(RECENT) ?? "[]");
const rowOf = (command) => keymap.find((row) => row.command === command);

/** The lists and pages of the navigation. A key that goes to one stands beside it. */
function places() {
  return [...document.querySelectorAll(".rail a.rail-item, .more-pages a")].map((link) => ({
    group: link.matches("[data-view], [data-inbox]") ? "list" : "page",
    id: link.href,
    icon: link.dataset.icon ?? link.querySelector("use")?.href.baseVal.split("#")[1] ?? "forward",
    label: link.querySelector(".rail-word")?.textContent.trim() ?? link.textContent.trim(),
    words: link.dataset.words,
    row: link.dataset.view || link.dataset.place ? rowOf(`go-${link.dataset.view ?? link.dataset.place}`) : null,
    act: () => link.click(),
  }));
}

/** What can be done here, except what a place of the navigation does. */
function actions(known) {
  const rows = available().filter((row) => !row.native && row.command !== "command-box" && !known.has(row));
  return rows.map((row) => ({
    group: row.command.startsWith("go-") ? "page" : "action", id: row.command, icon: row.icon ?? "command", label: row.label, row, act: () => run(row.command),
  }));
}

function localChoices() {
  const found = places();
  return [...found, ...actions(new Set(found.map((place) => place.row)))];
}

class CommandBox extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.list = this.querySelector("[role=listbox]");
    this.input.addEventListener("input", () => {
      this.hasMoved = false;
      this.search();
    });
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
    this.list.addEventListener("pointermove", (event) => this.move(event.target.closest("[role=option]")));
  }

  open() {
    this.input.value = "";
    this.hasMoved = false;
    this.search();
    this.closest("dialog").showModal();
    this.input.focus();
  }

  async search() {
    const said = this.input.value.trim();
    const wanted = folded(said);
    this.local = localChoices().filter((choice) => wanted.split(/\s+/).every((word) => folded(`${choice.label} ${choice.words ?? ""}`).includes(word)));
    this.abort?.abort();
    const asks = wanted.length >= 2;
    this.draw(wanted ? this.local : this.withRecent(), asks ? gettext("Searching") : this.nothingFor(said));
    if (!asks) return;
    this.abort = new AbortController();
    const url = `${this.dataset.searchUrl}?q=${encodeURIComponent(said)}`;
    const answer = await get(url, { signal: this.abort.signal }).then((response) => response.json()).catch(() => null);
    if (folded(this.input.value.trim()) !== wanted) return;
    const found = answer?.items.map((item) => ({ ...item, id: item.url, act: () => this.follow(item.url) })) ?? [];
    this.draw([...found, this.everywhere(said), ...this.local], answer ? this.nothingFor(said) : gettext("No connection. People and conversations were not searched."));
  }

  /** With nothing typed, what was used last stands first. */
  withRecent() {
    const last = recent().map((id) => this.local.find((choice) => choice.id === id)).filter(Boolean).slice(0, MOST_RECENT);
    return [...last.map((choice) => ({ ...choice, group: "recent" })), ...this.local.filter((choice) => !last.includes(choice))];
  }

  /** The way to the page that searches everything. */
  everywhere(text) {
    const url = `${this.dataset.searchPage}?q=${encodeURIComponent(text)}`;
    return { group: "search", id: "search", icon: "search", label: interpolate(gettext("Search everywhere for “%(text)s”"), { text }), act: () => location.assign(url) };
  }

  nothingFor(text) {
    return interpolate(gettext("Nothing found for “%(text)s” in names, numbers and commands."), { text });
  }

  follow(url) {
    if (url.includes("#")) return location.assign(url); // a place in a thread
    const event = new CustomEvent("open-address", { bubbles: true, cancelable: true, detail: { url } });
    if (document.dispatchEvent(event)) location.assign(url);
  }

  /** Draw what was found under its headings. What was chosen with the arrows stays chosen when more is found. */
  draw(choices, otherwise) {
    const kept = this.hasMoved && this.choices[this.at]?.id;
    const groups = GROUPS.map(([key, title]) => [title, choices.filter((choice) => choice.group === key)]).filter(([, members]) => members.length);
    this.choices = groups.flatMap(([, members]) => members);
    let at = 0;
    this.list.replaceChildren(...groups.map(([title, members]) => {
      const heading = element("div", { class: "command-heading", "aria-hidden": "true" }, title);
      return element("div", { role: "group", "aria-label": title }, heading, ...members.map((choice) => this.option(choice, at++)));
    }));
    if (!choices.length) this.list.append(element("p", { class: "command-empty", role: "status" }, otherwise));
    const again = Math.max(0, this.choices.findIndex((choice) => choice.id === kept));
    this.point(this.list.querySelector(`#command-${again}`));
  }

  option(choice, at) {
    const label = element("bdi", { class: "truncate" }, choice.label);
    const end = element("span", { class: "end" }, choice.detail ? element("bdi", { class: "isolate small" }, choice.detail) : null);
    if (choice.row) keycaps(choice.row).then((caps) => end.append(...caps.slice(0, 1)));
    return element("div", { role: "option", id: `command-${at}`, "aria-selected": "false" }, icon(choice.icon), label, end);
  }

  get at() {
    return Number(this.list.querySelector("[aria-selected=true]")?.id.replace("command-", "") ?? 0);
  }

  move(option) {
    if (option) this.hasMoved = true;
    this.point(option);
  }

  point(option) {
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    if (option.getAttribute("aria-selected") === "true") return;
    this.list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    const options = [...this.list.querySelectorAll("[role=option]")];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to !== undefined && options.length) {
      event.preventDefault();
      this.move(options[(to + options.length) % options.length]);
    }
    if (event.key === "Enter" && !isComposition(event)) {
      event.preventDefault();
      this.choose(options[at]);
    }
  }

  choose(option) {
    const choice = option && this.choices[Number(option.id.replace("command-", ""))];
    if (!choice) return;
    localStorage.setItem(RECENT, JSON.stringify([choice.id, ...recent().filter((id) => id !== choice.id)].slice(0, 8)));
    this.closest("dialog").close();
    choice.act();
  }
}

customElements.define("command-box", CommandBox);

onCommand("command-box", () => {
  const box = document.querySelector("command-box");
  if (!box) return false;
  const dialog = box.closest("dialog");
  if (dialog.open) dialog.close();
  else box.open();
});
