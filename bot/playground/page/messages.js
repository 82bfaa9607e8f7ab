// The list of messages: each drawn as it is now, redrawn when it changes, without losing place, focus or picture.

import { act } from "./api.js";
import { component, fileCard, grid } from "./components.js";
import { avatar, find, h } from "./dom.js";
import { openForm } from "./forms.js";
import { markdown } from "./markdown.js";
import { openChannel, store } from "./store.js";

const DECODE_MS = 800;
const drawn = new Map();

export function drawAll() {
  drawn.clear();
  const seen = [...store.messages.values()].filter(visible);
  find("#messages").replaceChildren(welcome(), ...seen.map(draw));
  toBottom();
}

/** Take in one changed message. */
export function update(message) {
  if (message.channel !== store.channel) return;
  const gone = message.deleted || !visible(message);
  if (message.deleted) store.messages.delete(message.id);
  else store.messages.set(message.id, message);
  const place = document.querySelector(`[data-message="${message.id}"]`);
  if (gone) place?.remove();
  else if (place) redraw(message);
  else add(draw(message));
}

/** Something only this page says: that a command went unanswered. */
export function addLocal(path, sentence) {
  const item = h("li", { class: "message local", role: "alert" }, avatar(store.state.bot),
    h("div", { class: "body" }, heading(store.state.bot, Date.now() / 1000, false), h("p", { class: "failure" }, `⚠ ${sentence}`),
      h("p", { class: "subtext" }, `You used /${path}. `, h("button", { type: "button", class: "plain", onclick: () => item.remove() }, "Dismiss"))));
  add(item);
}

const visible = (message) => !store.dismissed.has(message.id);

function add(item) {
  const near = nearBottom();
  find("#messages").append(item);
  if (near) toBottom();
}

/** The new drawing takes the old one's place once its pictures are there: no flicker; the latest one wins. */
async function redraw(message) {
  const fresh = draw(message);
  const pictures = [...fresh.querySelectorAll("img")];
  await Promise.race([Promise.allSettled(pictures.map((picture) => picture.decode())), new Promise((done) => setTimeout(done, DECODE_MS))]);
  const old = document.querySelector(`[data-message="${message.id}"]`);
  if (!old || drawn.get(message.id) !== message.revision) return;
  const near = nearBottom();
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset.customId : null;
  old.replaceWith(fresh);
  if (focused) fresh.querySelector(`[data-custom-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  if (near) toBottom();
}

function draw(message) {
  drawn.set(message.id, message.revision);
  const classes = `message ${message.ephemeral ? "ephemeral" : ""} ${message.loading ? "loading" : ""}`;
  return h("li", { class: classes, "data-message": message.id, "data-revision": String(message.revision) },
    context(message), avatar(message.author),
    h("div", { class: "body" }, heading(message.author, message.at, message.author.bot), ...content(message), ephemeralNote(message)), menu(message));
}

function context(message) {
  if (message.asked && message.command)
    return h("div", { class: "context" }, avatar(message.asked, "tiny"), h("b", {}, message.asked.display), " used ", h("span", { class: "command" }, `/${message.command}`));
  if (!message.reply) return null;
  return h("div", { class: "context" }, avatar(message.reply.author, "tiny"), h("b", {}, message.reply.author.display), ` ${message.reply.text}`);
}

function heading(author, at, isBot) {
  const date = new Date(at * 1000);
  const when = h("time", { datetime: date.toISOString(), title: date.toLocaleString() }, date.toLocaleTimeString([], { timeStyle: "short" }));
  return h("header", {}, h("b", { class: "author" }, author.display), isBot || author.bot ? h("span", { class: "badge" }, "APP") : null, when);
}

function content(message) {
  if (message.loading)
    return [h("p", { class: "thinking", role: "status" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), `${message.author.display} is thinking…`)];
  const parts = message.content ? [markdown(message.content)] : [];
  parts.push(...message.embeds.map(embed));
  parts.push(...files(message.files));
  parts.push(...message.components.map((part) => component(part, message)));
  if (message.edited) parts.push(h("span", { class: "edited" }, "(edited)"));
  return parts;
}

function files(list) {
  const pictures = list.filter((file) => file.type.startsWith("image/"));
  const others = list.filter((file) => !file.type.startsWith("image/"));
  return [...(pictures.length ? [grid(pictures)] : []), ...others.map(fileCard)];
}

function embed(data) {
  const colour = data.color === undefined ? "" : `#${data.color.toString(16).padStart(6, "0")}`;
  const picture = data.image ? h("img", { src: data.image.url, alt: "", class: "embed-image" }) : null;
  return h("div", { class: "container accented", style: colour ? { "--accent": colour } : {} }, data.title ? h("b", {}, data.title) : null,
    data.description ? markdown(data.description) : null,
    ...(data.fields ?? []).map((entry) => h("div", {}, h("b", {}, entry.name), markdown(entry.value))), picture,
    data.footer ? h("p", { class: "subtext" }, data.footer.text) : null);
}

function ephemeralNote(message) {
  if (!message.ephemeral) return null;
  const dismiss = () => {
    store.dismissed.add(message.id);
    document.querySelector(`[data-message="${message.id}"]`)?.remove();
  };
  return h("p", { class: "note" }, "👁 Only you can see this · ", h("button", { type: "button", class: "plain", onclick: dismiss }, "Dismiss message"));
}

function menu(message) {
  const commands = store.commands.filter((command) => command.type === 3);
  if (!commands.length || message.loading || message.ephemeral) return null;
  const use = async (command) => {
    const answer = await act("menu", { person: store.person, channel: message.channel, message: message.id, name: command.path }).catch((error) => ({ error }));
    if (answer.modal) openForm(answer);
    else if (answer.error || answer.failed) addLocal(command.path, answer.error?.message ?? "The application did not respond");
  };
  const items = commands.map((command) => h("button", { type: "button", onclick: (event) => { event.currentTarget.closest("details").open = false; use(command); } }, command.path));
  return h("details", { class: "apps" }, h("summary", { "aria-label": "Apps" }, "⋯"), h("div", {}, h("b", {}, "Apps"), ...items));
}

function welcome() {
  const channel = openChannel();
  const about = channel.kind === "dm" ? "This is where the bot writes to you alone." : `This is the start of #${channel.name}. Type / to see what the bot can do.`;
  return h("li", { class: "welcome" }, h("span", { class: "hash", "aria-hidden": "true" }, channel.kind === "dm" ? "@" : "#"),
    h("h2", {}, channel.kind === "dm" ? store.state.bot.display : `Welcome to #${channel.name}`), h("p", {}, about));
}

function nearBottom() {
  const scroll = find("#scroll");
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 160;
}

export function toBottom() {
  const scroll = find("#scroll");
  scroll.scrollTop = scroll.scrollHeight;
}
