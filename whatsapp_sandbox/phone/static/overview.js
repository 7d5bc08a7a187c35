/* The overview: what is going on, the fault panel, switches, clock, people, templates. */

import { ask, clockTime, el, follow, words } from "./dom.js";

const $ = (id) => document.getElementById(id);
let soon;

async function load() {
  const [stats, faults, switches, people, templates, account] = await Promise.all(
    ["stats", "faults", "switches", "customers", "templates", "account"].map((path) => ask("GET", path)),
  );
  tiles(stats);
  $("address").textContent = account.apps.map((app) => app.webhook_url).filter(Boolean).join(", ") || words.none;
  $("faults").replaceChildren(...(faults.items.length ? faults.items.map(fault) : [el("li", { class: "quiet" }, words.no_faults)]));
  for (const box of document.querySelectorAll("[data-switch]")) box.checked = Boolean(read(switches, box.dataset.switch));
  $("clock").textContent = new Date(stats.clock.now * 1000).toLocaleString(document.documentElement.lang);
  $("people").replaceChildren(...people.items.map(person));
  $("templates").replaceChildren(...templates.items.map(template));
}

function tiles({ counters, webhooks }) {
  const shown = [
    [words.accepted, counters.accepted], [words.received, counters.inbound], [`${words.webhooks}: ${words.acknowledged}`, webhooks.acknowledged],
    [`${words.webhooks}: ${words.waiting}`, webhooks.waiting], [`${words.webhooks}: ${words.retries}`, webhooks.retries], [`${words.webhooks}: ${words.dropped}`, webhooks.dropped],
  ];
  $("tiles").replaceChildren(...shown.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, (value ?? 0).toLocaleString(document.documentElement.lang)))));
}

function fault(entry) {
  const what = entry.kind === "error" ? `${words.fault_error} ${entry.code}` : words[`fault_${entry.kind}`];
  const when = entry.kind === "latency" ? `${entry.seconds} ${words.seconds}` : entry.after ? words.after_send : words.before_send;
  const limits = [entry.remaining === null ? `${entry.percent} %` : `${words.next_n}: ${entry.remaining}`];
  if (entry.on === "any") limits.unshift(words.on_any);
  if (entry.until !== null) limits.push(`→ ${clockTime(entry.until)}`);
  const left = limits.join(", ");
  const remove = () => ask("DELETE", `faults?id=${entry.id}`).then(load);
  return el("li", {}, el("span", { class: "grow" }, `${what}, ${when}`), el("span", { class: "mark" }, left), el("span", { class: "mark" }, `${words.struck}: ${entry.struck}`), el("button", { class: "button", type: "button", onclick: remove }, words.close));
}

function person(customer) {
  const toggle = () => ask("PATCH", `customers/${customer.id}`, { online: !customer.online }).then(load);
  return el(
    "li", {}, el("span", { class: "grow" }, el("a", { href: `/phone/${customer.id}`, dir: "auto" }, customer.name), " ", el("span", { class: "quiet", dir: "ltr" }, customer.identity === "hidden" ? `@${customer.username}` : customer.phone)),
    el("span", { class: `mark ${customer.online ? "mark-good" : ""}` }, customer.online ? words.online : words.offline),
    el("button", { class: "button", type: "button", onclick: toggle }, customer.online ? words.go_offline : words.go_online),
  );
}

function template(entry) {
  const act = (what) => () => ask("POST", `templates/${entry.id}`, { do: what }).then(load);
  const tone = { APPROVED: "mark-good", REJECTED: "mark-bad", DISABLED: "mark-bad" }[entry.status] ?? "";
  const button = (label, what) => el("button", { class: "button", type: "button", onclick: act(what) }, label);
  const actions = { PENDING: [button(words.approve, "approve"), button(words.reject, "reject")], APPROVED: [button(words.pause, "pause")], PAUSED: [button(words.approve, "unpause")] };
  return el("li", {}, el("span", { class: "grow" }, el("strong", {}, entry.name), " ", el("span", { class: "quiet" }, `${entry.language} · ${entry.category}`)), el("span", { class: `mark ${tone}` }, entry.status), ...(actions[entry.status] ?? []));
}

function read(switches, path) {
  return path.split(".").reduce((value, key) => value[key], switches);
}

$("fault-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const values = new FormData(event.target);
  await ask("POST", "faults", {
    kind: values.get("kind"), code: Number(values.get("code")), on: values.get("on"), after: Boolean(values.get("after")),
    remaining: Number(values.get("remaining")) || null, seconds: Number(values.get("seconds")),
    lasts: Number(values.get("lasts")) * 60 || null,
  });
  load();
});
$("clear-faults").addEventListener("click", () => ask("DELETE", "faults").then(load));
$("switches").addEventListener("change", ({ target }) => {
  const [group, name] = target.dataset.switch.split(".");
  const on = target.dataset.on ? Number(target.dataset.on) : true;
  const off = target.dataset.on ? 0 : false;
  ask("PATCH", "switches", { [group]: { [name]: target.checked ? on : off } }).then(load);
});
for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", () => ask("POST", "clock", { advance: Number(button.dataset.advance) }).then(load));
}
follow(() => {
  clearTimeout(soon);
  soon = setTimeout(load, 250);
});
load();
