// Small helpers over the document that every component shares.
import directional from "./directional.json";
import { newId } from "./intents.js";

const spriteUrl = () => document.body.dataset.sprite;

/** An icon of the sprite, for what scripts draw themselves. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", directional.includes(name) ? "icon directional" : "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${spriteUrl()}#${name}`);
  svg.append(use);
  return svg;
}

/** An element with attributes and children; text is set as text, never as markup. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A button that looks like a link, for what stands inside of a sentence. */
export function linkButton(label, act) {
  const made = element("button", { type: "button", class: "link-button small" }, label);
  made.addEventListener("click", act);
  return made;
}

/** Parsed markup from our own server. */
export function fragment(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content;
}

/** Say one line to assistive technology without moving focus. */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text;
}

const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, [tabindex]";
const controlsOf = (place) => [...place.querySelectorAll(CONTROLS)].filter((each) => !each.closest("dialog, [popover]"));

/** What a control is known by when it is drawn anew. */
function signOf(control) {
  const name = ["id", "data-command", "data-dialog", "data-post", "data-told", "popovertarget", "href"].find((each) => control.hasAttribute(each));
  return name ? `[${name}="${CSS.escape(control.getAttribute(name))}"]` : "";
}

/** Put a fresh element in the place of one that has the focus, perhaps: it stays on the same control, or where that stood. */
export function exchange(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const sign = focused && signOf(focused);
  const at = focused && controlsOf(old).indexOf(focused);
  old.replaceWith(fresh);
  if (!focused) return;
  const left = controlsOf(fresh);
  const same = sign && fresh.querySelector(sign);
  (same || left[Math.min(Math.max(at, 0), left.length - 1)] || document.getElementById("main"))?.focus({ preventScroll: true });
}

/** A whole page of our own server, as a document. */
export const parsedPage = (html) => new DOMParser().parseFromString(html, "text/html");

/** What differs between a page now and the same page later; the rest of it stays. */
export const CHANGING = [".page-body", ".page-bar h1", ".page-bar .end"];

/** This page as it is now; null where it is not for this member any more. Rejects without a connection. */
export async function askAnew() {
  const response = await get(document.querySelector(".page").dataset.page + location.search);
  return response.ok && !response.redirected ? parsedPage(await response.text()) : null;
}

/** Put the same page, later, in the place of ours. */
export function replacePage(fresh) {
  for (const part of CHANGING) {
    const [ours, theirs] = [document, fresh].map((page) => page.querySelector(part));
    if (ours && theirs) {
      for (const { id } of ours.querySelectorAll("details[id][open]")) theirs.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
      exchange(ours, theirs);
    }
  }
  document.dispatchEvent(new CustomEvent("body-replaced", { detail: fresh })); // times are written anew
}

/** The navigation's counters, wherever they stand. */
export function showCounters(counts) {
  for (const place of document.querySelectorAll("[data-counter]")) {
    const count = counts[place.dataset.counter];
    if (count !== undefined) place.textContent = count || "";
  }
}

const AFTER_RELOAD = "regulars.after-reload";

const token = () => document.body.dataset.csrf ?? "";

/** POST a form to our server. Resolves with the response, whatever its status; rejects when the network is gone. */
export function post(url, values = {}, { signal, keepalive } = {}) {
  const body = values instanceof FormData ? values : new URLSearchParams(values);
  return fetch(url, {
    method: "POST",
    body,
    signal,
    keepalive,
    headers: { "X-CSRFToken": token(), "X-Fragment": "1" },
    credentials: "same-origin",
  }).then(showToastOf);
}

/** Keep a preference of this member on the server; true when it was kept. */
export async function keep(values) {
  const response = await post("/preferences", { ...values, id: newId() }).catch(() => null);
  return Boolean(response?.ok);
}

/** GET a fragment; `part` names the one that is meant where a page has several. */
export function get(url, { signal, part = "1" } = {}) {
  return fetch(url, { signal, headers: { "X-Fragment": part }, credentials: "same-origin" }).then(showToastOf);
}

/** What the server tells beside its answer: a toast (X-Toast, in JSON), and that the page is to be loaded anew (X-Reload) or another one (X-Next). */
function showToastOf(response) {
  const told = response.headers.get("X-Toast");
  const next = response.headers.get("X-Next");
  if (next || response.headers.get("X-Reload")) {
    if (told) sessionStorage.setItem(AFTER_RELOAD, told);
    if (next) location.assign(next);
    else location.reload();
  } else if (told) showToast(told);
  return response;
}

const showToast = (told) => document.dispatchEvent(new CustomEvent("toast", { detail: JSON.parse(told) }));

/** What the page before was told just when it was to be loaded anew: nobody could have read it there. */
export function showKeptToast() {
  const told = sessionStorage.getItem(AFTER_RELOAD);
  sessionStorage.removeItem(AFTER_RELOAD);
  if (told) showToast(told);
}

export const isTyping = (target = document.activeElement) =>
  Boolean(target?.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=range]), textarea, select, [contenteditable]"));

/** Remember a setting in a cookie that the server reads too, so that the next page comes right at once. */
export function remember(name, value) {
  document.cookie = `regulars_${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`;
}

/** Call `task` on a clock shared by everything that counts time; stops with the returned function. */
const beats = new Set();
setInterval(() => beats.forEach((task) => task()), 1000);
export function eachSecond(task) {
  beats.add(task);
  return () => beats.delete(task);
}

export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
