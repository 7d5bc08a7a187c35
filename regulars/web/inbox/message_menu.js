// What can be done with one message: quote, react, copy, its states. One toolbar and one menu for the whole
// thread, moved to where the pointer or the focus is; a long press opens it on touch screens.
import { element, icon, post } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { toast } from "../design/toast/toast.js";
import { fullTime } from "../design/time/time.js";
import { place } from "../design/menu/place.js";
import { openForwarding } from "./forwarding.js";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const LONG_PRESS = 450;
const STILL = 8; // pixels that a resting finger may move
const SWIPE = 64;
let toolbar = null;
let current = null;

const menu = () => document.getElementById("message-menu");
const composer = () => document.querySelector("message-composer");
const idOf = (line) => line.id.replace("message-", "");

const isAnswerable = (line) => "answerable" in line.dataset && Boolean(composer()?.answers);
const PASSED_ON = new Set(["text", "image", "video", "audio", "document", "sticker", "location", "contacts"]);
const isForwardable = (line) => PASSED_ON.has(line.dataset.kind) && !line.classList.contains("deleted") && Boolean(composer()?.answers);
const isInGroup = (line) => Boolean(line.closest("[data-group]")); // groups take no reactions of a business

function button(name, label, act) {
  const made = element("button", { type: "button", class: "button icon-only small quiet", "aria-label": label, "data-tip": label, tabindex: "-1" }, icon(name));
  made.addEventListener("click", act);
  return made;
}

function makeToolbar() {
  return element("span", { class: "message-actions message-toolbar" },
    button("quote", gettext("Reply to this message"), () => composer()?.quote(current)),
    button("emoji", gettext("React"), () => openReactions(current)),
    button("more", gettext("More"), (event) => openMenu(current, event.currentTarget)));
}

function moveTo(line) {
  if (!line || line === current && toolbar?.isConnected) return;
  toolbar ??= makeToolbar();
  current = line;
  const answerable = isAnswerable(line);
  toolbar.children[0].hidden = !answerable;
  toolbar.children[1].hidden = !answerable || isInGroup(line);
  line.querySelector(".bubble-line")?.append(toolbar);
}

function openReactions(line) {
  if (!line || !isAnswerable(line) || isInGroup(line)) return;
  const mine = line.dataset.ownReaction ?? "";
  const buttons = EMOJI.map((emoji) => {
    const made = element("button", { type: "button", role: "menuitemradio", "aria-checked": String(emoji === mine), "aria-label": emoji }, emoji);
    made.addEventListener("click", () => react(line, emoji === mine ? "" : emoji));
    return made;
  });
  const none = element("button", { type: "button", role: "menuitem", "aria-label": gettext("Take the reaction back"), "data-tip": gettext("Take the reaction back") }, icon("close"));
  none.className = "button icon-only quiet";
  none.addEventListener("click", () => react(line, ""));
  show(line, element("div", { class: "reaction-picker" }, ...buttons, mine ? none : null));
}

async function react(line, emoji) {
  menu().hidePopover();
  const asked = performance.now();
  const response = await post(`/messages/${idOf(line)}/reaction`, { emoji }).catch(() => null);
  if (response?.ok) return document.querySelector("message-thread")?.receive(await response.text(), { asked });
  toast(response ? await response.text() : gettext("No connection. Nothing was changed."), { kind: "bad" });
}

/** A message's text for copying, with the signs of its lists and quotes. */
function textOf(line) {
  const text = line.querySelector(".text")?.cloneNode(true);
  if (!text) return "";
  for (const item of text.querySelectorAll("li")) item.prepend(item.hasAttribute("value") ? `${item.value}. ` : "- ");
  for (const quote of text.querySelectorAll("blockquote")) quote.textContent = quote.textContent.replace(/^(?=.)/gm, "> ");
  return text.textContent.trim();
}

