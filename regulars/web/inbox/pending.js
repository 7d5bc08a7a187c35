// What stands in the thread between pressing Enter and the server's answer: the same look, with the clock.
import { element } from "../design/page.js";
import { timeOf } from "../design/time/time.js";

function clock() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.sprite}#ticks-queued`);
  svg.append(use);
  return element("span", { class: "ticks", "data-status": "queued" }, svg);
}

/** The line of a message on its way. */
export function pendingLine(id, text, quote = null) {
  const now = new Date();
  const meta = element("span", { class: "message-meta" }, element("time", { datetime: now.toISOString() }, timeOf(now)), clock());
  const parts = [element("span", { class: "text" }, text), meta];
  if (quote) parts.unshift(quote.cloneNode(true));
  const bubble = element("article", { class: "bubble" }, ...parts);
  return element("li", {
    class: "message out pending", id: `message-${id}`, tabindex: "-1", "data-position": "99999999999999999999", "data-at": now.toISOString(),
    "data-author": `member:${document.body.dataset.member}`, "data-direction": "out", "data-kind": "text",
  }, element("div", { class: "message-author" }), element("div", { class: "bubble-line" }, bubble));
}
