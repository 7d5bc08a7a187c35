// What was just sent can be taken back for some seconds: by the toast, or by Ctrl/Cmd+Z, also from an empty text field.
import { announce, fragment, post } from "../design/page.js";
import { gettext } from "../design/strings.js";
import { toast } from "../design/toast/toast.js";

let offered = null; // the last one, whichever conversation is open now
let awaited = null; // what is on its way to the server, and may have been undone before its answer is here

const idsIn = (html) => [...fragment(html).querySelectorAll(".message")].map((line) => line.id.replace("message-", ""));

/** Something is sent: from now on the key is about it. Gives what ends that. */
export function awaitUndo() {
  const mine = { isWanted: false };
  awaited = mine;
  return () => {
    if (awaited === mine) awaited = null;
    return mine.isWanted;
  };
}

/** `sending`: who sent it; `kept`: what stood in the composer. */
export function offerUndo(sending, kept, { html, seconds, then, isWanted }) {
  const mine = { sending, kept, then, ids: idsIn(html) };
  if (isWanted) return takeBack(mine);
  offered = mine;
  const end = () => offered === mine && (offered = null);
  setTimeout(end, seconds * 1000);
  toast(gettext("Sent"), { undo: () => takeBack(mine), lasting: seconds * 1000 });
}

/** In the text field the key undoes typing; where nothing was typed, it undoes what was sent. */
export function followUndoKey(text) {
  text.addEventListener("keydown", (event) => {
    const isKey = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.code === "KeyZ";
    if (!isKey || text.value || !(offered || awaited)) return;
    event.preventDefault();
    if (awaited) awaited.isWanted = true;
    else takeBack(offered);
  });
}

async function takeBack(mine) {
  if (mine.isAsked) return;
  mine.isAsked = true;
  if (offered === mine) offered = null;
  const { conversation } = mine.sending.composer.dataset;
  const values = new URLSearchParams(mine.ids.map((id) => ["message", id]));
  if (mine.then) values.set("then", mine.then);
  const response = await post(`/conversations/${conversation}/take-back`, values).catch(() => null);
  if (!response) return toast(gettext("No connection. Nothing was changed."), { kind: "bad" });
  if (!response.ok) return; // the answer's own toast says that it was too late
  for (const id of mine.ids) document.getElementById(`message-${id}`)?.remove();
  const words = gettext("Taken back. Nothing was sent.");
  const here = mine.sending.giveBack(mine.kept, words);
  here.drafts.renew("reply");
  here.problem("");
  here.keepSoon();
  announce(words);
  document.querySelector("toast-region")?.replaceChildren();
  const screen = document.querySelector("inbox-screen");
  if (screen.conversation !== conversation) await screen.open(conversation);
  const composer = screen.querySelector("message-composer");
  composer?.problem("");
  composer?.text.focus();
}
