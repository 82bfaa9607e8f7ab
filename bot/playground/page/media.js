// Pictures, video and audio; a picture opens large, a spoiler first uncovers.

import { h } from "./dom.js";
import { openLightbox } from "./lightbox.js";

/** What an attachment or a component's media is to this page: `{url, name, type, width, height, size, description, spoiler}`. */
export const asFile = (unfurled, { description, spoiler, name, size } = {}) => ({
  url: local(unfurled.url), width: unfurled.width, height: unfurled.height, type: unfurled.content_type || "image/png", description: description || "",
  name: name ?? decodeURIComponent(new URL(unfurled.url, location.href).pathname.split("/").pop()), size, spoiler,
});

/** This Discord's files by their path alone, so that the page works under every name of this machine. */
export function local(url) {
  const whole = new URL(url, location.href);
  return whole.pathname.startsWith("/cdn/") ? whole.pathname + whole.search : url;
}

export const isMedia = (file) => /^(image|video|audio)\//.test(file.type ?? "");

export function media(file, siblings = [file]) {
  const shown = player(file) ?? picture(file, siblings);
  return file.spoiler || /^SPOILER_/.test(file.name) ? spoiler(shown) : shown;
}

/** Pictures beside one another: one large, else a grid. */
export function grid(files) {
  const pictures = files.filter((file) => !player(file));
  return h("div", { class: "gallery", "data-count": String(Math.min(files.length, 10)) }, ...files.map((file) => media(file, pictures)));
}

/** Something covered until it is asked for. */
export function spoiler(inside) {
  const cover = h("button", { type: "button", class: "cover", "aria-label": "Spoiler: show", onclick: () => whole.classList.add("shown") }, "Spoiler");
  const whole = h("div", { class: "spoiled" }, h("div", {}, inside), cover);
  return whole;
}

function player(file) {
  if (file.type.startsWith("video/")) return h("video", { src: file.url, controls: true, preload: "metadata", width: file.width, height: file.height, "aria-label": file.description || file.name });
  return file.type.startsWith("audio/") ? h("audio", { src: file.url, controls: true, preload: "metadata", "aria-label": file.name }) : null;
}

function picture(file, siblings) {
  const room = file.width && file.height ? { "--width": `${file.width}px`, "--ratio": String(file.width / file.height) } : {};
  const image = h("img", { style: room, src: file.url, alt: file.description || file.name, width: file.width, height: file.height, "data-file": file.name });
  return h("button", { type: "button", class: "picture", "data-key": `picture ${file.name}`, "aria-label": `Open ${file.description || file.name}`, onclick: () => openLightbox(file, siblings) }, image);
}
