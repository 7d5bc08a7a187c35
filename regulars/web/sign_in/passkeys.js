// Passkeys: the server's question, the browser's answer. A form with `data-passkey` (the address of the question) is
// sent with what the device signed; without passkeys in this browser it stays hidden.
import { gettext } from "../design/strings.js";

const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const described = (credentials = []) => credentials.map((each) => ({ ...each, id: bytesOf(each.id) }));

async function made(question) {
  const publicKey = {
    ...question,
    challenge: bytesOf(question.challenge),
    user: { ...question.user, id: bytesOf(question.user.id) },
    excludeCredentials: described(question.excludeCredentials),
  };
  const { rawId, response } = await navigator.credentials.create({ publicKey });
  return answerOf(rawId, {
    clientDataJSON: textOf(response.clientDataJSON),
    attestationObject: textOf(response.attestationObject),
  });
}

async function shown(question) {
  const publicKey = {
    ...question,
    challenge: bytesOf(question.challenge),
    allowCredentials: described(question.allowCredentials),
  };
  const { rawId, response } = await navigator.credentials.get({ publicKey });
  return answerOf(rawId, {
    clientDataJSON: textOf(response.clientDataJSON),
    authenticatorData: textOf(response.authenticatorData),
    signature: textOf(response.signature),
    userHandle: response.userHandle ? textOf(response.userHandle) : null,
  });
}

const answerOf = (rawId, response) =>
  JSON.stringify({ id: textOf(rawId), rawId: textOf(rawId), type: "public-key", response, clientExtensionResults: {} });

async function answered(form) {
  const asked = await fetch(form.dataset.passkey, { method: "POST", body: new FormData(form), credentials: "same-origin" });
  if (!asked.ok || asked.redirected) throw new Error(String(asked.status));
  const question = await asked.json();
  return question.user ? made(question) : shown(question);
}

function say(form, problem) {
  const place = form.querySelector("[data-passkey-problem]");
  place.textContent = problem;
  place.hidden = !problem;
}

const wordsOf = (error) =>
  ({
    NotAllowedError: gettext("Nothing was confirmed, or it took too long. Try again."),
    InvalidStateError: gettext("This device has a passkey for you already."),
  })[error.name] ?? gettext("This browser could not ask for a passkey. Load the page anew and try again.");

async function send(form) {
  say(form, "");
  form.ariaBusy = "true";
  try {
    form.elements.answer.value = await answered(form);
    form.submit();
  } catch (error) {
    say(form, wordsOf(error));
  } finally {
    form.ariaBusy = "false";
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !globalThis.PublicKeyCredential;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.ariaBusy !== "true") send(form);
  });
}
