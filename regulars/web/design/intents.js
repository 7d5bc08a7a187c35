// The id of what somebody wants: sent twice (a double click, a lost answer, two tabs), it has one effect.

/** A time-ordered id (UUIDv7, RFC 9562). */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let now = Date.now();
  for (let place = 5; place >= 0; place -= 1) {
    bytes[place] = now % 256;
    now = Math.floor(now / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const SUBMITTED = "regulars.submitted";
const submitted = () => JSON.parse(sessionStorage.getItem(SUBMITTED) ?? "[]");
const intentOf = (form) => form?.querySelector("[data-intent]");

/** A form that was sent and then changed, after going back to its page, means something new. */
function renew(event) {
  const intent = intentOf(event.target.form);
  if (intent && submitted().includes(intent.value)) intent.value = newId();
}

document.addEventListener("submit", (event) => {
  const intent = intentOf(event.target);
  if (intent) sessionStorage.setItem(SUBMITTED, JSON.stringify([...submitted(), intent.value].slice(-50)));
});
for (const kind of ["input", "change"]) document.addEventListener(kind, renew, { capture: true });
