// The frame around every screen: the rail, the letters that go places, forms that send themselves.
import { layOver, takeAway } from "../design/drawer/drawer.js";
import { onCommand, run } from "../design/keyboard/keyboard.js";
import { refreshPage } from "../settings/acts.js";
import { newId } from "../design/intents.js";
import { element, exchange, fragment, get, post, remember } from "../design/page.js";

const narrow = matchMedia("(width < 1360px)"); // there the rail shows icons, or nothing: app.css
const rail = () => document.querySelector(".rail");

onCommand("rail", () => {
  if (!rail()) return false;
  if (narrow.matches) return lieOverThePage();
  const next = document.documentElement.dataset.rail === "narrow" ? "wide" : "narrow";
  document.documentElement.dataset.rail = next;
  remember("rail", next);
});

function lieOverThePage() {
  const panel = rail();
  if (panel.classList.contains("open")) return void takeAway();
  panel.classList.add("open");
  layOver(panel, narrow, () => panel.classList.remove("open"));
}

/** As a fresh page has it; an open menu, and the drawer under somebody's hand, are left to the next page. */
export function replaceNavigation(page) {
  for (const part of [".rail", ".bottom-bar", ".more-pages"]) {
    const [ours, theirs] = [document, page].map((each) => each.querySelector(part));
    if (ours && theirs && !ours.matches(".open, :has([popover]:popover-open)")) exchange(ours, theirs);
  }
}

/** The saved views as a fresh page has them. */
export function replaceViews(page) {
  const [ours, theirs] = [document, page].map((each) => each.querySelector(".rail .rail-views"));
  if (ours && theirs && ours.innerHTML !== theirs.innerHTML) exchange(ours, theirs);
}

document.addEventListener("body-replaced", ({ detail }) => detail && replaceViews(detail));

/** The next of the saved views; after the last one the first. */
onCommand("go-views", () => {
  const links = [...document.querySelectorAll(".rail [data-saved]")];
  if (!links.length) links.push(...document.querySelectorAll('.rail a[href="/settings/views"]')); // where one is made
  if (!links.length) return false;
  const at = links.findIndex((link) => link.getAttribute("aria-current") === "page");
  links[(at + 1) % links.length].click();
});

onCommand("go-inbox", () => document.querySelector(".rail .brand").click());
for (const { dataset: { view } } of document.querySelectorAll(".rail [data-view]")) {
  onCommand(`go-${view}`, () => document.querySelector(`.rail [data-view="${view}"]`).click());
}
/** What the rail says of oneself, as it is now. */
export async function refreshOwnAvailability() {
  const place = document.getElementById("own-availability");
  if (!place || place.contains(document.querySelector("button:disabled"))) return; // just being changed here
  const response = await get("/availability/own").catch(() => null);
  if (response?.ok) replaceById(await response.text(), performance.now());
}

onCommand("availability", () => document.querySelector("[data-own-availability]")?.click());
for (const { dataset: { place } } of document.querySelectorAll(".rail [data-place]")) {
  onCommand(`go-${place}`, () => document.querySelector(`.rail [data-place="${place}"]`).click());
}
onCommand("search", () => {
  const box = document.querySelector("search-screen input[type=search]");
  if (box) box.select();
  else location.assign("/search");
});
if (!document.querySelector(".list-search")) onCommand("search-list", () => run("search")); // where no list is, `/` searches all
onCommand("go-settings", () => location.assign("/settings"));
onCommand("go-account", () => location.assign("/settings/account"));

document.addEventListener("change", (event) => event.target.closest("[data-submit-on-change]")?.requestSubmit());

/** [data-post]: one call that changes something; the answer's toast says what, fragments replace their namesakes. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-post]");
  if (!button || button.disabled) return;
  button.disabled = true;
  button.closest("[popover]")?.hidePopover();
  try {
    const asked = performance.now();
    button.dataset.intent ??= newId(); // until there is an answer, pressing again means the same
    const response = await post(button.dataset.post, { ...JSON.parse(button.dataset.values ?? "{}"), id: button.dataset.intent });
    delete button.dataset.intent;
    if (response.ok && button.dataset.then === "refresh") return refreshPage();
    if (response.ok && response.status !== 204) replaceById(await response.text(), asked);
  } catch {
    document.dispatchEvent(new CustomEvent("connection-lost"));
  } finally {
    button.disabled = false;
  }
});

/** Put each element of the answer where the element with its id stands, unless the live stream has told newer things. */
export function replaceById(html, asked) {
  for (const fresh of [...fragment(html).children]) {
    const known = fresh.id && document.getElementById(fresh.id);
    if (known?.dataset.conversation !== fresh.dataset.conversation) continue; // another one was opened meanwhile
    if (!known || known.toldAt > asked) continue;
    fresh.toldAt = performance.now();
    exchange(known, fresh);
  }
  document.dispatchEvent(new CustomEvent("fragments-replaced"));
}

for (const zone of document.querySelectorAll("[data-guess-zone]")) {
  const guessed = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (![...zone.options].some((option) => option.value === guessed)) zone.append(element("option", { value: guessed }, guessed));
  if (!zone.dataset.chosen) zone.value = guessed;
}
