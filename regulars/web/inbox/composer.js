// <message-composer>: reply, note and template modes with a draft each, on the server and on this device;
// files by picker, paste and drop with limits named before upload; sending shows at once and settles later.
import { isComposition, onCommand } from "../design/keyboard/keyboard.js";
import { announce, element, fragment, get, icon, post } from "../design/page.js";
import { gettext, interpolate } from "../design/strings.js";
import { toast } from "../design/toast/toast.js";
import { Attachments } from "./attachments.js";
import { Drafts, Outbox } from "./drafts.js";
import { pendingLine } from "./pending.js";

const SAVE_AFTER = 800;
const KEEPALIVE_LIMIT = 15_000; // characters; browsers take 64 KB in requests that outlive their page
const SAVE_PATIENCE = 2000;
const lengthOf = (text) => [...text].length;

/** What was refused while another conversation was open, by conversation: the words are a draft, this is the rest. */
const givenBack = new Map();

/** What a message that is on its way says of itself: its words, and what goes with them. */
function wordsOf(body, files) {
  const extra = body.has("extra") ? document.querySelector(`[data-extra="${body.get("extra")}"]`)?.textContent.trim() : "";
  return [body.get("text"), extra, ...files.map(({ file }) => file.name)].filter(Boolean).join("\n") || gettext("Sending");
}

