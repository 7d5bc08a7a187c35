// <message-composer>: reply, note and template modes with a draft each, on the server and on this device;
// files by picker, paste and drop with limits named before upload; sending shows at once and settles later.
import { onCommand } from "../design/keyboard/keyboard.js";
import { announce, element, fragment, get, icon, post } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { Attachments } from "./attachments.js";
import { newMessageId, pendingLine } from "./pending.js";

const SAVE_AFTER = 800;

class MessageComposer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form || this.ready) return;
    this.ready = true;
    this.thread = this.parentElement.querySelector("message-thread"); // kept: answers arrive after the pane has gone, too
    this.text = this.querySelector(".composer-text");
    this.drafts = { reply: this.stored("reply") ?? this.text.dataset.replyDraft ?? "", note: this.stored("note") ?? this.text.dataset.noteDraft ?? "" };
    this.attachments = new Attachments(this, this.querySelector(".attachments"), this.querySelector("input[type=file]"));
    this.form.addEventListener("submit", (event) => this.onSubmit(event));
    this.text.addEventListener("keydown", (event) => this.onKey(event));
    this.text.addEventListener("input", () => this.onInput());
    this.addEventListener("click", (event) => this.onClick(event));
    this.addEventListener("window-level", (event) => this.onWindow(event.detail.level));
    this.addEventListener("input", (event) => event.target.name?.startsWith("value:") && this.previewSoon());
    this.addEventListener("change", (event) => event.target.dataset.uploadInto && this.uploadValue(event.target));
    this.setMode(this.mode, { focus: false });
    this.registerCommands();
  }

  disconnectedCallback() {
    this.saveNow();
  }

  get mode() {
    return this.form.dataset.mode;
  }

  get strip() {
    return this.querySelector("window-strip");
  }

  get windowIsOpen() {
    return this.strip.left > 0;
  }

  key(mode) {
    return `regulars.draft.${this.dataset.conversation}.${mode}`;
  }

  stored(mode) {
    return localStorage.getItem(this.key(mode));
  }

  registerCommands() {
    const here = () => this.isConnected || null;
    onCommand("reply", () => here() && (this.setMode("reply"), true));
    onCommand("note", () => here() && (this.setMode("note"), true));
    onCommand("template", () => here() && (this.setMode("template"), true));
    onCommand("attach", () => here() && (this.attachments.choose(), true));
    onCommand("send-and-resolve", () => here() && (this.send({ then: "resolve" }), true));
  }

  /** Reply, note and template keep separate texts: what is private can never slip into a reply. */
  setMode(mode, { focus = true } = {}) {
    if (this.mode !== "template") this.drafts[this.mode] = this.text.value;
    const wanted = mode === "reply" && !this.windowIsOpen ? "template" : mode;
    this.form.dataset.mode = wanted;
    for (const tab of this.querySelectorAll("[role=tab]")) {
      const chosen = tab.dataset.mode === wanted;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (tab.dataset.mode === "reply") tab.disabled = !this.windowIsOpen;
    }
    const writing = wanted !== "template";
    this.querySelector(".composer-write").hidden = !writing;
    this.querySelector(".composer-templates").hidden = writing;
    this.querySelector(".reply-tools").hidden = wanted !== "reply";
    this.querySelector(".composer-extra").hidden = wanted !== "reply";
    this.querySelector(".composer-quote").hidden = wanted !== "reply" || !this.quoted;
    if (writing) {
      this.text.value = this.drafts[wanted];
      this.text.placeholder = wanted === "note" ? gettext("Private note. The contact never sees it.") : gettext("Write a reply");
      this.querySelector(".send-word").textContent = wanted === "note" ? gettext("Add note") : gettext("Send");
      this.querySelector(".attachments").hidden = wanted !== "reply" || this.attachments.isEmpty;
      if (focus) this.text.focus();
    } else this.openPicker(focus);
    this.problem("");
  }

  onWindow(level) {
    if (level === "closed" && this.mode === "reply") this.setMode("template", { focus: false });
    const reply = this.querySelector("[role=tab][data-mode=reply]");
    if (reply) reply.disabled = level === "closed";
    if (level !== "closed" && this.mode === "template" && reply) this.setMode("reply", { focus: false });
  }

  onClick(event) {
    const tab = event.target.closest("[role=tab]");
    if (tab) return this.setMode(tab.dataset.mode);
    const extra = event.target.closest("[data-extra]");
    if (extra) {
      extra.closest("[popover]").hidePopover();
      return this.openExtra(extra.dataset.extra);
    }
    if (event.target.closest(".composer-quote button")) return this.quote(null);
    if (event.target.closest("[data-close-extra]")) return this.closeExtra();
    const option = event.target.closest("[data-template]");
    if (option) this.openPicker(true, option.dataset.template);
  }

  onKey(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !((event.ctrlKey || event.metaKey) && event.shiftKey)) {
      event.preventDefault();
      this.send();
    }
  }

  onInput() {
    this.drafts[this.mode] = this.text.value;
    this.problem("");
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.saveNow(), SAVE_AFTER);
    this.remember(this.mode, this.text.value);
  }

  remember(mode, text) {
    if (text) localStorage.setItem(this.key(mode), text);
    else localStorage.removeItem(this.key(mode));
  }

  saveNow() {
    clearTimeout(this.saving);
    if (!this.saving || this.mode === "template") return;
    this.saving = 0;
    post(this.dataset.draftUrl, { mode: this.mode, text: this.drafts[this.mode] }, { keepalive: true })
      .then((response) => response.ok && this.showSaved())
      .catch(() => {});
  }

  showSaved() {
    const state = this.querySelector(".draft-state");
    if (state) state.textContent = this.drafts[this.mode] ? gettext("Draft saved") : "";
  }

  problem(text) {
    for (const place of this.querySelectorAll(".composer-problem")) {
      place.textContent = text;
      place.hidden = !text;
    }
  }

  // --- something to tap, a place, a card -------------------------------------------------------

  openExtra(kind) {
    const template = this.querySelector(`[data-extra-form="${kind}"]`);
    const box = this.querySelector(".composer-extra");
    const close = element("button", { type: "button", class: "button quiet small", "data-close-extra": true }, icon("close"), gettext("Leave it out"));
    box.replaceChildren(element("input", { type: "hidden", name: "extra", value: kind }), template.content.cloneNode(true));
    box.querySelector(".extra-form").append(close);
    this.setMode("reply", { focus: false });
    this.text.placeholder = ["location", "contact"].includes(kind) ? gettext("No text goes with this") : gettext("The text above the buttons");
    box.querySelector("input:not([type=hidden]), textarea")?.focus();
  }

  closeExtra() {
    this.querySelector(".composer-extra").replaceChildren();
    this.text.placeholder = gettext("Write a reply");
    this.text.focus();
  }

  /** Answer to one message. */
  quote(line) {
    this.quoted = line?.id.replace("message-", "") ?? "";
    const box = this.querySelector(".composer-quote");
    box.hidden = !line;
    if (!line) return;
    const name = line.dataset.direction === "in" ? document.querySelector(".thread-name")?.textContent.trim() : gettext("You");
    box.querySelector(".quote-author").textContent = name;
    box.querySelector(".quote-text").textContent = line.querySelector(".text")?.textContent.trim() || line.querySelector("article").getAttribute("aria-label");
    this.setMode("reply");
  }

  // --- sending ------------------------------------------------------------------------------------

  onSubmit(event) {
    event.preventDefault();
    if (this.mode === "template") this.sendTemplate();
    else this.send();
  }

  async send({ then = "" } = {}) {
    if (this.mode === "note") return this.sendNote();
    if (this.mode === "template") return this.sendTemplate();
    const extra = this.querySelector(".composer-extra");
    const bad = [...extra.querySelectorAll("input, textarea")].find((field) => !field.checkValidity());
    if (bad) return bad.reportValidity();
    const text = this.text.value.trim();
    if (!text && this.attachments.isEmpty && !extra.childElementCount) return;
    if (this.attachments.isBusy) return this.problem(gettext("A file is still being uploaded"));
    const body = new FormData();
    for (const field of extra.querySelectorAll("[name]")) body.append(field.name, field.value);
    body.append("text", text);
    for (const id of this.attachments.ids) body.append("media", id);
    if (this.quoted) body.append("reply_to", this.quoted);
    if (then) body.append("then", then);
    body.append("id", newMessageId());
    const kept = { text: this.text.value, attachments: this.attachments.take(), extra: [...extra.childNodes], quoted: this.quoted };
    const line = pendingLine(body.get("id"), text || gettext("Sending"), this.quoted && this.querySelector(".composer-quote .quote"));
    this.clearReply();
    this.showPending(line);
    this.deliver(this.dataset.sendUrl, body, line, kept);
  }

  clearReply() {
    this.text.value = "";
    this.drafts.reply = "";
    this.remember("reply", "");
    clearTimeout(this.saving);
    this.saving = 0;
    this.querySelector(".composer-extra").replaceChildren();
    this.querySelector(".draft-state").textContent = "";
    this.quoted = "";
    this.querySelector(".composer-quote").hidden = true;
    this.text.placeholder = gettext("Write a reply");
  }

  showPending(line) {
    this.thread.items.append(line);
    this.thread.arrange();
    this.thread.toEnd();
  }

  /** A lost connection is tried again with the same id, so nothing goes out twice; a refusal gives the text back. */
  async deliver(url, body, line, kept) {
    const asked = performance.now();
    const response = await post(url, body).catch(() => null);
    if (response?.ok) {
      const html = await response.text();
      line.remove();
      this.thread.receive(html, { asked });
      this.dispatchEvent(new CustomEvent("message-sent", { bubbles: true }));
      return;
    }
    if (response) {
      line.remove();
      this.giveBack(kept, await response.text());
      if (response.headers.get("X-Refusal") === "reply-window-closed") this.setMode("template");
      return;
    }
    this.offerRetry(url, body, line, kept);
  }

  giveBack(kept, why) {
    if (!this.text.value) {
      this.text.value = kept.text;
      this.drafts.reply = kept.text;
      this.remember("reply", kept.text);
    }
    this.attachments.restore(kept.attachments);
    this.querySelector(".composer-extra").replaceChildren(...kept.extra);
    this.problem(why || gettext("This could not be sent. Nothing went out."));
  }

  offerRetry(url, body, line, kept) {
    const again = element("button", { type: "button", class: "link-button small" }, gettext("Try again"));
    const note = element("div", { class: "message-problem" }, element("strong", {}, gettext("No connection. Not sent yet.")), again);
    line.append(note);
    announce(gettext("No connection. Not sent yet."));
    const repeat = () => {
      note.remove();
      window.removeEventListener("online", repeat);
      this.deliver(url, body, line, kept);
    };
    again.addEventListener("click", repeat);
    window.addEventListener("online", repeat, { once: true });
  }

  async sendNote() {
    const text = this.text.value.trim();
    if (!text) return;
    const response = await post(this.dataset.noteUrl, { text }).catch(() => null);
    if (!response?.ok) return this.problem(response ? await response.text() : gettext("No connection. The note is still here."));
    this.text.value = "";
    this.drafts.note = "";
    this.remember("note", "");
    this.thread.receive(await response.text());
    this.thread.toEnd();
    this.setMode(this.windowIsOpen ? "reply" : "template");
  }

  // --- templates ----------------------------------------------------------------------------------

  get pickerValues() {
    return new URLSearchParams([...this.querySelectorAll(".template-form [name]")].map((field) => [field.name, field.value]));
  }

  async openPicker(focus, template = "") {
    const box = this.querySelector(".composer-templates");
    if (box.childElementCount && !template) return focus && box.querySelector("input:not([type=hidden]), button")?.focus();
    const response = await get(`${this.dataset.templatesUrl}?template=${template}`).catch(() => null);
    if (!response?.ok) return this.problem(gettext("The templates could not be loaded"));
    box.replaceChildren(fragment(await response.text()));
    if (focus) box.querySelector(".template-form input:not([type=hidden]), [aria-selected=true]")?.focus();
    this.thread?.stay();
  }

  previewSoon() {
    clearTimeout(this.previewing);
    this.previewing = setTimeout(() => this.preview(), 150);
  }

  async preview() {
    const values = this.pickerValues;
    values.set("preview", "1");
    const response = await get(`${this.dataset.templatesUrl}?${values}`).catch(() => null);
    if (response?.ok) this.querySelector("#template-preview")?.replaceWith(fragment(await response.text()));
  }

  async uploadValue(input) {
    const [file] = input.files;
    if (!file) return;
    input.closest(".file-field").querySelector(".file-name").textContent = file.name;
    const uploaded = await this.attachments.upload(file).catch((error) => this.problem(error.message));
    if (uploaded) this.querySelector(`[name="${input.dataset.uploadInto}"]`).value = uploaded.id;
    this.previewSoon();
  }

  async sendTemplate() {
    const picker = this.querySelector(".template-picker");
    const bad = [...(picker?.querySelectorAll("input") ?? [])].find((field) => !field.checkValidity());
    if (bad) return bad.reportValidity();
    if (!picker?.dataset.sendUrl) return;
    const values = this.pickerValues;
    values.set("id", newMessageId());
    const asked = performance.now();
    const response = await post(picker.dataset.sendUrl, values).catch(() => null);
    if (!response?.ok) return this.problem(response ? await response.text() : gettext("No connection. Not sent yet."));
    this.thread.receive(await response.text(), { asked });
    this.thread.toEnd();
    this.querySelector(".composer-templates").replaceChildren();
    if (this.windowIsOpen) this.setMode("reply");
    else this.openPicker(false);
  }
}

customElements.define("message-composer", MessageComposer);
