// Pictures, video and audio; a picture opens large.

import { find, h } from "./dom.js";

export function media(file, siblings = [file]) {
  if (file.type.startsWith("video/")) return h("video", { src: file.url, controls: true, preload: "metadata", width: file.width, height: file.height });
  if (file.type.startsWith("audio/")) return h("audio", { src: file.url, controls: true, preload: "metadata", "aria-label": file.name });
  const room = file.width && file.height ? { "--width": `${file.width}px`, "--ratio": String(file.width / file.height) } : {};
  const picture = h("img", { style: room, src: file.url, alt: file.description || file.name, width: file.width, height: file.height, "data-file": file.name });
  return h("button", { type: "button", class: "picture", "aria-label": `Open ${file.description || file.name}`, onclick: () => enlarge(file, siblings) }, picture);
}

function enlarge(file, siblings) {
  const dialog = find("#lightbox");
  let index = siblings.indexOf(file);
  const show = () => {
    const shown = siblings[index];
    const link = h("a", { href: shown.url, target: "_blank", rel: "noopener" }, "Open in a new tab");
    dialog.replaceChildren(h("img", { src: shown.url, alt: shown.description || shown.name }), h("p", {}, shown.name, " · ", link));
  };
  dialog.onclick = (event) => event.target.tagName !== "A" && dialog.close();
  dialog.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    index = (index + step + siblings.length) % siblings.length;
    show();
  };
  show();
  dialog.showModal();
}
