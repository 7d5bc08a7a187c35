// How somebody reads the screens: shown at once, here and in their other windows; the server keeps it for every device.
import { onCommand } from "../design/keyboard/keyboard.js";
import { element, keep } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { toast } from "../design/toast/toast.js";

const root = document.documentElement;
const windows = new BroadcastChannel("regulars.preferences");
const SHOWN_AT_ONCE = new Set(["theme", "density", "undo_send"]);

function show({ name, value }) {
  root.dataset[name] = value;
  for (const choice of document.querySelectorAll(`#member-menu [name="${name}"]`)) {
    choice.setAttribute("aria-checked", String(choice.value === value));
  }
}

/** Show it everywhere; what could not be kept is said, and lasts as long as the page. */
async function choose(name, value) {
  show({ name, value });
  windows.postMessage({ name, value });
  if (!(await keep({ [name]: value }))) toast(gettext("This could not be saved. It lasts until you leave this page."), { kind: "bad" });
}

windows.addEventListener("message", (event) => SHOWN_AT_ONCE.has(event.data.name) && show(event.data));

/** A language asks for the page anew, since its words come from the server; so does a time zone, for its days. */
document.addEventListener("submit", (event) => {
  const { name, value } = event.submitter ?? {};
  if (!event.target.matches(".member-menu") || !SHOWN_AT_ONCE.has(name)) return;
  event.preventDefault();
  choose(name, value);
});

document.addEventListener("form-done", (event) => event.target.id === "time-zone" && location.reload());

onCommand("density", () => void choose("density", root.dataset.density === "compact" ? "comfortable" : "compact"));

/** Every zone that this browser knows, its own first; written when asked for, since they are hundreds. */
document.addEventListener("click", (event) => {
  const zones = event.target.closest?.('[data-dialog="time-zone"]') && document.querySelector("[data-all-zones]:not([data-filled])");
  if (!zones) return;
  zones.dataset.filled = "";
  const chosen = zones.value;
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const names = new Set([own, chosen, "UTC", ...Intl.supportedValuesOf("timeZone")]);
  zones.replaceChildren(...[...names].filter(Boolean).map((name) => element("option", { value: name }, name.replaceAll("_", " "))));
  zones.value = chosen;
});
