const GAP = 6;
const phone = matchMedia("(width < 720px)"); // there a menu is a sheet at the lower edge: menu.css

/** Put a floating element beside its anchor, inside the window. `side`: block-start, block-end or inline-end. */
export function place(floating, anchor, side = "block-end") {
  if (phone.matches && floating.matches(".menu")) return floating.removeAttribute("style");
  const box = anchor.getBoundingClientRect();
  const own = floating.getBoundingClientRect();
  const rtl = getComputedStyle(anchor).direction === "rtl";
  let x = rtl ? box.right - own.width : box.left;
  let y = side === "block-start" ? box.top - own.height - GAP : box.bottom + GAP;
  if (side === "inline-end") {
    x = rtl ? box.left - own.width - GAP : box.right + GAP;
    y = box.top + (box.height - own.height) / 2;
  }
  if (side === "block-end" && y + own.height > innerHeight - GAP && box.top > own.height) y = box.top - own.height - GAP;
  if (side === "block-start" && y < GAP) y = box.bottom + GAP;
  x = Math.min(Math.max(GAP, x), innerWidth - own.width - GAP);
  y = Math.min(Math.max(GAP, y), innerHeight - own.height - GAP);
  floating.style.inset = "0 auto auto 0";
  floating.style.translate = `${Math.round(x)}px ${Math.round(y)}px`;
}
