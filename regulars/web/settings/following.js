// An open page of the settings follows what others change: it is asked anew, and stands where it stood.
import { get, replaceBody } from "../design/page.js";

const page = document.querySelector(".page[data-follows]");
let isWaiting = false;
const isBusy = () => document.querySelector(".page-body :is(dialog[open], select:focus)");

/** Whatever is being filled in comes first. */
async function follow() {
  if (isBusy()) {
    isWaiting = true;
    return;
  }
  isWaiting = false;
  const response = await get(page.dataset.page + location.search).catch(() => null);
  if (!response?.ok || response.redirected) return location.reload();
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (isBusy()) isWaiting = true;
  else replace(fresh);
}

function replace(fresh) {
  const isShownOnce = page.querySelector("[data-told]");
  if (isShownOnce) fresh.querySelector(".page-body").prepend(isShownOnce);
  replaceBody(fresh);
}

if (page) {
  const query = new URLSearchParams({ kinds: page.dataset.follows, cursor: page.dataset.cursor });
  const stream = new EventSource(`/live?${query}`);
  stream.addEventListener("page", follow);
  for (const kind of ["permissions", "reset"]) stream.addEventListener(kind, () => location.reload());
  document.addEventListener("submit", (event) => event.target.matches("[data-ends-session]") && stream.close());
  for (const kind of ["close", "focusout"]) {
    document.addEventListener(kind, () => isWaiting && setTimeout(follow), { capture: true });
  }
}
