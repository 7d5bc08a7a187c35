// What a composer sends: it stands in the thread at once and settles later; what the connection or the server refuses
// comes back whole, and what nobody answered for survives a reload and goes out by itself, in the order of writing.
import { announce, element, fragment, linkButton, post } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { toast } from "../design/toast/toast.js";
import { Outbox } from "./drafts.js";
import { showScheduled } from "./later.js";
import { namedIn } from "./mentions.js";
import { inTurn } from "./left.js";
import { pendingLine } from "./pending.js";
import { awaitUndo, offerUndo } from "./undo_send.js";

const SAVE_PATIENCE = 2000;

/** What was refused while another conversation was open, by conversation: the words are a draft, this is the rest. */
const givenBack = new Map();

/** What a message that is on its way says of itself: its words, and what goes with them. */
function wordsOf(body, files) {
  const extra = body.has("extra") ? document.querySelector(`[data-extra="${body.get("extra")}"]`)?.textContent.trim() : "";
  return [body.get("text"), extra, ...files.map(({ file }) => file.name)].filter(Boolean).join("\n") || gettext("Sending");
}

export class Sending {
  constructor(composer) {
    this.composer = composer;
    this.outbox = new Outbox(composer.dataset.conversation);
    this.waiting = new Map(); // what is tried again, by id, in the order of writing
    this.onOnline = () => this.composer.isConnected && this.repeatAll();
    window.addEventListener("online", this.onOnline);
  }

  /** Its composer goes; what waits is seen to by `left.js` from now on. */
  leave() {
    window.removeEventListener("online", this.onOnline);
  }

  /** What earlier pages left, and what was refused while another conversation was open. */
  showLeft() {
    for (const entry of this.outbox.entries) this.showUnsent(entry);
    for (const [kept, said] of givenBack.get(this.composer.dataset.conversation) ?? []) this.takeBack(kept, said);
    givenBack.delete(this.composer.dataset.conversation);
  }

  /** Whether there is nothing to say. */
  get isEmpty() {
    const { composer } = this;
    return !composer.text.value.trim() && composer.attachments.isEmpty && composer.extra.isEmpty;
  }

  /** Take what stands in the composer and send it; true when it is on its way. `more`: other fields of the form. `again` does the same after a question. */
  send({ then = "", split = false, more = {}, again = (other) => this.send({ then, more, ...other }) } = {}) {
    const { composer } = this;
    if (!composer.showDraft()) return false; // nobody typed what stood there
    if (composer.mode === "note") this.sendNote();
    if (composer.mode === "template") composer.picker.open();
    if (composer.mode !== "reply" || !this.isReady({ split, again })) return false;
    const draft = composer.drafts.take("reply");
    const body = this.bodyOf(draft, { then, split, more });
    const kept = { draft, replies: composer.replies.take(), attachments: composer.attachments.take(), extra: [...composer.extra.box.childNodes], quote: this.keepQuote() };
    const files = kept.attachments.map(({ id, file: { name, type, size } }) => ({ id, file: { name, type, size } }));
    const line = pendingLine(draft.id, wordsOf(body, files), kept.quote && composer.querySelector(".composer-quote .quote"));
    this.clearReply();
    this.showPending(line);
    this.outbox.put(draft.id, { fields: [...body], files, quote: kept.quote && { id: kept.quote.id, html: kept.quote.html } });
    const isUndone = awaitUndo();
    const patience = new Promise((done) => setTimeout(done, SAVE_PATIENCE));
    Promise.race([composer.saved, patience]).then(() => this.deliver(composer.dataset.sendUrl, body, line, kept, { isUndone })); // an older save may not come after
    return true;
  }

  /** Whether there is something to send, and nothing stands against it; the composer says what. */
  isReady({ split, again }) {
    const { composer } = this;
    if (!composer.extra.isComplete) return false;
    if (this.isEmpty) return false;
    if (composer.replies.stops()) return false;
    if (composer.attachments.isBusy) composer.problem(gettext("A file is still being uploaded"));
    else if (composer.isTooLong && !split) composer.offerParts(again);
    else return !composer.overtaken.asks(() => again({ split }));
    return false;
  }

