// Whether this browser is woken when something comes: asked for by a press, never by itself.
import { post } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { toast } from "../design/toast/toast.js";
import { refreshPage } from "../settings/acts.js";
import { canWork, register, registration } from "../installing/worker_register.js";

const SAID = "regulars.push-said";
const canPush = () => canWork() && "PushManager" in globalThis && "Notification" in globalThis;

const bytesOf = (key) => Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const subscription = async () => (await registration())?.pushManager.getSubscription();

/** The server knows this browser by what its own subscription says. */
async function say(subscribed) {
  const { endpoint, keys } = subscribed.toJSON();
  const response = await post("/settings/notifications/browsers", { endpoint, public_key: keys.p256dh, secret: keys.auth });
  if (response.ok) sessionStorage.setItem(SAID, "yes");
  return response.ok;
}

export async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return false;
  const worker = await register();
  const { key } = await (await post("/settings/notifications/key")).json();
  const subscribed = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
  return say(subscribed);
}

export async function unsubscribe() {
  const subscribed = await subscription();
  if (!subscribed) return;
  await post("/settings/notifications/browsers/leave", { endpoint: subscribed.endpoint }).catch(() => null);
  await subscribed.unsubscribe();
}

class PushSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.act(event.target.closest("[data-push]")));
    this.draw();
  }

  async draw() {
    const state = await this.stateNow();
    for (const each of this.querySelectorAll("[data-state]")) each.hidden = each.dataset.state !== state;
    this.querySelector("[data-push=on]").hidden = state !== "unasked";
    this.querySelector("[data-push=off]").hidden = state !== "on";
  }

  async stateNow() {
    if (!canPush()) return "none";
    if (Notification.permission === "denied") return "denied";
    return (await subscription()) ? "on" : "unasked";
  }

  async act(button) {
    if (!button || button.disabled) return;
    button.disabled = true;
    try {
      if (button.dataset.push === "on") await subscribe();
      else await unsubscribe();
      refreshPage();
    } catch {
      toast(gettext("This browser's push service cannot be reached. Nothing was changed."), { kind: "bad" });
    } finally {
      button.disabled = false;
      this.draw();
    }
  }
}

customElements.define("push-switch", PushSwitch);

/** A subscription outlives the sign-in that made it: the server is told of it again with each visit. */
async function sayAgain() {
  const subscribed = canPush() && !sessionStorage.getItem(SAID) && (await subscription());
  if (subscribed) await say(subscribed).catch(() => {});
}

if (document.body.dataset.member) sayAgain();
