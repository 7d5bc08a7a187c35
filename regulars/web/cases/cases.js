// Cases: the dialog that opens one from anywhere, the list's bar for several, the board that cards are dragged on.
import { focusField } from "../design/form_dialog/form_dialog.js";
import { onCommand } from "../design/keyboard/keyboard.js";
import { fragment, get, post } from "../design/page.js";
import { interpolate, ngettext } from "../design/strings.js";
import { refreshPage } from "../settings/acts.js";

// --- opening ---------------------------------------------------------------------------------------

/** Where the form is: of the conversation that is meant, or of none. */
function addressOfForm() {
  const screen = document.querySelector("inbox-screen");
  if (!screen) return document.querySelector(".page-bar [data-command=open-case]") ? "/cases/form" : "";
  return screen.meant ? `/conversations/${screen.meant}/cases/form` : "";
}

async function openDialog(address) {
  const response = await get(address).catch(() => null);
  if (!response) return document.dispatchEvent(new CustomEvent("connection-lost"));
  if (!response.ok) return; // a refusal, which a toast tells
  document.getElementById("open-case")?.remove();
  document.body.append(fragment(await response.text()));
  const dialog = document.getElementById("open-case");
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  focusField(dialog);
}

onCommand("open-case", () => {
  const address = addressOfForm();
  if (!address) return false;
  openDialog(address);
});

// --- the list --------------------------------------------------------------------------------------

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-narrows]")) return event.target.form.requestSubmit();
  if (event.target.matches("[name=case][form=several-cases]")) showBar();
});
document.addEventListener("body-replaced", showBar);

/** What can be done with the chosen ones, once there are any. */
function showBar() {
  const bar = document.getElementById("several-cases");
  if (!bar) return;
  const count = document.querySelectorAll("[name=case][form=several-cases]:checked").length;
  bar.hidden = count === 0;
  bar.querySelector(".several-count").textContent = count ? interpolate(ngettext("%(count)s case chosen", "%(count)s cases chosen", count), { count }) : "";
}

showBar();

// --- one case --------------------------------------------------------------------------------------

if (!document.querySelector("inbox-screen") && document.querySelector("[data-follows=case]")) {
  onCommand("resolve", () => {
    const button = document.querySelector("[data-resolves-case]");
    if (!button) return false;
    button.click();
  });
}

// --- the board -------------------------------------------------------------------------------------

class CaseBoard extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.showMore(event));
    this.addEventListener("keydown", (event) => this.walk(event));
    if (!this.hasAttribute("data-moves")) return;
    this.addEventListener("dragstart", (event) => this.lift(event));
    this.addEventListener("dragover", (event) => this.hover(event));
    this.addEventListener("dragleave", (event) => event.target === this && this.mark(null));
    this.addEventListener("drop", (event) => this.drop(event));
    this.addEventListener("dragend", () => this.letGo());
  }

  lift(event) {
    const card = event.target.closest?.(".case-card");
    if (!card) return;
    this.lifted = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.querySelector(".case-link").href);
    card.dataset.held = ""; // the page stays as it is meanwhile
  }

  /** Only over another column than its own. */
  columnFor(event) {
    const column = event.target.closest?.(".case-column");
    return this.lifted && column && !column.contains(this.lifted) ? column : null;
  }

  hover(event) {
    const column = this.columnFor(event);
    this.mark(column);
    if (column) event.preventDefault();
  }

  mark(column) {
    for (const each of this.querySelectorAll(".case-column")) each.classList.toggle("aimed", each === column);
  }

  drop(event) {
    const [column, card] = [this.columnFor(event), this.lifted];
    this.letGo();
    if (!column) return;
    event.preventDefault();
    this.move(card, column);
  }

  letGo() {
    if (this.lifted) delete this.lifted.dataset.held;
    this.lifted = null;
    this.mark(null);
  }

  /** It lies there at once, and can be touched again when the page has said what became of it. */
  async move(card, column) {
    card.inert = true;
    column.querySelector(".case-cards").prepend(card.closest("li"));
    const values = { status: column.dataset.status, version: card.dataset.version, from: "board" };
    await post(card.dataset.move, values).catch(() => document.dispatchEvent(new CustomEvent("connection-lost")));
    await refreshPage();
  }

  /** Arrows go from card to card, and to the next column. */
  walk(event) {
    const card = event.target.closest?.(".case-card");
    if (!card || event.target.closest("[popover]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const sign = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    const [down, across] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, sign], ArrowLeft: [0, -sign] }[event.key] ?? [0, 0];
    if (!down && !across) return;
    event.preventDefault();
    const columns = [...this.querySelectorAll(".case-column")].map((each) => [...each.querySelectorAll(".case-card")]);
    const at = columns.findIndex((each) => each.includes(card));
    const place = columns[at].indexOf(card);
    const to = down ? columns[at][place + down] : this.nearest(columns, at + across, across, place);
    to?.querySelector(".case-link").focus();
  }

  nearest(columns, at, step, place) {
    for (let here = at; here >= 0 && here < columns.length; here += step) {
      if (columns[here].length) return columns[here][Math.min(place, columns[here].length - 1)];
    }
    return null;
  }

  /** More of a column: the address says how many, so that the page stays so when it is asked anew. */
  showMore(event) {
    const link = event.target.closest("[data-shows-more]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    history.replaceState(history.state, "", link.href);
    refreshPage();
  }
}

customElements.define("case-board", CaseBoard);
