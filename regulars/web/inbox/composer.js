// <message-composer>: reply, note and template modes with a draft each, on the server and on this device;
// files by picker, paste and drop with limits named before upload; sending shows at once and settles later.
import { isComposition, onCommand } from "../design/keyboard/keyboard.js";
import { linkButton } from "../design/page.js";
import { gettext, interpolate } from "../design/strings.js";
import { takeShared } from "../installing/shared.js";
import { Attachments } from "./attachments.js";
import { Collision } from "./collision.js";
import { Drafts, SAVE_AFTER, keepDraft } from "./drafts.js";
import { EmojiPicker } from "./emoji_picker.js";
import { Extra } from "./extra.js";
import { Later } from "./later.js";
import { Overtaken } from "./overtaken.js";
import { Advice } from "./advice.js";
import { Presence } from "./presence.js";
import { QuickReplies } from "./quick_replies.js";
import { SendButton } from "./send_button.js";
import { Sending } from "./sending.js";
import { TemplatePicker } from "./template_picker.js";
import { followUndoKey } from "./undo_send.js";
import { UnsentBar } from "./unsent_bar.js";

const lengthOf = (text) => [...text].length;

class MessageComposer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form || this.ready) return;
    this.ready = true;
    this.thread = this.parentElement.querySelector("message-thread"); // kept: answers arrive after the pane has gone, too
    this.text = this.querySelector(".composer-text");
    this.sending = new Sending(this);
    this.extra = new Extra(this);
    this.picker = new TemplatePicker(this);
    this.sendButton = new SendButton(this);
    const { replyDraft, replyIntent, noteDraft, noteIntent } = this.text.dataset;
    const reply = { text: this.sending.outbox.holds(replyDraft) ? "" : replyDraft, id: replyIntent };
    this.drafts = new Drafts(this.dataset.conversation, { reply, note: { text: noteDraft, id: noteIntent } });
    this.text.value = this.drafts.text(this.mode === "note" ? "note" : "reply");
    this.attachments = new Attachments(this, this.querySelector(".attachments"), this.querySelector("input[type=file]"));
    this.replies = new QuickReplies(this);
    this.advice = new Advice(this);
    this.emoji = new EmojiPicker(this);
    this.form.addEventListener("submit", (event) => this.onSubmit(event));
    this.text.addEventListener("keydown", (event) => this.onKey(event));
    this.text.addEventListener("input", (event) => this.onInput(event));
    this.addEventListener("click", (event) => this.onClick(event));
    this.addEventListener("window-level", (event) => this.onWindow(event.detail.level));
    this.onStorage = (event) => this.followTab(event);
    window.addEventListener("storage", this.onStorage);
    this.onPageShow = () => this.showDraft();
    window.addEventListener("pageshow", this.onPageShow); // a browser that goes back fills in fields as they were, whatever the mode
    this.thread?.addEventListener("line-arrived", (event) => this.followLine(event.detail));
    this.presence = new Presence(this);
    this.overtaken = new Overtaken(this);
    this.collision = new Collision(this);
    this.later = new Later(this);
    followUndoKey(this.text);
    this.unsentBar = new UnsentBar(this);
    this.setMode(this.mode, { focus: false });
    this.registerCommands();
    if (this.drafts.hasJoined) this.problem(gettext("Your text from here and from another device were put together. Read it before you send it."));
    this.extra.comeBack();
    this.sending.showLeft();
    this.bringShared();
  }

  /** What another app shared, and a member chose this conversation for: behind what stands here, for them to send. */
  async bringShared() {
    const shared = this.answers && (await takeShared(this.dataset.conversation));
    if (!shared) return;
    const text = [this.drafts.text("reply"), shared.text].filter(Boolean).join("\n");
    this.drafts.write("reply", text);
    this.setMode("reply");
    if (!this.windowIsOpen) this.problem(gettext("What you shared stands in the reply. It can be sent as soon as they have written."));
    this.attachments.add(shared.files);
    keepDraft(this.dataset.draftUrl, { mode: "reply", text, intent: this.drafts.id("reply") }).catch(() => {});
  }

  disconnectedCallback() {
    window.removeEventListener("storage", this.onStorage);
    window.removeEventListener("pageshow", this.onPageShow);
    this.sending?.leave();
    this.saveNow();
    this.picker?.draft.save();
    this.extra?.leave();
    this.presence?.leave();
    this.unsentBar?.stop();
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

  /** The same member typed in this conversation on another device. */
  followDraft({ mode, text, intent }) {
    if (this.saving || !this.drafts.followServer(mode, { text, intent })) return;
    if (mode === this.mode) this.text.value = this.drafts.text(mode);
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

  /** What this member may write here, of reply, note and template. */
  get modes() {
    return this.dataset.modes.split(" ");
  }

  get answers() {
    return this.modes.includes("reply");
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
  }

  /** In the conversation that is meant: the row with the focus, else this one. */
  async writeTo(mode) {
    const screen = this.closest("inbox-screen");
    if (screen.meant !== this.dataset.conversation) await screen.open(screen.meant, { keyboard: true });
    if (screen.shown === screen.conversation) screen.querySelector("message-composer")?.setMode(mode);
  }

  /** Reply, note and template keep separate texts: what is private can never slip into a reply. */
  setMode(mode, { focus = true, byItself = false } = {}) {
    if (!this.modes.includes(mode)) return; // whoever asked for a note shall not write a reply instead
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
      this.text.placeholder = wanted === "note" ? gettext("Private note. The contact never sees it.") : this.extra.hint;
      this.sendButton.draw();
      this.querySelector(".attachments").hidden = wanted !== "reply" || this.attachments.isEmpty;
      if (focus) this.text.focus();
    } else if (focus) this.picker.open();
    else this.picker.suggest();
    this.replies?.showGaps();
    this.advice?.draw();
    if (!byItself) this.problem("");
  }

  /** A note is written: back to the answer, or to the templates that are left of it. */
  leaveNote() {
    if (!this.answers) return this.setMode("note");
    if (this.windowIsOpen) return this.setMode("reply");
    this.setMode("template", { focus: false });
    this.querySelector("[role=tab][data-mode=template]").focus();
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
      return this.extra.open(extra.dataset.extra);
    }
    const camera = event.target.closest("[data-camera]");
    if (camera) {
      camera.closest("[popover]").hidePopover();
      return this.attachments.photograph(camera.dataset.camera);
    }
    if (event.target.closest(".composer-quote button")) return this.takeQuoteAway();
    if (event.target.closest("[data-close-extra]")) return this.extra.close();
    this.picker.onClick(event);
  }

  onKey(event) {
    if (isComposition(event) || this.replies.onKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !((event.ctrlKey || event.metaKey) && event.shiftKey)) {
      event.preventDefault();
      if (this.later.isOpening) return; // meant for the dialog that is on its way
      this.sending.send();
    }
  }

  onInput(event) {
    this.drafts.write(this.mode, this.text.value);
    this.problem("");
    this.replies.onInput(event);
    this.advice.draw();
    if (this.isTooLong) this.offerParts();
    this.keepSoon();
  }

  /** The server gets what stands here. */
  keepSoon() {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.saveNow(), SAVE_AFTER);
  }

  get isTooLong() {
    const plain = this.attachments.isEmpty && this.extra.isEmpty;
    return this.mode === "reply" && plain && lengthOf(this.text.value.trim()) > Number(this.text.dataset.longest);
  }

  /** Nothing is cut in silence: say how long it is, and offer to `send` it in parts. */
  offerParts(send = (more) => this.sending.send(more)) {
    const count = new Intl.NumberFormat(document.documentElement.lang || "en");
    const words = { length: count.format(lengthOf(this.text.value.trim())), longest: count.format(this.text.dataset.longest) };
    const split = linkButton(gettext("Send it as several messages"), () => send({ split: true }));
    this.problem(interpolate(gettext("This has %(length)s characters; one message takes %(longest)s."), words), split);
  }

  saveNow() {
    clearTimeout(this.saving);
    if (!this.saving || this.mode === "template") return;
    this.saving = 0;
    const { mode } = this;
    const text = this.drafts.text(mode);
    this.saved = keepDraft(this.dataset.draftUrl, { mode, text, intent: this.drafts.id(mode) })
      .then((response) => response.ok && this.showSaved(mode, text))
      .catch(() => {});
  }

  showSaved(mode, text) {
    if (text === this.drafts.text(mode)) this.drafts.saved(mode, text);
    const state = this.querySelector(".draft-state");
    if (state) state.textContent = this.drafts.text(mode) ? gettext("Draft saved") : "";
  }

  /** Say above the text what is wrong; nothing when it is put right. `way`: a button that leads out of it.
   * Who pressed a button of what was said goes on in the text. */
  problem(text, way = null) {
    const hadFocus = this.querySelector(".composer-problem:focus-within");
    for (const place of this.querySelectorAll(".composer-problem")) {
      place.textContent = text;
      place.hidden = !text;
    }
    if (way) this.querySelector(".composer-write .composer-problem").append(" ", way);
    if (hadFocus) this.text.focus();
  }

  takeQuoteAway() {
    this.quote(null);
    this.text.focus();
  }

  /** One step back, for who is in here: from what goes with the text to the text, then without the quote; false when none is left. */
  stepBack() {
    const { activeElement: at } = document;
    if (!this.contains(at)) return false;
    if (this.extra.box.contains(at)) this.text.focus();
    else if (this.mode === "reply" && this.quoted) this.takeQuoteAway();
    else return false;
    return true;
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

  onSubmit(event) {
    event.preventDefault();
    this.sendButton.send();
  }
}

customElements.define("message-composer", MessageComposer);
