/* One message of the thread as a node. */

import { clockTime, el, icon, ticks, words } from "./dom.js";
import { paragraph } from "./text.js";

/** `does` has tap(message, choice), openList(message), react(message), find(id). */
export function bubble(message, follows, does) {
  if (message.type === "system") return el("p", { class: "system", dir: "auto" }, message.body.body);
  const mine = message.direction === "in";
  const reactions = Object.values(message.reactions);
  const content = message.revoked ? [el("span", { class: "gone" }, words.deleted)] : parts(message, does);
  const bare = message.type === "sticker" && !message.revoked;
  const loose = content.at(-1)?.className !== "text";
  const box = el("div", { class: `bubble${bare ? " bubble-bare" : ""}` }, quote(message, does), ...content, meta(message, mine, loose));
  if (reactions.length) box.append(el("span", { class: "reactions" }, reactions.join("")));
  const react = !mine && el("button", { class: "icon react", type: "button", "aria-label": words.like, onclick: () => does.react(message) }, icon("emoji"));
  const classes = ["msg", mine && "msg-mine", !follows && "msg-gap", reactions.length && "msg-reacted"].filter(Boolean).join(" ");
  return el("div", { class: classes, "data-id": message.id }, box, ...(message.revoked ? [] : choices(message, does)), react);
}

function meta(message, mine, loose) {
  return el(
    "span", { class: `meta${loose ? " meta-loose" : ""}` },
    message.edited && words.edited, " ", clockTime(message.at), mine && ticks(message.status),
  );
}

function quote(message, does) {
  if (message.context?.forwarded || message.context?.frequently_forwarded) return el("div", { class: "foot" }, `↪ ${words.forwarded}`);
  const quoted = does.find(message.context?.message_id ?? message.context?.id);
  return quoted && message.type !== "reaction" && el("div", { class: "quote", dir: "auto" }, preview(quoted));
}

/** A line for lists and quotes. */
export function preview(message) {
  if (message.revoked) return words.deleted;
  const body = message.body ?? {};
  const names = { image: "📷 " + words.photo, video: "🎬", audio: "🎤 " + words.voice_message, sticker: words.sticker, location: "📍 " + words.location };
  if (message.type === "text") return body.body ?? "";
  if (message.type === "template") return message.template?.body ?? message.template?.name ?? "";
  if (message.type === "interactive") return body.body?.text ?? body[body.type]?.title ?? "";
  if (message.type === "button") return body.text;
  if (message.type === "document") return "📄 " + (body.filename ?? words.document);
  if (message.type === "order") return "🛍 " + words.order;
  if (message.type === "contacts") return "👤 " + words.contact_card;
  if (message.type === "reaction") return body.emoji ?? "";
  return body.caption || names[message.type] || words.message;
}

function parts(message, does) {
  const body = message.body ?? {};
  const show = SHOWS[message.type];
  return show ? show(body, message, does).filter(Boolean) : [el("span", { class: "gone" }, `${words.unsupported} (${message.type})`)];
}

const SHOWS = {
  text: (body) => [paragraph(body.body ?? "")],
  image: (body, message) => [picture(message, body), body.caption && paragraph(body.caption)],
  video: (body, message) => [message.media && el("video", { class: "picture", src: message.media.url, controls: true, preload: "metadata" }), body.caption && paragraph(body.caption)],
  audio: (body, message) => [message.media ? el("audio", { src: message.media.url, controls: true, preload: "metadata", "aria-label": words.voice_message }) : file(words.voice_message, "", null, "voice")],
  sticker: (body, message) => [message.media ? el("img", { class: "sticker", src: message.media.url, alt: words.sticker }) : file(words.sticker, "", null, "sticker")],
  document: (body, message) => [file(body.filename ?? words.document, size(message.media?.size), message.media?.url ?? body.link, "file"), body.caption && paragraph(body.caption)],
  location: (body) => [place(body)],
  contacts: (body) => body.map((card) => el("div", { class: "card" }, icon("person"), el("strong", { dir: "auto" }, card.name?.formatted_name ?? words.contact_card), el("small", { dir: "ltr" }, (card.phones ?? []).map((phone) => phone.phone).join(", ")))),
  button: (body) => [paragraph(body.text)],
  order: (body) => [el("div", { class: "card" }, icon("bag"), el("strong", {}, words.order), el("small", {}, `${body.product_items.reduce((sum, item) => sum + item.quantity, 0)} ${words.items} · ${total(body.product_items)}`)), body.text && paragraph(body.text)],
  interactive: (body, message) => (message.direction === "in" ? [paragraph(body[body.type]?.title ?? body[body.type]?.body ?? body[body.type]?.response ?? body.type), body.list_reply?.description && el("div", { class: "foot" }, body.list_reply.description)] : interactive(body, message)),
  template: (body, message) => template(message.template ?? {}, message),
};

