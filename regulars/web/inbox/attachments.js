// Files for one message: chosen, pasted or dropped; WhatsApp's limits are named before anything is uploaded.
import { element, icon, post } from "../design/page.js";
import { gettext, interpolate } from "../design/strings.js";

const MB = 1024 * 1024;
const KINDS = [
  { kind: "image", types: /^image\/(jpeg|png)$/, limit: 5 * MB, name: gettext("Pictures") },
  { kind: "sticker", types: /^image\/webp$/, limit: 0.5 * MB, name: gettext("Stickers") },
  { kind: "video", types: /^video\/(mp4|3gpp)$/, limit: 16 * MB, name: gettext("Videos") },
  { kind: "audio", types: /^audio\/(aac|amr|mpeg|mp4|ogg)/, limit: 16 * MB, name: gettext("Audio files") },
  { kind: "document", types: /./, limit: 100 * MB, name: gettext("Documents") },
];
const kindOf = (file) => KINDS.find((each) => each.types.test(file.type || "application/octet-stream"));

/** An amount in the reader's language. */
const figure = (amount, options = {}) =>
  new Intl.NumberFormat(document.documentElement.lang || "en", { maximumFractionDigits: 1, ...options }).format(amount);
const MEGABYTES = { style: "unit", unit: "megabyte" };
const KILOBYTES = { style: "unit", unit: "kilobyte" };
const megabytes = (size) => figure(size / MB);

export class Attachments {
  constructor(composer, list, input) {
    this.composer = composer;
    this.list = list;
    this.input = input;
    this.entries = [];
    input.addEventListener("change", () => this.add([...input.files]));
    composer.addEventListener("paste", (event) => this.onPaste(event));
    const pane = composer.parentElement;
    const form = composer.querySelector("form");
    pane.addEventListener("dragover", (event) => this.onDrag(event, form, true));
    pane.addEventListener("dragleave", (event) => this.onDrag(event, form, false));
    pane.addEventListener("drop", (event) => this.onDrop(event, form));
  }

  get isEmpty() {
    return this.entries.length === 0;
  }

  get isBusy() {
    return this.entries.some((entry) => !entry.id);
  }

  get ids() {
    return this.entries.map((entry) => entry.id);
  }

  choose() {
    this.composer.setMode("reply", { focus: false });
    this.input.value = "";
    this.input.click();
  }

  onPaste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || this.composer.mode !== "reply") return;
    event.preventDefault();
    this.add(files);
  }

  onDrag(event, form, over) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.classList.toggle("dropping", over);
  }

  onDrop(event, form) {
    form.classList.remove("dropping");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    this.composer.setMode("reply", { focus: false });
    this.add([...event.dataTransfer.files]);
  }

  add(files) {
    this.composer.problem("");
    for (const file of files) {
      const problem = this.problemOf(file);
      if (problem) this.composer.problem(problem);
      else this.begin(file);
    }
  }

  problemOf(file) {
    const kind = kindOf(file);
    if (file.size <= kind.limit) return "";
    return interpolate(gettext("%(name)s is too large: %(kind)s may have up to %(limit)s MB, this has %(size)s MB."), {
      name: file.name, kind: kind.name, limit: megabytes(kind.limit), size: megabytes(file.size),
    });
  }

  async begin(file) {
    const entry = { file, id: "" };
    this.entries.push(entry);
    this.draw();
    try {
      entry.id = (await this.upload(file)).id;
    } catch (error) {
      this.drop(entry);
      this.composer.problem(error.message);
    }
    this.draw();
  }

  /** Upload one file; resolves with `{id, kind}`, rejects with a sentence that can be shown. */
  async upload(file) {
    const body = new FormData();
    body.append("file", file, file.name);
    const response = await post(this.composer.dataset.uploadUrl, body).catch(() => null);
    if (!response) throw new Error(gettext("No connection. The file was not uploaded."));
    if (!response.ok) throw new Error((await response.text()) || gettext("The file could not be uploaded"));
    return response.json();
  }

  drop(entry) {
    this.entries = this.entries.filter((each) => each !== entry);
    this.draw();
  }

  take() {
    const taken = this.entries;
    this.entries = [];
    this.draw();
    return taken;
  }

  restore(entries) {
    this.entries = [...entries, ...this.entries];
    this.draw();
  }

  draw() {
    this.list.hidden = this.isEmpty;
    this.list.replaceChildren(...this.entries.map((entry) => this.line(entry)));
  }

  line(entry) {
    const remove = element("button", { type: "button", class: "button icon-only small quiet", "aria-label": interpolate(gettext("Remove %(name)s"), { name: entry.file.name }) }, icon("close"));
    remove.addEventListener("click", () => this.drop(entry));
    const isHere = entry.file instanceof Blob; // one from before a reload is known by name only
    const picture = isHere && entry.file.type.startsWith("image/") ? element("img", { src: (entry.url ??= URL.createObjectURL(entry.file)), alt: "" }) : icon("document");
    const size = entry.file.size > MB / 10 ? figure(entry.file.size / MB, MEGABYTES) : figure(Math.ceil(entry.file.size / 1000), KILOBYTES);
    const state = entry.id ? size : gettext("Uploading");
    return element("li", { class: "attachment" }, picture, element("span", { class: "truncate" }, entry.file.name), element("span", { class: "faint" }, state), remove);
  }
}
