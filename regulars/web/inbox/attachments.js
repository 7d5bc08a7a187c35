// Files for one message: chosen, pasted or dropped; the channel's limits are named before anything is uploaded, and a
// picture that is larger than a phone shows goes out smaller, unless somebody wants the original.
import { element, icon, linkButton, post } from "../design/page.js";
import { gettext, interpolate } from "../design/strings.js";
import { canBeSmaller, makeSmaller } from "./shrinking.js";

const MB = 1024 * 1024;
const NAMES = {
  image: gettext("Pictures"), sticker: gettext("Stickers"), video: gettext("Videos"), audio: gettext("Audio files"), document: gettext("Documents"),
};
const WAYS_OUT = {
  video: gettext("Cut it shorter or save it at a lower resolution, then attach it again."),
  image: gettext("Save it smaller, as JPEG, then attach it again."),
};

/** An amount in the reader's language. */
const figure = (amount, options = {}) =>
  new Intl.NumberFormat(document.documentElement.lang || "en", { maximumFractionDigits: 1, ...options }).format(amount);
const MEGABYTES = { style: "unit", unit: "megabyte" };
const KILOBYTES = { style: "unit", unit: "kilobyte" };
const megabytes = (size) => figure(size / MB);
const sized = (size) => (size > MB / 10 ? figure(size / MB, MEGABYTES) : figure(Math.ceil(size / 1000), KILOBYTES));

export class Attachments {
  constructor(composer, list, input) {
    this.composer = composer;
    this.list = list;
    this.input = input;
    this.entries = [];
    this.limits = JSON.parse(composer.dataset.fileLimits);
    this.camera = composer.querySelector(".camera-input");
    for (const each of [input, this.camera]) each.addEventListener("change", () => this.add([...each.files]));
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

  /** What a phone's camera takes now; elsewhere the browser asks for a file. `accept`: pictures or videos. */
  photograph(accept) {
    this.composer.setMode("reply", { focus: false });
    this.camera.accept = accept;
    this.camera.value = "";
    this.camera.click();
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
    for (const file of files) this.begin(file);
  }

  /** The kind that the channel sends it as; a document when it is of no other. */
  kindOf(file) {
    const type = (file.type || "application/octet-stream").split(";")[0];
    return this.limits.kinds.find(({ types }) => types.includes(type)) ?? this.limits.kinds.find(({ kind }) => kind === "document");
  }

  problemOf(file) {
    const kind = this.kindOf(file);
    if (!kind || file.size <= kind.limit) return "";
    const said = interpolate(gettext("%(name)s is too large: %(kind)s may have up to %(limit)s MB, this has %(size)s MB."), {
      name: file.name, kind: NAMES[kind.kind], limit: megabytes(kind.limit), size: megabytes(file.size),
    });
    return [said, WAYS_OUT[kind.kind]].filter(Boolean).join(" ");
  }

  async begin(file) {
    const entry = { file, id: "" };
    this.entries.push(entry);
    this.draw();
    const smaller = this.limits.picture && canBeSmaller(file) ? await makeSmaller(file, this.limits.picture) : null;
    if (smaller) Object.assign(entry, { file: smaller, original: file });
    await this.send(entry);
  }

  /** As it was chosen, for whoever wants every pixel of it. */
  async takeOriginal(entry) {
    URL.revokeObjectURL(entry.url);
    Object.assign(entry, { file: entry.original, original: null, id: "", url: undefined });
    this.draw();
    await this.send(entry);
  }

  async send(entry) {
    const { file } = entry;
    const problem = this.problemOf(file);
    if (problem) {
      this.drop(entry);
      return this.composer.problem(problem);
    }
    try {
      const { id } = await this.upload(file);
      if (entry.file === file) entry.id = id; // else the original takes its place
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
    const state = entry.id ? sized(entry.file.size) : gettext("Uploading");
    const original = entry.original && !this.problemOf(entry.original) ? linkButton(gettext("Send the original"), () => this.takeOriginal(entry)) : null;
    const smaller = entry.original ? element("span", { class: "faint attachment-note" }, interpolate(gettext("made smaller, from %(size)s"), { size: sized(entry.original.size) }), " ", original ?? "") : null;
    return element("li", { class: "attachment" }, picture, element("span", { class: "truncate" }, entry.file.name), element("span", { class: "faint" }, state), smaller, remove);
  }
}
