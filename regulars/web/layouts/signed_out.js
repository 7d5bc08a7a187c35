// The doors: language and time zone guessed from the browser, one click for a demo account.
import "../design/field/copy_button.js";
import "../design/tooltip/tooltip.js";
import "../sign_in/passkeys.js";
import "./navigation.js";

for (const account of document.querySelectorAll("[data-demo-email]")) {
  account.addEventListener("click", () => {
    const form = document.querySelector("form[data-sign-in]");
    form.elements.email.value = account.dataset.demoEmail;
    form.elements.password.value = account.dataset.demoPassword;
    form.requestSubmit();
  });
}

document.querySelector("[data-enter]")?.click(); // the address named this person
