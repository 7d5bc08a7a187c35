// What of a thread is shown: runs of quiet lines fold into one, and notes and quiet lines can be left out.
import { element, icon } from "../design/page.js";
import { gettext, interpolate, ngettext } from "../design/strings.js";
import { dateOf } from "../design/time/time.js";
import { goToDay } from "./thread_history.js";

const LEAST = 3;
const KEPT = "regulars.thread-shows";
const opened = new Set(); // ids of lines whose run somebody opened

/** Fold every run of changes; calls and messages end one. */
export function foldChanges(items) {
  for (const old of items.querySelectorAll(":scope > .activity-run")) old.remove();
  let run = [];
  for (const line of [...items.children, null]) {
    if (line?.dataset.kind === "activity") run.push(line);
    else {
      fold(run);
      run = [];
    }
  }
}

function fold(run) {
  const isOpen = run.length < LEAST || run.some((line) => opened.has(line.id));
  for (const line of run) line.hidden = !isOpen;
  if (run.length < LEAST) return;
  const words = interpolate(ngettext("%(count)s change", "%(count)s changes", run.length), { count: run.length });
  const button = element("button", { type: "button", "aria-expanded": String(isOpen) }, icon("down"), words);
  button.addEventListener("click", () => {
    for (const line of run) opened[isOpen ? "delete" : "add"](line.id);
    const items = run[0].parentElement;
    foldChanges(items);
    [...items.querySelectorAll(".activity-run button")].find((each) => each.closest("li").nextElementSibling === run[0])?.focus();
  });
  run[0].before(element("li", { class: "system-line activity-run" }, button));
}

/** What this reader wants to see of threads, on this device. */
export const shown = () => localStorage.getItem(KEPT) ?? "everything";

function show(what) {
  if (what === "everything") localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, what);
  const thread = document.querySelector("message-thread");
  if (!thread) return;
  thread.dataset.shows = what;
  thread.stay();
}

/** Somebody's own note is never hidden from them. */
export function showOwnNote(line) {
  if (shown() === "messages" && line.dataset.author === `note:${document.body.dataset.member}`) show("everything");
}

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-thread-shows]");
  if (!choice) return;
  show(choice.dataset.threadShows);
  choice.closest("[popover]").hidePopover();
});

document.addEventListener("toggle", (event) => {
  if (event.target.id !== "thread-view-menu" || event.newState !== "open") return;
  for (const choice of event.target.querySelectorAll("[data-thread-shows]")) choice.setAttribute("aria-checked", String(choice.dataset.threadShows === shown()));
  event.target.querySelector("input[type=date]").max = dateOf(new Date());
}, { capture: true });

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-thread-day]")) return;
  event.preventDefault();
  const day = event.target.elements.day.value;
  event.target.closest("[popover]").hidePopover();
  const thread = document.querySelector("message-thread");
  if (thread && day) goToDay(thread, day);
});
