// The box at the bottom: plain messages, or a command with its options as chips.

import { act } from "./api.js";
import { Chip } from "./chips.js";
import { avatar, find, h } from "./dom.js";
import { openForm } from "./forms.js";
import { addLocal, toBottom } from "./messages.js";
import { hasActive, hideList, isListOpen, listKey, pickActive, showList } from "./popover.js";
import { openChannel, store } from "./store.js";

const ATTACHMENT = 11;

export function startComposer() {
  return new Composer();
}

class Composer {
  constructor() {
    this.command = null;
    this.chips = [];
    find("#composer").addEventListener("submit", (event) => event.preventDefault());
    find("#composer").addEventListener("dragover", (event) => event.preventDefault());
    find("#composer").addEventListener("drop", (event) => this.dropped(event, event.dataTransfer.files));
    find("#composer").addEventListener("paste", (event) => event.clipboardData.files.length && this.dropped(event, event.clipboardData.files));
  }

  focus() {
    find("#box textarea, #box input")?.focus();
  }

  /** Empty, in plain text. */
  reset() {
    this.command = null;
    this.chips = [];
    this.problem("");
    hideList();
    const name = openChannel().kind === "dm" ? `@${store.state.bot.display}` : `#${openChannel().name}`;
    const files = h("input", { type: "file", hidden: true, multiple: true, onchange: () => this.say("", [...files.files]) });
    this.text = h("textarea", {
      id: "text", rows: "1", placeholder: `Message ${name}, or type / for commands`, "aria-label": `Message ${name}`, "aria-controls": "list", "aria-autocomplete": "list",
      oninput: () => this.listCommands(), onfocus: () => this.listCommands(), onblur: hideList, onkeydown: (event) => this.textKey(event),
    });
    find("#box").className = "";
    find("#box").replaceChildren(h("button", { type: "button", class: "round", "aria-label": "Send files", onclick: () => files.click() }, "+"), files, this.text);
  }

  /** The commands have changed: one that is gone cannot be typed any further. */
  refresh() {
    if (this.command && !store.commands.some((known) => known.path === this.command.path)) this.reset();
  }

  listCommands() {
    const typed = this.text.value;
    if (!typed.startsWith("/")) return hideList();
    const wanted = typed.slice(1).toLowerCase();
    const near = store.commands.filter((command) => command.type === 1 && command.path.includes(wanted.trimEnd()));
    near.sort((one, other) => Number(other.path.startsWith(wanted)) - Number(one.path.startsWith(wanted)));
    const entries = near.map((command) => ({ label: `/${command.path}`, detail: command.description, key: command.path, command, icon: avatar(store.state.bot, "tiny") }));
    const hint = near.length ? [h("b", {}, store.state.bot.display), " Commands you may use here"] : ["No command of that name is offered to you here."];
    showList(hint, entries, (entry) => this.choose(entry.command), 0);
  }

  textKey(event) {
    if (listKey(event)) return;
    if (event.key === "Escape") return hideList();
    if (!["Enter", "Tab", " "].includes(event.key) || event.shiftKey || event.isComposing) return;
    const slash = this.text.value.startsWith("/");
    const exact = store.commands.find((command) => command.type === 1 && `/${command.path}` === this.text.value.trim());
    if (event.key === " ") {
      if (slash && exact) this.prevented(event, () => this.choose(exact));
    } else if (slash && isListOpen()) {
      this.prevented(event, pickActive);
    } else if (event.key === "Enter") {
      this.prevented(event, () => this.say(this.text.value, []));
    }
  }

  prevented(event, then) {
    event.preventDefault();
    then();
  }

  /** Begin a command: its required options are there at once, the others on offer. */
  choose(command, chips = null) {
    this.command = command;
    this.problem("");
    this.chips = chips ?? command.options.filter((option) => option.required).map((option) => this.chip(option));
    this.tail = h("input", {
      id: "tail", type: "text", size: "12", "aria-label": "More options", "aria-controls": "list", "aria-autocomplete": "list",
      onfocus: () => this.listOptions(), oninput: () => this.listOptions(), onblur: hideList, onkeydown: (event) => this.tailKey(event),
    });
    const clear = h("button", { type: "button", class: "round", "aria-label": "Discard the command", onclick: () => { this.reset(); this.focus(); } }, "✕");
    const send = h("button", { type: "button", class: "round send", "aria-label": "Send the command", onclick: () => this.send() }, "➤");
    this.row = h("div", { id: "chips" }, h("span", { class: "command" }, `/${command.path}`), ...this.chips.map((chip) => chip.element), this.tail);
    find("#box").className = "typing-command";
    find("#box").replaceChildren(clear, this.row, send);
    this.offer();
    (this.chips.find((chip) => chip.isEmpty) ?? { focus: () => this.tail.focus() }).focus();
  }