  bodyOf(draft, { then, split, more }) {
    const { composer } = this;
    const body = new URLSearchParams(composer.extra.values);
    body.append("text", composer.text.value.trim());
    body.append("draft", draft.base);
    for (const id of composer.attachments.ids) body.append("media", id);
    if (composer.quoted) body.append("reply_to", composer.quoted);
    body.append("seen", composer.closest("inbox-screen").newestSeen);
    for (const id of composer.collision.known) body.append("known", id);
    body.append("undoable", "yes");
    for (const [name, value] of Object.entries(more)) body.append(name, value);
    for (const id of composer.replies.used) body.append("quick_reply", id);
    if (then) body.append("then", then);
    if (split) body.append("split", "yes");
    body.append("id", draft.id);
    return body;
  }

  clearReply() {
    this.composer.text.value = "";
    this.composer.forgetSaving();
    this.composer.querySelector(".composer-extra").replaceChildren();
    this.composer.querySelector(".draft-state").textContent = "";
    this.composer.quoted = "";
    this.composer.querySelector(".composer-quote").hidden = true;
    this.composer.text.placeholder = this.composer.extra.hint;
    this.composer.problem("");
    this.composer.overtaken.forget();
    this.composer.collision.forget();
    this.composer.presence.stop();
    this.composer.advice.draw();
  }

  keepQuote() {
    const box = this.composer.querySelector(".composer-quote");
    return this.composer.quoted ? { id: this.composer.quoted, html: box.querySelector(".quote").innerHTML } : null;
  }

  showPending(line) {
    this.composer.thread.items.append(line);
    this.composer.thread.arrange();
    this.composer.thread.toEnd();
  }

  /** What an earlier page could not deliver: it goes out now, unless it is old; then it waits for a hand. */
  showUnsent({ id, fields, files = [], quote = null }) {
    if (document.getElementById(`message-${id}`)) return this.outbox.remove(id);
    const body = new URLSearchParams(fields);
    const line = pendingLine(id, wordsOf(body, files));
    const extra = body.has("extra") ? this.composer.extra.formOf(body.get("extra"), body) : [];
    const kept = { draft: { text: body.get("text"), base: "", id }, replies: body.getAll("quick_reply"), attachments: files, extra, quote };
    this.composer.thread.ready ? this.showPending(line) : customElements.whenDefined("message-thread").then(() => this.showPending(line));
    if (this.outbox.going.some((each) => each.id === id)) this.deliver(this.composer.dataset.sendUrl, body, line, kept, { alone: false });
    else this.offerRetry(this.composer.dataset.sendUrl, body, line, kept, { alone: false });
  }

  /** A lost connection is tried again with the same id, so nothing goes out twice; a refusal gives the text back. */
  deliver(url, body, line, kept, { isUndone = awaitUndo(), alone = true } = {}) {
    return inTurn(this.composer.dataset.conversation, () => this.attempt(url, body, line, kept, { isUndone, alone }));
  }

  async attempt(url, body, line, kept, { isUndone, alone }) {
    const asked = performance.now();
    const response = this.outbox.isBehind(body.get("id")) ? null : await post(url, body).catch(() => null);
    const isWanted = isUndone();
    if (!response) return this.offerRetry(url, body, line, kept, { alone });
    this.outbox.remove(body.get("id"));
    const answer = await response.text();
    document.getElementById(line.id)?.matches(".pending") && document.getElementById(line.id).remove();
    if (response.ok && response.headers.has("X-Scheduled")) return showScheduled(this.composer.thread, answer);
    if (response.ok) {
      this.composer.thread.receive(answer, { asked });
      const seconds = Number(response.headers.get("X-Undo") ?? 0);
      if (seconds) offerUndo(this, kept, { html: answer, seconds, then: body.get("then") ?? "", isWanted });
      this.composer.dispatchEvent(new CustomEvent("message-sent", { bubbles: true }));
      return;
    }
    const here = this.giveBack(kept, answer);
    if (response.headers.get("X-Refusal") === "intent-used") here.drafts.renew("reply");
    const conflict = response.headers.get("X-Conflict");
    const more = Object.fromEntries(["send_at", "stops_on_answer", "until"].filter((name) => body.has(name)).map((name) => [name, body.get(name)]));
    if (conflict && here.isConnected) here.collision.show(JSON.parse(conflict), () => here.sending.send({ then: body.get("then") ?? "", split: body.has("split"), more: { ...more, anyway: "yes" } }));
    if (response.headers.get("X-Refusal") === "reply-window-closed" && here.isConnected) here.setMode("template", { focus: false });
  }

