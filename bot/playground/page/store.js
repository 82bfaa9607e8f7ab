// What the page knows: who is here, which channel is open, and the messages in it.

const kept = (name) => JSON.parse(sessionStorage.getItem(name) ?? "[]");

export const store = {
  person: localStorage.getItem("person") || "alice",
  channel: localStorage.getItem("channel"),
  state: null,
  connected: false,
  /** @type {Map<string, object>} the open channel's messages by id, oldest first */
  messages: new Map(),
  commands: [],
  dismissed: new Set(kept("dismissed")),
  /** @type {Map<string, {first: string, count: number}>} channels with messages nobody looked at */
  unread: new Map(),
  /** @type {Map<string, string>} the channel last read in a server */
  lastOpen: new Map(),
  /** @type {Map<string, string>} what a person began in a channel and did not send */
  drafts: new Map(),
};

/** This Discord's time in seconds: its clock can be moved on. */
export const now = () => Date.now() / 1000 + (store.state?.ahead ?? 0);

/** The open place outlives the page; its names do so for a playground that was started again, where every id is new. */
export function remember() {
  localStorage.setItem("person", store.person);
  localStorage.setItem("channel", store.channel);
  localStorage.setItem("place", placeOf(openChannel()));
}

/** Open what was open, by its id or its names; else the first channel there is. */
export function settle() {
  if (openChannel()) return;
  const place = localStorage.getItem("place");
  const named = allChannels().find((channel) => placeOf(channel) === place);
  store.channel = (named ?? store.state.guilds[0]?.channels[0] ?? store.state.dm).id;
}

export function dismiss(id) {
  store.dismissed.add(id);
  sessionStorage.setItem("dismissed", JSON.stringify([...store.dismissed]));
}

export const allChannels = () => [...store.state.guilds.flatMap((guild) => guild.channels), ...directs()];

/** The direct messages: with the bot first, then with other people. */
export const directs = () => [store.state.dm, ...store.state.chats];
export const openChannel = () => allChannels().find((channel) => channel.id === store.channel);
export const guildOf = (channel) => store.state.guilds.find((guild) => guild.channels.includes(channel));
export const openGuild = () => guildOf(openChannel());
export const users = () => [...store.state.people, store.state.bot];

/** The members of the open server, or those of a direct message. */
export function present() {
  const members = openGuild()?.members.map((member) => member.id) ?? openChannel().recipients ?? [store.state.me, store.state.bot.id];
  return users().filter((user) => members.includes(user.id));
}

/** Whose picture stands for a direct message; nobody's for a channel of a server. */
export function partner(channel) {
  if (channel.kind === "dm") return store.state.bot;
  return channel.kind === "chat" ? users().find((user) => user.id !== store.state.me && channel.recipients.includes(user.id)) : undefined;
}

/** What a channel is called in lists: its name, or whom a direct message is with. */
export const channelTitle = (channel) => (channel.kind === "dm" ? store.state.bot.display : channel.name);

/** What a channel is called in a sentence: `#general`, `@Easel`, a thread in quotes. */
export const channelPhrase = (channel) => ({ dm: `@${channelTitle(channel)}`, chat: `@${channel.name}`, thread: `“${channel.name}”` })[channel.kind] ?? `#${channel.name}`;

/** What a member is in the open server, by their highest role; with direct messages, what they are called. */
export function standing(person) {
  const guild = openGuild();
  return guild ? guild.members.find((member) => member.id === person.id)?.group || "Member" : person.name;
}

export function userName(id) {
  return users().find((user) => user.id === id)?.display ?? "unknown-user";
}

export function channelName(id) {
  return allChannels().find((channel) => channel.id === id)?.name ?? "unknown";
}

export function roleName(id) {
  return store.state.guilds.flatMap((guild) => guild.roles).find((role) => role.id === id)?.name ?? "unknown-role";
}

/** The colour of a member's name, by their highest role that has one. */
export function nameColour(id) {
  return openGuild()?.members.find((member) => member.id === id)?.colour ?? 0;
}

const placeOf = (channel) => `${guildOf(channel)?.name ?? ""}/${channel.kind === "dm" ? "" : channel.name}`;
