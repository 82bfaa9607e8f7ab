// One option of a command being typed: its name and a field of the right kind.

import { act } from "./api.js";
import { fileSize, h } from "./dom.js";
import { icon } from "./icons.js";
import { ATTACHMENT, checkLength, checkNumber, choicesOf, describe, hasFixedChoices, inputMode, isText } from "./options.js";
import { hideList, showList, showProblem } from "./popover.js";
import { store } from "./store.js";

const TYPING_MS = 120;

export class Chip {
  /** `on`: {keydown(event, chip), picked(chip), remove(chip), changed(), attempt(doing), others(chip) -> values typed so far, path} */
  constructor(option, on) {
    this.option = option;
    this.on = on;
    this.chosen = null;
    this.file = null;
    this.problem = "";
    this.asked = 0;
    const remove = option.required ? null : h("button", { type: "button", class: "chip-remove", tabindex: "-1", "aria-label": `Remove ${option.name}`, onmousedown: (event) => event.preventDefault(), onclick: () => on.remove(this) }, icon("close"));
    this.field = option.type === ATTACHMENT ? this.filePicker() : this.textField();
    this.element = h(option.type === ATTACHMENT ? "span" : "label", { class: "chip", "data-option": option.name }, h("span", { class: "chip-name" }, option.name), this.field, this.input, remove);
  }

  focus() {
    this.field.focus();
  }

  get isEmpty() {
    return this.option.type === ATTACHMENT ? !this.file : !this.field.value.trim();
  }

  /** The value to send; throws an Error with a sentence when it is none. */
  read() {
    const { option } = this;
    if (this.isEmpty) throw new Error(`${option.name} is required. Specify a value.`);
    if (option.type === ATTACHMENT) return { file: option.name };
    const typed = this.field.value;
    if (this.chosen && this.chosen.label === typed) return this.chosen.value;
    if (hasFixedChoices(option)) {
      const match = choicesOf(option).find((choice) => choice.label.toLowerCase() === typed.trim().toLowerCase());
      if (!match) throw new Error(`Choose ${option.name} from the list.`);
      return match.value;
    }
    return isText(option) ? checkLength(option, typed) : checkNumber(option, typed.trim());
  }

  /** Mark the option as wrong, with the reason, or as right with none. */
  mark(problem) {
    this.problem = problem;
    this.element.classList.toggle("wrong", Boolean(problem));
    this.field.setAttribute("aria-invalid", String(Boolean(problem)));
    if (problem && document.activeElement === this.field) this.hint();
  }

  takeFile(file) {
    if (file.size > store.state.upload_limit) throw new Error(`${file.name} is larger than this server's ${fileSize(store.state.upload_limit)}. Choose a smaller file.`);
    this.file = file;
    const preview = file.type.startsWith("image/") ? h("img", { src: URL.createObjectURL(file), alt: "" }) : icon("file");
    this.field.replaceChildren(preview, h("span", {}, file.name), h("small", {}, fileSize(file.size)));
    this.mark("");
    this.on.changed();
  }

  textField() {
    return h("textarea", {
      rows: "1", inputmode: inputMode(this.option), enterkeyhint: "send", "aria-label": this.option.name, "aria-description": this.option.description, "aria-autocomplete": "list", "aria-controls": "list", "aria-required": String(Boolean(this.option.required)),
      onfocus: () => this.suggest(), onblur: () => this.left(), oninput: () => this.typed(), onkeydown: (event) => this.on.keydown(event, this),
    });
  }

  filePicker() {
    this.input = h("input", { type: "file", hidden: true, tabindex: "-1", "data-file-for": this.option.name });
    this.input.addEventListener("change", () => {
      if (!this.input.files[0]) return;
      this.on.attempt(() => this.takeFile(this.input.files[0]));
      this.on.picked(this);
    });
    return h("button", {
      type: "button", class: "file-button", "aria-description": this.option.description, onclick: () => this.input.click(), onfocus: () => this.hint(), onblur: hideList,
      onkeydown: (event) => (event.key === "Enter" && !this.file) || this.on.keydown(event, this),
    }, icon("plus"), h("span", {}, "Choose a file"));
  }

  left() {
    hideList();
    if (this.isEmpty) return;
    try {
      this.read();
    } catch (error) {
      this.mark(error.message);
    }
  }

  typed() {
    this.mark("");
    this.chosen = null;
    this.on.changed();
    this.suggest();
  }

  hint() {
    if (this.problem) showProblem(describe(this.option, this.problem));
    else showList(describe(this.option), [], () => {});
  }

  suggest() {
    if (this.problem) return this.hint();
    if (this.option.autocomplete) return this.askBot();
    if (!hasFixedChoices(this.option)) return this.hint();
    const typed = this.chosen ? "" : this.field.value.trim().toLowerCase();
    const near = choicesOf(this.option).filter((choice) => choice.label.toLowerCase().includes(typed));
    this.offer(near, typed, near.length ? "" : "No options match your search.");
  }

  offer(entries, typed, remark = "", busy = false) {
    showList(describe(this.option, remark), entries, (choice) => this.take(choice), { first: typed ? 0 : -1, busy });
  }

  take(choice) {
    this.chosen = choice;
    this.field.value = choice.label;
    this.mark("");
    this.on.changed();
    this.on.picked(this);
  }

  /** The bot's own choices for what is typed, a moment after the last key; answers that come late are dropped. */
  askBot() {
    const turn = ++this.asked;
    const typed = this.chosen ? "" : this.field.value;
    const late = () => turn !== this.asked || document.activeElement !== this.field;
    this.offer([], typed, "Loading options…", true);
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      if (late()) return;
      try {
        const payload = { person: store.person, channel: store.channel, path: this.on.path, option: this.option.name, typed, others: this.on.others(this) };
        const { choices } = await act("autocomplete", payload);
        if (late()) return;
        const entries = choices.map((choice) => ({ label: choice.name, value: choice.value, key: choice.value }));
        this.offer(entries, typed, entries.length ? "" : "No options match your search.");
      } catch {
        if (!late()) this.offer([], typed, "Loading options failed.");
      }
    }, TYPING_MS);
  }
}