function total(items) {
  const sum = items.reduce((all, item) => all + item.quantity * item.item_price, 0);
  return new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: items[0]?.currency ?? "USD" }).format(sum);
}

function size(bytes) {
  return bytes ? `${Math.max(1, Math.round(bytes / 1024))} KB` : "";
}

function picture(message, content) {
  if (!message.media) return file(words.photo, content.link ?? "", content.link, "photo");
  return el("img", { class: "picture", src: message.media.url, alt: content.caption ?? words.photo, loading: "lazy" });
}

function file(name, note, url, sign) {
  const inside = [icon(sign), el("strong", { dir: "auto" }, name), el("small", {}, note)];
  return url ? el("a", { class: "file", href: url, target: "_blank", rel: "noopener noreferrer" }, ...inside) : el("div", { class: "file" }, ...inside);
}

function place(body) {
  const where = `${body.latitude}, ${body.longitude}`;
  return el("div", { class: "place" }, icon("place"), el("strong", { dir: "auto" }, body.name ?? words.location), el("small", { dir: "auto" }, body.address ?? where));
}

function header(head, message) {
  if (!head) return [];
  if (head.type === "text") return [el("div", { class: "head", dir: "auto" }, head.text)];
  if (head.type === "image") return [picture(message, head.image ?? {})];
  if (head.type === "location") return [place(head.location)];
  return [file(head[head.type]?.filename ?? words[head.type === "video" ? "photo" : "document"], "", message.media?.url, "file")];
}

function interactive(body, message) {
  const cards = body.type === "carousel" ? body.action.cards : [];
  return [
    ...header(body.header, message),
    body.body && paragraph(body.body.text, body.footer ? "" : "text"),
    body.footer && el("div", { class: "foot", dir: "auto" }, body.footer.text),
    cards.length && el("div", { class: "cards" }, cards.map((card) => el("div", { class: "card" }, icon("photo"), el("strong", {}, card.body?.text ?? card.action.product_retailer_id ?? "")))),
  ].filter(Boolean);
}

function template(shown, message) {
  return [
    ...header(shown.header, message),
    shown.offer && el("div", { class: "foot", dir: "auto" }, shown.offer),
    shown.body && paragraph(shown.body, shown.footer ? "" : "text"),
    shown.footer && el("div", { class: "foot", dir: "auto" }, shown.footer),
    shown.cards && el("div", { class: "cards" }, shown.cards.map((card) => el("div", { class: "card" }, icon("photo"), el("strong", { dir: "auto" }, card.body ?? "")))),
  ].filter(Boolean);
}

function choices(message, does) {
  if (message.direction === "in") return [];
  const body = message.body ?? {};
  const action = body.action ?? {};
  const buttons = [];
  if (message.type === "interactive" && body.type === "list") {
    buttons.push(choice("list", action.button, () => does.openList(message)));
  } else if (message.options) {
    const done = message.tapped.length > 0 && message.type === "interactive";
    for (const option of message.options) buttons.push(choice("reply", option.title, () => does.tap(message, option.id), done));
  }
  if (body.type === "cta_url") buttons.push(link(action.parameters.display_text, action.parameters.url));
  for (const button of message.template?.buttons ?? []) {
    if (button.url) buttons.push(link(button.text, button.url));
    else if (button.code) buttons.push(choice("copy", button.text || button.code, () => does.copy(button.code)));
    else if (button.phone) buttons.push(choice("call", button.text, () => {}, true));
  }
  return buttons.length ? [el("div", { class: "choices" }, buttons)] : [];
}

function choice(sign, label, does, disabled = false) {
  return el("button", { class: "choice", type: "button", onclick: does, disabled }, icon(sign), el("span", { dir: "auto" }, label));
}

function link(label, url) {
  return el("a", { class: "choice", href: url, target: "_blank", rel: "noopener noreferrer" }, icon("link"), el("span", { dir: "auto" }, label));
}
