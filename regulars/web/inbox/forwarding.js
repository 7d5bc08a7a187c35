// Forwarding a message: a dialog of conversations. Those that refuse stay there with the reason; what went is told below.
import { newId } from "../design/intents.js";
import { element, fragment, get, post } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { toast } from "../design/toast/toast.js";

const TYPED = 150;
let dialog = null;

/** The dialog of one message; `back` gets the focus when it is closed. */
export async function openForwarding(messageId, back) {
  if (dialog?.isConnected) return;
  const url = `/messages/${messageId}/forwarding`;
  const response = await get(url).catch(() => null);
  if (!response?.ok) return toast(response ? await response.text() : gettext("No connection. Nothing was changed."), { kind: "bad" });
  dialog = element("dialog", { class: "dialog forward", "aria-labelledby": "forward-title" });
  dialog.append(fragment(await response.text()));
  document.querySelector("inbox-screen").append(dialog);
  const chosen = new Set();
  let intent = newId();
  const form = dialog.querySelector("form");
  const search = form.elements.q;
  let typing = 0;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => find(url, search.value.trim(), chosen), TYPED);
  });
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  form.addEventListener("change", (event) => {
    if (event.target.name !== "conversation") return;
    intent = newId();
    chosen[event.target.checked ? "add" : "delete"](event.target.value);
    form.querySelector("[type=submit]").disabled = !chosen.size;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(messageId, chosen, intent);
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    back?.focus({ preventScroll: true });
  });
  dialog.showModal();
  search.focus();
}

/** Of two answers the one to the last question stands. What was chosen stays chosen. */
async function find(url, asked, chosen) {
  const shown = dialog;
  const response = await get(`${url}?${new URLSearchParams({ q: asked, only: "list" })}`).catch(() => null);
  if (shown !== dialog || !dialog.isConnected || asked !== dialog.querySelector("[name=q]").value.trim()) return;
  if (!response?.ok) return complain(gettext("No connection. Nothing was changed."));
  const fresh = fragment(await response.text()).getElementById("forward-targets");
  for (const box of fresh.querySelectorAll("input")) box.checked = chosen.has(box.value);
  dialog.querySelector("#forward-targets").replaceWith(fresh);
}

/** The same `intent` again is the same wish: what went already does not go twice. */
async function send(messageId, chosen, intent) {
  const button = dialog.querySelector("[type=submit]");
  if (button.disabled || !chosen.size) return;
  button.disabled = true;
  const body = new FormData();
  body.append("id", intent);
  for (const id of chosen) body.append("conversation", id);
  const response = await post(`/messages/${messageId}/forward`, body).catch(() => null);
  if (!response?.ok) {
    button.disabled = false;
    return complain(response ? await response.text() : gettext("No connection. Nothing was changed."));
  }
  const { refused } = await response.json();
  chosen.clear();
  if (!Object.keys(refused).length) return dialog.close();
  for (const box of dialog.querySelectorAll("[name=conversation]")) {
    const why = refused[box.value];
    box.checked = false;
    if (!why) continue;
    box.disabled = true;
    const target = box.closest(".forward-target");
    target.classList.add("refused");
    target.querySelector(".forward-why").textContent = why;
  }
  complain(gettext("Some of them do not take it now; the reason stands beside each."));
}

function complain(text) {
  const place = dialog.querySelector(".composer-problem");
  place.textContent = text;
  place.hidden = !text;
}
