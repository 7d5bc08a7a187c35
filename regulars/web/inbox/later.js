// Send later, and send and snooze: a dialog of times; what waits stands below the thread until it leaves.
import { announce, element, exchange, fragment, get, post } from "../design/page.js";
import { onCommand } from "../design/keyboard/keyboard.js";
import { gettext, interpolate } from "../design/strings.js";
import { fullTime, momentOf, writeTimes } from "../design/time/time.js";

const listOf = (composer) => composer.thread?.querySelector("#scheduled-messages");

/** Put what waits in the place of what is shown; the eyes stay where they are. */
export function showScheduled(thread, html) {
  const list = thread?.querySelector("#scheduled-messages");
  const fresh = fragment(html).getElementById("scheduled-messages");
  if (!list || fresh?.dataset.conversation !== list.dataset.conversation) return;
  exchange(list, fresh);
  writeTimes(fresh);
  thread.stay();
}

/** The stream told that something waits, or does not any more. */
export async function askScheduled(thread) {
  const url = thread?.querySelector("#scheduled-messages")?.dataset.url;
  const response = url && (await get(url).catch(() => null));
  if (response?.ok) showScheduled(thread, await response.text());
}

export class Later {
  constructor(composer) {
    this.composer = composer;
    this.dialog = element("dialog", { class: "dialog send-later", "aria-labelledby": "send-later-title" });
    composer.append(this.dialog);
    this.dialog.addEventListener("click", (event) => this.onClick(event));
    this.dialog.addEventListener("input", () => this.tellThere());
    this.dialog.addEventListener("submit", (event) => this.onSubmit(event));
    this.dialog.addEventListener("close", () => this.dialog.replaceChildren());
    composer.thread?.addEventListener("click", (event) => this.onThread(event));
    const here = () => composer.isConnected || null;
    onCommand("send-later", () => here() && (this.open(), true));
    onCommand("send-and-snooze", () => here() && (this.open({ purpose: "snooze" }), true));
  }

  get form() {
    return this.dialog.querySelector("form");
  }

  /** `purpose`: later, snooze (send now, and put the conversation away), or the id of what gets another time. */
  async open({ purpose = "later", changing = "" } = {}) {
    const { composer } = this;
    const isTemplate = composer.mode === "template";
    if (composer.mode === "note" || this.dialog.open || this.isOpening) return;
    if (!changing && !isTemplate && composer.sending.isEmpty) return composer.problem(gettext("Write something first"));
    if (!changing && isTemplate && !composer.picker.isOpen) return composer.picker.open();
    this.isOpening = true;
    const query = new URLSearchParams({ purpose, ...(changing ? { scheduled: changing } : {}), ...(isTemplate ? { template: "1" } : {}) });
    const response = await get(`${listOf(composer).dataset.later}?${query}`).catch(() => null);
    this.isOpening = false;
    if (!composer.isConnected) return;
    if (!response?.ok) return composer.problem(gettext("No connection. Nothing was changed."));
    this.dialog.replaceChildren(fragment(await response.text()));
    writeTimes(this.dialog);
    this.dialog.showModal();
    this.dialog.querySelector(".later-time")?.focus();
  }

  onClick(event) {
    const time = event.target.closest(".later-time");
    if (time) return this.choose(new Date(time.dataset.at));
    if (event.target.closest("[data-later-template]")) this.toTemplates();
  }

  get ownTime() {
    const { value } = this.dialog.querySelector("[name=send_at]");
    return value ? momentOf(value) : null;
  }

  tellThere() {
    const at = this.ownTime;
    const { there } = this.form.dataset;
    const words = at && there ? interpolate(gettext("There: %(time)s"), { time: fullTime(at, there) }) : "";
    this.dialog.querySelector(".later-there").textContent = words;
    this.dialog.querySelector(".later-closed").hidden = true;
    this.complain("");
  }

  complain(text) {
    const place = this.dialog.querySelector(".composer-problem");
    place.textContent = text;
    place.hidden = !text;
  }

  onSubmit(event) {
    event.preventDefault();
    const at = this.ownTime;
    if (!at || at <= new Date()) return this.complain(gettext("Choose a time in the future"));
    this.choose(at);
  }

  /** A time is chosen: what cannot leave then is offered as a template at once. */
  choose(at) {
    const { closes, changing, purpose } = this.form.dataset;
    const fields = { send_at: at.toISOString() };
    if (this.dialog.querySelector("[name=stops_on_answer]")?.checked) fields.stops_on_answer = "yes";
    const isTemplate = "template" in this.form.dataset;
    if (changing) return this.change(changing, fields);
    if (purpose === "snooze") return this.leave(() => this.composer.sending.send({ then: "snooze", more: { until: at.toISOString() } }));
    if (isTemplate) return this.leave(() => this.composer.picker.send(fields));
    if (!closes || at >= new Date(closes)) {
      this.fields = fields;
      this.dialog.querySelector(".later-closed").hidden = false;
      return this.dialog.querySelector("[data-later-template]").focus();
    }
    this.leave(() => this.composer.sending.send({ more: fields }));
  }

  leave(act) {
    this.dialog.close();
    act();
    this.composer.text.focus();
  }

  /** The text stays a draft; the template leaves at the time that was chosen. */
  toTemplates() {
    this.dialog.close();
    this.composer.picker.later = this.fields;
    this.composer.picker.open();
  }

  async change(id, fields) {
    const response = await post(`/scheduled-messages/${id}`, fields).catch(() => null);
    if (!response?.ok) return this.complain(response ? await response.text() : gettext("No connection. Nothing was changed."));
    this.dialog.close();
    this.show(await response.text());
  }

  show(html) {
    showScheduled(this.composer.thread, html);
    this.composer.thread.toEnd();
    announce(gettext("Scheduled"));
  }

  onThread(event) {
    const line = event.target.closest(".message.scheduled");
    if (event.target.closest("[data-change-time]")) this.open({ changing: line.dataset.scheduled });
    if (event.target.closest("[data-write-anew]")) this.writeAnew(line);
  }

  /** What waits is canceled, and its words go on as a draft, before anything typed meanwhile. */
  async writeAnew(line) {
    const { composer } = this;
    const response = await post(`/scheduled-messages/${line.dataset.scheduled}/cancel`).catch(() => null);
    if (!response?.ok) return;
    composer.drafts.write("reply", [line.dataset.text, composer.drafts.text("reply")].filter(Boolean).join("\n"));
    composer.setMode("reply");
    composer.keepSoon();
    this.show(await response.text());
  }
}
