// What a member has typed and not sent, per conversation and mode: on this device, where its tabs share it, and on
// the server. Each text has the id under which it will go out, so that two tabs cannot send it twice.
import { newId } from "../design/intents.js";
import { post } from "../design/page.js";

export const SAVE_AFTER = 800;
const KEEPALIVE_LIMIT = 15_000; // characters; browsers take 64 KB in requests that outlive their page
const HOUR = 3_600_000;

/** The place in this device's storage for something of this member's own. */
export const keyOf = (...names) => ["regulars", names[0], member(), ...names.slice(1)].join(".");

const member = () => document.body.dataset.member ?? "";

/** Keep a draft on the server, also while the page goes away. */
export const keepDraft = (url, values) => post(url, values, { keepalive: values.text.length < KEEPALIVE_LIMIT });

export class Drafts {
  /** `server`: what the server keeps by mode, each with its text and the id under which it goes out. */
  constructor(conversation, server) {
    this.conversation = conversation;
    this.said = new Set();
    this.records = { reply: this.meet("reply", server.reply), note: this.meet("note", server.note) };
    this.write("reply", this.records.reply.text);
    this.write("note", this.records.note.text);
  }

  key(mode) {
    return keyOf("draft", this.conversation, mode);
  }

  stored(mode) {
    return readRecord(localStorage.getItem(this.key(mode)));
  }

  /**
   * This device's text meets the server's. `base` is what the server had when both last agreed: whoever changed since
   * is newer; when both did, both are kept. `met` is what came from the server, and nobody has touched here.
   */
  meet(mode, { text: server, id }) {
    const local = this.stored(mode);
    if (!local || local.text === server) return { text: server, base: server, met: server, id: id || (local?.id ?? newId()) };
    if (server === local.base) return local;
    if (local.text === local.base) return { text: server, base: server, met: server, id: id || newId() };
    if (!server) return { ...local, base: server };
    this.hasJoined = true;
    return { text: `${local.text}\n${server}`, base: server, id: newId() };
  }

  text(mode) {
    return this.records[mode].text;
  }

  id(mode) {
    return this.records[mode].id;
  }

  write(mode, text) {
    const record = this.records[mode];
    if (!record.text && text) record.id = newId();
    record.text = text;
    if (text || record.base) localStorage.setItem(this.key(mode), JSON.stringify(record));
    else localStorage.removeItem(this.key(mode));
  }

  /** The server keeps this text now. */
  saved(mode, text) {
    this.records[mode].base = text;
    this.write(mode, this.records[mode].text);
  }

  /** What was taken to be sent; the field is empty for the next thing, under an id of its own. */
  take(mode) {
    const taken = { ...this.records[mode] };
    this.said.add(taken.id);
    this.records[mode] = { text: "", base: "", id: newId() };
    this.write(mode, "");
    return taken;
  }

  /** What could not be sent comes back, before anything typed meanwhile. */
  giveBack(mode, taken) {
    this.said.delete(taken.id);
    const { text, base } = this.records[mode];
    const whole = [taken.text, text].filter(Boolean).join("\n");
    this.records[mode] = { text: whole, base, id: taken.id };
    this.write(mode, whole);
  }

  /** The id was used for something else: what stands here now is another thing. */
  renew(mode) {
    this.records[mode].id = newId();
    this.write(mode, this.records[mode].text);
  }

  /** Another tab changed a text: follow it, unless this tab has another one. True when something changed here. */
  follow(event) {
    const mode = ["reply", "note"].find((each) => this.key(each) === event.key);
    if (!mode) return "";
    const before = readRecord(event.oldValue);
    if (this.records[mode].text !== (before?.text ?? "")) return "";
    this.records[mode] = readRecord(event.newValue) ?? { text: "", base: "", id: newId() };
    return mode;
  }

  /** What is told late of a draft that has gone out by now is no draft any more. */
  isSaid(id) {
    return this.said.has(id) || Boolean(id && document.getElementById(`message-${id}`));
  }

  /** The server keeps another text now, typed on another device: true when it stands here, where nobody had typed. */
  followServer(mode, { text, intent }) {
    const record = this.records[mode];
    if (!record || this.isSaid(intent)) return false;
    if (record.text === text) return this.saved(mode, text), false;
    if (record.text !== record.base) return false; // what is typed here goes on, and is kept
    this.records[mode] = { text, base: text, met: text, id: intent || newId() };
    this.write(mode, text);
    return true;
  }

  /** A line came into the thread: when it is what stands here, sent from another device, it is done. The mode, if so. */
  followLine(line) {
    const text = line.querySelector(".text")?.textContent.trim();
    const mode = line.dataset.author === `note:${member()}` ? "note" : line.id === `message-${this.id("reply")}` ? "reply" : "";
    if (!mode || !text) return "";
    const { text: here, met } = this.records[mode];
    if (here.trim() === text || (mode === "reply" && here === met)) this.take(mode);
    else if (mode === "reply") this.renew(mode);
    else return "";
    return mode;
  }

  // --- the id of the next template, the same in all tabs until it has gone out ---------------------

  get templateKey() {
    return keyOf("intent", this.conversation, "template");
  }

  templateId() {
    const known = readRecord(localStorage.getItem(this.templateKey));
    const isSpent = known && (Date.now() - known.at > HOUR || document.getElementById(`message-${known.id}`));
    if (known && !isSpent) return known.id;
    const id = newId();
    localStorage.setItem(this.templateKey, JSON.stringify({ id, at: Date.now() }));
    return id;
  }

  templateIsDone(id) {
    if (readRecord(localStorage.getItem(this.templateKey))?.id === id) localStorage.removeItem(this.templateKey);
  }
}

/** Messages that the server has not answered for, as they were written: they survive a reload, and go out when they can. */
export class Outbox {
  constructor(conversation) {
    this.key = keyOf("outbox", conversation);
  }

  get entries() {
    return Object.entries(readRecord(localStorage.getItem(this.key)) ?? {}).map(([id, kept]) => ({ id, ...kept }));
  }

  /** Those that go out by themselves: what is older, or was refused, waits for a hand. */
  get going() {
    return this.entries.filter(({ at, refused }) => !refused && at > Date.now() - HOUR);
  }

  /** Whether something that was written before is still to go out: nothing overtakes it. */
  isBehind(id) {
    const at = this.going.findIndex((each) => each.id === id);
    return at > 0;
  }

  refuse(id) {
    this.change((all) => all[id] && (all[id].refused = true));
  }

  /** Whether a text that the server keeps as a draft is on its way already. */
  holds(text) {
    return this.entries.some(({ fields }) => fields?.some(([name, value]) => (name === "text" || name === "draft") && value && value.trim() === text.trim()));
  }

  change(edit) {
    const all = readRecord(localStorage.getItem(this.key)) ?? {};
    edit(all);
    if (Object.keys(all).length) localStorage.setItem(this.key, JSON.stringify(all));
    else localStorage.removeItem(this.key);
  }

  /** `kept`: the fields of the form, and what the page needs to show it again. */
  put(id, kept) {
    this.change((all) => (all[id] = { at: Date.now(), ...kept }));
  }

  remove(id) {
    this.change((all) => delete all[id]);
  }
}

/** What was kept as JSON; null when there is nothing, or it cannot be read. */
export function readRecord(stored) {
  try {
    const record = JSON.parse(stored ?? "null");
    return record && typeof record === "object" ? record : null;
  } catch {
    return null;
  }
}
