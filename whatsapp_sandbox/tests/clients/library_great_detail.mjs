// @great-detail/whatsapp: its methods and the kinds of message that its types know.
import { readFileSync } from "node:fs";
import { Client } from "@great-detail/whatsapp";
import { call, finish, MESSAGES, NUMBER, PHONE, turnedFetch, WABA, WORLD } from "./tally.mjs";

const request = { headers: { Authorization: `Bearer ${WORLD.token}` }, fetch: turnedFetch, retry: 0 };
const sdk = new Client({ request });
const json = (asked) => async () => (await asked()).json();
const send = (name, type, body, more = {}) =>
  call(`createMessage ${name}`, json(() => sdk.message.createMessage({ ...head, type, [type]: body, ...more })));
const head = { phoneNumberID: NUMBER, to: PHONE };

for (const message of MESSAGES) await send(...message);
await send("template", "template", { name: "hello_world", language: { code: "en_US" }, components: [] });
const buttons = [{ type: "reply", reply: { id: "a", title: "A" } }];
await send("buttons", "interactive", { type: "button", body: { text: "Choose" }, action: { buttons } });
const read = { phoneNumberID: NUMBER, status: "read", message_id: WORLD.told };
await call("createStatus", json(() => sdk.message.createStatus(read)));
const file = new Blob([readFileSync(WORLD.image)], { type: "image/jpeg" });
const given = { phoneNumberID: NUMBER, file, filename: "a.jpg", mimeType: "image/jpeg" };
const media = await call("media.upload", json(() => sdk.media.upload(given)));
const mediaID = media?.id ?? "0";
const about = await call("media.getURL", json(() => sdk.media.getURL({ mediaID })));
const mediaURL = about?.url;
await call("media.download", () => sdk.media.download({ mediaURL, request }));
await call("media.delete", json(() => sdk.media.delete({ mediaID })));
const profile = sdk.businessProfile;
const fields = ["about", "vertical"];
await call("getBusinessProfile", json(() => profile.getBusinessProfile({ phoneNumberID: NUMBER, fields })));
const about_us = { phoneNumberID: NUMBER, about: "Coffee" };
await call("updateBusinessProfile", json(() => profile.updateBusinessProfile(about_us)));
await call("getPhoneNumber", json(() => sdk.phoneNumbers.getPhoneNumber({ phoneNumberID: NUMBER })));
await call("listPhoneNumbers", json(() => sdk.phoneNumbers.listPhoneNumbers({ businessAccountID: WABA })));
const renamed = { phoneNumberID: NUMBER, new_display_name: "Harbor" };
await call("updatePhoneNumber", json(() => sdk.phoneNumbers.updatePhoneNumber(renamed)));
await call("createSubscription", json(() => sdk.subscribedApps.createSubscription({ businessAccountID: WABA })));
await call("listSubscriptions", json(() => sdk.subscribedApps.listSubscriptions({ businessAccountID: WABA })));
const body = { type: "BODY", text: "Your order is ready for you." };
const template = { name: "gd_hello", language: "en_US", category: "UTILITY", components: [body] };
const made = await call("template.create", json(() => sdk.template.create(WABA, template)));
await call("template.list", json(() => sdk.template.list(WABA, { status: ["APPROVED", "PENDING"], limit: 5 })));
await call("template.get", json(() => sdk.template.get(made?.id ?? "0", {})));
await call("template.listLibrary", json(() => sdk.template.listLibrary({ search: "parcel", language: "en_US" })));
await call("template.delete", json(() => sdk.template.delete(WABA, { name: "gd_hello" })));
const account = sdk.whatsappBusinessAccount;
await call("whatsappBusinessAccount.get", json(() => account.get(WABA, { fields: ["name", "currency"] })));
finish();
