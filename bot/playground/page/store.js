// What the page knows: who is here, which channel is open, and the messages in it.

export const store = {
  person: localStorage.getItem("person") || "alice",
  channel: localStorage.getItem("channel"),
  state: null,
  connected: false,
  /** @type {Map<string, object>} the open channel's messages by id, oldest first */
  messages: new Map(),
  commands: [],
  dismissed: new Set(),
};

export function remember() {
  localStorage.setItem("person", store.person);
  localStorage.setItem("channel", store.channel);
}

export const allChannels = () => [...store.state.guilds.flatMap((guild) => guild.channels), store.state.dm];
export const openChannel = () => allChannels().find((channel) => channel.id === store.channel);
export const openGuild = () => store.state.guilds.find((guild) => guild.channels.some((channel) => channel.id === store.channel));
export const me = () => store.state.people.find((person) => person.id === store.state.me);

export function userName(id) {
  const user = [...store.state.people, store.state.bot].find((other) => other.id === id);
  return user ? user.display : "unknown-user";
}

export function channelName(id) {
  const channel = allChannels().find((other) => other.id === id);
  return channel ? channel.name : "unknown";
}
