// Turns key presses and [data-command] clicks into commands; screens say what a command does with onCommand().
import { isTyping } from "../page.js";
import { keymap } from "./keymap.js";

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

export const singleKeys = {
  get on() {
    return localStorage.getItem("regulars.single-keys") !== "off";
  },
  set on(value) {
    localStorage.setItem("regulars.single-keys", value ? "on" : "off");
  },
};

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
  if (row.single && bare && !singleKeys.on && event.key !== "Escape") return true;
  if (bare && event.key !== "Escape" && isTyping(event.target)) return true;
  return Boolean(row.outsideText) && isTyping(event.target);
}

function onKey(event) {
  if (event.defaultPrevented || isComposition(event) || event.repeat && !/^Key[JK]$/.test(event.code)) return;
  if (document.querySelector("dialog[open]") && event.key !== "Escape" && !event.ctrlKey && !event.metaKey) return;
  if (event.key === "Escape" && document.querySelector("dialog[open], [popover]:popover-open:not(.tooltip)")) return;
  for (const row of keymap) {
    if (row.native) continue;
    for (const shortcut of row.keys) {
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
