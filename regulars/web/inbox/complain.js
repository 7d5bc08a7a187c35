// What is wrong with a field stands next to it, and is read with it.
import { element } from "../design/page.js";
import { gettext, interpolate } from "../design/strings.js";

let count = 0;

/** Say next to a field what is wrong with it; nothing when it is put right. */
export function complain(field, text) {
  const place = field.closest(".field");
  place?.classList.toggle("invalid", Boolean(text));
  place?.querySelector(".errors")?.remove();
  field.removeAttribute("aria-describedby");
  field.removeAttribute("aria-invalid");
  if (!text || !place) return;
  const id = `problem-${(count += 1)}`;
  place.append(element("ul", { class: "errors", id }, element("li", {}, text)));
  field.setAttribute("aria-describedby", id);
  field.setAttribute("aria-invalid", "true");
}

/** What a field is called. */
function nameOf(field) {
  const label = field.closest(".field")?.querySelector("label, .field-name");
  return label?.firstChild.textContent.trim() ?? "";
}

/** Let every field that is empty or cannot be right say so, and go to the first one; true when there is none. */
export function areComplete(fields) {
  const bad = fields.filter((field) => !field.checkValidity());
  for (const field of bad) {
    const missing = field.validity.valueMissing && interpolate(gettext("%(name)s is missing"), { name: nameOf(field) });
    complain(field, missing || field.validationMessage);
  }
  bad[0]?.focus();
  return !bad.length;
}
