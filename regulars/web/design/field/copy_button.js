import { gettext } from "../strings.js";
import { announce, icon } from "../page.js";

class CopyButton extends HTMLElement {
  connectedCallback() {
    this.querySelector("button")?.addEventListener("click", (event) => this.copy(event.currentTarget));
  }

  async copy(button) {
    await navigator.clipboard.writeText(this.dataset.value);
    const before = [...button.childNodes];
    button.replaceChildren(icon("check"));
    announce(gettext("Copied"));
    setTimeout(() => button.replaceChildren(...before), 1200);
  }
}

customElements.define("copy-button", CopyButton);
