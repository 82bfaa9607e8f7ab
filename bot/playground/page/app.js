// The page: follows one person's events and keeps the open channel and the places around it drawn.

import { listen, read } from "./api.js";
import { Composer } from "./composer.js";
import { find } from "./dom.js";
import { closeDrawers, startDrawers } from "./drawers.js";
import { startInspector } from "./inspector.js";
import { refreshTimes } from "./markdown.js";
import { drawMembers, startMembers } from "./members.js";
import { addLocal, drawAll, startMessages, update } from "./messages.js";
import { drawPlaces, drawTitle, noteOpen, startPlaces } from "./places.js";
import { announce, startReading } from "./reading.js";
import { channelTitle, openChannel, remember, settle, store } from "./store.js";
import { startTheme } from "./theme.js";
import { startDropping } from "./tray.js";

const TIMES_EVERY_MS = 10_000;
const OFFLINE = "The bot is offline: it is not connected to this Discord. Commands go unanswered until it comes back.";
const UNREACHABLE = "The playground does not answer. Start it again with: python -m bot play. This page connects again by itself.";
const TOUCH = matchMedia("(pointer: coarse)");

const composer = new Composer();
const places = { open, become: (person, then) => (closeDrawers(), become(person.name).then(then ?? focusBox)) };
let stopListening = () => {};
let cut = false;

startTheme();
startReading();
startMessages();
startPlaces(places);
startMembers({ onFailed: addLocal, onSwitch: (user) => become(user.name).then(focusBox), onMention: (user) => composer.insert(`<@${user.id}> `) });
startDrawers();
startDropping((files) => composer.take(files));
startInspector();
setInterval(refreshTimes, TIMES_EVERY_MS);
document.addEventListener("keydown", typeAnywhere);
become(store.person).then(focusBox);

async function become(person) {
  stopListening();
  delete find("#app").dataset.ready;
  const direct = store.state && openChannel()?.kind === "dm";
  store.person = person;
  store.state = await read("state", { person }).catch(() => {
    store.person = "alice";
    return read("state", { person: "alice" });
  });
  store.unread.clear();
  if (direct) store.channel = store.state.dm.id;
  settle();
  stopListening = listen(store.person, (event) => took(event).catch(unreachable), connected);
  await load();
}

/** The open channel anew; without an answer what is there stays. */
async function load() {
  const place = { person: store.person, channel: store.channel };
  delete find("#app").dataset.ready;
  const [messages, commands] = await Promise.all([read("messages", place), read("commands", place)]);
  if (place.channel !== store.channel || place.person !== store.person) return;
  const firstUnread = store.unread.get(store.channel)?.first;
  store.unread.delete(store.channel);
  store.messages = new Map(messages.map((message) => [message.id, message]));
  store.commands = commands;
  remember();
  noteOpen(openChannel());
  draw();
  drawAll(firstUnread);
  composer.reset();
  find("#app").dataset.ready = `${store.person} ${openChannel().name}`;
}

async function took(event) {
  if (event.kind === "message") return tookMessage(event.message);
  const restarted = event.state.bot.id !== store.state.bot.id;
  store.state = event.state;
  if (restarted) store.unread.clear();
  const moved = !openChannel();
  settle();
  if (cut) announce(restarted ? "Connected again: the playground was started anew, so what was said before is gone." : "Connected again.");
  const anew = cut || moved;
  cut = false;
  drawPresence();
  if (anew) return load();
  draw();
  store.commands = await read("commands", { person: store.person, channel: store.channel });
  composer.refresh();
}

function tookMessage(message) {
  if (message.channel === store.channel) return update(message);
  if (message.deleted || message.revision > 1 || message.author.id === store.state.me) return;
  const before = store.unread.get(message.channel);
  store.unread.set(message.channel, { first: before?.first ?? message.id, count: (before?.count ?? 0) + 1 });
  drawPlaces(places);
}

async function open(channel) {
  closeDrawers();
  store.channel = channel.id;
  await load().catch(unreachable);
  announce(`You are in ${channelTitle(openChannel())}.`);
  focusBox();
}

function draw() {
  drawPlaces(places);
  drawMembers();
  drawPresence();
  drawTitle();
}

function connected(is) {
  store.connected = is;
  cut ||= !is;
  drawPresence();
}

/** A request went nowhere: the line about it is there as soon as the stream of events breaks too. */
function unreachable() {
  if (store.connected) return;
  cut = true;
  drawPresence();
}

function drawPresence() {
  const offline = find("#offline");
  offline.textContent = store.connected ? OFFLINE : UNREACHABLE;
  offline.hidden = store.connected ? store.state?.online !== false : !cut;
}

/** On a touch screen the keyboard would come up over the channel. */
function focusBox() {
  if (!TOUCH.matches) composer.focus();
}

/** What is typed while nothing takes text goes into the box. */
function typeAnywhere(event) {
  const idle = document.activeElement === document.body || document.activeElement.matches("[data-message]");
  if (idle && event.key === "Escape") return composer.focus();
  if (idle && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) composer.focus();
}
