// One option of a command being typed: its name and a field of the right kind.

import { act } from "./api.js";
import { avatar, fileSize, h } from "./dom.js";
import { hideList, showList } from "./popover.js";
import { openGuild, store } from "./store.js";

const STRING = 3, INTEGER = 4, BOOLEAN = 5, USER = 6, CHANNEL = 7, ROLE = 8, MENTIONABLE = 9, NUMBER = 10, ATTACHMENT = 11;
const TYPING_MS = 120;

export class Chip {
  /** `on`: {keydown(event, chip), picked(chip), others() -> values typed so far, path} */
  constructor(option, on) {
    this.option = option;
    this.on = on;
    this.chosen = null;
    this.file = null;
    this.asked = 0;
    this.field = option.type === ATTACHMENT ? this.filePicker() : this.textField();
    this.element = h("label", { class: "chip", "data-option": option.name }, h("span", { class: "chip-name" }, option.name), this.field);
  }

  focus() {
    this.field.focus();
  }

  get isEmpty() {
    return this.option.type === ATTACHMENT ? !this.file : !this.field.value.trim();
  }

  get hasFixedChoices() {
    return Boolean(this.option.choices) || [BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE].includes(this.option.type);
  }

  /** The value to send; throws an Error with a sentence when it is none. */
  read() {
    const { option } = this;
    if (option.type === ATTACHMENT) return { file: option.name };
    const typed = this.field.value;
    if (this.chosen && this.chosen.label === typed) return this.chosen.value;
    if (this.hasFixedChoices) {
      const match = this.choices().find((choice) => choice.label.toLowerCase() === typed.trim().toLowerCase());
      if (!match) throw new Error(`Choose ${option.name} from the list.`);
      return match.value;
    }
    if (option.type === STRING) return this.checkLength(typed);
    return this.checkNumber(typed.trim());
  }

  mark(wrong) {
    this.element.classList.toggle("wrong", wrong);
  }

  takeFile(file) {
    if (file.size > store.state.upload_limit) throw new Error(`${file.name} is larger than this server's ${fileSize(store.state.upload_limit)}. Choose a smaller file.`);
    this.file = file;
    const preview = file.type.startsWith("image/") ? h("img", { src: URL.createObjectURL(file), alt: "" }) : null;
    this.field.replaceChildren(...[preview, file.name].filter(Boolean));
    this.mark(false);
  }

  checkLength(text) {
    const { min_length: low = 0, max_length: high = 6000, name } = this.option;
    if (text.length < low || text.length > high) throw new Error(`${name} has to be between ${low} and ${high} characters long.`);
    return text;
  }

  checkNumber(text) {
    const { type, name, min_value: low = -Infinity, max_value: high = Infinity } = this.option;
    const value = Number(text);
    if (!text || Number.isNaN(value) || (type === INTEGER && !Number.isInteger(value)))
      throw new Error(`${name} has to be ${type === INTEGER ? "a whole number" : "a number"}.`);
    if (value < low || value > high) throw new Error(`${name} has to be ${range(low, high)}.`);
    return value;
  }

  textField() {
    const mode = { [INTEGER]: "numeric", [NUMBER]: "decimal" }[this.option.type];
    return h("textarea", {
      rows: "1", inputmode: mode, "aria-label": this.option.name, "aria-autocomplete": "list", "aria-controls": "list", "aria-required": String(Boolean(this.option.required)),
      onfocus: () => this.suggest(), onblur: hideList, oninput: () => this.typed(), onkeydown: (event) => this.on.keydown(event, this),
    });
  }

  filePicker() {
    const input = h("input", { type: "file", hidden: true, tabindex: "-1", "data-file-for": this.option.name });
    input.addEventListener("change", () => {
      if (!input.files[0]) return;
      this.on.attempt(() => this.takeFile(input.files[0]));
      this.on.picked(this);
    });
    const button = h("button", {
      type: "button", class: "file-button", onclick: () => input.click(), onfocus: () => showList(describe(this.option), [], () => {}), onblur: hideList,
      onkeydown: (event) => event.key !== "Enter" && this.on.keydown(event, this),
    }, "Choose a file");
    queueMicrotask(() => this.element.append(input));
    return button;
  }

  typed() {
    this.mark(false);
    this.chosen = null;
    this.suggest();
  }

  suggest() {
    if (this.option.autocomplete) return this.askBot();
    if (!this.hasFixedChoices) return showList(describe(this.option), [], () => {});
    const typed = this.chosen ? "" : this.field.value.trim().toLowerCase();
    const near = this.choices().filter((choice) => choice.label.toLowerCase().includes(typed));
    showList(describe(this.option), near, (choice) => this.take(choice), typed ? 0 : -1);
  }

  take(choice) {
    this.chosen = choice;
    this.field.value = choice.label;
    this.mark(false);
    this.on.picked(this);
  }

  /** The bot's own choices for what is typed, a moment after the last key; answers that come late are dropped. */
  askBot() {
    const turn = ++this.asked;
    const typed = this.chosen ? "" : this.field.value;
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      if (document.activeElement !== this.field || turn !== this.asked) return;
      try {
        const payload = { person: store.person, channel: store.channel, path: this.on.path, option: this.option.name, typed, others: this.on.others(this) };
        const { choices } = await act("autocomplete", payload);
        if (turn !== this.asked || document.activeElement !== this.field) return;
        const entries = choices.map((choice) => ({ label: choice.name, value: choice.value, key: choice.value }));
        const hint = entries.length ? describe(this.option) : [...describe(this.option), " No options match your search."];
        showList(hint, entries, (choice) => this.take(choice), typed ? 0 : -1);
      } catch {
        if (turn === this.asked && document.activeElement === this.field) showList([...describe(this.option), " Loading options failed."], [], () => {});
      }
    }, TYPING_MS);
  }

  choices() {
    const { option } = this;
    if (option.choices) return option.choices.map((choice) => ({ label: choice.name, value: choice.value, key: choice.value }));
    const guild = openGuild();
    const people = [...store.state.people, store.state.bot].map((user) => ({ label: user.display, value: { user: user.id }, icon: avatar(user, "tiny") }));
    const roles = (guild?.roles ?? []).map((role) => ({ label: role.name, value: { role: role.id } }));
    const channels = (guild?.channels ?? []).map((channel) => ({ label: channel.name, value: { channel: channel.id } }));
    const truths = [{ label: "True", value: true }, { label: "False", value: false }];
    return { [BOOLEAN]: truths, [USER]: people, [CHANNEL]: channels, [ROLE]: roles, [MENTIONABLE]: [...people, ...roles] }[option.type] ?? [];
  }
}

/** An option's description with its range, as the hint over the list. */
function describe(option) {
  const parts = [h("b", {}, option.name), ` ${option.description}`];
  const { min_value: low, max_value: high } = option;
  if (low !== undefined || high !== undefined) parts.push(h("small", {}, ` ${range(low ?? -Infinity, high ?? Infinity)}`));
  return parts;
}

function range(low, high) {
  if (high === Infinity) return `at least ${low}`;
  return low === -Infinity ? `at most ${high}` : `between ${low} and ${high}`;
}
