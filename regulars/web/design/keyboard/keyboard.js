// Turns key presses and [data-command] clicks into commands; screens say what a command does with onCommand().
import { isTyping, keep } from "../page.js";
import { keymap, presets } from "./keymap.js";

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const handlers = new Map();
const PART_OF_WRITING = new Set([
  "AltGraph", "Backspace", "CapsLock", "Compose", "Convert", "Dead", "Delete", "HangulMode", "HanjaMode", "KanaMode", "ModeChange",
  "NonConvert", "Process", "Shift", "Unidentified",
]); // and letters; a composition shows as "Process"
let pending = "";
let pendingTimer = 0;
let isWriting = false; // the last key went into a text

/** Say what a command does on this page. The handler returns false when it does not apply now. */
export function onCommand(name, handler) {
  handlers.set(name, handler);
}

/** Do a command; true when somebody did it. */
export function run(name, source = null) {
  const handler = handlers.get(name);
  return Boolean(handler) && handler(source) !== false;
}

/** The rows of the table that work on this page. */
export const available = () => keymap.filter((row) => row.native || handlers.has(row.command));

let own = JSON.parse(document.body.dataset.shortcuts || "{}"); // by command: another key than usual, "" for none
const windows = new BroadcastChannel("regulars.keys"); // this member's other windows: the same hands press there

/** What was changed here or in another window: a command's key, all keys, or whether keys pressed alone do anything. */
function take({ command, shortcut, alone, all }) {
  if (alone) document.body.dataset.singleKeys = alone;
  else if (all) own = all;
  else if (shortcut === null) delete own[command];
  else own[command] = shortcut;
}

function takeEverywhere(change) {
  take(change);
  windows.postMessage({ ...change, member: document.body.dataset.member });
}

windows.addEventListener("message", ({ data }) => data.member === document.body.dataset.member && take(data));

export const singleKeys = {
  get on() {
    return document.body.dataset.singleKeys !== "off";
  },
  set on(value) {
    takeEverywhere({ alone: value ? "on" : "off" });
    keep({ single_keys: document.body.dataset.singleKeys });
  },
};

/** Any key may stand in the way of other software, pressed alone most of all (WCAG 2.1.4): it can be another one, or none. */
export const isChangeable = (row) => !row.native && row.keys[0] !== "Escape";
export const isChanged = (row) => isChangeable(row) && row.command in own;

/** The shortcuts of a row, as this member has them. */
export function keysOf(row) {
  return isChanged(row) ? [...new Set([own[row.command], ...row.keys.slice(1)])].filter(Boolean) : row.keys;
}

/** Another key for a row, "" for none, null for the usual one. */
export function changeKey(row, shortcut) {
  takeEverywhere({ command: row.command, shortcut });
  return keep({ shortcut: row.command, ...(shortcut === null ? {} : { key: shortcut }) });
}

/** The preset whose keys these are; undefined for a choice of one's own. */
export const chosenPreset = () => presets.find(({ keys }) => isSame(keys, own));
const isSame = (some, others) => Object.keys({ ...some, ...others }).every((command) => some[command] === others[command]);

/** All keys at once: those of a preset, or none for the usual ones. */
export function chooseKeys(keys) {
  takeEverywhere({ all: { ...keys } });
  return keep({ shortcuts: JSON.stringify(keys) });
}

/** What this member presses in the place of a usual shortcut; nothing while keys pressed alone are off. */
export function ownKey(usual) {
  const row = keymap.find((each) => each.keys[0] === usual);
  const key = row && isChanged(row) ? own[row.command] : usual;
  return row && !singleKeys.on && !/Mod\+|Alt\+/.test(key) ? "" : key;
}

/** The row that has a shortcut already, or begins with it. */
export const rowWith = (shortcut) => keymap.find((row) => keysOf(row).some((key) => key === shortcut || key.startsWith(`${shortcut} `)));

/** What was pressed, as the table writes it; "" for keys that move, confirm or edit everywhere. */
export function shortcutOf(event) {
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  const modifiers = [(isMac ? event.metaKey : event.ctrlKey) && "Mod", event.altKey && "Alt", letter && event.shiftKey && "Shift"].filter(Boolean);
  const isKey = letter || /^(?:[^\s+]|F\d+)$/.test(event.key) || (event.key === "+" && !modifiers.length);
  return isKey && !isComposition(event) && !(isMac ? event.ctrlKey : event.metaKey) ? [...modifiers, letter ?? event.key].join("+") : "";
}

