// The contact panel's own text field: saves itself when it is left.
import { post } from "../design/page.js";

class ContactAbout extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("textarea");
    let saved = field.value;
    field.addEventListener("change", async () => {
      const response = await post(this.dataset.url, { about: field.value }).catch(() => null);
      if (response?.ok) saved = field.value;
      else field.value = saved;
    });
  }
}

customElements.define("contact-about", ContactAbout);
