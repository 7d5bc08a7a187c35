// @ in a note: colleagues and teams by any part of their name, in any script. Whom a note names is sent beside its text, for
// those whose name stands in it when it is written; nobody reads it off the words afterwards.
import { folded } from "../design/folding.js";
import { isComposition } from "../design/keyboard/keyboard.js";
import { element, get, icon } from "../design/page.js";
import { gettext } from "../design/strings.js";

const MOST_SHOWN = 8;
const ICONS = { member: "agent", team: "team", everybody: "members" };
const known = new Map(); // by conversation, on its way or here
let menu = null;
let shown = [];

function candidates(conversation) {
  if (!known.has(conversation)) {
    const coming = get(`/conversations/${conversation}/mentionable`)
      .then((response) => (response.ok ? response.json() : { people: [] }))
      .then(({ people }) => people.map((each) => ({ ...each, key: folded(each.name) })))
      .catch(() => (known.delete(conversation), []));
    known.set(conversation, coming);
    setTimeout(() => known.delete(conversation), 60_000); // who sees it may change
  }
  return known.get(conversation);
}

/** Whom a text names: the longest name that stands behind an @, and those who are called so. */
export async function namedIn(text, conversation) {
  if (!text.includes("@")) return [];
  const people = [...(await candidates(conversation))].sort((one, other) => other.name.length - one.name.length);
  const named = [];
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const rest = text.slice(at + 1);
    const longest = people.find((each) => rest.startsWith(each.name) && !/^[\p{L}\p{N}]/u.test(rest.slice(each.name.length)))
      ?? people.find((each) => rest.startsWith(each.name));
    named.push(...people.filter((each) => longest && each.name === longest.name).map((each) => each.mention));
  }
  return [...new Set(named)];
}

/** What stands between an @ and the caret; null when none is being written. */
function wantedIn(field) {
  const before = field.value.slice(0, field.selectionStart);
  const found = /@([^@\n]{0,40})$/u.exec(before);
  return found && field.selectionStart === field.selectionEnd ? found[1] : null;
}

const isNote = (field) => field.form?.dataset.mode === "note";
const conversationOf = (field) => field.closest("message-composer").dataset.conversation;

async function onInput(field) {
  const wanted = isNote(field) ? wantedIn(field) : null;
  if (wanted === null) return hide(field);
  const people = await candidates(conversationOf(field));
  if (wantedIn(field) !== wanted || document.activeElement !== field) return;
  const key = folded(wanted.trimStart());
  const fits = people.filter((each) => each.key.includes(key)).sort((one, other) => Number(!one.key.startsWith(key)) - Number(!other.key.startsWith(key)));
  if (!fits.length || fits.some((each) => wanted.startsWith(`${each.name} `))) return hide(field);
  show(field, fits.slice(0, MOST_SHOWN));
}

function show(field, people) {
  menu ??= element("div", { id: "mention-menu", class: "menu mention-menu", role: "listbox", popover: "manual", "aria-label": gettext("Mention") });
  field.closest(".composer-write").append(menu);
  shown = people;
  menu.replaceChildren(...people.map(option));
  if (!menu.matches(":popover-open")) menu.showPopover();
  const box = field.getBoundingClientRect();
  menu.style.inset = "0 auto auto 0";
  menu.style.translate = `${Math.round(box.left)}px ${Math.round(box.top - menu.offsetHeight - 6)}px`;
  field.setAttribute("aria-controls", "mention-menu");
  field.setAttribute("aria-autocomplete", "list");
  point(field, 0);
}

function option(person, at) {
  const name = element("bdi", { class: "truncate" }, person.name);
  const note = person.sees ? null : element("span", { class: "end faint small" }, gettext("does not see this conversation"));
  const made = element("div", { class: "menu-item", role: "option", id: `mention-${at}`, "aria-selected": "false" }, icon(ICONS[person.kind]), name, note);
  made.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    choose(document.activeElement, at);
  });
  return made;
}

function point(field, at) {
  menu.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  const option = menu.children[at];
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option.id);
}

function hide(field) {
  if (!menu?.matches(":popover-open")) return;
  menu.hidePopover();
  for (const name of ["aria-controls", "aria-autocomplete", "aria-activedescendant"]) field.removeAttribute(name);
}

function choose(field, at) {
  const wanted = wantedIn(field);
  const end = field.selectionStart;
  hide(field);
  field.setRangeText(`${shown[at].name} `, end - wanted.length, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function onKey(event) {
  const field = event.target;
  if (!menu?.matches(":popover-open") || !field.matches?.(".composer-text") || isComposition(event)) return;
  const at = [...menu.children].findIndex((each) => each.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) point(field, (at + step + shown.length) % shown.length);
  else if (["Enter", "Tab"].includes(event.key) && !event.shiftKey) choose(field, at);
  else if (event.key === "Escape") hide(field);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("keydown", onKey, { capture: true });
document.addEventListener("input", (event) => event.target.matches?.(".composer-text") && onInput(event.target));
document.addEventListener("focusout", (event) => event.target.matches?.(".composer-text") && hide(event.target));
