// Files that wait to be sent with a message, and dropping files anywhere over the channel.

import { fileSize, find, h } from "./dom.js";
import { icon } from "./icons.js";
import { store } from "./store.js";

const MOST_FILES = 10;

export class Tray {
  constructor() {
    this.files = [];
  }

  /** Take files in; throws a sentence about one that is too large or too many. */
  add(files) {
    const large = files.find((file) => file.size > store.state.upload_limit);
    this.files = [...this.files, ...files.filter((file) => file !== large)];
    const many = this.files.length > MOST_FILES;
    this.files = this.files.slice(0, MOST_FILES);
    this.draw();
    if (large) throw new Error(`${large.name} is larger than this server's ${fileSize(store.state.upload_limit)}. Choose a smaller file.`);
    if (many) throw new Error(`A message takes ${MOST_FILES} files. Send the others in a second one.`);
  }

  clear() {
    this.files = [];
    this.draw();
  }

  draw() {
    find("#tray").hidden = !this.files.length;
    find("#tray").replaceChildren(...this.files.map((file) => this.card(file)));
  }

  card(file) {
    const preview = file.type.startsWith("image/") ? h("img", { src: URL.createObjectURL(file), alt: "" }) : icon("file");
    const remove = () => {
      this.files = this.files.filter((other) => other !== file);
      this.draw();
      (find("#tray button") ?? find("#text"))?.focus();
    };
    return h("li", {}, h("span", { class: "preview" }, preview), h("span", { class: "name" }, file.name), h("small", {}, fileSize(file.size)),
      h("button", { type: "button", class: "round", "aria-label": `Remove ${file.name}`, onclick: remove }, icon("close")));
  }
}

/** Files dragged over the channel can be dropped anywhere in it. */
export function startDropping(onFiles) {
  const area = find("main");
  const over = (event) => event.dataTransfer?.types.includes("Files");
  const show = (open) => { find("#drop").hidden = !open; };
  area.addEventListener("dragover", (event) => over(event) && (event.preventDefault(), show(true)));
  area.addEventListener("dragleave", (event) => area.contains(event.relatedTarget) || show(false));
  area.addEventListener("drop", (event) => {
    if (!over(event)) return;
    event.preventDefault();
    show(false);
    onFiles([...event.dataTransfer.files]);
  });
}
