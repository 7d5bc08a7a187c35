// What a member has filled in and not sent, by conversation: on the server like the text, and here until it is there.
import { SAVE_AFTER, keepDraft, keyOf, readRecord } from "./drafts.js";

export class TemplateDraft {
  constructor({ conversation, draftUrl }) {
    this.key = keyOf("draft", conversation, "values");
    this.url = draftUrl;
  }

  /** What the server may not know of yet: the template, and values by template. */
  get unsaved() {
    return readRecord(localStorage.getItem(this.key));
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
    this.saved = keepDraft(this.url, { mode: "template", text })
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
