// whatsapp-business: the methods of its client; the base address is fixed, so its transport is made anew.
import { createRequire } from "node:module";
import { call, finish, MESSAGES, NUMBER, PHONE, WABA, WORLD } from "./tally.mjs";

const require = createRequire(import.meta.url);
const { WABAClient } = require("whatsapp-business");
const { createRestClient } = require("whatsapp-business/dist/src/utils/restClient");
const wa = new WABAClient({ apiToken: WORLD.token, phoneId: NUMBER, accountId: WABA });
wa.restClient = createRestClient({ apiToken: WORLD.token, baseURL: `${WORLD.url}/v17.0` });
const send = (name, type, body, more = {}) =>
  call(`sendMessage ${name}`, () => wa.sendMessage({ to: PHONE, type, [type]: body, ...more }));

await call("getBusinessProfile", () => wa.getBusinessProfile());
await call("getBusinessProfile by fields", () => wa.getBusinessProfile(["about"]));
await call("updateBusinessProfile", () => wa.updateBusinessProfile({ about: "Coffee" }));
const media = await call("uploadMedia", () => wa.uploadMedia({ file: WORLD.image, type: "image/jpeg" }));
const about = await call("getMedia", () => wa.getMedia(media?.id ?? "0"));
await call("downloadMedia", () => wa.downloadMedia(about?.url, `${WORLD.folder}/wb.jpg`));
await send("image by id", "image", { id: media?.id ?? "0" });
await call("deleteMedia", () => wa.deleteMedia(media?.id ?? "0"));
for (const message of MESSAGES) await send(...message);
await send("reaction", "reaction", { message_id: WORLD.told, emoji: "👍" });
await send("template", "template", { name: "hello_world", language: { code: "en_US" } });
const buttons = [{ type: "reply", reply: { id: "a", title: "A" } }];
await send("buttons", "interactive", { type: "button", body: { text: "Choose" }, action: { buttons } });
const sections = [{ title: "All", rows: [{ id: "r1", title: "One" }] }];
const list = { type: "list", body: { text: "Choose" }, action: { button: "Open", sections } };
await send("list", "interactive", list);
await call("markMessageAsRead", () => wa.markMessageAsRead(WORLD.told));
await call("getBusinessPhoneNumbers", () => wa.getBusinessPhoneNumbers());
await call("getSingleBusinessPhoneNumber", () => wa.getSingleBusinessPhoneNumber(NUMBER));
await call("updateIdentityCheckState", () => wa.updateIdentityCheckState({ enable_identity_key_check: true }));
const code = { phoneNumberId: NUMBER, code_method: "SMS", language: "en_US" };
await call("requestPhoneNumberVerificationCode", () => wa.requestPhoneNumberVerificationCode(code));
await call("verifyPhoneNumberCode", () => wa.verifyPhoneNumberCode({ phoneNumberId: NUMBER, code: "123456" }));
await call("deregisterPhone", () => wa.deregisterPhone(NUMBER));
await call("registerPhone", () => wa.registerPhone({ phoneNumberId: NUMBER, pin: "123456" }));
await call("setupTwoStepAuth", () => wa.setupTwoStepAuth({ phoneNumberId: NUMBER, pin: "123456" }));
finish();
