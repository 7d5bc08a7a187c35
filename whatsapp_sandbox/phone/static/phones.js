/* The switcher beside the phone. Remembers who was shown in the address: ?customer= takes an id, a phone number or a BSUID,
   ?number= the business number whose chat is opened. */

import { ask, avatar, el, follow, initials } from "./dom.js";
import { preview } from "./bubble.js";
import "./phone.js";

const list = document.getElementById("people");
const phone = document.querySelector("sandbox-phone");
let soon;

async function load() {
  const { items } = await ask("GET", "customers");
  const last = (customer) => Math.max(0, ...customer.threads.map((thread) => thread.last?.at ?? 0));
  if (!phone.hasAttribute("customer") && items.length) {
    const recent = [...items].sort((a, b) => last(b) - last(a))[0];
    const asked = await askedFor();
    const number = new URLSearchParams(location.search).get("number");
    if (asked && number) phone.setAttribute("number", number);
    phone.setAttribute("customer", (asked ?? recent).id);
  }
  list.replaceChildren(...items.map((customer, place) => el("li", {}, entry(customer, place))));
}

async function askedFor() {
  const key = new URLSearchParams(location.search).get("customer");
  return key ? ask("GET", `customers/${encodeURIComponent(key)}`).catch(() => null) : null;
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
  phone.removeAttribute("number");
  phone.setAttribute("customer", id);
  const address = new URL(location.href);
  address.searchParams.delete("number");
  address.searchParams.set("customer", id);
  history.replaceState(null, "", address);
  load();
}

follow(() => {
  clearTimeout(soon);
  soon = setTimeout(load, 150);
});
load();
