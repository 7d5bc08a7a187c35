// Woken by pushes, and for the page that stands in while there is no connection. It keeps nothing that a contact said.
import { keepShared } from "./shared.js";

const { version, shell, offline } = self.regulars; // put in front by the server: what belongs to this version
const KEPT = `regulars-shell-${version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll([offline, ...shell])));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("regulars-shell-") && name !== KEPT).map((name) => caches.delete(name)));
}

// --- pages ------------------------------------------------------------------------------------------

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  const address = pathname + search;
  if (request.method === "POST" && origin === self.location.origin && pathname === "/share/received") return event.respondWith(receive(request));
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(offline)));
  else if (shell.includes(address)) event.respondWith(caches.match(address).then((kept) => kept ?? fetch(request)));
});

/** An app shared something: it stays on this device, and a page asks for whom it is. */
async function receive(request) {
  await keepShared(await request.formData());
  return Response.redirect("/share", 303);
}

// --- pushes -----------------------------------------------------------------------------------------

self.addEventListener("push", (event) => event.waitUntil(onPush(event.data)));

async function onPush(data) {
  const told = readTold(data);
  await forgetSeen(told);
  if (told.count === undefined) await self.navigator.clearAppBadge?.();
  else await self.navigator.setAppBadge?.(told.count);
  const windows = await self.clients.matchAll({ type: "window" });
  if (windows.some(({ visibilityState }) => visibilityState === "visible")) return; // the page says it itself
  await self.registration.showNotification(told.title, {
    body: told.body,
    tag: told.tag,
    renotify: Boolean(told.tag),
    icon: "/app-icon-192.png",
    badge: "/app-icon-192.png",
    timestamp: told.at ? Date.parse(told.at) : undefined,
    data: { url: told.url },
  });
}

function readTold(data) {
  try {
    return data.json();
  } catch {
    return { title: "Regulars", body: "", url: "/", tag: "regulars" };
  }
}

/** What was seen on another device goes from this one. */
async function forgetSeen({ unread, count }) {
  if (!unread || count > unread.length) return;
  for (const shown of await self.registration.getNotifications()) if (!unread.includes(shown.tag)) shown.close();
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.url ?? "/"));
});

/** In a page that is open already, if there is one. */
async function open(url) {
  const [first] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!first) return self.clients.openWindow(url);
  await first.focus().catch(() => null);
  first.postMessage({ kind: "open", url });
}

/** The browser has another subscription in the place of ours. */
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAnew(event)));

async function subscribeAnew({ oldSubscription, newSubscription }) {
  const key = oldSubscription?.options.applicationServerKey;
  const fresh = newSubscription ?? (key && (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })));
  if (!fresh) return;
  const windows = await self.clients.matchAll({ type: "window" });
  for (const each of windows) each.postMessage({ kind: "subscribed" });
}
