// A note of one's own is put in other words where it stands, for an hour after it was written.
import { newId } from "../design/intents.js";
import { isComposition } from "../design/keyboard/keyboard.js";
import { element, post } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { toast } from "../design/toast/toast.js";

const EDITABLE_FOR = 3_600_000;

/** Whether the server would still take it; it says so itself when a clock is wrong here. */
export const isEditable = (line) => Date.now() - new Date(line.dataset.at) < EDITABLE_FOR;

function begin(line, url) {
  const shown = line.querySelector(".text");
  const field = element("textarea", { class: "input note-field", rows: "2", dir: "auto", "aria-label": gettext("Note") });
  field.value = line.dataset.text;
  const save = element("button", { type: "submit", class: "button small primary" }, gettext("Save"));
  const leave = element("button", { type: "button", class: "button small" }, gettext("Cancel"));
  const form = element("form", { class: "note-editing" }, field, element("span", { class: "cluster" }, save, leave));
  const end = () => {
    form.replaceWith(shown);
    line.focus({ preventScroll: true });
  };
  leave.addEventListener("click", end);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(line, url, field, save);
  });
  form.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (isComposition(event)) return;
    if (event.key === "Escape") end();
    else if (event.key === "Enter" && !event.shiftKey && event.target === field) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  shown.replaceWith(form);
  form.scrollIntoView({ block: "nearest" });
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

async function send(line, url, field, save) {
  save.disabled = true;
  const asked = performance.now();
  const response = await post(url, { text: field.value, id: newId() }).catch(() => null);
  save.disabled = false;
  if (!response?.ok) return toast(response ? await response.text() : gettext("No connection. Nothing was changed."), { kind: "bad" });
  document.querySelector("message-thread")?.receive(await response.text(), { asked });
  document.getElementById(line.id)?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-edit-note]");
  const line = button?.closest(".note");
  if (line && !line.querySelector(".note-editing")) begin(line, button.dataset.editNote);
});
