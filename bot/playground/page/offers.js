// What can be chosen: people, roles, channels and fixed choices, as `[{label, detail, icon, value, key}]`.

import { avatar, colourOf, h } from "./dom.js";
import { icon } from "./icons.js";
import { openGuild, present } from "./store.js";

const CHANNEL_TYPES = { text: 0, dm: 1, chat: 1, thread: 11 };

export const people = () => present().map((user) => ({ label: user.display, detail: user.name, value: { user: user.id }, key: user.id, icon: avatar(user, "tiny") }));

export const roles = () => (openGuild()?.roles ?? []).map((role) => ({
  label: role.name, value: { role: role.id }, key: role.id, icon: h("span", { class: "dot", style: role.colour ? { "--dot": colourOf(role.colour) } : {} }),
}));

export const channels = (types) => (openGuild()?.channels ?? []).filter((channel) => !types?.length || types.includes(CHANNEL_TYPES[channel.kind]))
  .map((channel) => ({ label: channel.name, value: { channel: channel.id }, key: channel.id, icon: icon(channel.kind === "thread" ? "thread" : "hash") }));

/** What a select component offers, those it starts with marked. */
export function selectOffers(part) {
  if (part.options) return part.options.map((option) => ({ label: option.label, detail: option.description, value: option.value, key: option.value, icon: emoji(option), chosen: option.default }));
  const offers = { 5: people, 6: roles, 7: () => [...people(), ...roles()], 8: () => channels(part.channel_types) }[part.type]();
  const defaults = (part.default_values ?? []).map((value) => String(value.id));
  return offers.map((offer) => ({ ...offer, chosen: defaults.includes(String(offer.key)) }));
}

const emoji = (option) => (option.emoji?.name ? h("span", { class: "emoji" }, option.emoji.name) : null);
