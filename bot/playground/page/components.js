// Components V2 and the older rows of buttons, as people see them.

import { act } from "./api.js";
import { colourOf, h } from "./dom.js";
import { fileCard } from "./files.js";
import { openForm } from "./forms.js";
import { icon } from "./icons.js";
import { rove } from "./keys.js";
import { markdown } from "./markdown.js";
import { asFile, grid, media, spoiler } from "./media.js";
import { selectMenu } from "./select.js";
import { store } from "./store.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };
const RENDERERS = {
  1: row,
  2: button,
  3: select, 5: select, 6: select, 7: select, 8: select,
  9: section,
  10: (part) => markdown(part.content),
  11: (part) => h("div", { class: "thumbnail" }, media(asFile(part.media, part))),
  12: (part) => grid(part.items.map((item) => asFile(item.media, item))),
  13: file,
  14: (part) => h("hr", { class: `separator ${part.divider === false ? "bare" : ""} ${part.spacing === 2 ? "wide" : ""}` }),
  17: container,
};

export function component(part, message) {
  return RENDERERS[part.type]?.(part, message) ?? h("p", { class: "subtext" }, `This page cannot show components of type ${part.type}.`);
}

const children = (part, message) => part.components.map((child) => component(child, message));

function row(part, message) {
  const line = h("div", { class: "row" }, ...children(part, message));
  if (line.querySelectorAll(":scope > .button").length > 1) {
    line.setAttribute("role", "toolbar");
    rove(line, ".button", { keys: ["ArrowLeft", "ArrowRight"] });
  }
  return line;
}

function container(part, message) {
  const colour = part.accent_color === null || part.accent_color === undefined ? null : colourOf(part.accent_color);
  const box = h("div", { class: `container ${colour ? "accented" : ""}`, style: colour ? { "--accent": colour } : {} }, ...children(part, message));
  return part.spoiler ? spoiler(box) : box;
}

function section(part, message) {
  return h("div", { class: "section" }, h("div", {}, ...children(part, message)), component(part.accessory, message));
}

function file(part) {
  const card = fileCard(asFile(part.file, part));
  return part.spoiler ? spoiler(card) : card;
}

function button(part, message) {
  const label = [part.emoji?.name ? h("span", { class: "emoji" }, part.emoji.name) : null, part.label ?? null];
  const kind = `button ${STYLES[part.style]}`;
  if (part.style === 5) return h("a", { class: kind, href: part.url, target: "_blank", rel: "noreferrer noopener" }, ...label, icon("open", "opens in a new tab"));
  const press = (event) => interact("click", message, event.currentTarget, { custom_id: part.custom_id });
  return h("button", { type: "button", class: kind, disabled: part.disabled, "data-custom-id": part.custom_id, "data-key": part.custom_id, onclick: press }, ...label);
}

function select(part, message) {
  const label = part.placeholder || "Make a selection";
  return selectMenu(part, { label, onDone: (values, element) => interact("select", message, element, { custom_id: part.custom_id, values }) }).element;
}

async function interact(action, message, element, more) {
  if (element.classList.contains("waiting")) return;
  element.closest(".message").querySelector(".failure")?.remove();
  element.classList.add("waiting");
  element.setAttribute("aria-busy", "true");
  try {
    const answer = await act(action, { person: store.person, channel: message.channel, message: message.id, ...more });
    if (answer.failed) fail(message, "This interaction failed");
    if (answer.modal) openForm(answer);
  } catch (error) {
    fail(message, error.message);
  } finally {
    document.querySelectorAll(".waiting").forEach((waiting) => {
      waiting.classList.remove("waiting");
      waiting.removeAttribute("aria-busy");
    });
  }
}

function fail(message, sentence) {
  const body = document.querySelector(`[data-message="${message.id}"] .body`);
  body?.querySelector(".failure")?.remove();
  body?.append(h("p", { class: "failure", role: "alert" }, icon("warning"), sentence));
}
