// Several conversations at once: X, Shift with the arrows, a click on a picture or with Shift. A bar takes the place of the
// list's head and says how many; what is done to them is one act, with one way back. All of a list is a job that can be stopped.
import { announce, get, post } from "../design/page.js";
import { gettext, interpolate, ngettext } from "../design/strings.js";
import { toast } from "../design/toast/toast.js";

const MOST = 200; // of one request; all of a list is another one
const LOOK_AGAIN = 700;
const COMES_LATE = 1500; // what was written just now may not stand on the screen yet

export class Selecting {
  constructor(list) {
    this.list = list;
    this.ids = new Set();
    this.isAll = false;
    this.pane = list.closest(".list-pane");
    this.bar = this.pane.querySelector(".bulk-bar");
    this.loadedAt = performance.now();
    list.rows.addEventListener("click", (event) => this.onClick(event), { capture: true });
    this.bar.addEventListener("click", (event) => this.onBar(event));
    this.bar.addEventListener("snooze-chosen", (event) => this.act({ do: "snooze", ...event.detail }));
  }

  get count() {
    return this.ids.size;
  }

  get isOn() {
    return this.isAll || this.ids.size > 0;
  }

  onClick(event) {
    const row = event.target.closest(".conversation-row");
    if (!row || event.ctrlKey || event.metaKey) return;
    if (event.shiftKey) this.range(row);
    else if (event.target.closest(".avatar, .channel-avatar")) this.toggle(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  toggle(row) {
    if (!row) return false;
    this.isAll = false;
    const id = row.dataset.conversation;
    if (this.ids.has(id)) this.ids.delete(id);
    else if (!this.take(id)) return;
    this.from = row;
    this.tell();
  }

  /** Everything between the row that was selected last and this one. */
  range(row) {
    const rows = this.list.items;
    const here = document.activeElement.closest?.(".conversation-row");
    const [from, to] = [rows.indexOf(this.from?.isConnected ? this.from : (here ?? row)), rows.indexOf(row)];
    for (const each of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) if (!this.take(each.dataset.conversation)) break;
    this.from ??= row;
    this.tell();
  }

  /** Shift and an arrow: the row that has the focus, and the next. */
  extend(next) {
    const here = document.activeElement.closest?.(".conversation-row");
    for (const row of [here, next]) if (row) this.take(row.dataset.conversation);
    this.from ??= here;
    this.tell();
  }

  take(id) {
    if (this.ids.has(id)) return true;
    if (this.ids.size >= MOST) {
      toast(interpolate(gettext("At most %(count)s by hand. “Select all” takes the whole list."), { count: MOST }), { kind: "bad" });
      return false;
    }
    this.ids.add(id);
    return true;
  }

  /** True when something was selected. */
  clear() {
    const was = this.isOn && !this.job;
    this.ids.clear();
    this.isAll = false;
    this.from = null;
    if (was) this.tell();
    return was;
  }

  tell() {
    this.dress();
    if (this.isOn) announce(this.bar.querySelector(".bulk-count").textContent);
  }

  dress() {
    for (const row of this.list.items) {
      const isSelected = this.isAll || this.ids.has(row.dataset.conversation);
      row.setAttribute("aria-selected", String(isSelected));
      row.classList.toggle("selected", isSelected);
    }
    const isShown = this.isOn || Boolean(this.job);
    this.bar.hidden = !isShown;
    this.pane.querySelector(".list-head").hidden = isShown;
    this.bar.querySelector(".bulk-acts").hidden = Boolean(this.job);
    this.bar.querySelector(".bulk-progress").hidden = !this.job;
    const { count } = this;
    const words = interpolate(ngettext("%(count)s selected", "%(count)s selected", count), { count });
    this.bar.querySelector(".bulk-count").textContent = this.isAll ? gettext("All of this list") : words;
    this.bar.querySelector("[data-select-all]").hidden = this.isAll || count < 2;
  }

  onBar(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if ("runMacro" in button.dataset) {
      button.closest("[popover]").hidePopover();
      return void this.act({ do: "macro", ...JSON.parse(button.dataset.values) });
    }
    if (button.dataset.do) {
      button.closest("[popover]")?.hidePopover();
      return void this.act(this.valuesOf(button));
    }
    if ("selectAll" in button.dataset) this.isAll = true;
    else if ("selectNone" in button.dataset) this.clear();
    else if ("cancelJob" in button.dataset) return void this.change("cancel");
    else return;
    this.tell();
  }

  /** What a button asks for; a tag is taken off where that is ticked. */
  valuesOf(button) {
    const values = { do: button.dataset.do, ...JSON.parse(button.dataset.values ?? "{}") };
    const isOff = values.do === "tag" && button.closest("[popover]").querySelector("[name=off]")?.checked;
    return isOff ? { ...values, do: "untag" } : values;
  }

  /** The moment up to which whoever selects has seen what contacts wrote, by the server's clock. */
  get lookedAt() {
    const shown = Date.parse(this.pane.dataset.now) + performance.now() - this.loadedAt;
    return new Date(shown - COMES_LATE).toISOString();
  }

  async act(values) {
    if (!this.isOn || this.isActing) return;
    this.isActing = true;
    await (this.isAll ? this.actOnAll(values) : this.actOnSome(values)).catch(() => document.dispatchEvent(new CustomEvent("connection-lost")));
    this.isActing = false;
  }

  async actOnSome(values) {
    const body = new URLSearchParams({ ...values, looked_at: this.lookedAt });
    for (const id of this.ids) body.append("conversation", id);
    const response = await post(values.do === "macro" ? "/macros/run" : "/acts", body);
    if (!response.ok) return;
    const { refused } = await response.json();
    this.ids = new Set(refused); // those are still to be decided about
    this.isAll = false;
    this.tell();
    this.list.settleSoon();
  }

  async actOnAll(values) {
    const { view, query } = this.pane.dataset;
    const response = await post(`/${values.do === "macro" ? "macros" : "acts"}/in/${view}`, { ...values, query, looked_at: this.lookedAt });
    if (!response.ok) return;
    this.clear();
    this.follow(await response.json());
  }

  /** Show how far the job is, until it is over. */
  follow(job, { isUndoing = false } = {}) {
    this.job = job;
    const isOver = ["done", "failed", "canceled"].includes(job.status);
    const bar = this.bar.querySelector("progress");
    if (job.total) Object.assign(bar, { max: job.total, value: job.done });
    else bar.removeAttribute("value");
    const number = new Intl.NumberFormat(document.documentElement.lang || "en");
    const words = job.total ? interpolate(gettext("%(done)s of %(total)s"), { done: number.format(job.done), total: number.format(job.total) }) : "";
    this.bar.querySelector(".bulk-told").textContent = words;
    if (!isOver) setTimeout(() => this.look({ isUndoing }), LOOK_AGAIN);
    else this.end(job, isUndoing);
    this.dress();
  }

  async look(how) {
    const response = await get(`/acts/jobs/${this.job.id}`).catch(() => null);
    if (response?.ok) this.follow(await response.json(), how);
    else setTimeout(() => this.look(how), 4 * LOOK_AGAIN);
  }

  end(job, isUndoing) {
    const { id } = job;
    this.job = null;
    if (job.status === "failed") return toast(gettext("This was not finished. Settings, Jobs says why."), { kind: "bad" });
    const said = job.status === "canceled" ? gettext("Stopped. What was done until then stays.") : job.told;
    toast(said, isUndoing || job.status === "canceled" ? {} : { undo: () => this.change("undo", id) });
    this.list.screen.views.refresh();
  }

  async change(what, id = this.job?.id) {
    const response = await post(`/acts/jobs/${id}/change`, { do: what }).catch(() => null);
    if (response?.ok && what === "undo") this.follow(await response.json(), { isUndoing: true });
  }

  /** A key that is about a conversation is about the selected ones while there are any; false while there are none. */
  press(what) {
    if (!this.isOn) return false;
    const button = this.bar.querySelector(`[data-key="${what}"]`);
    button?.click();
    return Boolean(button);
  }
}
