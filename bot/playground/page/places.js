// The places around the channel: the rail of servers, the channels, who you are, the bar on top.

import { avatar, count, find, h, swap } from "./dom.js";
import { icon } from "./icons.js";
import { rove } from "./keys.js";
import { channelPhrase, channelTitle, directs, guildOf, openChannel, openGuild, partner, standing, store } from "./store.js";

/** `on`: {open(channel), become(person)} */
export function startPlaces(on) {
  rove(find("#rail"), "button", { keys: ["ArrowUp", "ArrowDown"], wraps: false });
  rove(find("#channels"), "button", { keys: ["ArrowUp", "ArrowDown"], wraps: false });
  find("#persons").addEventListener("keydown", (event) => stepPerson(event, on));
}

export function drawPlaces(on) {
  const guild = openGuild();
  const channel = openChannel();
  swap(find("#rail"), home(on, !guild), h("hr"), store.state.guilds.map((place) => server(place, place === guild, on)));
  find("#place").textContent = guild ? guild.name : "Direct messages";
  swap(find("#channels"), guild ? h("h2", {}, "Text channels") : null, (guild ? guild.channels : directs()).map((place) => channelLink(place, on)));
  swap(find("#persons"), store.state.people.map((person) => personButton(person, on)));
  stops("#rail");
  stops("#channels");
  find("#title").replaceChildren(mark(channel, "tiny"), h("span", {}, channelTitle(channel)));
  find("#banner").textContent = store.state.banner;
  find("#drop b").textContent = `Upload to ${channelPhrase(channel)}`;
  drawTitle();
}

/** The window's name, with what is unread before it. */
export function drawTitle() {
  const unread = [...store.unread.values()].reduce((sum, entry) => sum + entry.count, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${channelPhrase(openChannel())} · Easel's playground`;
}

/** One Tab stop in each list: the open place. */
function stops(list) {
  const buttons = [...find(list).querySelectorAll("button")];
  const current = buttons.find((button) => button === document.activeElement) ?? buttons.find((button) => ["true", "page"].includes(button.getAttribute("aria-current"))) ?? buttons[0];
  buttons.forEach((button) => button.setAttribute("tabindex", button === current ? "0" : "-1"));
}

function home(on, current) {
  const unread = directs().reduce((sum, channel) => sum + (store.unread.get(channel.id)?.count ?? 0), 0);
  return h("button", { type: "button", class: "server home", "data-key": "home", "data-tip": "Direct messages", "aria-label": labelled("Direct messages", unread), "aria-current": String(current), onclick: () => on.open(store.state.dm) },
    icon("mail"), unread ? h("span", { class: "number", "aria-hidden": "true" }, String(unread)) : null);
}

function server(guild, current, on) {
  const unread = guild.channels.reduce((sum, channel) => sum + (store.unread.get(channel.id)?.count ?? 0), 0);
  const first = () => guild.channels.find((channel) => channel.id === store.lastOpen.get(guild.id)) ?? guild.channels[0];
  return h("button", { type: "button", class: `server ${unread ? "unread" : ""}`, "data-key": guild.id, "data-guild": guild.id, "data-tip": guild.name, "aria-label": labelled(guild.name, unread), "aria-current": String(current), onclick: () => on.open(first()) },
    h("span", { "aria-hidden": "true" }, initials(guild.name)));
}

function channelLink(channel, on) {
  const unread = store.unread.get(channel.id)?.count ?? 0;
  const name = channelTitle(channel);
  return h("button", { type: "button", class: `channel ${channel.kind} ${unread ? "unread" : ""}`, "data-key": channel.id, "data-channel": name, "aria-label": labelled(name, unread), "aria-current": channel.id === store.channel ? "page" : "false", onclick: () => on.open(channel) },
    mark(channel, "small"), h("span", {}, name));
}

/** A picture of whom a direct message is with, or the sign of a channel. */
function mark(channel, size) {
  const user = partner(channel);
  return user ? avatar(user, size) : icon(channel.kind === "thread" ? "thread" : "hash");
}

function personButton(person, on) {
  const current = person.name === store.person;
  return h("button", { type: "button", class: "person", role: "radio", "aria-checked": String(current), tabindex: current ? "0" : "-1", "data-key": person.name, "data-person": person.name, onclick: () => on.become(person) },
    avatar(person, "small"), h("span", {}, h("b", {}, person.display), h("small", {}, standing(person))));
}

/** Arrow keys choose among people at once, as among radio buttons. */
function stepPerson(event, on) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const { people } = store.state;
  const index = people.findIndex((person) => person.name === store.person);
  const next = people.at((index + step) % people.length);
  on.become(next, () => find(`[data-person="${next.name}"]`).focus());
}

/** The server a channel is in was last read there. */
export function noteOpen(channel) {
  const guild = guildOf(channel);
  if (guild) store.lastOpen.set(guild.id, channel.id);
}

const labelled = (name, unread) => (unread ? `${name}, ${count(unread, "unread message")}` : name);
const initials = (name) => name.split(/\s+/).map((word) => word[0]).join("").slice(0, 2);
