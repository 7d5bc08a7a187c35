// A panel that stands beside the page where there is room, and lies over it where there is none. Over the page it is
// alone: the rest waits under a scrim, until Escape, the scrim or the panel's own button closes it; the focus goes back.
import { element } from "../page.js";
import { gettext } from "../strings.js";

const STAYS_AWAKE = "dialog, [popover], script, template, toast-region, #announcer";
const ABOVE = "dialog[open], [popover]:popover-open:not(.tooltip)";
let opened = null;

/** What stands beside the panel, on every floor up to the body. */
function* beside(panel) {
  for (let node = panel; node !== document.body; node = node.parentElement) {
    for (const other of node.parentElement.children) {
      if (other !== node && !other.inert && !other.matches(STAYS_AWAKE)) yield other;
    }
  }
}

/** Lay an opened panel over the page while `narrow` (a media query) holds. `close` takes it away again. */
export function layOver(panel, narrow, close) {
  takeAway();
  const scrim = element("button", { type: "button", class: "scrim", "aria-label": gettext("Close") });
  const resting = [...beside(panel)];
  opened = { panel, scrim, resting, narrow, close, opener: document.activeElement };
  for (const each of resting) each.inert = true;
  scrim.addEventListener("click", takeAway);
  document.body.append(scrim);
  narrow.addEventListener("change", takeAway);
  (panel.querySelector("[aria-current=page]") ?? panel.querySelector("a[href], button"))?.focus();
}

/** Take away what lies over the page; false when nothing does. */
export function takeAway() {
  if (!opened) return false;
  const { panel, scrim, resting, narrow, close, opener } = opened;
  opened = null;
  narrow.removeEventListener("change", takeAway);
  for (const each of resting) each.inert = false;
  scrim.remove();
  close();
  if (!document.activeElement || document.activeElement === document.body || panel.contains(document.activeElement)) opener?.focus();
  return true;
}

/** Who follows a link of the panel is done with it. */
document.addEventListener("click", (event) => event.target.closest?.("a[href]") && opened?.panel.contains(event.target) && takeAway());

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !opened || document.querySelector(ABOVE)) return;
  event.preventDefault();
  event.stopPropagation();
  takeAway();
}, { capture: true });
