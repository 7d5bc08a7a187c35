// What the browser shows outside of its page, while no page of ours is looked at. One for a conversation.
const shown = new Map();
const SEEN = "regulars.in-sight";

/** While this page is in sight it holds a lock, which pages out of sight look for. */
function holdWhileInSight() {
  if (document.visibilityState !== "visible" || !navigator.locks) return;
  navigator.locks.request(SEEN, { mode: "shared" }, () => new Promise((leave) => document.addEventListener("visibilitychange", leave, { once: true })));
}

async function isInSight() {
  if (document.visibilityState === "visible") return true;
  const { held } = (await navigator.locks?.query()) ?? { held: [] };
  return held.some(({ name }) => name === SEEN);
}

const worker = () => navigator.serviceWorker?.getRegistration();

export async function showOutside({ id, title, body }) {
  if (globalThis.Notification?.permission !== "granted" || (await isInSight())) return;
  const options = { body, tag: id, icon: document.body.dataset.icon, data: { url: `/conversations/${id}` } };
  const registration = await worker();
  if (registration?.active) return void registration.showNotification(title, options);
  const made = new Notification(title, options);
  shown.set(id, made);
  made.addEventListener("click", () => {
    window.focus();
    openAddress(options.data.url);
  });
}

/** In this page if it can, without loading anew. */
export function openAddress(url) {
  const asked = new CustomEvent("open-address", { detail: { url }, cancelable: true });
  if (document.dispatchEvent(asked)) location.assign(url);
}

/** It was seen somewhere: whatever this browser shows of it goes. */
export async function closeShown(id) {
  shown.get(id)?.close();
  shown.delete(id);
  const left = (await (await worker())?.getNotifications({ tag: id })) ?? [];
  for (const each of left) each.close();
}

document.addEventListener("visibilitychange", holdWhileInSight);
holdWhileInSight();
