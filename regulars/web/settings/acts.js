// What is done on a page of the settings is done in place: the page stands where it stood, the focus near where it was.
import { announce, askAnew, parsedPage, post, replacePage } from "../design/page.js";
import { gettext } from "../design/strings.js";

const body = () => document.querySelector(".page[data-page] .page-body");

/** Something was done: the page as it is now. */
export async function refreshPage() {
  const fresh = await askAnew().catch(() => null);
  if (fresh) show(fresh);
  else location.reload();
}

function show(fresh) {
  replacePage(fresh);
  announce(gettext("Saved"));
}

/** A button in a row, a role that was chosen: the answer is this page as it is now, or another one that is to be shown. */
async function send(form, data) {
  form.ariaBusy = "true";
  try {
    const response = await post(form.getAttribute("action"), data);
    if (!response.headers.get("Content-Type")?.startsWith("text/html")) return; // a refusal, which a toast tells
    const page = parsedPage(await response.text());
    const isThisPage = page.querySelector(".page")?.dataset.page === body().closest(".page").dataset.page;
    if (!isThisPage) return location.assign(response.url);
    show(page);
  } catch {
    document.dispatchEvent(new CustomEvent("connection-lost"));
  } finally {
    form.ariaBusy = "false";
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches(".page-body .inline-form, .page-body [data-submit-on-change]") || !body()) return;
  event.preventDefault();
  if (form.ariaBusy !== "true") send(form, new FormData(form, event.submitter));
});
