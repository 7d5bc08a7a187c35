/* Bottom sheets of the phone: menus, emoji, attachments, list rows. */

import { el, icon, words } from "./dom.js";

export const EMOJI = "😀 😂 😊 😍 🥲 😅 😉 😎 🤔 😢 😡 😴 👍 👎 👌 🙏 👏 💪 🙌 👋 ❤️ 🔥 ✨ 🎉 ☕ 🍰 📦 🚚 💳 ✅ ❌ ⏰".split(" ");
export const REACTIONS = "👍 ❤️ 😂 😮 😢 🙏".split(" ");
export const PHOTOS = ["damaged-cup", "kettle", "parcel", "beans"];

/** A sheet over the screen; Escape, the cover or the cross close it. */
export function sheet(screen, title, ...children) {
  const before = document.activeElement;
  const close = () => {
    cover.remove();
    before?.focus?.();
  };
  const panel = el(
    "section", { class: "sheet", role: "dialog", "aria-label": title },
    el("header", {}, el("span", {}, title), el("button", { class: "icon", type: "button", "aria-label": words.close, onclick: close }, icon("close"))),
    ...children,
  );
  const cover = el("div", {
    class: "sheet-cover",
    onclick: (event) => event.target === cover && close(),
    onkeydown: (event) => event.key === "Escape" && (event.stopPropagation(), close()),
  }, panel);
  screen.append(cover);
  panel.querySelector("button:not(header button)")?.focus();
  return close;
}

export function row(sign, label, note, does) {
  return el(
    "button", { class: `sheet-row${sign ? "" : " plain"}`, type: "button", onclick: does },
    sign && icon(sign), el("span", { dir: "auto" }, label), note && el("small", { dir: "auto" }, note),
  );
}

export function emojiSheet(screen, title, list, does) {
  const close = sheet(screen, title, el("div", { class: "emoji" }, list.map((sign) => el("button", { type: "button", onclick: () => { close(); does(sign); } }, sign))));
}

export function menuSheet(screen, title, entries) {
  const close = sheet(screen, title, ...entries.map(([sign, label, note, does]) => row(sign, label, note, () => { close(); does(); })));
}

export function photoSheet(screen, pick, upload) {
  const chooser = el("input", { type: "file", accept: "image/jpeg,image/png,image/webp", hidden: true, onchange: () => { close(); upload(chooser.files[0]); } });
  const close = sheet(
    screen, words.photo,
    el("div", { class: "samples" }, PHOTOS.map((name) => el("button", { type: "button", "aria-label": name, onclick: () => { close(); pick(name); } }, el("img", { src: `/samples/${name}.jpg`, alt: "" })))),
    chooser, row("plus", words.choose, "", () => chooser.click()),
  );
}

export function listSheet(screen, message, pick) {
  const sections = message.body.action.sections.flatMap((section) => [
    section.title && el("h4", { dir: "auto" }, section.title),
    ...section.rows.map((entry) => row("", entry.title, entry.description, () => { close(); pick(entry.id); })),
  ]);
  const close = sheet(screen, message.body.action.button, ...sections.filter(Boolean));
}
