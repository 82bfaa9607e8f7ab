// One message as it is now: who, when, what, and why it is there.

import { avatar, colourOf, count, h } from "./dom.js";
import { component } from "./components.js";
import { fileCard } from "./files.js";
import { icon } from "./icons.js";
import { markdown, plain } from "./markdown.js";
import { asFile, grid, local } from "./media.js";
import { nameColour, now } from "./store.js";

const DAY_MS = 86_400_000;
const LONGEST_SPOKEN = 200;

/** `on`: {dismiss(message), more(message, anchor), jump(id)}. */
export function drawMessage(message, on) {
  const classes = `message ${message.ephemeral ? "ephemeral" : ""} ${message.loading ? "loading" : ""}`;
  const more = h("button", { type: "button", class: "more", tabindex: "-1", "aria-label": "More", "aria-haspopup": "menu", onclick: (event) => on.more(message, event.currentTarget) }, icon("more"));
  return h("li", {
    class: classes, tabindex: "-1", "data-message": message.id, "data-key": message.id, "data-revision": String(message.revision), "aria-labelledby": `who-${message.id} what-${message.id}`,
    "data-author": message.author.id, "data-at": String(message.at), "data-day": dayOf(message.at), "data-alone": message.command || message.reply ? "" : null,
  }, context(message, on), avatar(message.author),
  h("div", { class: "body" }, heading(message.author, message.at, `who-${message.id}`), h("div", { class: "said", id: `what-${message.id}` }, ...content(message)), note(message, on)), more);
}

/** Something only this page says: that a command went unanswered. */
export function drawLocal(bot, path, sentence, onDismiss) {
  return h("li", { class: "message local", role: "alert", "data-author": "", "data-alone": "" }, avatar(bot),
    h("div", { class: "body" }, heading(bot, now()), h("p", { class: "failure" }, icon("warning"), sentence),
      h("p", { class: "note" }, icon("eye"), `Only you can see this. ${path ? `You used /${path}. ` : ""}`, h("button", { type: "button", class: "plain", onclick: onDismiss }, "Dismiss message"))));
}

/** The line between two days. */
export const dayLine = (at) => h("li", { class: "divider", role: "separator" }, h("span", {}, new Date(at * 1000).toLocaleDateString([], { dateStyle: "long" })));
export const newLine = () => h("li", { class: "divider new", role: "separator", "aria-label": "New messages" }, h("span", {}, "New"));
export const dayOf = (at) => new Date(at * 1000).toDateString();

/** What a screen reader is told of a new message: its texts, without what is covered. */
export function spoken(element) {
  const said = element.querySelector(".said").cloneNode(true);
  said.querySelectorAll(".spoiler, .spoiled, .drop").forEach((part) => part.remove());
  const texts = [...said.querySelectorAll("p, h3, h4, h5, li")].map((part) => part.textContent.trim()).filter(Boolean);
  const pictures = said.querySelectorAll("img").length;
  return [...texts, pictures ? count(pictures, "picture") : ""].filter(Boolean).join(" ").slice(0, LONGEST_SPOKEN);
}

function context(message, on) {
  if (message.asked && message.command)
    return h("div", { class: "context" }, avatar(message.asked, "tiny"), who(message.asked), " used ", h("span", { class: "command" }, `${message.menu ? "" : "/"}${message.command}`));
  if (!message.reply) return null;
  const { id, author, text } = message.reply;
  return h("button", { type: "button", class: "context reply", "data-key": `reply ${message.id}`, "aria-label": `Reply to ${author.display}: show the message`, onclick: () => on.jump(id) },
    avatar(author, "tiny"), who(author), h("span", { class: "quoted" }, plain(text) || "Click to see the attachment"));
}

function heading(author, at, id) {
  const date = new Date(at * 1000);
  const short = date.toLocaleTimeString([], { timeStyle: "short" });
  return h("header", { id }, who(author), author.bot ? h("span", { class: "badge" }, "APP") : null,
    h("time", { datetime: date.toISOString(), title: date.toLocaleString([], { dateStyle: "full", timeStyle: "short" }), "data-short": short }, h("span", {}, dayName(date)), short));
}

function who(user) {
  const colour = nameColour(user.id);
  return h("b", { class: "author", "data-user": user.id, style: colour ? { "--name": colourOf(colour) } : {} }, user.display);
}

function dayName(date) {
  const ago = Math.round((new Date(now() * 1000).setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / DAY_MS);
  return { 0: "Today at ", 1: "Yesterday at " }[ago] ?? `${date.toLocaleDateString()} `;
}

function content(message) {
  if (message.loading)
    return [h("p", { class: "thinking" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), `${message.author.display} is thinking…`)];
  const parts = message.content ? [markdown(message.content)] : [];
  parts.push(...message.embeds.map(embed));
  parts.push(...files(message.files));
  parts.push(...message.components.map((part) => component(part, message)));
  if (message.edited) parts.push(h("span", { class: "edited" }, "(edited)"));
  return parts;
}

function files(list) {
  const shown = list.map((file) => ({ ...file, url: local(file.url) }));
  const seen = (file) => /^(image|video)\//.test(file.type);
  const pictures = shown.filter(seen);
  return [...(pictures.length ? [grid(pictures)] : []), ...shown.filter((file) => !seen(file)).map(fileCard)];
}

function embed(data) {
  const colour = data.color === undefined ? "" : colourOf(data.color);
  const picture = data.image ? h("img", { src: asFile(data.image).url, alt: "", class: "embed-image" }) : null;
  const title = data.url ? h("a", { href: data.url, target: "_blank", rel: "noreferrer noopener" }, data.title) : data.title;
  return h("div", { class: "container accented", style: colour ? { "--accent": colour } : {} },
    data.author ? h("small", {}, data.author.name) : null, data.title ? h("b", {}, title) : null,
    data.description ? markdown(data.description) : null,
    ...(data.fields ?? []).map((entry) => h("div", {}, h("b", {}, entry.name), markdown(entry.value))), picture,
    data.footer ? h("p", { class: "subtext" }, data.footer.text) : null);
}

function note(message, on) {
  if (!message.ephemeral) return null;
  return h("p", { class: "note" }, icon("eye"), "Only you can see this · ",
    h("button", { type: "button", class: "plain", "data-key": `dismiss ${message.id}`, onclick: () => on.dismiss(message) }, "Dismiss message"));
}
