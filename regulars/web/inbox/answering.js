// Who answers which conversation: in the list and in the head, by word and color. The stream tells; it ends by itself.
import { element, icon } from "../design/page.js";
import { gettext, interpolate } from "../design/strings.js";

const states = new Map();
const me = () => document.body.dataset.member;

/** Whether this member writes an answer in the conversation that is open. */
function iWriteIn(id) {
  const composer = document.querySelector(`message-composer[data-conversation="${id}"]`);
  return Boolean(composer?.drafts) && composer.mode === "reply" && composer.text.value.trim() !== "";
}

/** The word for it: nothing when nobody else answers. */
function wordOf(id) {
  const state = states.get(id);
  const overtaken = document.querySelector(`message-composer[data-conversation="${id}"]`)?.overtaken?.name;
  if (!state?.person) return overtaken ? { kind: "answered", text: interpolate(gettext("Answered by %(name)s"), { name: overtaken }) } : null;
  const { name } = state.person;
  if (state.person.id === me()) return state.is_conflict ? { kind: "conflict", text: gettext("Conflict: a colleague is answering, too") } : null;
  if (iWriteIn(id)) return { kind: "conflict", text: interpolate(gettext("Conflict: %(name)s is answering, too"), { name }) };
  return { kind: "being", text: interpolate(gettext("Being answered by %(name)s"), { name }) };
}

const ICONS = { answered: "check", being: "edited", conflict: "warning" };

function badge({ kind, text }) {
  return element("span", { class: `answering ${kind}` }, icon(ICONS[kind]), element("bdi", { class: "truncate" }, text));
}

/** <answer-state>: in the head of the open conversation. */
class AnswerState extends HTMLElement {
  connectedCallback() {
    this.draw();
  }

  draw() {
    const id = this.closest("[data-conversation]")?.dataset.conversation ?? "";
    const word = wordOf(id);
    const text = word?.text ?? "";
    if (text === this.textContent) return;
    this.replaceChildren(...(word ? [badge(word)] : []));
  }
}

customElements.define("answer-state", AnswerState);

function drawRow(row) {
  const word = states.has(row.dataset.conversation) ? wordOf(row.dataset.conversation) : null;
  const shown = row.querySelector(".answering");
  if ((word?.text ?? "") === (shown?.textContent ?? "")) return;
  shown?.remove();
  if (word) row.querySelector(".row-lines")?.append(badge(word));
}

export function drawAnswering() {
  for (const row of document.querySelectorAll(".conversation-row")) drawRow(row);
  for (const head of document.querySelectorAll("answer-state")) head.draw();
}

/** One piece of the stream. */
export function tellAnswering({ conversation_id: id, person, is_conflict }) {
  if (person) states.set(id, { person, is_conflict });
  else states.delete(id);
  drawAnswering();
}

/** The stream begins anew: what it told before may be over. */
export function forgetAnswering() {
  states.clear();
  drawAnswering();
}

customElements.whenDefined("conversation-list").then(() => {
  const pane = document.querySelector("inbox-screen");
  if (!pane) return;
  let isDue = false;
  const soon = () => {
    if (isDue || !states.size) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      drawAnswering();
    });
  };
  new MutationObserver(soon).observe(pane, { childList: true, subtree: true });
  pane.addEventListener("input", () => drawAnswering());
});
