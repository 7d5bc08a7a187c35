// Server fragments are the same for every reader; here the reader's own name becomes "You".
import { gettext } from "../design/strings.js";
import { isEditable } from "./note_editing.js";

export function nameReader(scope) {
  const own = document.body.dataset.member;
  if (!own) return;
  for (const name of scope.querySelectorAll(`[data-author="${own}"]`)) {
    if (name.matches("li")) continue;
    name.textContent = gettext("You");
  }
  for (const acts of scope.querySelectorAll(`[data-own="${own}"]`)) {
    acts.hidden = false;
    const edit = acts.querySelector("[data-edit-note]");
    if (edit) edit.hidden = !isEditable(acts.closest(".note"));
  }
}
