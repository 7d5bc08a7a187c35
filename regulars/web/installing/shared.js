// What an app of this device shared with Regulars: kept here, by the service worker, until a member has chosen a
// conversation for it. It goes to no server before that, and with the sign-in.
const PLACE = "regulars-shared";
const FACTS = "/shared/facts";
const LASTS = 86_400_000; // what nobody chose a conversation for within a day was not meant

/** From the form of a share: its words and files, in the place of what was shared before. */
export async function keepShared(form) {
  const words = ["title", "text", "url"].map((name) => String(form.get(name) ?? "").trim());
  const files = form.getAll("files").filter((file) => file instanceof File && file.size);
  await caches.delete(PLACE);
  const kept = await caches.open(PLACE);
  await Promise.all(files.map((file, place) => kept.put(`/shared/${place}`, new Response(file))));
  const names = files.map(({ name, type, size }) => ({ name, type, size }));
  await write(kept, { text: [...new Set(words)].filter(Boolean).join("\n"), files: names, at: Date.now(), conversation: "" });
}

const write = (kept, facts) => kept.put(FACTS, new Response(JSON.stringify(facts)));

/** Its facts: text, names of files, and for which conversation; null when nothing waits. */
export async function readShared() {
  if (!globalThis.caches) return null; // not over a plain connection
  const found = await (await caches.open(PLACE)).match(FACTS);
  const facts = found ? await found.json() : null;
  if (facts && Date.now() - facts.at < LASTS) return facts;
  await forgetShared();
  return null;
}

export async function chooseFor(conversation) {
  const facts = await readShared();
  if (facts) await write(await caches.open(PLACE), { ...facts, conversation });
}

/** Take it out, for the one composer that it is for; null when it is for no or another one, or was taken already. */
export async function takeShared(conversation) {
  const facts = await readShared();
  if (facts?.conversation !== conversation) return null;
  const kept = await caches.open(PLACE);
  const bodies = await Promise.all(facts.files.map((_, place) => kept.match(`/shared/${place}`).then((answer) => answer?.blob())));
  if (!(await forgetShared())) return null; // another window was quicker
  const files = facts.files.map(({ name, type }, place) => bodies[place] && new File([bodies[place]], name, { type })).filter(Boolean);
  return { text: facts.text, files };
}

export const forgetShared = () => caches.delete(PLACE);
