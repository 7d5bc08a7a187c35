/* The switcher beside the phone. Remembers who was shown in the address. */

import { ask, avatar, el, follow, initials } from "./dom.js";
import { preview } from "./bubble.js";
import "./phone.js";

const list = document.getElementById("people");
const phone = document.querySelector("sandbox-phone");
let soon;

async function load() {
  const { items } = await ask("GET", "customers");
  const last = (customer) => Math.max(0, ...customer.threads.map((thread) => thread.last?.at ?? 0));
  const asked = new URLSearchParams(location.search).get("customer");
  if (!phone.hasAttribute("customer") && items.length) {
    const recent = [...items].sort((a, b) => last(b) - last(a))[0];
    phone.setAttribute("customer", items.some((entry) => entry.id === asked) ? asked : recent.id);
  }
  list.replaceChildren(...items.map((customer, place) => el("li", {}, entry(customer, place))));
}

function entry(customer, place) {
  const newest = [...customer.threads].sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0))[0]?.last;
  const unread = customer.threads.reduce((sum, thread) => sum + thread.unread, 0);
  const current = phone.getAttribute("customer") === customer.id;
  return el(
    "button", { class: "person", type: "button", "aria-current": current ? "true" : null, title: customer.name, onclick: () => show(customer.id) },
    avatar(customer, place), el("span", { class: "person-name" }, el("bdi", {}, customer.name)), unread && !current ? el("span", { class: "badge" }, String(unread)) : null,
    el("span", { class: "person-sub" }, el("bdi", {}, newest ? preview(newest) : customer.about || initials(customer.name))),
  );
}

function show(id) {
  phone.setAttribute("customer", id);
  const address = new URL(location.href);
  address.searchParams.set("customer", id);
  history.replaceState(null, "", address);
  load();
}

follow(() => {
  clearTimeout(soon);
  soon = setTimeout(load, 150);
});
load();
