// Menus on messages and people: by right click, by the menu key, by the button with the dots.

import { act } from "./api.js";
import { find, h } from "./dom.js";
import { openForm } from "./forms.js";
import { icon } from "./icons.js";
import { rove } from "./keys.js";
import { openChannel, store } from "./store.js";

const MARGIN = 8;
const USER = 2, MESSAGE = 3;

/** Open a menu at an element or a point; `groups` is [{title, entries: [{label, icon, act}]}]. */
export function openMenu(anchor, label, groups) {
  find("#context")?.remove();
  const filled = groups.filter((group) => group.entries.length);
  const menu = h("div", { id: "context", class: "menu", role: "menu", popover: "auto", "aria-label": label, onkeydown: (event) => event.key === "Tab" && menu.hidePopover() },
    ...filled.map((group) => h("div", { role: "group", "aria-label": group.title }, group.title ? h("b", { "aria-hidden": "true" }, group.title) : null, ...group.entries.map((entry) => item(entry)))));
  menu.addEventListener("toggle", (event) => event.newState === "closed" && menu.remove());
  const back = document.activeElement;
  menu.back = back;
  document.body.append(menu);
  menu.showPopover();
  settle(menu, anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y));
  rove(menu, "[role=menuitem]");
  menu.querySelector("[role=menuitem]").focus();
}

/** What may be done with a message: the apps' commands, and what every client can. */
export function messageMenu(message, anchor, { onFailed, onDismissed }) {
  const target = { channel: message.channel, message: message.id };
  const own = [
    message.ephemeral && { label: "Dismiss message", icon: "dismiss", act: onDismissed },
    textOf(message) && { label: "Copy text", icon: "copy", act: () => copy(textOf(message)) },
    { label: "Copy message ID", icon: "id", act: () => copy(message.id) },
    !message.ephemeral && mayDelete(message) && { label: "Delete message", icon: "delete", danger: true, act: () => remove(target, onFailed) },
  ];
  const apps = message.ephemeral || message.loading ? [] : commands(MESSAGE, target, onFailed);
  openMenu(anchor, "Message", [{ title: "Apps", entries: apps }, { title: "", entries: own.filter(Boolean) }]);
}

/** What may be done with a person: the apps' commands, and in this playground to become them. */
export function userMenu(user, anchor, { onFailed, onSwitch, onMention }) {
  const target = { channel: store.channel, user: user.id };
  const own = [
    !user.bot && user.id !== store.state.me && { label: `Go on as ${user.display}`, icon: "switch", act: () => onSwitch(user) },
    { label: "Mention", icon: "mail", act: () => onMention(user) },
    { label: "Copy user ID", icon: "id", act: () => copy(user.id) },
    user.bot && { label: store.state.installed ? "Remove from my account" : "Add to my account", icon: "apps", act: () => install(!store.state.installed, onFailed) },
  ];
  const apps = user.bot ? [] : commands(USER, target, onFailed);
  openMenu(anchor, user.display, [{ title: "Apps", entries: apps }, { title: "", entries: own.filter(Boolean) }]);
}

/** Where to open a menu for a `contextmenu` event: at the pointer, or for the menu key at the element. */
export function menuPlace(event, element) {
  return event.clientX || event.clientY ? { x: event.clientX, y: event.clientY } : element;
}

function commands(type, target, onFailed) {
  const use = async (command) => {
    const payload = { person: store.person, ...target, name: command.path };
    const answer = await act("menu", payload).catch((error) => ({ error }));
    if (answer.modal) openForm(answer);
    else if (answer.error || answer.failed) onFailed(command.path, answer.error?.message ?? "The application did not respond");
  };
  return store.commands.filter((command) => command.type === type).map((command) => ({ label: command.path, icon: "apps", act: () => use(command) }));
}

const mayDelete = (message) => message.author.id === store.state.me || openChannel().manages;

function remove(target, onFailed) {
  act("delete", { person: store.person, ...target }).catch((error) => onFailed("", error.message));
}

/** The app in one's own account, or not any more. */
function install(on, onFailed) {
  act("install", { person: store.person, on }).catch((error) => onFailed("", error.message));
}

function item(entry) {
  const pick = (event) => {
    const menu = event.currentTarget.closest("[popover]");
    menu.hidePopover();
    if (menu.back?.isConnected) menu.back.focus({ preventScroll: true });
    entry.act();
  };
  return h("button", { type: "button", class: entry.danger ? "danger" : null, role: "menuitem", tabindex: "-1", onclick: pick }, h("span", {}, entry.label), icon(entry.icon));
}

/** Under the anchor, or over it where there is no room, and never outside the window. */
function settle(menu, anchor) {
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.min(anchor.left, innerWidth - width - MARGIN);
  const below = anchor.bottom + height + MARGIN <= innerHeight;
  menu.style.left = `${Math.max(MARGIN, left)}px`;
  menu.style.top = `${Math.max(MARGIN, below ? anchor.bottom : anchor.top - height)}px`;
}

const copy = (text) => navigator.clipboard.writeText(text).catch(() => {});

function textOf(message) {
  const texts = (parts) => parts.flatMap((part) => [part.content, ...texts(part.components ?? [])]);
  return [message.content, ...texts(message.components)].filter(Boolean).join("\n");
}
