// Ctrl/Cmd+K: conversations and contacts from the server, views and actions from this page; recent ones first.
import { element, get, icon } from "../page.js";
import { available, isComposition, onCommand, run } from "../keyboard/keyboard.js";
import { keycaps } from "../keyboard/cheat_sheet.js";
import { gettext, interpolate } from "../strings.js";

const RECENT = "regulars.recent-commands";
const recent = () => JSON.parse(localStorage.getItem(RECENT) ?? "[]");
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function localChoices() {
  const pages = [...document.querySelectorAll(".rail a.rail-item")].map((link) => ({
    id: link.href,
    icon: link.querySelector("use")?.href.baseVal.split("#")[1] ?? "forward",
    label: link.querySelector(".rail-word")?.textContent.trim() ?? link.dataset.tip,
    words: link.dataset.words,
    act: () => link.click(),
  }));
  const commands = available().filter((row) => !row.native && row.command !== "command-box").map((row) => ({
    id: row.command, icon: row.icon ?? "command", label: row.label, row, act: () => run(row.command),
  }));
  return [...commands, ...pages];
}

class CommandBox extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.list = this.querySelector("[role=listbox]");
    this.input.addEventListener("input", () => this.search());
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
    this.list.addEventListener("pointermove", (event) => this.point(event.target.closest("[role=option]")));
  }

  open() {
    this.input.value = "";
    this.search();
    this.closest("dialog").showModal();
    this.input.focus();
  }

  async search() {
    const wanted = fold(this.input.value.trim());
    const order = recent();
    const local = localChoices()
      .filter((choice) => wanted.split(/\s+/).every((word) => fold(`${choice.label} ${choice.words ?? ""}`).includes(word)))
      .sort((one, other) => (order.indexOf(other.id) >= 0 ? 1 : 0) - (order.indexOf(one.id) >= 0 ? 1 : 0));
    this.draw(local);
    this.abort?.abort();
    if (wanted.length < 2) return;
    this.abort = new AbortController();
    const url = `${this.dataset.searchUrl}?q=${encodeURIComponent(this.input.value.trim())}`;
    const answer = await get(url, { signal: this.abort.signal }).then((response) => response.json()).catch(() => null);
    if (answer && fold(this.input.value.trim()) === wanted) {
      this.draw([...answer.items.map((item) => ({ ...item, id: item.url, act: () => this.follow(item.url) })), ...local]);
    }
  }

  follow(url) {
    const event = new CustomEvent("open-address", { bubbles: true, cancelable: true, detail: { url } });
    if (document.dispatchEvent(event)) location.assign(url);
  }

  draw(choices) {
    this.choices = choices.slice(0, 40);
    this.list.replaceChildren(...this.choices.map((choice, at) => this.option(choice, at)));
    if (!choices.length) {
      const text = interpolate(gettext("Nothing found for “%(text)s” in names, numbers and commands."), { text: this.input.value.trim() });
      this.list.append(element("li", { class: "command-empty", role: "presentation" }, text));
    }
    this.point(this.list.querySelector("[role=option]"));
  }

  option(choice, at) {
    const label = element("bdi", { class: "truncate" }, choice.label);
    const end = element("span", { class: "end" }, choice.detail ? element("bdi", { class: "isolate small" }, choice.detail) : null);
    if (choice.row) keycaps(choice.row).then((caps) => end.append(...caps.slice(0, 1)));
    return element("li", { role: "option", id: `command-${at}`, "aria-selected": "false" }, icon(choice.icon), label, end);
  }

  point(option) {
    if (!option || option.getAttribute("aria-selected") === "true") return;
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
      this.point(options[(to + options.length) % options.length]);
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
