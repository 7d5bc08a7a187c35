// The service worker: only where somebody wants it, for pushes or as an installed app. It goes with the sign-in.
export const canWork = () => "serviceWorker" in navigator;

export const registration = async () => (canWork() ? navigator.serviceWorker.getRegistration("/") : undefined);

export async function register() {
  await navigator.serviceWorker.register("/service-worker.js", { scope: "/" });
  return navigator.serviceWorker.ready;
}

const isInstalled = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;

if (canWork() && document.body.dataset.member && isInstalled()) register().catch(() => {});

if (canWork()) {
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data?.kind !== "open") return;
    const asked = new CustomEvent("open-address", { detail: { url: data.url }, cancelable: true });
    if (document.dispatchEvent(asked)) location.assign(data.url);
  });
}

/** Whoever signs out is woken no more, and leaves nothing of theirs behind. */
document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-ends-session]")) return;
  const worker = await registration();
  const subscribed = await worker?.pushManager?.getSubscription();
  await subscribed?.unsubscribe();
  for (const name of await (globalThis.caches?.keys() ?? [])) await caches.delete(name);
});
