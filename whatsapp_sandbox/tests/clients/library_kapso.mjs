// @kapso/whatsapp-cloud-api: its methods that speak to the platform itself (not to Kapso's own service).
import { readFileSync } from "node:fs";
import { WhatsAppClient } from "@kapso/whatsapp-cloud-api";
import { call, finish, IMAGE, NUMBER, PHONE, WABA, WORLD } from "./tally.mjs";

const wa = new WhatsAppClient({ accessToken: WORLD.token, baseUrl: WORLD.url, graphVersion: "v24.0" });
const head = { phoneNumberId: NUMBER, to: PHONE };
const send = (name, more) => call(name, () => wa.messages[name]({ ...head, ...more }));
const one = { phoneNumberId: NUMBER };
const flowJson = {
  version: "7.1",
  screens: [{ id: "FIRST", layout: { type: "SingleColumnLayout", children: [] } }],
};

await send("sendText", { body: "Hello" });
await send("sendImage", { image: { link: IMAGE, caption: "Look" } });
await send("sendAudio", { audio: { link: "https://example.com/a.mp3" } });
await send("sendVideo", { video: { link: "https://example.com/a.mp4" } });
await send("sendDocument", { document: { link: "https://example.com/a.pdf", filename: "a.pdf" } });
await send("sendSticker", { sticker: { link: "https://example.com/a.webp" } });
await send("sendLocation", { location: { latitude: 37.5, longitude: 127.0, name: "Here", address: "Street 1" } });
const name = { formattedName: "Ann B", firstName: "Ann" };
await send("sendContacts", { contacts: [{ name, phones: [{ phone: "+12025550117", type: "WORK" }] }] });
await send("sendReaction", { reaction: { messageId: WORLD.told, emoji: "👍" } });
await send("sendTemplate", { template: { name: "hello_world", language: { code: "en_US" } } });
await send("sendInteractiveButtons", { bodyText: "Choose", buttons: [{ id: "a", title: "A" }] });
const sections = [{ title: "All", rows: [{ id: "r1", title: "One" }] }];
await send("sendInteractiveList", { bodyText: "Choose", buttonText: "Open", sections });
await send("sendInteractiveProduct", { bodyText: "This", catalogId: "1", productRetailerId: "p1" });
const header = { type: "text", text: "Shop" };
const shelves = [{ title: "A", productItems: [{ productRetailerId: "p1" }] }];
await send("sendInteractiveProductList", { bodyText: "All", header, catalogId: "1", sections: shelves });
const start = { flowId: "1", flowCta: "Start", flowToken: "t", flowMessageVersion: "3", flowAction: "navigate" };
await send("sendInteractiveFlow", {
  bodyText: "Fill",
  parameters: { ...start, flowActionPayload: { screen: "A" } },
});
await send("sendInteractiveAddress", { bodyText: "Where to?", parameters: { country: "IN" } });
await send("sendInteractiveLocationRequest", { bodyText: "Where?", parameters: { requestMessage: "Where?" } });
await send("sendInteractiveCallPermission", { bodyText: "May we?", parameters: { phoneNumber: PHONE } });
await send("sendInteractiveCtaUrl", { bodyText: "See", parameters: { displayText: "Go", url: "https://a.example" } });
const card = (cardIndex) => ({
  cardIndex,
  header: { type: "image", image: { link: IMAGE } },
  bodyText: "Card",
  action: { displayText: "Go", url: "https://a.example" },
});
await send("sendInteractiveCarousel", { bodyText: "Swipe", cards: [card(0), card(1)] });
await send("sendInteractiveCatalogMessage", { bodyText: "Shop", parameters: { thumbnailProductRetailerId: "p1" } });
const raw = { type: "cta_url", body: { text: "See" } };
const action = { name: "cta_url", parameters: { display_text: "Go", url: "https://a.example" } };
await send("sendInteractiveRaw", { interactive: { ...raw, action } });
const payload = { messaging_product: "whatsapp", to: PHONE, type: "text", text: { body: "Hello" } };
await call("sendRaw", () => wa.messages.sendRaw({ phoneNumberId: NUMBER, payload }));
await call("markRead", () => wa.messages.markRead({ ...one, messageId: WORLD.told }));
const typingIndicator = { type: "text" };
await call("markRead with typing", () => wa.messages.markRead({ ...one, messageId: WORLD.told, typingIndicator }));
const file = new Blob([readFileSync(WORLD.image)], { type: "image/jpeg" });
const given = { ...one, type: "image", file, fileName: "a.jpg" };
const media = await call("media.upload", () => wa.media.upload(given));
const mediaId = media?.id ?? "0";
await call("media.get", () => wa.media.get({ mediaId }));
await call("media.download", () => wa.media.download({ mediaId }));
await call("media.delete", () => wa.media.delete({ mediaId }));
const account = { businessAccountId: WABA };
const body = { type: "BODY", text: "Your order is ready for you." };
const template = { ...account, name: "kapso_hello", language: "en_US", category: "UTILITY", components: [body] };
const made = await call("templates.create", () => wa.templates.create(template));
await call("templates.list", () => wa.templates.list({ ...account, limit: 5 }));
await call("templates.get", () => wa.templates.get({ ...account, templateId: made?.id ?? "0" }));
await call("templates.delete", () => wa.templates.delete({ ...account, name: "kapso_hello" }));
const numbers = wa.phoneNumbers;
await call("businessProfile.get", () => numbers.businessProfile.get(one));
await call("businessProfile.update", () => numbers.businessProfile.update({ ...one, about: "Coffee" }));
await call("settings.get", () => numbers.settings.get(one));
await call("settings.update", () => numbers.settings.update({ ...one, calling: { status: "ENABLED" } }));
await call("requestCode", () => numbers.requestCode({ ...one, codeMethod: "SMS", language: "en_US" }));
await call("verifyCode", () => numbers.verifyCode({ ...one, code: "123456" }));
await call("deregister", () => numbers.deregister(one));
await call("register", () => numbers.register({ ...one, pin: "123456" }));
const session = { sdpType: "answer", sdp: "v=0" };
const ringing = { ...one, callId: WORLD.call };
await call("calls.permissions.get", () => wa.calls.permissions.get({ ...one, userWaId: PHONE }));
await call("calls.preAccept", () => wa.calls.preAccept({ ...ringing, session }));
await call("calls.accept", () => wa.calls.accept({ ...ringing, session }));
await call("calls.terminate", () => wa.calls.terminate(ringing));
await call("calls.reject", () => wa.calls.reject({ ...one, callId: WORLD.second_call }));
await call("calls.connect", () => wa.calls.connect({ ...head, session: { sdpType: "offer", sdp: "v=0" } }));
const flow = await call("flows.create", () =>
  wa.flows.create({ wabaId: WABA, name: "Kapso", categories: ["OTHER"], flowJson }),
);
const flowId = flow?.id ?? "0";
await call("flows.list", () => wa.flows.list({ wabaId: WABA }));
await call("flows.get", () => wa.flows.get({ flowId }));
await call("flows.updateAsset", () => wa.flows.updateAsset({ flowId, json: flowJson }));
await call("flows.preview", () => wa.flows.preview({ flowId }));
await call("flows.publish", () => wa.flows.publish({ flowId }));
await call("flows.deprecate", () => wa.flows.deprecate({ flowId }));
finish();
