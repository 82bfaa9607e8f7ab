// The box at the bottom: plain messages with files, or a command.

import { act } from "./api.js";
import { CommandLine } from "./command.js";
import { avatar, find, h } from "./dom.js";
import { openForm } from "./forms.js";
import { icon } from "./icons.js";
import { addLocal } from "./messages.js";
import { hideList, isListOpen, isShown, listKey, pickActive, showList } from "./popover.js";
import { toBottom } from "./reading.js";
import { channelPhrase, openChannel, store } from "./store.js";
import { Tray } from "./tray.js";

const CHAT = 1;
const NARROW_PX = 760;

/** Everybody has drafts of their own. */
const draftKey = () => `${store.person} ${store.channel}`;

export class Composer {
  constructor() {
    this.line = null;
    this.tray = new Tray();
    find("#composer").addEventListener("submit", (event) => event.preventDefault());
    find("#composer").addEventListener("paste", (event) => this.pasted(event.clipboardData) && event.preventDefault());
  }

  focus() {
    (this.line ?? this.text)?.focus();
  }

  /** Empty, in plain text; what was begun in this channel comes back. */
  reset() {
    this.line = null;
    this.problem("");
    hideList();
    const name = channelPhrase(openChannel());
    const files = h("input", { id: "files", type: "file", hidden: true, multiple: true, onchange: () => this.take([...files.files]) });
    this.text = h("textarea", {
      id: "text", rows: "1", placeholder: `Message ${name}${innerWidth > NARROW_PX ? ", or type / for commands" : ""}`, "aria-label": `Message ${name}`, "aria-controls": "list", "aria-autocomplete": "list",
      oninput: () => this.typed(), onfocus: () => this.listCommands(), onblur: hideList, onkeydown: (event) => this.textKey(event),
    });
    this.text.value = store.drafts.get(draftKey()) ?? "";
    const send = h("button", { type: "button", class: "round send", "aria-label": "Send the message", onclick: () => this.say() }, icon("send"));
    find("#box").className = "";
    find("#box").replaceChildren(h("button", { type: "button", class: "round", "aria-label": "Add files", onclick: () => files.click() }, icon("plus")), files, this.text, send);
    this.tray.clear();
  }

  /** The commands may have changed: one that is gone cannot be typed any further, a new one is offered at once. */
  refresh() {
    if (this.line && !store.commands.some((known) => known.path === this.line.command.path)) this.reset();
    if (!this.line && isShown() && this.text.value.startsWith("/") && this.near().map((command) => command.path).join() !== this.listed) this.listCommands();
  }

  /** Write into the box what a menu asks for. */
  insert(text) {
    if (this.line) this.reset();
    this.text.setRangeText(text, this.text.selectionStart, this.text.selectionEnd, "end");
    this.focus();
    this.typed();
  }

  /** Whether it was files, or a whole command into the empty box: its options are filled in as if they had been typed. */
  pasted(clipboard) {
    if (clipboard.files.length) return this.take([...clipboard.files]) ?? true;
    const text = clipboard.getData("text/plain").trim();
    const meant = store.commands.filter((command) => command.type === CHAT && `${text} `.startsWith(`/${command.path} `)).sort((one, other) => other.path.length - one.path.length)[0];
    if (!meant || this.line || this.text.value.trim()) return false;
    this.choose(meant);
    this.line.fill(text.slice(meant.path.length + 1));
    return true;
  }

  /** Files that were chosen, dropped or pasted. */
  take(files) {
    this.attempt(() => (this.line ? this.line.takeFile(files[0]) : this.tray.add(files)));
    if (!this.line) this.focus();
  }

  typed() {
    store.drafts.set(draftKey(), this.text.value);
    this.problem("");
    this.listCommands();
  }

  /** The commands that hold what was typed after the slash. */
  near() {
    const wanted = this.text.value.slice(1).toLowerCase();
    const near = store.commands.filter((command) => command.type === CHAT && command.path.includes(wanted.trimEnd()));
    return near.sort((one, other) => Number(other.path.startsWith(wanted)) - Number(one.path.startsWith(wanted)));
  }

  listCommands() {
    if (!this.text.value.startsWith("/")) return hideList();
    const near = this.near();
    this.listed = near.map((command) => command.path).join();
    const entries = near.map((command) => ({
      label: `/${command.path}`, detail: command.description, key: command.path, command, icon: avatar(store.state.bot, "small"), from: store.state.bot.display,
      pills: command.options.filter((option) => option.required).map((option) => option.name),
    }));
    const hint = near.length ? [avatar(store.state.bot, "tiny"), h("b", {}, store.state.bot.display), " Commands you may use here"] : ["No command of that name is offered to you here."];
    showList(hint, entries, (entry) => this.choose(entry.command), { first: 0 });
  }

  textKey(event) {
    if (listKey(event)) return;
    if (event.key === "Escape") return hideList();
    if (!["Enter", "Tab", " "].includes(event.key) || event.shiftKey || event.isComposing) return;
    const slash = this.text.value.startsWith("/");
    const exact = store.commands.find((command) => command.type === CHAT && `/${command.path}` === this.text.value.trim());
    const then = event.key === " " ? slash && exact && (() => this.choose(exact)) : slash && isListOpen() ? pickActive : event.key === "Enter" && (() => this.say());
    if (!then) return;
    event.preventDefault();
    then();
  }

  /** Begin a command: its required options are there at once, the others on offer. */
  choose(command) {
    store.drafts.delete(draftKey());
    this.problem("");
    this.open(new CommandLine(command, {
      discard: () => this.discard(),
      send: () => this.send(),
      problem: (sentence) => this.problem(sentence),
      attempt: (doing) => this.attempt(doing),
    }));
  }

  open(line) {
    this.line = line;
    this.tray.clear();
    find("#box").className = "typing-command";
    find("#box").replaceChildren(...line.elements);
    line.focus();
  }

  discard() {
    this.reset();
    this.focus();
  }

  async send() {
    const { line } = this;
    const collected = line.collect();
    if (!collected) return;
    this.discard();
    toBottom();
    const path = line.command.path;
    const channel = store.channel;
    try {
      const answer = await act("slash", { person: store.person, channel, path, options: collected.options }, collected.files);
      if (answer.failed) addLocal(path, "The application did not respond");
      if (answer.modal) openForm(answer);
    } catch (error) {
      if (!this.line && !this.text.value && channel === store.channel) this.open(line);
      this.problem(error.message);
    }
  }

  async say() {
    const text = this.text.value;
    const { files } = this.tray;
    if (!text.trim() && !files.length) return;
    this.text.value = "";
    store.drafts.delete(draftKey());
    const named = Object.fromEntries(files.map((file, index) => [`file${index}`, file]));
    this.tray.clear();
    toBottom();
    await act("say", { person: store.person, channel: store.channel, text }, named).catch((error) => {
      this.text.value ||= text;
      this.tray.add(files);
      this.problem(error.message);
    });
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

  problem(sentence) {
    find("#problem").textContent = sentence;
    find("#problem").hidden = !sentence;
  }
}