  /** What was refused comes back to the composer of its conversation, now or when it is opened again; that composer. */
  giveBack(kept, why) {
    const said = why || gettext("This could not be sent. Nothing went out.");
    const { conversation } = this.composer.dataset;
    const shown = this.composer.isConnected ? this.composer : document.querySelector(`message-composer[data-conversation="${conversation}"]`);
    const here = shown ?? this.composer;
    here.drafts.giveBack("reply", kept.draft);
    if (shown) {
      shown.sending.takeBack(kept, said);
      return here;
    }
    givenBack.set(conversation, [...(givenBack.get(conversation) ?? []), [kept, said]]);
    toast(said, { kind: "bad" });
    return here;
  }

  /** Everything stands in the composer again, with why. */
  takeBack(kept, said) {
    if (this.composer.mode === "reply") this.composer.text.value = this.composer.drafts.text("reply");
    this.composer.attachments.restore(kept.attachments);
    if (kept.replies?.length) this.composer.replies.remember(...kept.replies);
    this.composer.replies.showGaps();
    if (kept.extra.length) this.composer.extra.show(kept.extra);
    if (kept.quote && !this.composer.quoted) this.restoreQuote(kept.quote);
    this.composer.problem(said);
    if (this.composer.isTooLong) this.composer.offerParts();
  }

  restoreQuote({ id, html }) {
    this.composer.quoted = id;
    const box = this.composer.querySelector(".composer-quote");
    box.querySelector(".quote").replaceChildren(fragment(html));
    box.hidden = this.composer.mode !== "reply";
  }

  /** All that waits here, in the order in which it was written. */
  repeatAll() {
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const repeat of waiting) repeat();
  }

  /** It repeats itself when the connection is back. `alone`: of this page; what an earlier one left can also be taken back. */
  offerRetry(url, body, line, kept, { alone = true } = {}) {
    const id = body.get("id");
    const again = linkButton(gettext("Try again"), () => (this.waiting.has(id) ? this.repeatAll() : repeat()));
    const drop = linkButton(gettext("Back to the text field"), () => {
      line.remove();
      this.waiting.delete(id);
      this.outbox.remove(id);
      this.giveBack(kept, gettext("It was not sent yet. Look at the thread before you send it again."));
    });
    const note = element("div", { class: "message-problem" }, element("strong", {}, gettext("No connection. Not sent yet.")), again, alone ? null : drop);
    line.append(note);
    if (alone) announce(gettext("No connection. Not sent yet."));
    const repeat = () => {
      note.remove();
      this.deliver(url, body, line, kept, { alone });
    };
    if (alone || this.outbox.going.some((each) => each.id === id)) this.waiting.set(id, repeat);
  }

  async sendNote() {
    const text = this.composer.text.value.trim();
    if (!text || this.isNoting) return;
    this.isNoting = true;
    this.composer.drafts.write("note", this.composer.text.value);
    const { id, base } = this.composer.drafts.records.note;
    const body = new URLSearchParams({ text, id, draft: base });
    for (const mention of await namedIn(text, this.composer.dataset.conversation)) body.append("mention", mention);
    const response = await post(this.composer.dataset.noteUrl, body).catch(() => null);
    this.isNoting = false;
    if (!response && this.composer.drafts.id("note") !== id) return; // the stream has told of it
    if (response?.headers.get("X-Refusal") === "intent-used") this.composer.drafts.renew("note");
    if (!response?.ok) return this.composer.problem(response ? await response.text() : gettext("No connection. The note is still here."));
    if (this.composer.drafts.id("note") === id && this.composer.drafts.text("note").trim() === text) this.composer.drafts.take("note");
    if (this.composer.mode === "note") this.composer.text.value = this.composer.drafts.text("note");
    this.composer.presence.stop();
    this.composer.forgetSaving();
    this.composer.thread.receive(await response.text());
    this.composer.thread.toEnd();
    if (this.composer.mode === "note" && !this.composer.text.value) this.composer.leaveNote();
  }
}
