// Running a macro: Ctrl/Cmd+M opens what can be run, on the open conversation or on those that are selected. What it puts into
// the composer is read there before it leaves.
import { onCommand } from "../design/keyboard/keyboard.js";
import { post } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { toast } from "../design/toast/toast.js";

export function listenForMacros(screen) {
  onCommand("macro", () => screen.bulk("macro") || screen.press(".macros [popovertarget]"));
  screen.addEventListener("click", (event) => {
    const button = event.target.closest("#thread-head [data-run-macro]");
    if (button) run(screen, button);
  });
}

function run(screen, button) {
  const id = screen.shown;
  button.closest("[popover]").hidePopover();
  const values = { ...JSON.parse(button.dataset.values), looked_at: screen.list.selecting.lookedAt };
  const asked = performance.now();
  screen.presses.once(`${id} macro`, async () => {
    const response = await post(`/conversations/${id}/macro`, values).catch(() => toast(gettext("No connection. Nothing was changed."), { kind: "bad" }));
    if (!response?.ok || id !== screen.shown) return;
    screen.head.take(await response.text(), asked);
    const reply = response.headers.get("X-Insert");
    if (reply) screen.querySelector("message-composer")?.replies.insertHere(reply);
  });
}
