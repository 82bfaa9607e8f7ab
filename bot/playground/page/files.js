// Files that are no pictures: cards to take them away, with what a text says.

import { fileSize, h } from "./dom.js";
import { icon } from "./icons.js";
import { isMedia, media } from "./media.js";

const MOST_BYTES = 50_000;
const TEXT = /^(text\/|application\/(json|xml|toml|yaml))/;

/** A card with the file's name and size; sound and video can be played, a text can be read. */
export function fileCard(file) {
  const name = h("a", { href: file.url, download: file.name }, file.name.replace(/^SPOILER_/, ""));
  const card = h("div", { class: "file", "data-file": file.name }, h("span", { class: "file-icon" }, icon("file")),
    h("div", {}, name, h("small", {}, fileSize(file.size ?? 0))),
    h("a", { class: "take", href: file.url, download: file.name, "aria-label": `Download ${file.name}` }, icon("download")),
    isMedia(file) && !file.type.startsWith("image/") ? media(file) : null);
  if (TEXT.test(file.type ?? "") && (file.size ?? 0) <= MOST_BYTES) readInto(card, file);
  return card;
}

/** The beginning of a text, and all of it on request. */
async function readInto(card, file) {
  const text = await fetch(file.url).then((response) => (response.ok ? response.text() : "")).catch(() => "");
  if (!text) return;
  const shown = h("pre", { class: "excerpt", tabindex: "0", "aria-label": file.name }, h("code", {}, text));
  const expand = h("button", { type: "button", class: "expand", "aria-expanded": "false", onclick: () => {
    const whole = shown.classList.toggle("whole");
    expand.setAttribute("aria-expanded", String(whole));
    expand.lastChild.textContent = whole ? "Collapse" : "Expand";
  } }, icon("down"), h("span", {}, "Expand"));
  card.append(shown, text.split("\n").length > 6 || text.length > 500 ? expand : "");
}
