// <search-screen>: results while somebody types, further ones below, help with the operators; and after a look into a
// conversation everything as it was left.
import { announce, fragment, get } from "../design/page.js";
import { isComposition } from "../design/keyboard/keyboard.js";
import { folded } from "../design/folding.js";
import { gettext } from "../design/strings.js";
import { toast } from "../design/toast/toast.js";
import { writeTimes } from "../design/time/time.js";

const PAUSE = 250; // of typing, until something is looked for
const LEFT = "regulars.left-search"; // what stood here when a result was opened

class SearchScreen extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=search]");
    this.form = this.querySelector("form");
    this.help = this.querySelector(".search-help");
    this.results = this.querySelector(".search-results");
    this.input.addEventListener("input", () => this.onInput());
    this.input.addEventListener("blur", () => setTimeout(() => this.offer(false)));
    this.input.addEventListener("focus", () => this.offer());
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("click", (event) => this.onClick(event));
    this.help.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the box keeps the focus
      this.take(event.target.closest("[role=option]"));
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.offer(false);
      this.look();
    });
    this.watcher = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && this.more(), { root: this.results, rootMargin: "400px" });
    if (!this.restore()) this.settle();
  }

  get address() {
    return `${this.dataset.address}?${new URLSearchParams(new FormData(this.form))}`;
  }

  onInput() {
    this.offer();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    clearTimeout(this.waiting);
    this.abort?.abort();
    this.abort = new AbortController();
    const { address } = this;
    history.replaceState(null, "", address);
    this.results.setAttribute("aria-busy", "true");
    const response = await get(address, { signal: this.abort.signal }).catch(() => null);
    if (address !== this.address) return;
    this.results.removeAttribute("aria-busy");
    if (!response?.ok) return toast(gettext("No connection. Nothing was searched."), { kind: "bad" });
    this.results.replaceChildren(fragment(await response.text()));
    this.results.scrollTop = 0;
    this.settle();
    announce(this.results.querySelector("[role=status] .title, [role=alert]")?.textContent.trim() ?? "");
  }

  /** What is drawn for this reader, and what comes after it. */
  settle() {
    writeTimes(this.results);
    this.watcher.disconnect();
    const more = this.results.querySelector("[data-more]");
    if (more) this.watcher.observe(more);
    this.count();
  }

  /** How many there are of each kind, behind the results. */
  async count() {
    const { address } = this;
    const query = address.split("?")[1];
    for (const tab of this.querySelectorAll("#search-tabs a")) {
      const values = new URLSearchParams(query);
      values.set("in", tab.dataset.kind);
      tab.href = `${this.dataset.address}?${values}`;
    }
    if (!this.input.value.trim()) return;
    const response = await get(`${this.dataset.counts}?${query}`).catch(() => null);
    if (!response?.ok || address !== this.address) return;
    const tabs = fragment(await response.text()).getElementById("search-tabs");
    if (tabs && !this.querySelector("#search-tabs").contains(document.activeElement)) this.querySelector("#search-tabs").replaceWith(tabs);
  }

  async more() {
    const link = this.results.querySelector("[data-more]");
    if (!link || this.isLoading) return;
    this.isLoading = true;
    const response = await get(link.href, { part: "more" }).catch(() => null);
    this.isLoading = false;
    if (!response?.ok || !link.isConnected) return;
    const lines = fragment(await response.text());
    const hadFocus = link === document.activeElement;
    const first = lines.querySelector("[data-result]");
    link.closest("li").replaceWith(lines);
    if (hadFocus) first?.focus();
    writeTimes(this.results);
    const next = this.results.querySelector("[data-more]");
    if (next) this.watcher.observe(next);
  }

  onClick(event) {
    const operator = event.target.closest("[data-operator]");
    if (operator) return this.write(operator.dataset.operator);
    const more = event.target.closest("[data-more]");
    if (more) {
      event.preventDefault();
      return this.more();
    }
    const result = event.target.closest("[data-result]");
    if (result) this.leave(result);
  }

  /** Keep what stands here: whoever comes back goes on where they were. */
  leave(result) {
    const at = [...this.results.querySelectorAll("[data-result]")].indexOf(result);
    const kept = { address: location.pathname + location.search, html: this.results.innerHTML, top: this.results.scrollTop, at };
    try {
      sessionStorage.setItem(LEFT, JSON.stringify(kept));
    } catch {
      sessionStorage.removeItem(LEFT); // too much to keep: the results are looked for again
    }
  }

  restore() {
    const kept = JSON.parse(sessionStorage.getItem(LEFT) ?? "null");
    const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    sessionStorage.removeItem(LEFT);
    if (!kept || !isBack || kept.address !== location.pathname + location.search) return false;
    this.results.replaceChildren(fragment(kept.html));
    this.settle();
    this.results.scrollTop = kept.top;
    this.results.querySelectorAll("[data-result]")[kept.at]?.focus({ preventScroll: true });
    return true;
  }

  // --- operators ---

  /** The word that the caret stands at the end of. */
  get word() {
    return /\S*$/u.exec(this.input.value.slice(0, this.input.selectionStart ?? 0))[0];
  }

  offer(wanted = true) {
    const said = folded(this.word);
    const options = [...this.help.children];
    const fits = (option) => !said || option.dataset.words.split(" ").some((word) => folded(word).startsWith(said));
    for (const option of options) {
      option.hidden = !fits(option);
      option.setAttribute("aria-selected", "false");
    }
    const isOpen = wanted && document.activeElement === this.input && Boolean(said || this.input.value) && !said.includes(":") && options.some((option) => !option.hidden);
    this.help.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    this.input.removeAttribute("aria-activedescendant");
  }

  take(option) {
    if (!option) return;
    const caret = this.input.selectionStart;
    this.input.setRangeText(option.dataset.word, caret - this.word.length, caret, "end");
    this.offer(false);
  }

  write(word) {
    const before = this.input.value && !this.input.value.endsWith(" ") ? " " : "";
    this.input.value += before + word;
    this.input.focus();
    this.offer(false);
  }

  onKey(event) {
    if (isComposition(event)) return;
    if (event.key === "Escape" && !this.help.hidden) {
      event.preventDefault();
      event.stopPropagation();
      return this.offer(false);
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.target === this.input && !this.help.hidden && step) {
      event.preventDefault();
      return this.choose(step);
    }
    const chosen = this.help.querySelector("[aria-selected=true]");
    if (event.target === this.input && chosen && !this.help.hidden && ["Enter", "Tab"].includes(event.key)) {
      event.preventDefault();
      return this.take(chosen);
    }
    if (step) this.walk(event, step);
  }

  choose(step) {
    const options = [...this.help.children].filter((option) => !option.hidden);
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (at === 0 && step < 0) return this.offer(false);
    const next = options[Math.min(at + step, options.length - 1)] ?? options.at(-1);
    for (const option of options) option.setAttribute("aria-selected", String(option === next));
    this.input.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  }

  /** Up and down through the results, from the box and back to it. */
  walk(event, step) {
    const lines = [...this.results.querySelectorAll("[data-result], [data-more]")];
    const at = lines.indexOf(document.activeElement);
    if (event.target !== this.input && at < 0) return;
    event.preventDefault();
    if (at + step < 0) return this.input.focus();
    lines[at + step]?.focus();
  }
}

customElements.define("search-screen", SearchScreen);
