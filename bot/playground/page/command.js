// A command being typed: its options as chips, those left on offer behind them.

import { Chip } from "./chips.js";
import { avatar, h } from "./dom.js";
import { icon } from "./icons.js";
import { ATTACHMENT } from "./options.js";
import { hasActive, hideList, isShown, listKey, pickActive, showList } from "./popover.js";
import { store } from "./store.js";

export class CommandLine {
  /** `on`: {discard(), send(), problem(sentence), attempt(doing)} */
  constructor(command, on) {
    this.command = command;
    this.on = on;
    this.chips = command.options.filter((option) => option.required).map((option) => this.chip(option));
    this.tail = h("input", {
      id: "tail", type: "text", enterkeyhint: "send", "aria-label": "More options", "aria-controls": "list", "aria-autocomplete": "list",
      onfocus: () => this.listOptions(), onclick: () => this.listOptions(), oninput: () => this.listOptions(), onblur: hideList, onkeydown: (event) => this.tailKey(event),
    });
    const name = h("span", { class: "command-name" }, avatar(store.state.bot, "tiny"), `/${command.path}`);
    this.row = h("div", { id: "chips", role: "group", "aria-label": `/${command.path}` }, name, ...this.chips.map((chip) => chip.element), this.tail);
    this.elements = [
      h("button", { type: "button", class: "round", "aria-label": "Discard the command", onclick: () => on.discard() }, icon("close")),
      this.row,
      h("button", { type: "button", class: "round send", "aria-label": "Send the command", onclick: () => on.send() }, icon("send")),
    ];
    this.offer();
  }

  focus() {
    (this.chips.find((chip) => chip.isEmpty) ?? this.tail).focus();
  }

  /** Fill in `name:value name:value`; a file cannot be pasted like this. */
  fill(text) {
    const known = new Map(this.command.options.map((option) => [option.name, option]));
    const found = [...text.matchAll(new RegExp(`(?<=\\s)(${[...known.keys()].join("|")}):`, "gu"))];
    for (const [at, { 0: { length }, 1: name, index }] of found.entries()) {
      const option = known.get(name);
      const chip = this.chips.find((other) => other.option === option) ?? this.add(option);
      if (option.type !== ATTACHMENT) chip.field.value = text.slice(index + length, found[at + 1]?.index).trim();
    }
    this.focus();
  }

  /** The options and files to send; nothing where one is missing or wrong, which then says so. */
  collect() {
    const options = {};
    const files = {};
    for (const chip of this.chips) {
      if (chip.isEmpty && !chip.option.required) continue;
      try {
        options[chip.option.name] = chip.read();
      } catch (error) {
        chip.mark(error.message);
        chip.focus();
        return null;
      }
      if (chip.option.type === ATTACHMENT) files[chip.option.name] = chip.file;
    }
    return { options, files };
  }

  /** Put a file into the first option that takes one; throws where none does. */
  takeFile(file) {
    const wanted = this.chips.find((chip) => chip.option.type === ATTACHMENT && chip.isEmpty);
    const option = this.rest.find((other) => other.type === ATTACHMENT);
    const chip = wanted ?? (option && this.add(option));
    if (!chip) throw new Error(`/${this.command.path} takes no${this.chips.some((other) => other.file) ? " further" : ""} file.`);
    chip.takeFile(file);
  }

  chip(option) {
    const on = {
      path: this.command.path,
      keydown: (event, chip) => this.chipKey(event, chip),
      picked: (chip) => this.after(chip).focus(),
      remove: (chip) => this.remove(chip),
      changed: () => this.on.problem(""),
      others: (chip) => this.typed(chip),
      attempt: (doing) => this.on.attempt(doing),
    };
    return new Chip(option, on);
  }

  get rest() {
    return this.command.options.filter((option) => !this.chips.some((chip) => chip.option.name === option.name));
  }

  offer() {
    const left = this.rest.length;
    this.tail.placeholder = left ? `+${left} more` : "";
    this.tail.classList.toggle("done", !left);
  }

  listOptions() {
    const typed = this.tail.value.toLowerCase();
    const named = this.rest.find((option) => `${option.name}:` === typed);
    if (named) return this.add(named);
    const near = this.rest.filter((option) => option.name.includes(typed));
    const entries = near.map((option) => ({ label: option.name, detail: option.description, key: option.name, option }));
    const title = entries.length ? "Options" : `/${this.command.path}`;
    showList([h("b", {}, title), " Enter sends the command"], entries, (entry) => this.add(entry.option), { first: typed ? 0 : -1 });
  }

  add(option) {
    const chip = this.chip(option);
    this.chips.push(chip);
    this.tail.value = "";
    this.tail.before(chip.element);
    this.offer();
    chip.focus();
    return chip;
  }

  remove(chip) {
    const before = this.chips[this.chips.indexOf(chip) - 1];
    this.chips = this.chips.filter((other) => other !== chip);
    chip.element.remove();
    this.offer();
    this.on.problem("");
    (before ?? this.tail).focus();
  }

  after(chip) {
    return this.chips.slice(this.chips.indexOf(chip) + 1).find((other) => other.isEmpty) ?? this.tail;
  }

  chipKey(event, chip) {
    if (event.isComposing || listKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (!(hasActive() && !chip.chosen && pickActive())) this.on.send();
    } else if (event.key === "Tab" && !event.shiftKey && hasActive() && !chip.chosen) {
      event.preventDefault();
      pickActive();
    } else if (event.key === "Backspace" && chip.isEmpty && !chip.option.required) {
      event.preventDefault();
      this.remove(chip);
    } else if (event.key === "Escape") {
      this.escape(event);
    }
  }

  tailKey(event) {
    if (listKey(event)) return;
    const take = { Enter: () => pickActive() || this.on.send(), Tab: () => !event.shiftKey && hasActive() && pickActive(), Escape: () => this.escape(event) }[event.key];
    if (event.key === "Tab" && (event.shiftKey || !hasActive())) return;
    if (!take && (event.key !== "Backspace" || this.tail.value)) return;
    event.preventDefault();
    if (take) return take();
    const last = this.chips.at(-1);
    if (last) last.focus();
    else this.on.discard();
  }

  /** Escape closes what is open over the box; a command in which nothing was typed goes with the next one. */
  escape(event) {
    event.stopPropagation();
    if (isShown()) return hideList();
    if (!this.tail.value && this.chips.every((chip) => chip.isEmpty)) this.on.discard();
  }

  /** What was typed into the other options, as far as it makes sense, for autocomplete. */
  typed(except) {
    const values = {};
    for (const chip of this.chips.filter((other) => other !== except && !other.isEmpty)) {
      try {
        values[chip.option.name] = chip.read();
      } catch {
        // half typed
      }
    }
    return values;
  }
}
