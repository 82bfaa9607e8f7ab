// The list of messages: redrawn when they change, without losing place, focus or picture.

import { find, h } from "./dom.js";
import { dayLine, dayOf, drawLocal, drawMessage, newLine, spoken } from "./message.js";
import { icon } from "./icons.js";
import { menuPlace, messageMenu } from "./menus.js";
import { announce, isNearEnd, missed, toBottom } from "./reading.js";
import { channelPhrase, channelTitle, dismiss, openChannel, store } from "./store.js";

const DECODE_MS = 800;
const TOGETHER_S = 7 * 60;
const drawn = new Map();
const on = { dismiss: forget, jump, more: (message, anchor) => menuFor(message, anchor) };

/** Menus on messages, and arrows that go from one to the next. */
export function startMessages() {
  const list = find("#messages");
  list.addEventListener("contextmenu", (event) => {
    const element = event.target.closest("[data-message]");
    if (!element || event.target.closest("a, video, audio, [data-user], .avatar") || !getSelection().isCollapsed) return;
    event.preventDefault();
    menuFor(store.messages.get(element.dataset.message), menuPlace(event, element));
  });
  list.addEventListener("keydown", (event) => {
    if (event.target.matches("[data-message]")) walk(event);
  });
}

/** The channel anew; `firstUnread` is the message before which the line for new ones is. */
export function drawAll(firstUnread = null) {
  drawn.clear();
  const items = [welcome()];
  let day = "";
  for (const message of [...store.messages.values()].filter(visible)) {
    if (dayOf(message.at) !== day) items.push(dayLine(message.at));
    if (message.id === firstUnread) items.push(newLine());
    day = dayOf(message.at);
    items.push(draw(message));
  }
  find("#messages").replaceChildren(...items);
  items.forEach(group);
  stop();
  toBottom();
}

/** Take in one changed message of the open channel. */
export function update(message) {
  const gone = message.deleted || !visible(message);
  const before = store.messages.get(message.id);
  if (message.deleted) store.messages.delete(message.id);
  else store.messages.set(message.id, message);
  const place = placeOf(message.id);
  if (gone) remove(place);
  else if (place) redraw(message, before?.loading && !message.loading);
  else add(draw(message), message);
}

export function addLocal(path, sentence) {
  const item = drawLocal(store.state.bot, path, sentence, () => item.remove());
  add(item);
}

/** Show a message that others refer to. */
export function jump(id) {
  const element = placeOf(id);
  element?.scrollIntoView({ block: "center" });
  element?.focus({ preventScroll: true });
}

const placeOf = (id) => document.querySelector(`[data-message="${id}"]`);
const visible = (message) => !store.dismissed.has(message.id);

function draw(message) {
  drawn.set(message.id, message.revision);
  return drawMessage(message, on);
}

function add(item, message = null) {
  const list = find("#messages");
  const near = isNearEnd();
  if (message && dayOf(message.at) !== [...list.querySelectorAll("[data-day]")].at(-1)?.dataset.day) list.append(dayLine(message.at));
  list.append(item);
  group(item);
  stop();
  if (near) toBottom();
  else missed();
  if (message && message.author.id !== store.state.me) announce(message.loading ? spoken(item) : `${message.author.display}: ${spoken(item)}`);
}

function remove(element) {
  const next = element?.nextElementSibling;
  if (element?.contains(document.activeElement)) find("#box textarea, #box input")?.focus();
  element?.remove();
  if (next) group(next);
  stop();
}

function forget(message) {
  dismiss(message.id);
  remove(placeOf(message.id));
  find("#box textarea, #box input")?.focus();
}

/** The new drawing takes the old one's place once its pictures are there: no flicker; the latest one wins. */
async function redraw(message, answered) {
  const fresh = draw(message);
  const pictures = [...fresh.querySelectorAll("img")];
  await Promise.race([Promise.allSettled(pictures.map((picture) => picture.decode())), new Promise((done) => setTimeout(done, DECODE_MS))]);
  const old = placeOf(message.id);
  if (!old || drawn.get(message.id) !== message.revision) return;
  const near = isNearEnd();
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  keep(old, fresh);
  old.replaceWith(fresh);
  group(fresh);
  if (focused !== undefined) (focused === message.id ? fresh : (fresh.querySelector(`[data-key="${CSS.escape(focused)}"]:enabled`) ?? fresh)).focus({ preventScroll: true });
  if (near) toBottom();
  if (answered) announce(`${message.author.display}: ${spoken(fresh)}`);
}

/** What a person did to the old drawing stays: uncovered spoilers, the Tab stop. */
function keep(old, fresh) {
  fresh.tabIndex = old.tabIndex;
  const uncovered = [...old.querySelectorAll(".spoiler, .spoiled")];
  [...fresh.querySelectorAll(".spoiler, .spoiled")].forEach((cover, index) => cover.classList.toggle("shown", Boolean(uncovered[index]?.classList.contains("shown"))));
}

/** A message soon after another of the same author goes without name and picture. */
function group(item) {
  const before = item.previousElementSibling;
  const follows = (item.dataset.author ?? "") !== "" && before?.dataset.author === item.dataset.author && item.dataset.alone === undefined
    && Number(item.dataset.at) - Number(before.dataset.at) < TOGETHER_S && before.classList.contains("ephemeral") === item.classList.contains("ephemeral");
  item.classList.toggle("continued", follows);
}

/** One message can be reached with Tab: the one that was, else the latest. */
function stop() {
  const items = [...find("#messages").querySelectorAll("[data-message]")];
  const current = items.find((item) => item.contains(document.activeElement)) ?? items.at(-1);
  items.forEach((item) => item.setAttribute("tabindex", item === current ? "0" : "-1"));
}

function walk(event) {
  const items = [...find("#messages").querySelectorAll("[data-message]")];
  const index = items.indexOf(event.target);
  const next = { ArrowUp: items[index - 1], ArrowDown: items[index + 1], Home: items[0], End: items.at(-1) }[event.key];
  if (!next) return;
  event.preventDefault();
  next.focus();
  stop();
}

function menuFor(message, anchor) {
  messageMenu(message, anchor, { onFailed: addLocal, onDismissed: () => forget(message) });
}

function welcome() {
  const channel = openChannel();
  const { sign, title, about } = {
    dm: { sign: "@", title: channelTitle(channel), about: `This is where you and ${store.state.bot.display} write to each other alone.` },
    chat: { sign: "@", title: channel.name, about: `${store.state.bot.display} is not here. Who has it in their account brings it along: see Inspect, Faults.` },
    thread: { sign: icon("thread"), title: channel.name, about: "This is the start of a thread. Type / to see what the bot can do." },
  }[channel.kind] ?? { sign: "#", title: `Welcome to ${channelPhrase(channel)}`, about: `This is the start of ${channelPhrase(channel)}. Type / to see what the bot can do.` };
  return h("li", { class: "welcome" }, h("span", { class: "hash", "aria-hidden": "true" }, sign), h("h2", {}, title), h("p", {}, about));
}
