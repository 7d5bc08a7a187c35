/* The simulated phone: <sandbox-phone customer="minji" number="…">. Live over server-sent events. */

import { bubble, preview } from "./bubble.js";
import { ask, clockTime, el, follow, icon, words } from "./dom.js";
import { EMOJI, REACTIONS, emojiSheet, listSheet, menuSheet, photoSheet } from "./sheets.js";

const SHOWN = 200;

class SandboxPhone extends HTMLElement {
  static observedAttributes = ["customer"];

  connectedCallback() {
    if (this.screen) return;
    this.number = undefined; // not decided yet; null is the list of chats
    this.nodes = new Map();
    this.screen = el("div", { class: "screen", role: "group" });
    this.append(this.screen);
    if (!this.hasAttribute("customer")) {
      const path = location.pathname.split("/");
      if (path[1] === "phone") this.setAttribute("customer", decodeURIComponent(path[2]));
    }
    follow((event) => this.hear(event), (live) => this.say(live ? "" : words.lost, !live));
    addEventListener("visibilitychange", () => this.load());
    this.load();
  }

  attributeChangedCallback(name, before, after) {
    if (!this.screen || before === after) return;
    this.number = undefined;
    this.drawn = "";
    this.load();
  }

  get id_() {
    return this.getAttribute("customer");
  }

