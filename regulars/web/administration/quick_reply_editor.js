// <quick-reply-editor>: what the customer will see stands beside what is being written.
import { fragment, post } from "../design/page.js";

const PAUSE = 200;

class QuickReplyEditor extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("input", () => this.previewSoon());
  }

  previewSoon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.preview(), PAUSE);
  }

  async preview() {
    const values = new URLSearchParams([...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && name.startsWith("texts-")));
    const response = await post(this.dataset.previewUrl, values).catch(() => null);
    if (response?.ok && this.isConnected) this.querySelector(".quick-reply-live").replaceChildren(fragment(await response.text()));
  }
}

customElements.define("quick-reply-editor", QuickReplyEditor);
