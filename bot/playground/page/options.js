// What a command's option takes: its kinds, their choices, and the sentences for values it does not take.

import { h } from "./dom.js";
import { channels, people, roles } from "./offers.js";

const STRING = 3, INTEGER = 4, BOOLEAN = 5, USER = 6, CHANNEL = 7, ROLE = 8, MENTIONABLE = 9, NUMBER = 10;
export const ATTACHMENT = 11;

const TRUTHS = [{ label: "True", value: true, key: "true" }, { label: "False", value: false, key: "false" }];

export const isText = (option) => option.type === STRING;
export const inputMode = (option) => ({ [INTEGER]: "numeric", [NUMBER]: "decimal" })[option.type];
export const hasFixedChoices = (option) => Boolean(option.choices) || [BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE].includes(option.type);

/** What may be chosen, for an option that takes nothing else. */
export function choicesOf(option) {
  if (option.choices) return option.choices.map((choice) => ({ label: choice.name, value: choice.value, key: choice.value }));
  const kinds = { [BOOLEAN]: () => TRUTHS, [USER]: people, [CHANNEL]: () => channels(option.channel_types), [ROLE]: roles, [MENTIONABLE]: () => [...people(), ...roles()] };
  return kinds[option.type]?.() ?? [];
}

export function checkLength(option, text) {
  const { min_length: low = 0, max_length: high = 6000, name } = option;
  if (text.length < low || text.length > high) throw new Error(`${name} has to be between ${low} and ${high} characters long.`);
  return text;
}

export function checkNumber(option, text) {
  const { type, name, min_value: low = -Infinity, max_value: high = Infinity } = option;
  const value = Number(text);
  if (!text || Number.isNaN(value) || (type === INTEGER && !Number.isInteger(value)))
    throw new Error(`${name} has to be ${type === INTEGER ? "a whole number" : "a number"}.`);
  if (value < low || value > high) throw new Error(`${name} has to be ${range(low, high)}.`);
  return value;
}

/** An option's name, description and range, whether it has to be there, and a remark, as the hint over the list. */
export function describe(option, remark = "") {
  const { min_value: low, max_value: high, max_length: most } = option;
  const parts = [h("b", {}, option.name), ` ${option.description} `];
  if (option.required) parts.push(h("span", { class: "tag" }, "required"));
  if (low !== undefined || high !== undefined) parts.push(h("small", {}, ` ${range(low ?? -Infinity, high ?? Infinity)}`));
  else if (most !== undefined) parts.push(h("small", {}, ` at most ${most} characters`));
  if (remark) parts.push(h("span", { class: "remark", role: "alert" }, remark));
  return parts;
}

function range(low, high) {
  if (high === Infinity) return `at least ${low}`;
  return low === -Infinity ? `at most ${high}` : `between ${low} and ${high}`;
}