  hear(event) {
    if (event.kind === "reset") location.reload();
    if (event.customer !== this.id_) return;
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.load(), 60);
  }

  async load() {
    const id = this.id_;
    if (!id) return;
    try {
      const customer = await ask("GET", `customers/${id}`);
      if (id !== this.id_) return;
      this.customer = customer;
      if (this.number === undefined) this.number = this.getAttribute("number") ?? latest(customer);
      await (this.number ? this.drawChat() : this.drawChats());
    } catch (error) {
      this.say(error.message);
    }
  }

  frame(key, ...children) {
    this.drawn = key;
    this.nodes.clear();
    const bar = el("div", { class: "status-bar", "aria-hidden": "true" }, el("span", { class: "now" }, clockTime(Date.now() / 1000)), el("span", { class: "signal" }, icon(this.customer.online ? "online" : "offline")));
    this.screen.replaceChildren(bar, ...children);
  }

  notice() {
    return !this.customer.online && el("div", { class: "notice", role: "status" }, words.waiting_network);
  }

  drawChats() {
    const threads = [...this.customer.threads].sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0));
    const rows = threads.map((thread) => el(
      "button", { class: "chat-row", type: "button", onclick: () => this.open(thread.number) },
      el("img", { class: "avatar", src: "/assets/shop.svg", alt: "" }), el("strong", {}, thread.name), el("time", {}, thread.last ? clockTime(thread.last.at) : ""),
      el("span", { class: "preview", dir: "auto" }, thread.last ? preview(thread.last) : ""), thread.unread ? el("span", { class: "badge" }, String(thread.unread)) : el("span"),
    ));
    const list = el("div", { class: "chats" }, this.notice(), rows.length ? rows : el("p", { class: "empty" }, words.empty_chats));
    this.frame(
      "chats",
      el("div", { class: "bar" }, el("h2", {}, words.conversations), this.button("plus", words.numbers, () => this.chooseNumber()), this.button("more", words.more, () => this.menu())),
      list, el("div"),
    );
  }

  open(number) {
    this.number = number;
    this.drawn = "";
    this.drawChat();
  }

  async drawChat() {
    const number = this.number;
    const { items } = await ask("GET", `customers/${this.id_}/messages?number=${number}&limit=${SHOWN}`);
    if (number !== this.number) return;
    this.messages = items;
    const key = `chat ${this.id_} ${number} ${this.customer.online}`;
    if (this.drawn !== key) this.drawFrame(key);
    this.drawHead();
    this.drawMessages();
    if (this.customer.online && !document.hidden && items.some((m) => m.direction === "out" && m.status === "delivered")) {
      ask("POST", `customers/${this.id_}/read`, { number }).catch(() => {});
    }
  }

  drawFrame(key) {
    this.head = el("div", { class: "bar-name" });
    this.wall = el("div", { class: "wall", role: "log", "aria-label": words.conversations, tabindex: "0" });
    const bar = el(
      "div", { class: "bar" },
      this.button("back", words.back, () => { this.number = null; this.drawChats(); }, true),
      el("img", { class: "avatar", src: "/assets/shop.svg", alt: "" }), this.head,
      this.button("call", words.call, () => this.call()), this.button("more", words.more, () => this.menu()),
    );
    this.frame(key, el("div", {}, bar, this.notice()), this.wall, this.composer());
  }

  drawHead() {
    const thread = this.customer.threads.find((entry) => entry.number === this.number);
    const typing = thread?.typing;
    this.head.replaceChildren(el("strong", {}, thread?.name ?? this.name_), el("small", { class: typing ? "live" : "", dir: typing ? null : "ltr" }, typing ? words.typing : thread?.display ?? ""));
    clearTimeout(this.untype);
    if (typing) this.untype = setTimeout(() => this.load(), 5000);
  }

  drawMessages() {
    const atEnd = this.wall.scrollHeight - this.wall.scrollTop - this.wall.clientHeight < 60 || !this.nodes.size;
    const children = [];
    const kept = new Map();
    let day = "";
    let side = "";
    for (const message of this.messages.filter((entry) => !["reaction", "edit", "revoke"].includes(entry.type))) {
      const today = dayName(message.at);
      if (today !== day) {
        children.push(el("div", { class: "day" }, today));
        side = "";
      }
      const print = JSON.stringify([message, side === message.direction]);
      const old = this.nodes.get(message.id);
      const node = old?.print === print ? old.node : bubble(message, side === message.direction, this);
      kept.set(message.id, { print, node });
      children.push(node);
      day = today;
      side = message.direction;
    }
    this.nodes = kept;
    this.wall.replaceChildren(...(children.length ? children : [el("p", { class: "empty" }, words.empty_chat)]));
    if (atEnd) {
      const end = () => { this.wall.scrollTop = this.wall.scrollHeight; };
      end();
      this.wall.querySelectorAll("img").forEach((image) => image.complete || image.addEventListener("load", end, { once: true }));
    }
  }

  composer() {
    const send = el("button", { class: "icon send", type: "submit", "aria-label": words.send, disabled: true }, icon("send", true));
    const field = el("textarea", {
      rows: "1", placeholder: words.message, "aria-label": words.message, dir: "auto", maxlength: "65536",
      oninput: () => { send.disabled = !field.value.trim() || !this.customer.online; },
      onkeydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        form.requestSubmit();
      },
    });
    const submit = (event) => {
      event.preventDefault();
      const text = field.value.trim();
      if (!text || send.disabled) return;
      field.value = "";
      send.disabled = true;
      this.write({ type: "text", text: { body: text } });
    };
    const emoji = this.button("emoji", words.emoji, () => emojiSheet(this.screen, words.emoji, EMOJI, (sign) => {
      field.setRangeText(sign, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input"));
      field.focus();
    }));
    const form = el("form", { class: "composer", onsubmit: submit }, el("div", { class: "field" }, emoji, field, this.button("plus", words.attach, () => this.attach())), send);
    return form;
  }

  button(sign, label, does, flips = false) {
    return el("button", { class: "icon", type: "button", "aria-label": label, title: label, onclick: does }, icon(sign, flips));
  }

  attach() {
    const simple = (spec) => () => this.write(spec);
    const place = { latitude: 37.5443, longitude: 127.0557, name: "Seongsu", address: "Seoul" };
    menuSheet(this.screen, words.attach, [
      ["photo", words.photo, "", () => photoSheet(this.screen, (name) => this.write({ type: "image", image: { sample: name } }), (file) => this.upload(file))],
      ["voice", words.voice, "", simple({ type: "audio", audio: {} })],
      ["file", words.document, "", simple({ type: "document", document: { sample: "purchase-order", filename: "PO-2207.pdf" } })],
      ["place", words.location, "", simple({ type: "location", location: place })],
      ["sticker", words.sticker, "", simple({ type: "sticker", sticker: {} })],
    ]);
  }

  menu() {
    const { online, identity, marketing_stopped: stopped, phone } = this.customer;
    const change = (body) => () => this.act("PATCH", "", body);
    const hidden = identity === "hidden";
    menuSheet(this.screen, this.customer.name, [
      online ? ["offline", words.go_offline, "", change({ online: false })] : ["online", words.go_online, "", change({ online: true })],
      hidden ? ["show", words.show_number, words.number_hidden, change({ identity: "visible" })] : ["hide", words.hide_number, phone, change({ identity: "hidden" })],
      ["swap", words.change_number, phone, () => this.act("POST", "/number", {})],
      ["share", words.share_number, "", () => this.act("POST", "/share-number", this.here())],
      stopped ? ["sound", words.resume_marketing, "", () => this.act("POST", "/marketing", { value: "resume", ...this.here() })] : ["mute", words.stop_marketing, "", () => this.act("POST", "/marketing", { value: "stop", ...this.here() })],
    ]);
  }

  here() {
    return this.number ? { number: this.number } : {};
  }

  async chooseNumber() {
    const { numbers } = await ask("GET", "account");
    menuSheet(this.screen, words.numbers, numbers.map((entry) => ["person", entry.name, entry.display, () => { this.name_ = entry.name; this.open(entry.id); }]));
  }

  call() {
    this.say(words.calling);
    this.act("POST", "/calls", { seconds: 0, ...this.here() });
  }

  async act(method, path, body) {
    try {
      await ask(method, `customers/${this.id_}${path}`, body);
    } catch (error) {
      this.say(error.message);
    }
  }

  write(spec) {
    return this.act("POST", "/messages", { ...spec, ...this.here() });
  }

  upload(file) {
    const reader = new FileReader();
    reader.addEventListener("load", () => this.write({ type: "image", image: { mime_type: file.type, base64: reader.result.split(",")[1] } }));
    reader.readAsDataURL(file);
  }

  tap(message, choice) {
    ask("POST", `messages/${encodeURIComponent(message.id)}/tap`, { choice }).catch((error) => this.say(error.message));
  }

  openList(message) {
    listSheet(this.screen, message, (choice) => this.tap(message, choice));
  }

  react(message) {
    emojiSheet(this.screen, words.like, REACTIONS, (emoji) => this.write({ type: "reaction", reaction: { message_id: message.id, emoji } }));
  }

  copy(code) {
    navigator.clipboard?.writeText(code);
    this.say(words.copied);
  }

  find(id) {
    return id && this.messages?.find((message) => message.id === id);
  }

  say(text, stays = false) {
    this.screen.querySelector(".toast")?.remove();
    if (!text) return;
    const toast = el("div", { class: "toast", role: "status" }, text);
    this.screen.append(toast);
    if (!stays) setTimeout(() => toast.remove(), 2600);
  }
}

function latest(customer) {
  return [...customer.threads].sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0))[0]?.number ?? null;
}

function dayName(seconds) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(seconds * 1000).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  return new Date(seconds * 1000).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "long", year: "numeric" });
}

customElements.define("sandbox-phone", SandboxPhone);
