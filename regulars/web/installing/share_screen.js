// <share-screen>: what was shared is shown, and a conversation chosen for it. There it stands in the composer; nothing leaves by itself.
import { element, fragment, get, icon } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { toast } from "../design/toast/toast.js";
import { chooseFor, forgetShared, readShared } from "./shared.js";

const PAUSE = 250;

class ShareScreen extends HTMLElement {
  async connectedCallback() {
    this.input = this.querySelector("input[type=search]");
    this.list = this.querySelector(".share-choices");
    this.input.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.look(), PAUSE);
    });
    this.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.look();
    });
    this.addEventListener("click", (event) => this.onClick(event));
    this.show(await readShared());
  }

  show(facts) {
    this.querySelector(".share-nothing").hidden = Boolean(facts);
    this.querySelector(".share-something").hidden = !facts;
    if (!facts) return;
    this.querySelector(".shared-text").textContent = facts.text;
    const names = facts.files.map(({ name }) => element("li", { class: "cluster" }, icon("document"), element("bdi", { class: "truncate" }, name)));
    this.querySelector(".shared-files").replaceChildren(...names);
  }

  async look() {
    clearTimeout(this.waiting);
    const said = this.input.value;
    const response = await get(`${this.dataset.address}?${new URLSearchParams({ q: said })}`).catch(() => null);
    if (said !== this.input.value) return;
    if (!response?.ok) return toast(gettext("No connection. Nothing was searched."), { kind: "bad" });
    this.list.replaceChildren(fragment(await response.text()));
  }

  async onClick(event) {
    if (event.target.closest("[data-forget]")) {
      await forgetShared();
      return this.show(null);
    }
    const link = event.target.closest("[data-share-to]");
    if (!link) return;
    event.preventDefault();
    await chooseFor(link.dataset.shareTo);
    location.assign(link.href);
  }
}

customElements.define("share-screen", ShareScreen);
