// The page that stands in while there is no connection: it says how much waits on this device, and leaves by itself.
import { interpolate, ngettext } from "../design/strings.js";

const OUTBOX = "regulars.outbox.";
const LOOK_EVERY = 3000;

function waiting() {
  const boxes = Object.keys(localStorage).filter((key) => key.startsWith(OUTBOX));
  return boxes.reduce((sum, key) => sum + countIn(localStorage.getItem(key)), 0);
}

function countIn(kept) {
  try {
    return Object.keys(JSON.parse(kept) ?? {}).length;
  } catch {
    return 0;
  }
}

const line = document.querySelector("[data-waiting]");
const count = waiting();
if (line && count) {
  line.textContent = interpolate(ngettext("%(count)s message is waiting here. It goes out when you are back.", "%(count)s messages are waiting here. They go out when you are back.", count), { count });
  line.hidden = false;
}
/** To the page that was meant: it keeps its address while this one stands in for it. */
const leave = () => (location.pathname === "/offline" ? location.replace("/") : location.reload());

/** A device may think that it is online for long before anything answers, or never notice that it is. */
async function look() {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) leave();
}

window.addEventListener("online", look);
setInterval(look, LOOK_EVERY);
document.querySelector("[data-again]")?.addEventListener("click", leave);
