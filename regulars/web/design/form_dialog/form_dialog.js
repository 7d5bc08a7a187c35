// A dialog with one form. The form is sent beside the page: what is wrong comes back into the open dialog, with what was
// typed; what is done shows on the page below, and the focus goes back to what opened the dialog.
import { announce, parsedPage, post, replacePage } from "../page.js";

const FIELDS = "input:not([type=hidden]), select, textarea";

for (const dialog of document.querySelectorAll("dialog[data-open]")) {
  dialog.showModal();
  focusField(dialog);
}

document.addEventListener("submit", (event) => {
  const dialog = event.target.closest(".form-dialog");
  if (!dialog) return;
  event.preventDefault();
  if (event.target.ariaBusy !== "true") send(dialog, event.target);
});

async function send(dialog, form) {
  form.ariaBusy = "true";
  try {
    const response = await post(form.getAttribute("action"), new FormData(form));
    if (response.redirected && new URL(response.url).pathname !== pageOf(dialog)) return location.assign(response.url);
    if (response.headers.get("Content-Type")?.startsWith("text/html")) show(dialog, form, await response.text());
    else if (!response.ok) complain(form, await response.text());
    else finish(dialog);
  } catch {
    document.dispatchEvent(new CustomEvent("connection-lost"));
  } finally {
    form.ariaBusy = "false";
  }
}

/** Nothing came back to show: whoever knows what the form was about shows it. */
function finish(dialog) {
  dialog.close();
  dialog.dispatchEvent(new CustomEvent("form-done", { bubbles: true }));
}

/** Where the page that holds the dialog is: after a refusal without scripts it stands at the address of the act. */
const pageOf = (dialog) => dialog.closest("[data-page]")?.dataset.page ?? location.pathname;

/** The answer is the page as it is now: with the dialog open when something was wrong. */
function show(dialog, form, html) {
  const page = parsedPage(html);
  const refused = page.querySelector(`dialog[data-open]#${CSS.escape(dialog.id)} form`);
  if (refused) return showErrors(form, refused);
  if (!page.querySelector(".page-body")) return location.assign(pageOf(dialog)); // another page: signed out, or an error
  dialog.close();
  replacePage(page);
  const told = document.querySelector(".page-body [data-told]");
  (told ?? document.querySelector(`[data-dialog="${CSS.escape(dialog.id)}"]`) ?? document.querySelector(".page"))?.focus();
  if (told) announce(told.textContent.trim());
}

/** Passwords and keys never come back from the server; they stay where they were typed. */
function showErrors(form, refused) {
  for (const typed of form.querySelectorAll("input[type=password]")) {
    const field = refused.querySelector(`[name="${CSS.escape(typed.name)}"]`);
    if (field) field.value = typed.value;
  }
  form.replaceWith(refused);
  focusField(refused);
  announce([...refused.querySelectorAll(".errors li, [role=alert]")].map((each) => each.textContent.trim()).join(" "));
}

/** A refusal that belongs to no field. */
function complain(form, text) {
  let place = form.querySelector(".form-refusal");
  if (!place) {
    place = document.createElement("p");
    place.className = "banner bad form-refusal";
    place.setAttribute("role", "alert");
    form.querySelector(".dialog-body").prepend(place);
  }
  place.textContent = text;
}

/** Where to begin: at what is wrong, else at the first field. */
export function focusField(within) {
  (within.querySelector("[aria-invalid=true]") ?? within.querySelector(`.invalid :is(${FIELDS})`) ?? within.querySelector(FIELDS))?.focus();
}
