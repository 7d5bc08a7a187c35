// Message templates in the composer: which one, its values, its preview; it goes out once, however often it is pressed.
import { fragment, get, post } from "../design/page.js";
import { gettext } from "../design/strings.js";

export class TemplatePicker {
  constructor(composer) {
    this.composer = composer;
    composer.addEventListener("input", (event) => event.target.name?.startsWith("value:") && this.previewSoon());
    composer.addEventListener("change", (event) => event.target.dataset.uploadInto && this.uploadValue(event.target));
  }

  get values() {
    return new URLSearchParams([...this.composer.querySelectorAll(".template-form [name]")].map((field) => [field.name, field.value]));
  }

  async open(focus, template = "") {
    const box = this.composer.querySelector(".composer-templates");
    if (box.childElementCount && !template) return focus && box.querySelector("input:not([type=hidden]), button")?.focus();
    const response = await get(`${this.composer.dataset.templatesUrl}?template=${template}`).catch(() => null);
    if (!response?.ok) return this.composer.problem(gettext("The templates could not be loaded"));
    box.replaceChildren(fragment(await response.text()));
    this.intent ??= this.composer.drafts.templateId();
    if (focus) box.querySelector(".template-form input:not([type=hidden]), [aria-selected=true]")?.focus();
    this.composer.thread?.stay();
  }

  previewSoon() {
    clearTimeout(this.previewing);
    this.previewing = setTimeout(() => this.preview(), 150);
  }

  async preview() {
    const values = this.values;
    values.set("preview", "1");
    const response = await get(`${this.composer.dataset.templatesUrl}?${values}`).catch(() => null);
    if (response?.ok) this.composer.querySelector("#template-preview")?.replaceWith(fragment(await response.text()));
  }

  async uploadValue(input) {
    const [file] = input.files;
    if (!file) return;
    input.closest(".file-field").querySelector(".file-name").textContent = file.name;
    const uploaded = await this.composer.attachments.upload(file).catch((error) => this.composer.problem(error.message));
    if (uploaded) this.composer.querySelector(`[name="${input.dataset.uploadInto}"]`).value = uploaded.id;
    this.previewSoon();
  }

  async send() {
    const picker = this.composer.querySelector(".template-picker");
    const bad = [...(picker?.querySelectorAll("input") ?? [])].find((field) => !field.checkValidity());
    if (bad) return bad.reportValidity();
    if (!picker?.dataset.sendUrl) return;
    if (this.isSending) return;
    this.isSending = true;
    const values = this.values;
    const id = (this.intent ??= this.composer.drafts.templateId()); // pressed again, it is still the same one
    values.set("id", id);
    values.set("seen", this.composer.closest("inbox-screen").newestSeen);
    const asked = performance.now();
    const response = await post(picker.dataset.sendUrl, values).catch(() => null);
    this.isSending = false;
    const isStillOnItsWay = response?.headers.get("X-Refusal") === "intent-in-progress";
    if (response && (response.ok || (response.status === 409 && !isStillOnItsWay))) {
      this.composer.drafts.templateIsDone(id);
      this.intent = null;
    }
    if (!response?.ok) return this.composer.problem(response ? await response.text() : gettext("No connection. Not sent yet."));
    this.composer.thread.receive(await response.text(), { asked });
    this.composer.thread.toEnd();
    this.composer.querySelector(".composer-templates").replaceChildren();
    if (this.composer.windowIsOpen) this.composer.setMode("reply");
    else this.open(false);
  }
}
