// Passkeys: a form with `data-passkey` asks the browser before it is sent, and carries the answer in its hidden field.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const asked = (options) => {
  const key = JSON.parse(options);
  key.challenge = bytes(key.challenge);
  if (key.user) key.user.id = bytes(key.user.id);
  for (const one of [...(key.allowCredentials || []), ...(key.excludeCredentials || [])]) one.id = bytes(one.id);
  return { publicKey: key };
};

const told = (made) => {
  const response = { clientDataJSON: text(made.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    const field = form.elements.passkey;
    if (field.value) return;
    event.preventDefault();
    try {
      field.value = told(await navigator.credentials[form.dataset.passkey](asked(form.dataset.options)));
      form.requestSubmit();
    } catch {
      form.querySelector("button").focus();
    }
  });
}
