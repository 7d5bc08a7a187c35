// What a member has filled in and not sent, by conversation: on the server like the text, and here until it is there.
import { post } from "../design/page.js";

const SAVE_AFTER = 800;
const member = () => document.body.dataset.member ?? "";

export class TemplateDraft {
  constructor({ conversation, draftUrl }) {
    this.key = `regulars.draft.${member()}.${conversation}.values`;
    this.url = draftUrl;
  }

  /** What the server may not know of yet: the template, and values by template. */
  get unsaved() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "null");
    } catch {
      return null;
    }
  }

  /** Of one template, as the fields of its form. */
  fieldsOf(template) {
    return Object.entries(this.unsaved?.values?.[template] ?? {}).map(([name, value]) => [`value:${name}`, value]);
  }

  keep(template, fields) {
    this.known ??= this.unsaved?.values ?? {};
    this.known[template] = Object.fromEntries(fields.map(([name, value]) => [name.replace("value:", ""), value]));
    localStorage.setItem(this.key, JSON.stringify({ template, values: this.known }));
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    clearTimeout(this.saving);
    const text = localStorage.getItem(this.key);
    if (!text) return;
    this.saved = post(this.url, { mode: "template", text }, { keepalive: text.length < 15_000 })
      .then((response) => response.ok && localStorage.getItem(this.key) === text && localStorage.removeItem(this.key))
      .catch(() => {});
  }

  /** It went out: nothing that is on its way may bring it back. */
  async forget() {
    clearTimeout(this.saving);
    localStorage.removeItem(this.key);
    this.known = null;
    await this.saved;
  }
}