/** The caps to draw for a shortcut, in the letters of the reader's own keyboard. */
export async function caps(shortcut) {
  const layout = await (navigator.keyboard?.getLayoutMap?.().catch(() => null) ?? null);
  return shortcut.split(/[+ ](?=.)/).map((part) => {
    if (part === "Mod") return isMac ? "⌘" : "Ctrl";
    if (part === "Alt") return isMac ? "⌥" : "Alt";
    if (part === "Shift") return "⇧";
    const named = { Enter: "↵", Escape: "Esc", ArrowUp: "↑", ArrowDown: "↓" }[part];
    return named ?? (layout?.get(`Key${part}`) ?? part).toUpperCase();
  });
}

const lettersToCode = (part) => (/^[A-Z]$/.test(part) ? `Key${part}` : null);

function matches(event, shortcut) {
  const parts = shortcut.split("+").filter(Boolean);
  const key = shortcut === "+" ? "+" : parts.pop();
  const wants = new Set(parts);
  const modifier = isMac ? event.metaKey : event.ctrlKey;
  if (modifier !== wants.has("Mod") || event.altKey !== wants.has("Alt")) return false;
  if ((isMac ? event.ctrlKey : event.metaKey) === true) return false;
  const code = lettersToCode(key);
  if (code) return event.code === code && event.shiftKey === wants.has("Shift");
  return event.key === key && (wants.has("Shift") === event.shiftKey || !/^[a-z]$/i.test(key));
}

function matchesSequence(event, shortcut) {
  const [first, second] = shortcut.split(" ");
  if (pending === first) return event.code === `Key${second}` && !event.ctrlKey && !event.metaKey && !event.altKey;
  return false;
}

/** Safari tells of a composition's last key only by its code. */
export const isComposition = (event) => event.isComposing || event.keyCode === 229;

const isLetter = (event) => event.key?.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
const opened = () => document.querySelector("[popover]:popover-open:not(.tooltip, [popover=manual])");
const loading = () => document.querySelector("[data-loading]");

/**
 * Letters that are meant as text: those that a menu searches by, and the rest of a word whose field went away under
 * the hands (a window that closed, a thread that was exchanged) before anything else was touched.
 */
const isMeantAsText = (event) => isLetter(event) && Boolean(opened() || isWriting);

/** While another conversation is on its way, keys must not act on one that is not seen. */
const actsOnUnseen = (row) => loading() && (["conversation", "composer", "message"].includes(row.group) || loading().dataset.loading === "pointer");

function silent(row, shortcut, event) {
  const bare = !/Mod\+|Alt\+/.test(shortcut);
  if (event.key !== "Escape" && (actsOnUnseen(row) || (bare && !isTyping(event.target) && isMeantAsText(event)))) return true;
  if (bare && !singleKeys.on && event.key !== "Escape") return true;
  if (bare && event.key !== "Escape" && isTyping(event.target)) return true;
  return Boolean(row.outsideText) && isTyping(event.target);
}

function onKey(event) {
  if (event.defaultPrevented || isComposition(event) || event.repeat && !/^Key[JK]$/.test(event.code)) return;
  if (document.querySelector("dialog[open]") && event.key !== "Escape" && !event.ctrlKey && !event.metaKey) return;
  if (event.key === "Escape" && document.querySelector("dialog[open], [popover]:popover-open:not(.tooltip)")) return;
  for (const row of keymap) {
    if (row.native) continue;
    for (const shortcut of keysOf(row)) {
      const hit = shortcut.includes(" ") ? matchesSequence(event, shortcut) : pending === "" && matches(event, shortcut);
      if (hit && !silent(row, shortcut, event) && run(row.command)) {
        event.preventDefault();
        pending = "";
        return;
      }
    }
  }
  beginSequence(event);
}

function beginSequence(event) {
  clearTimeout(pendingTimer);
  const starts = !isMeantAsText(event) && event.code === "KeyG" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
  pending = starts && singleKeys.on ? "G" : "";
  pendingTimer = setTimeout(() => (pending = ""), 1200);
}

/** Writing ends with what a hand does on purpose: Enter, Escape, Tab, an arrow, a shortcut, the pointer; not with a pause. */
function noteWriting(event) {
  const isWritten = isLetter(event) || isComposition(event) || PART_OF_WRITING.has(event.key) || (event.key === "Enter" && event.shiftKey);
  isWriting = isWritten && (isWriting || isTyping(event.target));
}

document.addEventListener("keydown", noteWriting, { capture: true });
document.addEventListener("pointerdown", () => (isWriting = false), { capture: true });
document.addEventListener("keydown", onKey);

document.addEventListener("click", (event) => {
  const source = event.target.closest?.("[data-command]");
  if (source && run(source.dataset.command, source)) source.closest("[popover]")?.hidePopover();
});
