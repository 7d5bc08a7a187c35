// An open page of the settings follows what others change: it is asked anew, and stands where it stood.
import { CHANGING, askAnew, replacePage, showCounters } from "../design/page.js";

const page = document.querySelector(".page[data-follows]");
const REFUSED_PAUSE = 10_000;
const PAUSE = 1000; // a page that much happens on is asked anew this often at most
let isWaiting = false;
let nextAt = 0;
let later = 0;
let isPressed = false; // a button drawn anew between the press and its release would miss the click
let isOutdated = false; // another member's page, or nobody's: loaded anew as a whole
const FIELDS = ":is(input, select, textarea):not(dialog:not([open]) *, [data-submit-on-change] *, :autofill)";
const isBusy = () => isPressed || document.querySelector(`:is(${CHANGING}) :is(dialog[open], select:focus, input:focus, textarea:focus, [popover]:popover-open, [data-held])`) || isSelecting() || isFilledIn();

/** Somebody typed or chose what is not sent yet, and looks elsewhere for a moment. */
function isFilledIn() {
  return [...document.querySelectorAll(`:is(${CHANGING}) ${FIELDS}`)].some(isChanged);
}

function isChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return field.selectedOptions[0] !== ([...field.options].find((each) => each.defaultSelected) ?? field.options[0]);
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

/** Somebody marks a text to copy it. */
function isSelecting() {
  const selection = document.getSelection();
  return !selection.isCollapsed && page.contains(selection.anchorNode);
}

/** Whatever is being filled in comes first. */
async function follow() {
  if (isBusy()) {
    isWaiting = true;
    return;
  }
  isWaiting = false;
  if (isOutdated) return location.reload();
  nextAt = performance.now() + PAUSE;
  const again = () => void (later = setTimeout(follow, PAUSE)); // no connection: the stream comes back with it, too
  const fresh = await askAnew().catch(again);
  if (fresh === undefined) return;
  if (fresh === null) return loadAnew();
  if (isBusy()) isWaiting = true;
  else replace(fresh);
}

/** At once, if it is some time ago; else when it is. */
function followSoon() {
  clearTimeout(later);
  later = setTimeout(follow, Math.max(0, nextAt - performance.now()));
}

function loadAnew() {
  isOutdated = true;
  return follow();
}

/** What was told once stays, and keeps the focus: it is read out, and copied from. */
function replace(fresh) {
  const shownOnce = page.querySelector("[data-told]");
  const focused = shownOnce?.contains(document.activeElement) ? document.activeElement : null;
  if (shownOnce) fresh.querySelector(".page-body").prepend(shownOnce);
  replacePage(fresh);
  focused?.focus({ preventScroll: true });
}

/** The browser comes back by itself unless it was refused: while the database is away, say. */
function open(cursor) {
  const query = new URLSearchParams({ topics: `${page.dataset.follows},notifications`, cursor, conversation: page.dataset.subject ?? "" });
  const stream = new EventSource(`/live?${query}`);
  let seen = cursor;
  for (const kind of ["hello", "ping", "page", "counters", "notified", "seen"]) stream.addEventListener(kind, (event) => (seen = event.lastEventId));
  stream.addEventListener("page", followSoon);
  for (const kind of ["notified", "seen"]) {
    stream.addEventListener(kind, (event) => document.dispatchEvent(new CustomEvent(kind, { detail: JSON.parse(event.data) })));
  }
  stream.addEventListener("counters", (event) => showCounters(JSON.parse(event.data)));
  for (const kind of ["permissions", "reset"]) stream.addEventListener(kind, loadAnew);
  const ends = (event) => event.target.matches("[data-ends-session]") && stop();
  const stop = () => {
    stream.close();
    document.removeEventListener("submit", ends);
  };
  document.addEventListener("submit", ends);
  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED) return;
    stop();
    setTimeout(() => open(seen), REFUSED_PAUSE);
  });
}

if (page) {
  open(page.dataset.cursor);
  for (const kind of ["pointerdown", "pointerup", "pointercancel"]) {
    // the release of another button than the first may go to the menu that it opens, and not be told
    document.addEventListener(kind, ({ button }) => (isPressed = kind === "pointerdown" && button === 0), { capture: true });
  }
  for (const kind of ["close", "focusout", "selectionchange", "pointerup", "pointercancel", "toggle", "dragend"]) {
    document.addEventListener(kind, () => isWaiting && setTimeout(follow), { capture: true });
  }
}
