/* WhatsApp's formatting as nodes: *bold* _italic_ ~strike~ ```mono``` `code`, and links. */

import { el } from "./dom.js";

const PATTERN = /```([\s\S]+?)```|`([^`\n]+)`|(?<![\p{L}\p{N}])\*(\S(?:[^*\n]*\S)?)\*(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])_(\S(?:[^_\n]*\S)?)_(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])~(\S(?:[^~\n]*\S)?)~(?![\p{L}\p{N}])|(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/gu;
const TAGS = ["code", "code", "strong", "em", "s"];

export function formatted(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(PATTERN)) {
    nodes.push(text.slice(end, found.index));
    end = found.index + found[0].length;
    if (found[6]) {
      nodes.push(el("a", { href: found[6], target: "_blank", rel: "noopener noreferrer" }, found[6]));
      continue;
    }
    const group = TAGS.findIndex((_, index) => found[index + 1] !== undefined);
    const inner = found[group + 1];
    nodes.push(el(TAGS[group], {}, ...(group < 2 ? [inner] : formatted(inner))));
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}

export function paragraph(text, kind = "text") {
  return el("div", { class: kind, dir: "auto" }, ...formatted(text));
}
