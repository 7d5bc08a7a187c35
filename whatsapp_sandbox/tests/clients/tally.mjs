// What a script counts: each call of the library, and what became of it. See run.py.
export const WORLD = JSON.parse(process.argv[2]);
export const { phone: PHONE, number: NUMBER, waba: WABA } = WORLD;
export const IMAGE = "https://example.com/a.jpg";
const NAME = { formatted_name: "Ann B", first_name: "Ann" };
// Name, type, body and the rest of messages as the platform takes them, for libraries that hand them on as they are.
export const MESSAGES = [
  ["text", "text", { body: "Hello" }],
  ["text as a reply", "text", { body: "Yes" }, { context: { message_id: WORLD.told } }],
  ["image", "image", { link: IMAGE, caption: "Look" }],
  ["video", "video", { link: "https://example.com/a.mp4" }],
  ["audio", "audio", { link: "https://example.com/a.mp3" }],
  ["document", "document", { link: "https://example.com/a.pdf", filename: "a.pdf" }],
  ["sticker", "sticker", { link: "https://example.com/a.webp" }],
  ["location", "location", { latitude: 37.5, longitude: 127.0, name: "Here", address: "Street 1" }],
  ["contacts", "contacts", [{ name: NAME, phones: [{ phone: "+12025550117", type: "WORK" }] }]],
];
const calls = [];

const said = (error) => {
  const told = error?.response?.data?.error ?? error?.error;
  if (told?.code) return `${told.code} ${told.error_data?.details ?? told.message}`;
  return `${error?.name ?? "Error"}: ${error?.message ?? ""}`.slice(0, 300);
};

// Call it; a rejection, an answer that is not ok, or one with `error` counts as a refusal.
export async function call(name, asked) {
  try {
    const answer = await asked();
    if (answer?.error) throw Object.assign(new Error(answer.error.message), { error: answer.error });
    if (answer instanceof Response && !answer.ok) throw new Error(`HTTP ${answer.status}`);
    calls.push({ call: name, outcome: "works" });
    return answer;
  } catch (error) {
    calls.push({ call: name, outcome: said(error) });
    return undefined;
  }
}

// Let whatever uses fetch speak to the sandbox.
export function turnedFetch(input, init) {
  const request = input instanceof Request ? input : null;
  const address = new URL(request ? request.url : String(input));
  const target = new URL(WORLD.url);
  if (address.hostname.endsWith("facebook.com")) {
    address.protocol = target.protocol;
    address.host = target.host;
  }
  return fetch(request ? new Request(address, request) : address, init);
}

export const finish = () => console.log(JSON.stringify(calls));
