// What is said to whoever gets a conversation goes with the choice of them.
const lineOf = (item) => item.closest("[popover]")?.querySelector("[data-assign-line] input")?.value.trim() ?? "";

document.addEventListener("click", (event) => {
  const item = event.target.closest?.("#assign-menu [data-post]");
  if (!item) return;
  const values = JSON.parse(item.dataset.values);
  item.dataset.values = JSON.stringify({ ...values, line: lineOf(item) });
}, { capture: true });

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-assign-line]")) return;
  event.preventDefault(); // on to those who may get it
  event.target.closest("[popover]").querySelector("[role^=menuitem]:not([hidden])")?.focus();
});

document.addEventListener("toggle", (event) => {
  if (event.target.id === "assign-menu" && event.newState === "open") event.target.querySelector("[data-assign-line] input")?.form.reset();
}, { capture: true });