function item(name, label, act) {
  const made = element("button", { type: "button", class: "menu-item", role: "menuitem" }, icon(name), label);
  made.addEventListener("click", () => {
    menu().hidePopover();
    act();
  });
  return made;
}

function openMenu(line, anchor = null) {
  if (!line) return;
  const answerable = isAnswerable(line);
  const text = textOf(line);
  const items = [
    answerable && item("quote", gettext("Reply to this message"), () => composer()?.quote(line)),
    answerable && !isInGroup(line) && item("emoji", gettext("React"), () => openReactions(line)),
    isForwardable(line) && item("forwarded", gettext("Forward"), () => openForwarding(idOf(line), line)),
    text && item("copy", gettext("Copy the text"), () => navigator.clipboard.writeText(text)),
    item("connection", gettext("Copy the link"), () => navigator.clipboard.writeText(`${location.origin}/conversations/${document.querySelector("inbox-screen").dataset.conversation}#${line.id}`)),
  ].filter(Boolean);
  show(line, element("div", {}, ...items, states(line)), anchor);
}

function states(line) {
  const moments = JSON.parse(line.dataset.moments ?? "[]");
  const rows = moments.flatMap(([word, at]) => [element("dt", {}, word), element("dd", {}, fullTime(new Date(at)))]);
  if (!rows.length) return element("p", { class: "menu-heading" }, fullTime(new Date(line.dataset.at)));
  return element("div", { class: "message-states" }, element("dl", { class: "facts" }, ...rows));
}

function show(line, content, anchor = null) {
  const box = menu();
  if (box.matches(":popover-open")) box.hidePopover();
  box.replaceChildren(content);
  box.showPopover();
  place(box, anchor ?? line.querySelector(".bubble"));
  box.querySelector("[role^=menuitem]")?.focus();
  box.onkeydown = (event) => walk(event, box);
  box.ontoggle = (event) => event.newState === "closed" && !hasMovedOn(box) && line.isConnected && line.focus({ preventScroll: true });
}

/** What was chosen took the focus elsewhere, into the composer for example. */
const hasMovedOn = (box) => document.activeElement !== document.body && !box.contains(document.activeElement);

function walk(event, box) {
  const items = [...box.querySelectorAll("[role^=menuitem]")];
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
}

const lineOf = (target) => target.closest?.("message-thread .message:not(.note, .pending)");

document.addEventListener("pointerover", (event) => event.pointerType === "mouse" && moveTo(lineOf(event.target)));
document.addEventListener("focusin", (event) => moveTo(lineOf(event.target)));
document.addEventListener("keydown", (event) => {
  const line = event.target.matches?.(".message") ? lineOf(event.target) : null;
  if (!line || event.defaultPrevented) return;
  if (event.key === "+") openReactions(line);
  else if (event.key === ">" && isForwardable(line)) openForwarding(idOf(line), line);
  else if (event.key === "Enter") openMenu(line);
  else return;
  event.preventDefault();
});

let press = 0;
let held = null; // the message under a finger, and where the finger came down
document.addEventListener("pointerdown", (event) => {
  const line = event.pointerType === "touch" ? lineOf(event.target) : null;
  clearTimeout(press);
  held = line && { line, x: event.clientX, y: event.clientY };
  if (line) press = setTimeout(() => openMenu(line), LONG_PRESS);
});
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    clearTimeout(press);
    held = null;
  });
}
document.addEventListener("pointermove", (event) => {
  if (!held || event.pointerType !== "touch") return;
  const [across, along] = [event.clientX - held.x, event.clientY - held.y];
  if (Math.hypot(across, along) > STILL) clearTimeout(press);
  if (Math.abs(across) < SWIPE || Math.abs(along) > SWIPE / 2) return;
  const { line } = held;
  held = null;
  const isOnward = getComputedStyle(line).direction === "rtl" ? across < 0 : across > 0;
  if (isOnward && isAnswerable(line)) composer()?.quote(line); // the habit of WhatsApp: drawn aside, it is answered
});
