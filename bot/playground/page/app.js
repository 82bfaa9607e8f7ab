// The page: follows one person's events and draws the places around the channel.

import { listen, read } from "./api.js";
import { startComposer } from "./composer.js";
import { avatar, find, h } from "./dom.js";
import { refreshTimes } from "./markdown.js";
import { startInspector } from "./inspector.js";
import { drawAll, update } from "./messages.js";
import { openChannel, openGuild, remember, store } from "./store.js";

let stopListening = () => {};
const composer = startComposer();
startInspector();

async function become(person) {
  store.person = person;
  stopListening();
  store.state = await read("state", { person }).catch(async () => {
    store.person = "alice";
    return read("state", { person: "alice" });
  });
  if (!openChannel()) store.channel = store.state.guilds[0]?.channels[0]?.id ?? store.state.dm.id;
  stopListening = listen(store.person, took, (connected) => {
    const returned = connected && !store.connected && store.messages.size;
    store.connected = connected;
    drawPresence();
    if (returned) load();
  });
  await load();
}

async function load() {
  remember();
  delete find("#app").dataset.ready;
  const place = { person: store.person, channel: store.channel };
  const [messages, commands] = await Promise.all([read("messages", place), read("commands", place)]);
  if (place.channel !== store.channel || place.person !== store.person) return;
  store.messages = new Map(messages.map((message) => [message.id, message]));
  store.commands = commands;
  drawPlaces();
  drawAll();
  composer.reset();
  find("#app").dataset.ready = `${store.person} ${openChannel().name}`;
}

async function took(event) {
  if (event.kind === "message") return update(event.message);
  const same = event.state.me === store.state.me;
  store.state = event.state;
  if (!same || !openChannel()) return become(store.person);
  drawPlaces();
  store.commands = await read("commands", { person: store.person, channel: store.channel });
  composer.refresh();
}

function open(channel) {
  store.channel = channel.id;
  toggleMenu(false);
  load().then(() => composer.focus());
}

function drawPlaces() {
  const guild = openGuild();
  const first = (place) => place.channels[0];
  find("#rail").replaceChildren(
    h("button", { type: "button", class: "server home", title: "Direct messages", "aria-current": String(!guild), onclick: () => open(store.state.dm) }, "✉"),
    h("hr"),
    ...store.state.guilds.map((place) => h("button", { type: "button", class: "server", title: place.name, "data-guild": place.id, "aria-current": String(place === guild), onclick: () => open(first(place)) }, initials(place.name))));
  find("#place").textContent = guild ? guild.name : "Direct messages";
  find("#channels").replaceChildren(...(guild ? guild.channels : [store.state.dm]).map(channelLink));
  find("#persons").replaceChildren(...store.state.people.map(personButton));
  const channel = openChannel();
  find("#title").replaceChildren(h("span", { class: "hash", "aria-hidden": "true" }, channel.kind === "dm" ? "@" : "#"), channel.kind === "dm" ? store.state.bot.display : channel.name);
  document.title = `${channel.kind === "dm" ? "@" : "#"}${channel.kind === "dm" ? store.state.bot.display : channel.name} · Easel's playground`;
  find("#banner").textContent = store.state.banner;
  drawPresence();
}

function drawPresence() {
  const offline = find("#offline");
  offline.hidden = store.connected && store.state?.online;
  offline.textContent = store.connected
    ? "The bot is offline: it is not connected to this Discord. Commands go unanswered until it comes back."
    : "The playground does not answer. Start it again with: python -m bot play";
}

function channelLink(channel) {
  const current = channel.id === store.channel;
  const name = channel.kind === "dm" ? store.state.bot.display : channel.name;
  return h("button", { type: "button", class: `channel ${channel.kind}`, "data-channel": name, "aria-current": current ? "page" : "false", onclick: () => open(channel) },
    channel.kind === "dm" ? avatar(store.state.bot, "tiny") : h("span", { class: "hash", "aria-hidden": "true" }, channel.kind === "thread" ? "└" : "#"), name);
}

function personButton(person) {
  const current = person.name === store.person;
  const step = (event) => {
    const direction = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    const people = store.state.people;
    const next = people[(people.findIndex((other) => other.name === store.person) + direction + people.length) % people.length];
    become(next.name).then(() => find(`[data-person="${next.name}"]`).focus());
  };
  return h("button", { type: "button", class: "person", role: "radio", "aria-checked": String(current), tabindex: current ? "0" : "-1", "data-person": person.name, onclick: () => { toggleMenu(false); become(person.name); }, onkeydown: step },
    avatar(person, "small"), h("span", {}, h("b", {}, person.display), h("small", {}, person.role || "Member")));
}

const initials = (name) => name.split(/\s+/).map((word) => word[0]).join("").slice(0, 2);

function toggleMenu(open) {
  find("#app").classList.toggle("menu-open", open);
  find("#menu").setAttribute("aria-expanded", String(open));
}

find("#menu").addEventListener("click", () => toggleMenu(!find("#app").classList.contains("menu-open")));
find("#scroll").addEventListener("click", () => toggleMenu(false));
document.addEventListener("keydown", (event) => event.key === "Escape" && toggleMenu(false));
setInterval(refreshTimes, 10_000);
become(store.person).then(() => composer.focus());
