// The bell: how much there is to see, the list, and what happens when something comes: counted, said, heard, shown.
import { announce, fragment, get, post } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { place } from "../design/menu/place.js";
import { writeTimes } from "../design/time/time.js";
import { chime } from "./chime.js";
import { closeShown, openAddress, showOutside } from "./outside.js";

const SETTLE = 250; // what comes together is counted once
const panel = document.getElementById("bell-panel");
const counts = () => document.querySelectorAll("[data-notification-count]");
let timer = 0;
let count = Number(counts()[0]?.textContent || 0);

/** Whether somebody looks at this conversation on this page, right now. */
function isBeforeEyes(id) {
  return document.visibilityState === "visible" && document.querySelector("inbox-screen")?.dataset.conversation === id;
}

function show(now) {
  count = now;
  for (const mark of counts()) mark.textContent = now || "";
  writeTitle();
  (now ? navigator.setAppBadge?.(now) : navigator.clearAppBadge?.())?.catch(() => {});
}

/** "(3) Mine · Regulars": the page's own title stays what it is. */
function writeTitle() {
  const own = document.title.replace(/^\(\d+\) /, "");
  const wanted = count ? `(${count}) ${own}` : own;
  if (document.title !== wanted) document.title = wanted;
}

async function recount() {
  const response = await fetch("/notifications/count", { credentials: "same-origin" }).catch(() => null);
  if (response?.ok && !response.redirected) show((await response.json()).count);
}

function recountSoon() {
  clearTimeout(timer);
  timer = setTimeout(recount, SETTLE);
}

/** The list as it is now, in the open panel. */
async function fill() {
  const response = await get("/notifications").catch(() => null);
  if (!response?.ok) return document.dispatchEvent(new CustomEvent("connection-lost"));
  panel.querySelector(".bell-list").replaceChildren(fragment(await response.text()));
  writeTimes(panel);
  place(panel, document.querySelector(".bell-button"));
}

/** The newest line stands on top of whichever list is open; an older one of the same conversation goes. */
function put(html, id) {
  for (const list of document.querySelectorAll(".notification-list")) {
    list.querySelector(`[data-notification="${id}"]`)?.remove();
    list.prepend(fragment(html));
    writeTimes(list);
  }
}

function onNews({ conversation_id: id, ways, html }) {
  if (isBeforeEyes(id)) return; // it is read there, and cleared by that
  recountSoon();
  if (panel?.matches(":popover-open") && !panel.querySelector(".notification-list")) fill();
  put(html, id);
  const line = fragment(html);
  const name = line.querySelector("strong")?.textContent.trim() ?? "";
  const what = line.querySelector(".notification-what")?.firstChild.textContent.trim() ?? "";
  const text = line.querySelector(".notification-text")?.textContent.trim() ?? "";
  announce([name, what, text].filter(Boolean).join(" · "));
  if (ways.includes("sound")) chime();
  if (ways.includes("desktop")) showOutside({ id, title: name, body: [what, text].filter(Boolean).join(" · ") });
}

function onSeen({ conversation_ids: ids }) {
  for (const id of ids) {
    for (const line of document.querySelectorAll(`[data-notification="${id}"]`)) {
      if (line.closest("[data-notifications-page=all]")) line.classList.remove("unread");
      else line.remove();
    }
    closeShown(id);
  }
  if (panel?.matches(":popover-open") && !panel.querySelector(".notification")) fill();
  recountSoon();
}

/** Pages that follow nothing else have a stream for this alone. */
function follow() {
  if (document.querySelector("inbox-screen, .page[data-follows]")) return;
  const stream = new EventSource("/live?topics=notifications");
  for (const kind of ["notified", "seen"]) {
    stream.addEventListener(kind, (event) => document.dispatchEvent(new CustomEvent(kind, { detail: JSON.parse(event.data) })));
  }
  document.addEventListener("submit", (event) => event.target.matches("[data-ends-session]") && stream.close());
}

if (panel) {
  document.addEventListener("notified", (event) => onNews(event.detail));
  document.addEventListener("seen", (event) => onSeen(event.detail));
  panel.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    if (document.querySelector("[data-notifications-page]")) panel.hidePopover(); // it stands there already
    else fill();
  });
  panel.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-open-conversation]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      panel.hidePopover();
      openAddress(link.getAttribute("href"));
    }
    if (!event.target.closest("[data-read-notifications]")) return;
    const response = await post("/notifications/read").catch(() => null);
    if (!response?.ok) return document.dispatchEvent(new CustomEvent("connection-lost"));
    announce(gettext("All is marked as seen"));
    fill();
  });
  new MutationObserver(writeTitle).observe(document.querySelector("title"), { childList: true });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && recountSoon());
  show(count);
  follow();
}

