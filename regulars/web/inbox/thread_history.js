// Going to another day of a long thread: a page of its past stands there, with a gap behind it, until the newest is read
// again. What the stream tells meanwhile of messages after the gap is held for then.
import { announce, fragment, get } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { dayHeading, startOfDay } from "../design/time/time.js";
import { toast } from "../design/toast/toast.js";

/** The place in a thread before everything of that moment or later. */
const placeOf = (moment) => `${moment.toISOString().replace(/\D/g, "")}000-00000000-0000-0000-0000-000000000000`;

const written = (thread) => thread.lines.filter((line) => !line.classList.contains("pending"));

/** Show the thread from a day (``2026-11-30``) on. */
export async function goToDay(thread, day) {
  const place = placeOf(startOfDay(day));
  if (!isLoaded(thread, place) && !(await replace(thread, `${thread.dataset.following}?after=${place}`))) return;
  const target = written(thread).find((line) => line.dataset.position >= place);
  if (!target) {
    await toNewest(thread);
    return toast(gettext("Nothing was written since that day. These are the newest messages."));
  }
  if (thread.dataset.earlier && target === thread.lines[0]) await thread.loadEarlier(); // what led to it, above
  thread.atEnd = false;
  const heading = target.previousElementSibling?.matches(".day-separator") ? target.previousElementSibling : target;
  heading.scrollIntoView({ block: "start" });
  target.focus({ preventScroll: true });
  announce(dayHeading(new Date(target.dataset.at)));
}

/** Show the thread around a moment. */
export async function goToMoment(thread, moment) {
  const place = placeOf(moment);
  if (isLoaded(thread, place) || !(await replace(thread, `${thread.dataset.following}?after=${place}`))) return;
  thread.atEnd = false;
  if (thread.dataset.earlier) await thread.loadEarlier(); // what led to it, above
}

function isLoaded(thread, place) {
  const lines = written(thread);
  const isBegun = !thread.dataset.earlier || lines[0]?.dataset.position <= place;
  return isBegun && (!thread.hasGap || lines.at(-1)?.dataset.position >= place);
}

/** The newest page again, and with it what came meanwhile. */
export async function toNewest(thread) {
  if (!thread.hasGap || (await replace(thread, thread.dataset.past))) thread.toEnd();
}

/** The next page of what follows; once there is no more, the thread is live again. */
export async function loadLater(thread) {
  const last = written(thread).at(-1);
  if (!thread.hasGap || thread.loadingLater || !last) return;
  thread.loadingLater = true;
  const page = await read(`${thread.dataset.following}?after=${last.dataset.position}`);
  if (page) {
    for (const line of [...page.lines.children]) if (document.getElementById(line.id)) line.remove();
    written(thread).at(-1).after(page.lines);
    settle(thread, page);
  }
  thread.loadingLater = false;
}

async function read(url) {
  const asked = performance.now();
  const response = await get(url).catch(() => null);
  if (!response?.ok) {
    toast(gettext("No connection. The thread stays as it is."), { kind: "bad" });
    return null;
  }
  const lines = fragment(await response.text());
  const hasNewer = Boolean(lines.querySelector("[data-has-newer]"));
  const hasOlder = Boolean(lines.querySelector("[data-has-older]"));
  for (const marker of lines.querySelectorAll("[data-has-newer], [data-has-older]")) marker.remove();
  return { asked, lines, hasNewer, hasOlder };
}

async function replace(thread, url) {
  const page = await read(url);
  if (!page) return false;
  if (page.lines.childElementCount || url === thread.dataset.past) {
    thread.dataset.seenBefore = thread.newestSeen; // though it does not stand on the screen then
    const pending = thread.lines.filter((line) => line.classList.contains("pending"));
    thread.items.replaceChildren(page.lines, ...pending);
    if (page.hasOlder || url !== thread.dataset.past) thread.dataset.earlier = thread.dataset.past;
    else delete thread.dataset.earlier;
    settle(thread, page);
  }
  return true;
}

function settle(thread, page) {
  thread.hasGap = page.hasNewer;
  if (!thread.hasGap) thread.takeHeld(page.asked);
  thread.arrange();
  thread.showMissed();
}
