// What was written without a connection, in whatever conversation: it goes out when there is one, once and in order.
import { post } from "../design/page.js";
import { Outbox, keyOf } from "./drafts.js";

const turns = new Map();

/** One after the other in a conversation: what was written later never arrives earlier. */
export function inTurn(conversation, act) {
  const mine = (turns.get(conversation) ?? Promise.resolve()).then(act, act);
  turns.set(conversation, mine);
  return mine;
}

const isOpen = (conversation) => document.querySelector(`message-composer[data-conversation="${conversation}"]`);

function conversationsLeft() {
  const start = `${keyOf("outbox")}.`;
  return Object.keys(localStorage).filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
}

/** Where no composer stands that would do it. What is refused is shown where it was written, when that is opened. */
async function deliverLeft(conversation) {
  const outbox = new Outbox(conversation);
  for (const { id, fields } of outbox.going) {
    if (isOpen(conversation)) return;
    const response = await post(`/conversations/${conversation}/messages`, new URLSearchParams(fields)).catch(() => null);
    if (!response || response.status >= 500 || response.status === 429 || response.status === 401) return;
    if (response.ok) outbox.remove(id);
    else return outbox.refuse(id);
  }
}

/** In one tab of this browser at a time; the server knows each by its id and takes it once in any case. */
function deliverAll() {
  const all = async () => {
    for (const conversation of conversationsLeft()) if (!isOpen(conversation)) await inTurn(conversation, () => deliverLeft(conversation));
  };
  return navigator.locks ? navigator.locks.request("regulars.outbox", { ifAvailable: true }, (lock) => lock && all()) : all();
}

if (document.body.dataset.member) {
  window.addEventListener("online", deliverAll);
  deliverAll();
}