class MessageComposer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form || this.ready) return;
    this.ready = true;
    this.thread = this.parentElement.querySelector("message-thread"); // kept: answers arrive after the pane has gone, too
    this.text = this.querySelector(".composer-text");
    this.outbox = new Outbox(this.dataset.conversation);
    const { replyDraft, replyIntent, noteDraft, noteIntent } = this.text.dataset;
    const reply = { text: this.outbox.holds(replyDraft) ? "" : replyDraft, id: replyIntent };
    this.drafts = new Drafts(this.dataset.conversation, { reply, note: { text: noteDraft, id: noteIntent } });
    this.text.value = this.drafts.text("reply");
    this.attachments = new Attachments(this, this.querySelector(".attachments"), this.querySelector("input[type=file]"));
    this.form.addEventListener("submit", (event) => this.onSubmit(event));
    this.text.addEventListener("keydown", (event) => this.onKey(event));
    this.text.addEventListener("input", () => this.onInput());
    this.addEventListener("click", (event) => this.onClick(event));
    this.addEventListener("window-level", (event) => this.onWindow(event.detail.level));
    this.addEventListener("input", (event) => event.target.name?.startsWith("value:") && this.previewSoon());
    this.addEventListener("change", (event) => event.target.dataset.uploadInto && this.uploadValue(event.target));
    this.onStorage = (event) => this.followTab(event);
    window.addEventListener("storage", this.onStorage);
    this.onPageShow = () => this.showDraft();
    window.addEventListener("pageshow", this.onPageShow); // a browser that goes back fills in fields as they were, whatever the mode
    this.thread?.addEventListener("line-arrived", (event) => this.followLine(event.detail));
    this.setMode(this.mode, { focus: false });
    this.registerCommands();
    if (this.drafts.hasJoined) this.problem(gettext("Your text from here and from another device were put together. Read it before you send it."));
    for (const entry of this.outbox.entries) this.showUnsent(entry);
    for (const [kept, said] of givenBack.get(this.dataset.conversation) ?? []) this.takeBack(kept, said);
    givenBack.delete(this.dataset.conversation);
  }

  disconnectedCallback() {
    window.removeEventListener("storage", this.onStorage);
    window.removeEventListener("pageshow", this.onPageShow);
    this.saveNow();
  }

  /** The field holds the words of its mode, and no others. False when it did not. */
  showDraft() {
    if (this.mode === "template") return true;
    const words = this.drafts.text(this.mode);
    const isTrue = this.text.value === words.replaceAll("\r\n", "\n");
    if (!isTrue) this.text.value = words;
    return isTrue;
  }

  /** Another tab typed, or sent, what stands here too. */
  followTab(event) {
    const mode = this.drafts.follow(event);
    if (mode && mode === this.mode) this.text.value = this.drafts.text(mode);
  }

  /** What stands here was said from another device of the same member. */
  followLine(line) {
    const mode = this.drafts.followLine(line);
    if (!mode) return;
    this.forgetSaving();
    if (mode === this.mode) this.text.value = this.drafts.text(mode);
    this.querySelector(".draft-state").textContent = "";
    this.problem("");
  }

  /** Nobody keeps this draft for us any more. */
  forgetSaving() {
    clearTimeout(this.saving);
    this.saving = 0;
  }

  /** What was written and not sent, for whoever has to leave this conversation. */
  get unsent() {
    const files = this.attachments.entries.map(({ file }) => file.name);
    return [...["reply", "note"].map((mode) => this.drafts.text(mode).trim()).filter(Boolean), ...files];
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

  registerCommands() {
    const here = () => this.isConnected || null;
    for (const mode of ["reply", "note", "template"]) onCommand(mode, () => here() && (this.writeTo(mode), true));
    onCommand("attach", () => here() && (this.attachments.choose(), true));
    onCommand("send-and-resolve", () => here() && (this.send({ then: "resolve" }), true));
  }

  /** In the conversation that is meant: the row with the focus, else this one. */
  async writeTo(mode) {
    const screen = this.closest("inbox-screen");
    if (screen.meant !== this.dataset.conversation) await screen.open(screen.meant, { keyboard: true });
    if (screen.shown === screen.conversation) screen.querySelector("message-composer")?.setMode(mode);
  }

  /** Reply, note and template keep separate texts: what is private can never slip into a reply. */
  setMode(mode, { focus = true, byItself = false } = {}) {
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
      this.text.value = this.drafts.text(wanted);
      this.text.placeholder = wanted === "note" ? gettext("Private note. The contact never sees it.") : gettext("Write a reply");
      this.querySelector(".send-word").textContent = wanted === "note" ? gettext("Add note") : gettext("Send");
      this.querySelector(".attachments").hidden = wanted !== "reply" || this.attachments.isEmpty;
      if (focus) this.text.focus();
    } else this.openPicker(focus);
    if (!byItself) this.problem("");
  }

  onWindow(level) {
    if (level === "closed" && this.mode === "reply") this.setMode("template", { focus: false });
    const reply = this.querySelector("[role=tab][data-mode=reply]");
    if (reply) reply.disabled = level === "closed";
    if (level !== "closed" && this.mode === "template" && reply) this.setMode("reply", { focus: false, byItself: true });
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
    if (isComposition(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !((event.ctrlKey || event.metaKey) && event.shiftKey)) {
      event.preventDefault();
      this.send();
    }
  }

  onInput() {
    this.drafts.write(this.mode, this.text.value);
    this.problem("");
    if (this.isTooLong) this.offerParts();
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.saveNow(), SAVE_AFTER);
  }

  get isTooLong() {
    const plain = this.attachments.isEmpty && !this.querySelector(".composer-extra").childElementCount;
    return this.mode === "reply" && plain && lengthOf(this.text.value.trim()) > Number(this.text.dataset.longest);
  }

  /** Nothing is cut in silence: say how long it is, and offer to send it in parts. */
  offerParts() {
    const count = new Intl.NumberFormat(document.documentElement.lang || "en");
    const words = { length: count.format(lengthOf(this.text.value.trim())), longest: count.format(this.text.dataset.longest) };
    this.problem(interpolate(gettext("This has %(length)s characters; one message takes %(longest)s."), words));
    const split = element("button", { type: "button", class: "link-button small" }, gettext("Send it as several messages"));
    split.addEventListener("click", () => this.send({ split: true }));
    this.querySelector(".composer-write .composer-problem").append(" ", split);
  }

  saveNow() {
    clearTimeout(this.saving);
    if (!this.saving || this.mode === "template") return;
    this.saving = 0;
    const { mode } = this;
    const text = this.drafts.text(mode);
    this.saved = post(this.dataset.draftUrl, { mode, text, intent: this.drafts.id(mode) }, { keepalive: text.length < KEEPALIVE_LIMIT })
      .then((response) => response.ok && this.showSaved(mode, text))
      .catch(() => {});
  }

  showSaved(mode, text) {
    if (text === this.drafts.text(mode)) this.drafts.saved(mode, text);
    const state = this.querySelector(".draft-state");
    if (state) state.textContent = this.drafts.text(mode) ? gettext("Draft saved") : "";
  }

  problem(text) {
    for (const place of this.querySelectorAll(".composer-problem")) {
      place.textContent = text;
      place.hidden = !text;
    }
  }

  // --- something to tap, a place, a card -------------------------------------------------------

  openExtra(kind) {
    const box = this.querySelector(".composer-extra");
    box.replaceChildren(...this.extraOf(kind));
    this.setMode("reply", { focus: false });
    this.text.placeholder = ["location", "contact"].includes(kind) ? gettext("No text goes with this") : gettext("The text above the buttons");
    box.querySelector("input:not([type=hidden]), textarea")?.focus();
  }

  /** The form of something that goes with the text, filled in as `body` says. */
  extraOf(kind, body = new URLSearchParams()) {
    const form = this.querySelector(`[data-extra-form="${kind}"]`).content.cloneNode(true);
    const close = element("button", { type: "button", class: "button quiet small", "data-close-extra": true }, icon("close"), gettext("Remove"));
    form.querySelector(".extra-form").append(close);
    const values = Object.fromEntries([...new Set(body.keys())].map((name) => [name, body.getAll(name)]));
    for (const field of form.querySelectorAll("[name]")) field.value = values[field.name]?.shift() ?? field.value;
    return [element("input", { type: "hidden", name: "extra", value: kind }), ...form.childNodes];
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
    const writer = (this.thread.dataset.group !== undefined && line.querySelector(".message-author bdi")) || document.querySelector(".thread-name");
    const name = line.dataset.direction === "in" ? writer?.textContent.trim() : gettext("You");
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

  async send({ then = "", split = false } = {}) {
    if (!this.showDraft()) return; // nobody typed what stood there
    if (this.mode === "note") return this.sendNote();
    if (this.mode === "template") return this.sendTemplate();
    const extra = this.querySelector(".composer-extra");
    const bad = [...extra.querySelectorAll("input, textarea")].find((field) => !field.checkValidity());
    if (bad) return bad.reportValidity();
    const text = this.text.value.trim();
    if (!text && this.attachments.isEmpty && !extra.childElementCount) return;
    if (this.attachments.isBusy) return this.problem(gettext("A file is still being uploaded"));
    if (this.isTooLong && !split) return this.offerParts();
    this.drafts.write("reply", this.text.value);
    const draft = this.drafts.take("reply");
    const body = new URLSearchParams();
    for (const field of extra.querySelectorAll("[name]")) body.append(field.name, field.value);
    body.append("text", text);
    body.append("draft", draft.base);
    for (const id of this.attachments.ids) body.append("media", id);
    if (this.quoted) body.append("reply_to", this.quoted);
    body.append("seen", this.closest("inbox-screen").newestSeen);
    if (then) body.append("then", then);
    if (split) body.append("split", "yes");
    body.append("id", draft.id);
    const kept = { draft, attachments: this.attachments.take(), extra: [...extra.childNodes], quote: this.keepQuote() };
    const files = kept.attachments.map(({ id, file: { name, type, size } }) => ({ id, file: { name, type, size } }));
    const line = pendingLine(draft.id, wordsOf(body, files), kept.quote && this.querySelector(".composer-quote .quote"));
    this.clearReply();
    this.showPending(line);
    this.outbox.put(draft.id, { fields: [...body], files, quote: kept.quote && { id: kept.quote.id, html: kept.quote.html } });
    await Promise.race([this.saved, new Promise((done) => setTimeout(done, SAVE_PATIENCE))]); // an older save may not come after
    this.deliver(this.dataset.sendUrl, body, line, kept);
  }

  clearReply() {
    this.text.value = "";
    clearTimeout(this.saving);
    this.saving = 0;
    this.querySelector(".composer-extra").replaceChildren();
    this.querySelector(".draft-state").textContent = "";
    this.quoted = "";
    this.querySelector(".composer-quote").hidden = true;
    this.text.placeholder = gettext("Write a reply");
    this.problem("");
  }

  keepQuote() {
    const box = this.querySelector(".composer-quote");
    return this.quoted ? { id: this.quoted, html: box.querySelector(".quote").innerHTML } : null;
  }

  showPending(line) {
    this.thread.items.append(line);
    this.thread.arrange();
    this.thread.toEnd();
  }

  /** What an earlier page could not deliver: still there, until somebody sends it or throws it away. */
  showUnsent({ id, fields, files = [], quote = null }) {
    if (document.getElementById(`message-${id}`)) return this.outbox.remove(id);
    const body = new URLSearchParams(fields);
    const line = pendingLine(id, wordsOf(body, files));
    const extra = body.has("extra") ? this.extraOf(body.get("extra"), body) : [];
    const kept = { draft: { text: body.get("text"), base: "", id }, attachments: files, extra, quote };
    this.thread.ready ? this.showPending(line) : customElements.whenDefined("message-thread").then(() => this.showPending(line));
    this.offerRetry(this.dataset.sendUrl, body, line, kept, { alone: false });
  }

  /** A lost connection is tried again with the same id, so nothing goes out twice; a refusal gives the text back. */
  async deliver(url, body, line, kept) {
    const asked = performance.now();
    const response = await post(url, body).catch(() => null);
    if (!response) return this.offerRetry(url, body, line, kept);
    this.outbox.remove(body.get("id"));
    const answer = await response.text();
    document.getElementById(line.id)?.matches(".pending") && document.getElementById(line.id).remove();
    if (response.ok) {
      this.thread.receive(answer, { asked });
      this.dispatchEvent(new CustomEvent("message-sent", { bubbles: true }));
      return;
    }
    const here = this.giveBack(kept, answer);
    if (response.headers.get("X-Refusal") === "intent-used") here.drafts.renew("reply");
    if (response.headers.get("X-Refusal") === "reply-window-closed" && here.isConnected) here.setMode("template");
  }

  /** What was refused comes back to the composer of its conversation, now or when it is opened again; that composer. */
  giveBack(kept, why) {
    const said = why || gettext("This could not be sent. Nothing went out.");
    const { conversation } = this.dataset;
    const shown = this.isConnected ? this : document.querySelector(`message-composer[data-conversation="${conversation}"]`);
    const here = shown ?? this;
    here.drafts.giveBack("reply", kept.draft);
    if (shown) {
      shown.takeBack(kept, said);
      return here;
    }
    givenBack.set(conversation, [...(givenBack.get(conversation) ?? []), [kept, said]]);
    toast(said, { kind: "bad" });
    return here;
  }

  /** Everything stands in the composer again, with why. */
  takeBack(kept, said) {
    if (this.mode === "reply") this.text.value = this.drafts.text("reply");
    this.attachments.restore(kept.attachments);
    if (kept.extra.length) this.querySelector(".composer-extra").replaceChildren(...kept.extra);
    if (kept.quote && !this.quoted) this.restoreQuote(kept.quote);
    this.problem(said);
    if (this.isTooLong) this.offerParts();
  }

  restoreQuote({ id, html }) {
    this.quoted = id;
    const box = this.querySelector(".composer-quote");
    box.querySelector(".quote").replaceChildren(fragment(html));
    box.hidden = this.mode !== "reply";
  }

  /** `alone`: it repeats itself when the connection is back. What an earlier page left waits for a hand. */
  offerRetry(url, body, line, kept, { alone = true } = {}) {
    const again = element("button", { type: "button", class: "link-button small" }, gettext("Try again"));
    const drop = element("button", { type: "button", class: "link-button small" }, gettext("Back to the text field"));
    const note = element("div", { class: "message-problem" }, element("strong", {}, gettext("No connection. Not sent yet.")), again, alone ? null : drop);
    line.append(note);
    if (alone) announce(gettext("No connection. Not sent yet."));
    const repeat = () => {
      note.remove();
      window.removeEventListener("online", repeat);
      this.deliver(url, body, line, kept);
    };
    again.addEventListener("click", repeat);
    drop.addEventListener("click", () => {
      line.remove();
      this.outbox.remove(body.get("id"));
      this.giveBack(kept, gettext("It was not sent yet. Look at the thread before you send it again."));
    });
    if (alone) window.addEventListener("online", repeat, { once: true });
  }

  async sendNote() {
    const text = this.text.value.trim();
    if (!text || this.isNoting) return;
    this.isNoting = true;
    this.drafts.write("note", this.text.value);
    const { id, base } = this.drafts.records.note;
    const response = await post(this.dataset.noteUrl, { text, id, draft: base }).catch(() => null);
    this.isNoting = false;
    if (!response && this.drafts.id("note") !== id) return; // the stream has told of it
    if (response?.headers.get("X-Refusal") === "intent-used") this.drafts.renew("note");
    if (!response?.ok) return this.problem(response ? await response.text() : gettext("No connection. The note is still here."));
    if (this.drafts.id("note") === id && this.drafts.text("note").trim() === text) this.drafts.take("note");
    if (this.mode === "note") this.text.value = this.drafts.text("note");
    this.forgetSaving();
    this.thread.receive(await response.text());
    this.thread.toEnd();
    if (this.mode === "note" && !this.text.value) this.setMode(this.windowIsOpen ? "reply" : "template");
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
    this.templateIntent ??= this.drafts.templateId();
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
    if (this.isSendingTemplate) return;
    this.isSendingTemplate = true;
    const values = this.pickerValues;
    const id = (this.templateIntent ??= this.drafts.templateId()); // pressed again, it is still the same one
    values.set("id", id);
    values.set("seen", this.closest("inbox-screen").newestSeen);
    const asked = performance.now();
    const response = await post(picker.dataset.sendUrl, values).catch(() => null);
    this.isSendingTemplate = false;
    const isStillOnItsWay = response?.headers.get("X-Refusal") === "intent-in-progress";
    if (response && (response.ok || (response.status === 409 && !isStillOnItsWay))) {
      this.drafts.templateIsDone(id);
      this.templateIntent = null;
    }
    if (!response?.ok) return this.problem(response ? await response.text() : gettext("No connection. Not sent yet."));
    this.thread.receive(await response.text(), { asked });
    this.thread.toEnd();
    this.querySelector(".composer-templates").replaceChildren();
    if (this.windowIsOpen) this.setMode("reply");
    else this.openPicker(false);
  }
}

customElements.define("message-composer", MessageComposer);