  chip(option) {
    const on = {
      path: this.command.path,
      keydown: (event, chip) => this.chipKey(event, chip),
      picked: (chip) => this.after(chip).focus(),
      others: (chip) => this.typed(chip),
      attempt: (doing) => this.attempt(doing),
    };
    return new Chip(option, on);
  }

  get rest() {
    return this.command.options.filter((option) => !this.chips.some((chip) => chip.option.name === option.name));
  }

  offer() {
    const count = this.rest.length;
    this.tail.placeholder = count ? `+${count} more` : "";
    this.tail.classList.toggle("done", !count);
  }

  listOptions() {
    const typed = this.tail.value.toLowerCase();
    const named = this.rest.find((option) => `${option.name}:` === typed);
    if (named) return this.add(named);
    const near = this.rest.filter((option) => option.name.includes(typed));
    const entries = near.map((option) => ({ label: option.name, detail: option.description, key: option.name, option }));
    showList(entries.length ? [h("b", {}, "Options"), " Enter sends the command"] : [h("b", {}, `/${this.command.path}`), " Enter sends the command"], entries, (entry) => this.add(entry.option), typed ? 0 : -1);
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
    (before ?? this.tail).focus();
  }

  after(chip) {
    return this.chips.slice(this.chips.indexOf(chip) + 1).find((other) => other.isEmpty) ?? this.tail;
  }

  chipKey(event, chip) {
    if (event.isComposing || listKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (!(hasActive() && !chip.chosen && pickActive())) this.send();
    } else if (event.key === "Tab" && !event.shiftKey && hasActive() && !chip.chosen) {
      event.preventDefault();
      pickActive();
    } else if (event.key === "Backspace" && chip.isEmpty && !chip.option.required) {
      event.preventDefault();
      this.remove(chip);
    } else if (event.key === "Escape") {
      this.escape();
    }
  }

  tailKey(event) {
    if (listKey(event)) return;
    if (event.key === "Enter") this.prevented(event, () => pickActive() || this.send());
    else if (event.key === "Tab" && !event.shiftKey && hasActive()) this.prevented(event, pickActive);
    else if (event.key === "Escape") this.escape();
    else if (event.key === "Backspace" && !this.tail.value) {
      event.preventDefault();
      const last = this.chips.at(-1);
      if (last) last.focus();
      else this.backToText();
    }
  }

  escape() {
    if (isListOpen()) return hideList();
    this.backToText();
  }

  backToText() {
    this.reset();
    this.focus();
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

  async send() {
    const { command, chips } = this;
    const collected = this.attempt(() => this.collect());
    if (!collected) return;
    this.reset();
    this.focus();
    toBottom();
    const payload = { person: store.person, channel: store.channel, path: command.path, options: collected.options };
    try {
      const answer = await act("slash", payload, collected.files);
      if (answer.failed) addLocal(command.path, "The application did not respond");
      if (answer.modal) openForm(answer);
    } catch (error) {
      if (!this.command && !this.text.value) this.choose(command, chips);
      this.problem(error.message);
    }
  }

  /** The options and files to send; throws a sentence about the first that is missing or wrong. */
  collect() {
    const options = {};
    const files = {};
    for (const chip of this.chips) {
      chip.mark(false);
      if (chip.isEmpty && !chip.option.required) continue;
      try {
        if (chip.isEmpty) throw new Error(`${chip.option.name} is required. Specify a value.`);
        options[chip.option.name] = chip.read();
      } catch (error) {
        chip.mark(true);
        chip.focus();
        throw error;
      }
      if (chip.option.type === ATTACHMENT) files[chip.option.name] = chip.file;
    }
    return { options, files };
  }

  attempt(doing) {
    try {
      this.problem("");
      return doing();
    } catch (error) {
      this.problem(error.message);
      return null;
    }
  }

  dropped(event, files) {
    event.preventDefault();
    if (!this.command) return this.say("", [...files]);
    const wanted = this.chips.find((chip) => chip.option.type === ATTACHMENT && chip.isEmpty);
    const option = this.rest.find((other) => other.type === ATTACHMENT);
    const chip = wanted ?? (option && this.add(option));
    if (chip) this.attempt(() => chip.takeFile(files[0]));
    else this.problem(`/${this.command.path} takes no file.`);
  }

  async say(text, files) {
    if (!text.trim() && !files.length) return;
    this.text.value = "";
    const named = Object.fromEntries(files.map((file, index) => [`file${index}`, file]));
    await act("say", { person: store.person, channel: store.channel, text }, named).catch((error) => this.problem(error.message));
  }

  problem(sentence) {
    find("#problem").textContent = sentence;
    find("#problem").hidden = !sentence;
  }
}
