// An open page of the settings follows what others change: it is asked anew, and stands where it stood.
import { get, replaceBody, showCounters } from "../design/page.js";

const page = document.querySelector(".page[data-follows]");
const PAUSE = 2000; // a page that much happens on is asked anew this often at most
let isWaiting = false;
let nextAt = 0;
let later = 0;
const isBusy = () => document.querySelector(".page-body :is(dialog[open], select:focus)");

/** Whatever is being filled in comes first. */
async function follow() {
  if (isBusy()) {
    isWaiting = true;
    return;
  }
  isWaiting = false;
  nextAt = performance.now() + PAUSE;
  const response = await get(page.dataset.page + location.search).catch(() => null);
  if (!response?.ok || response.redirected) return location.reload();
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (isBusy()) isWaiting = true;
  else replace(fresh);
}

/** At once, if it is some time ago; else when it is. */
function followSoon() {
  clearTimeout(later);
  later = setTimeout(follow, Math.max(0, nextAt - performance.now()));
}

function replace(fresh) {
  const focused = document.activeElement?.dataset.dialog;
  const isShownOnce = page.querySelector("[data-told]");
  if (isShownOnce) fresh.querySelector(".page-body").prepend(isShownOnce);
  replaceBody(fresh);
  if (focused) page.querySelector(`[data-dialog="${CSS.escape(focused)}"]`)?.focus();
}

if (page) {
  const query = new URLSearchParams({ topics: page.dataset.follows, cursor: page.dataset.cursor });
  const stream = new EventSource(`/live?${query}`);
  stream.addEventListener("page", followSoon);
  stream.addEventListener("counters", (event) => showCounters(JSON.parse(event.data)));
  for (const kind of ["permissions", "reset"]) stream.addEventListener(kind, () => location.reload());
  document.addEventListener("submit", (event) => event.target.matches("[data-ends-session]") && stream.close());
  for (const kind of ["close", "focusout"]) {
    document.addEventListener(kind, () => isWaiting && setTimeout(follow), { capture: true });
  }
}
