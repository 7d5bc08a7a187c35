// Native dialogs trap and return focus themselves; this opens, closes and lets a click on the scrim close them.
import { onCommand } from "../keyboard/keyboard.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

onCommand("close-dialog", (source) => {
  source?.closest("dialog")?.close();
});
