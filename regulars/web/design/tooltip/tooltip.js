// One tooltip for the page: the name of what is under the pointer or in focus, with its shortcut.
import { ownKey } from "../keyboard/keyboard.js";
import { element } from "../page.js";
import { place } from "../menu/place.js";

const DELAY = 400;
let timer = 0;
const tip = () => document.getElementById("tooltip");

function show(target) {
  const shown = tip();
  const saysItself = target.querySelector(".rail-word")?.offsetWidth > 1; // folded, the rail's words are only heard
  if (!shown || !target.isConnected || saysItself) return;
  const caps = ownKey(target.dataset.tipKey ?? "").split("+").filter(Boolean).map((cap) => element("kbd", { class: "key" }, cap));
  shown.replaceChildren(target.dataset.tip, ...caps);
  shown.showPopover();
  place(shown, target, target.closest(".rail") ? "inline-end" : "block-start");
}

function hide() {
  clearTimeout(timer);
  const shown = tip();
  if (shown?.matches(":popover-open")) shown.hidePopover();
}

function later(event) {
  const target = event.target.closest?.("[data-tip]");
  hide();
  if (target) timer = setTimeout(() => show(target), DELAY);
}

document.addEventListener("pointerover", (event) => event.pointerType === "mouse" && later(event));
document.addEventListener("focusin", (event) => event.target.matches?.(":focus-visible") && later(event));
document.addEventListener("focusout", hide);
document.addEventListener("pointerdown", hide);
document.addEventListener("keydown", hide);
