/* Small helpers: elements without innerHTML, icons, words, requests. */

export const words = JSON.parse(document.body.dataset.words);

/** An element: attributes (on… are listeners, class is the class) and children (text or nodes). */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  back: "M15 5l-7 7 7 7",
  more: "M12 6.500v.01M12 12v.01M12 17.500v.01",
  call: "M6 4h3l1.500 4.500-2 1.500a12 12 0 0 0 5.500 5.500l1.500-2L20 15v3a2 2 0 0 1-2 2A14 14 0 0 1 4 6a2 2 0 0 1 2-2z",
  emoji: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.500 14a4 4 0 0 0 7 0M9 9.500v.01M15 9.500v.01",
  plus: "M12 5v14M5 12h14",
  send: "M5 12h13M12.500 6.500 18 12l-5.500 5.500",
  photo: "M4 6h16v13H4zM4 16l5-5 4 4 2-2 5 5M15.500 9.500v.01",
  file: "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
  place: "M12 21s7-6.500 7-11.500a7 7 0 0 0-14 0C5 14.500 12 21 12 21zM12 11.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  voice: "M12 15a3 3 0 0 0 3-3V7a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM6 12a6 6 0 0 0 12 0M12 18v3",
  sticker: "M5 4h14v9l-6 6H5zM13 19v-6h6",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20a7 7 0 0 1 14 0",
  offline: "M4 4l16 16M8.500 13a5 5 0 0 1 3.500-1.500M5 9.500A10 10 0 0 1 9 7M19 9.500a10 10 0 0 0-5-2.800M12 18v.01",
  online: "M5 9.500a10 10 0 0 1 14 0M8 13a6 6 0 0 1 8 0M12 17v.01",
  hide: "M4 4l16 16M6.500 7.500A15 15 0 0 0 3 12s3 6 9 6a9 9 0 0 0 3.500-.700M10 6.200A9 9 0 0 1 12 6c6 0 9 6 9 6a15 15 0 0 1-2 2.800",
  show: "M3 12s3-6 9-6 9 6 9 6-3 6-9 6-9-6-9-6zM12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  swap: "M4 8h13l-3-3M20 16H7l3 3",
  share: "M12 15V4M8 8l4-4 4 4M5 13v6h14v-6",
  mute: "M4 10v4h4l5 4V6L8 10zM17 9l4 6M21 9l-4 6",
  sound: "M4 10v4h4l5 4V6L8 10zM17 9a4 4 0 0 1 0 6",
  list: "M5 7h.01M9 7h10M5 12h.01M9 12h10M5 17h.01M9 17h10",
  link: "M10 14 20 4M14 4h6v6M18 13v7H4V6h7",
  reply: "M9 7 4 12l5 5M4 12h9a6 6 0 0 1 6 6",
  copy: "M8 8h12v12H8zM4 16V4h12",
  close: "M6 6l12 12M18 6 6 18",
  bag: "M5 8h14l-1 12H6zM9 8a3 3 0 0 1 6 0",
};

export function icon(name, flips = false) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  if (flips) svg.setAttribute("class", "flips");
  svg.append(stroke(PATHS[name], name === "more" ? 3 : 1.8));
  return svg;
}

export function ticks(status) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 14");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", status);
  if (status === "read") svg.setAttribute("class", "tick-read");
  svg.append(stroke("M1.500 7.500 5.500 11.500 13 3M9.500 11l1 .8L18 3", 1.7));
  return svg;
}

function stroke(path, width) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [name, value] of Object.entries({
    d: path, fill: "none", stroke: "currentColor", "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round",
  })) node.setAttribute(name, value);
  return node;
}

/** A control request; answers the JSON or throws with the server's sentence. */
export async function ask(method, path, body) {
  const answer = await fetch(`/control/${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.detail);
  return value;
}

/** Calls back with every event; says when the connection is lost and found. */
export function follow(onEvent, onState = () => {}) {
  const source = new EventSource("/control/events");
  source.addEventListener("message", (event) => onEvent(JSON.parse(event.data)));
  source.addEventListener("open", () => onState(true));
  source.addEventListener("error", () => onState(false));
}

export function clockTime(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function initials(name) {
  const parts = name.trim().split(/\s+/);
  const letters = parts.length > 1 ? [parts[0], parts.at(-1)] : [parts[0]];
  return letters.map((part) => [...part][0]).join("").toUpperCase();
}

export function avatar(customer, place) {
  return el("span", { class: `avatar tone-${place % 8}${customer.online ? "" : " away"}`, "aria-hidden": "true" }, initials(customer.name));
}
