// Toasts: what just happened, with one way back. Shown by scripts, and by the server by the header X-Toast.
import { onCommand } from "../keyboard/keyboard.js";
import { showKeptToast, element, icon, post } from "../page.js";
import { gettext } from "../strings.js";

const LASTING = 6000;
const LASTING_WITH_A_WAY_BACK = 10_000;
let lastUndo = null;

/** Show a toast. `undo` is a function; it also answers Ctrl/Cmd+Z until the toast is gone. `lasting`: milliseconds in which that is possible, and no longer. */
export function toast(text, { kind = "", undo = null, lasting = 0 } = {}) {
  const region = document.querySelector("toast-region");
  if (!region) return;
  const box = element("div", { class: `toast ${kind}`, role: kind === "bad" ? "alert" : "status" }, element("span", {}, text));
  let before = null; // what had the focus before somebody came here
  box.addEventListener("focusin", (event) => (before ??= event.relatedTarget));
  const leave = () => {
    const hadFocus = box.contains(document.activeElement);
    box.remove();
    if (hadFocus) (before?.isConnected ? before : document.getElementById("main"))?.focus({ preventScroll: true });
    if (lastUndo === goBack) lastUndo = null;
  };
  const goBack = () => {
    leave();
    undo();
  };
  if (undo) {
    const button = element("button", { type: "button", class: "button" }, gettext("Undo"));
    button.addEventListener("click", goBack);
    box.append(button);
    lastUndo = goBack;
  }
  const dismiss = element("button", { type: "button", class: "button icon-only small dismiss", "aria-label": gettext("Dismiss") }, icon("close"));
  dismiss.addEventListener("click", leave);
  box.append(dismiss);
  region.replaceChildren(...[...region.children].slice(-2), box);
  const shown = lasting || (undo ? LASTING_WITH_A_WAY_BACK : LASTING);
  let timer = setTimeout(leave, shown);
  if (lasting) return; // no pointer prolongs it
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => (timer = setTimeout(leave, shown)));
  box.addEventListener("focusin", () => clearTimeout(timer));
  box.addEventListener("focusout", () => (timer = setTimeout(leave, shown)));
}

document.addEventListener("toast", (event) => {
  const { text, kind, undo_url: url, undo_values: values } = event.detail;
  toast(text, { kind, undo: url ? () => post(url, values) : null });
});

showKeptToast();

document.addEventListener("connection-lost", () => toast(gettext("No connection. Nothing was changed."), { kind: "bad" }));

onCommand("undo", () => {
  if (!lastUndo) return false;
  lastUndo();
});
