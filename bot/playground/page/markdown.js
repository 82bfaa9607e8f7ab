// Discord's Markdown as DOM nodes; text is only ever put in as text.

import { h } from "./dom.js";
import { channelName, now, roleName, userName } from "./store.js";

const INLINE = [
  [/^\\([^A-Za-z0-9\s])/, (match) => [match[1]]],
  [/^`([^`]+)`/, (match) => [h("code", {}, match[1])]],
  [/^<@!?(\d+)>/, (match) => [h("span", { class: "mention" }, `@${userName(match[1])}`)]],
  [/^<@&(\d+)>/, (match) => [h("span", { class: "mention" }, `@${roleName(match[1])}`)]],
  [/^<#(\d+)>/, (match) => [h("span", { class: "mention" }, `#${channelName(match[1])}`)]],
  [/^<\/([\w -]+):\d+>/, (match) => [h("span", { class: "mention" }, `/${match[1]}`)]],
  [/^<a?:(\w+):\d+>/, (match) => [`:${match[1]}:`]],
  [/^<t:(-?\d+)(?::([tTdDfFR]))?>/, (match) => [time(Number(match[1]), match[2] || "f")]],
  [/^\[([^\]]+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/, (match) => [link(match[2], inline(match[1]))]],
  [/^https:\/\/discord\.com\/channels\/\d+\/(\d+)\/\d+/, (match) => [toMessage(match[0], channelName(match[1]))]],
  [/^<(https?:\/\/[^\s>]+)>/, (match) => [link(match[1], [match[1]])]],
  [/^https?:\/\/[^\s<>]*[^\s<>.,:;"')\]]/, (match) => [link(match[0], [match[0]])]],
  [/^\*\*\*(.+?)\*\*\*(?!\*)/s, (match) => [h("strong", {}, h("em", {}, ...inline(match[1])))]],
  [/^\*\*(.+?)\*\*(?!\*)/s, (match) => [h("strong", {}, ...inline(match[1]))]],
  [/^__(.+?)__(?!_)/s, (match) => [h("u", {}, ...inline(match[1]))]],
  [/^\*(?!\s)(.+?)\*(?!\*)/s, (match) => [h("em", {}, ...inline(match[1]))]],
  [/^_(?!\s)(.+?)_(?![A-Za-z0-9_])/s, (match) => [h("em", {}, ...inline(match[1]))]],
  [/^~~(.+?)~~/s, (match) => [h("s", {}, ...inline(match[1]))]],
  [/^\|\|(.+?)\|\|/s, (match) => [spoiler(inline(match[1]))]],
];

const BLOCKS = [
  [/^```(?:[a-z0-9+-]*\n)?([\s\S]*?)```\n?/, (match) => h("pre", {}, h("code", {}, match[1].replace(/\n$/, "")))],
  [/^-# (.+)(?:\n|$)/, (match) => h("p", { class: "subtext" }, ...inline(match[1]))],
  [/^(#{1,3}) (.+)(?:\n|$)/, (match) => h(`h${match[1].length + 2}`, {}, ...inline(match[2]))],
  [/^((?:> .*(?:\n|$))+)/, (match) => h("blockquote", {}, markdown(match[1].replace(/^> /gm, "").trimEnd()))],
  [/^((?:[-*] .+(?:\n|$))+)/, (match) => h("ul", {}, ...match[1].trimEnd().split("\n").map((line) => h("li", {}, ...inline(line.slice(2)))))],
  [/^((?:\d+\. .+(?:\n|$))+)/, (match) => h("ol", {}, ...match[1].trimEnd().split("\n").map((line) => h("li", {}, ...inline(line.replace(/^\d+\. /, "")))))],
];

export function markdown(text) {
  const whole = h("div", { class: "markdown" });
  let rest = text;
  while (rest) {
    const block = first(BLOCKS, rest);
    if (block) {
      whole.append(block.node);
      rest = rest.slice(block.length);
    } else {
      const [line] = rest.match(/^.*(?:\n|$)/);
      whole.append(h("p", {}, ...inline(line.replace(/\n$/, ""))));
      rest = rest.slice(line.length);
    }
  }
  return whole;
}

/** The text without its marks, on one line. */
export function plain(text) {
  const blocks = [...markdown(text).children].map((block) => block.textContent.trim());
  return blocks.filter(Boolean).join(" ").replace(/\s+/g, " ");
}

/** Timestamps that say how long ago, brought up to date. */
export function refreshTimes() {
  document.querySelectorAll("time[data-relative]").forEach((element) => {
    element.textContent = relative(Number(element.dataset.relative));
  });
}

function inline(text) {
  const nodes = [];
  let plain = "";
  let rest = text;
  let before = "";
  while (rest) {
    const inWord = /\w$/.test(before) && rest[0] === "_";
    const found = inWord ? null : first(INLINE, rest);
    if (found) {
      if (plain) nodes.push(plain);
      plain = "";
      nodes.push(...found.node);
    } else {
      plain += rest[0];
    }
    const length = found ? found.length : 1;
    before = rest.slice(0, length);
    rest = rest.slice(length);
  }
  return plain ? [...nodes, plain] : nodes;
}

function first(rules, text) {
  for (const [pattern, make] of rules) {
    const match = text.match(pattern);
    if (match) return { node: make(match), length: match[0].length };
  }
  return null;
}

const link = (href, children) => h("a", { href, target: "_blank", rel: "noreferrer noopener" }, ...children);

/** A message somewhere else, by the channel it is in. */
const toMessage = (href, channel) => h("a", { class: "mention", href, target: "_blank", rel: "noreferrer noopener" }, `#${channel} › message`);

function spoiler(children) {
  const text = h("span", {}, ...children);
  const show = () => {
    whole.classList.add("shown");
    whole.removeAttribute("role");
    whole.removeAttribute("tabindex");
    whole.removeAttribute("aria-label");
  };
  const press = (event) => ["Enter", " "].includes(event.key) && (event.preventDefault(), show());
  const whole = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Spoiler: show", onclick: show, onkeydown: press }, text);
  return whole;
}

const STYLES = {
  t: { timeStyle: "short" }, T: { timeStyle: "medium" }, d: { dateStyle: "short" }, D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" }, F: { dateStyle: "full", timeStyle: "short" },
};

function time(seconds, style) {
  const date = new Date(seconds * 1000);
  const whole = { datetime: date.toISOString(), title: date.toLocaleString() };
  if (style === "R") return h("time", { ...whole, "data-relative": String(seconds) }, relative(seconds));
  return h("time", whole, date.toLocaleString([], STYLES[style]));
}

function relative(seconds) {
  const away = seconds - now();
  const units = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, size] = units.find(([, length]) => Math.abs(away) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.round(away / size), unit);
}
