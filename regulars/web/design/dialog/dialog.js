// Native dialogs trap and return focus themselves; this opens, closes and lets a click on the scrim close them.
import { focusField } from "../form_dialog/form_dialog.js";
import { onCommand } from "../keyboard/keyboard.js";

let behind = null; // the button of the menu that a dialog was opened from: the menu itself is closed by then

document.addEventListener("click", (event) => {
  const menu = event.target.closest?.("[popover]");
  behind = menu && document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
}, { capture: true });

document.addEventListener("close", (event) => {
  const focused = document.activeElement; // a browser may leave it on what is not seen any more
  if (event.target instanceof HTMLDialogElement && (focused === document.body || !focused.checkVisibility())) behind?.focus();
}, { capture: true });

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-dialog]");
  const asked = opener && document.getElementById(opener.dataset.dialog);
  asked?.showModal();
  if (asked?.matches(".form-dialog")) focusField(asked); // a browser begins with the box that scrolls, when there is one
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

onCommand("close-dialog", (source) => {
  source?.closest("dialog")?.close();
});
