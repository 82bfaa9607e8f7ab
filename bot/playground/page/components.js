// Components V2 and the older rows of buttons, as people see them.

import { act } from "./api.js";
import { fileSize, h } from "./dom.js";
import { openForm } from "./forms.js";
import { markdown } from "./markdown.js";
import { media } from "./media.js";
import { openGuild, store } from "./store.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };
const RENDERERS = {
  1: (part, message) => h("div", { class: "row" }, ...children(part, message)),
  2: button,
  3: select, 5: select, 6: select, 7: select, 8: select,
  9: section,
  10: (part) => markdown(part.content),
  11: (part) => h("div", { class: "thumbnail" }, media(asFile(part.media, part.description))),
  12: gallery,
  13: (part) => fileCard({ ...asFile(part.file), name: part.name, size: part.size }),
  14: (part) => h("hr", { class: `separator ${part.divider === false ? "bare" : ""} ${part.spacing === 2 ? "wide" : ""}` }),
  17: container,
};

export function component(part, message) {
  return RENDERERS[part.type]?.(part, message) ?? h("p", { class: "subtext" }, `This page cannot show components of type ${part.type}.`);
}

/** Pictures beside one another: one large, else a grid. */
export function grid(files) {
  return h("div", { class: "gallery", "data-count": String(Math.min(files.length, 10)) }, ...files.map((file) => media(file, files)));
}

/** A file that is neither picture, video nor audio (those show what they hold). */
export function fileCard(file) {
  const shown = (file.type || "").startsWith("audio/") || (file.type || "").startsWith("video/") ? media(file) : null;
  const name = h("a", { href: file.url, download: file.name }, file.name);
  return h("div", { class: "file", "data-file": file.name }, h("span", { class: "file-icon", "aria-hidden": "true" }, "📄"),
    h("div", {}, name, h("small", {}, fileSize(file.size ?? 0))), shown);
}

const children = (part, message) => part.components.map((child) => component(child, message));
const asFile = (unfurled, description) => ({
  url: unfurled.url, width: unfurled.width, height: unfurled.height, type: unfurled.content_type || "image/png", description: description || "",
  name: decodeURIComponent(new URL(unfurled.url, location.href).pathname.split("/").pop()),
});

function container(part, message) {
  const colour = part.accent_color === null || part.accent_color === undefined ? null : `#${part.accent_color.toString(16).padStart(6, "0")}`;
  return h("div", { class: `container ${colour ? "accented" : ""}`, style: colour ? { "--accent": colour } : {} }, ...children(part, message));
}

function section(part, message) {
  return h("div", { class: "section" }, h("div", {}, ...children(part, message)), component(part.accessory, message));
}

function gallery(part) {
  return grid(part.items.map((item) => asFile(item.media, item.description)));
}

function button(part, message) {
  const label = [part.emoji?.name ? h("span", { class: "emoji" }, part.emoji.name) : null, part.label ?? null];
  const kind = `button ${STYLES[part.style]}`;
  if (part.style === 5) return h("a", { class: kind, href: part.url, target: "_blank", rel: "noreferrer noopener" }, ...label, " ↗");
  const press = (event) => interact("click", message, event.currentTarget, { custom_id: part.custom_id });
  return h("button", { type: "button", class: kind, disabled: part.disabled, "data-custom-id": part.custom_id, onclick: press }, ...label);
}

function select(part, message) {
  const options = selectOptions(part);
  const many = (part.max_values ?? 1) > 1;
  const choose = (event) => {
    const chosen = [...event.currentTarget.selectedOptions].filter((option) => option.value).map((option) => options[Number(option.value)].value);
    if (chosen.length >= (part.min_values ?? 1)) interact("select", message, event.currentTarget, { custom_id: part.custom_id, values: chosen });
  };
  const placeholder = h("option", { value: "", hidden: true, selected: !options.some((option) => option.default) }, part.placeholder || "Make a selection");
  const entries = options.map((option, index) => h("option", { value: String(index), selected: option.default, title: option.description }, option.label));
  const attributes = { class: "select", "data-custom-id": part.custom_id, disabled: part.disabled, "aria-label": part.placeholder || "Make a selection" };
  return h("select", { ...attributes, multiple: many, onchange: choose }, ...(many ? [] : [placeholder]), ...entries);
}

/** What a select offers: its own options, or people, roles and channels. */
export function selectOptions(part) {
  if (part.type === 3 || part.options) return part.options;
  const guild = openGuild();
  const people = store.state.people.map((person) => ({ label: person.display, value: { user: person.id } }));
  const roles = (guild?.roles ?? []).map((role) => ({ label: role.name, value: { role: role.id } }));
  const channels = (guild?.channels ?? []).map((channel) => ({ label: `#${channel.name}`, value: { channel: channel.id } }));
  return { 5: people, 6: roles, 7: [...people, ...roles], 8: channels }[part.type];
}

async function interact(action, message, element, more) {
  const line = element.closest(".message");
  line.querySelector(".failure")?.remove();
  element.classList.add("waiting");
  try {
    const answer = await act(action, { person: store.person, channel: message.channel, message: message.id, ...more });
    if (answer.failed) fail(message, "This interaction failed");
    if (answer.modal) openForm(answer);
  } catch (error) {
    fail(message, error.message);
  } finally {
    document.querySelectorAll(".waiting").forEach((waiting) => waiting.classList.remove("waiting"));
  }
}

function fail(message, sentence) {
  const body = document.querySelector(`[data-message="${message.id}"] .body`);
  body?.querySelector(".failure")?.remove();
  body?.append(h("p", { class: "failure", role: "alert" }, `⚠ ${sentence}`));
}
