// One picture large, with those beside it a key away.

import { find, h } from "./dom.js";
import { icon } from "./icons.js";

export function openLightbox(file, siblings) {
  const dialog = find("#lightbox");
  let index = siblings.indexOf(file);
  const show = (step) => {
    index = (index + step + siblings.length) % siblings.length;
    const shown = siblings[index];
    const place = siblings.length > 1 ? `${index + 1} of ${siblings.length} · ` : "";
    dialog.querySelector("img").src = shown.url;
    dialog.querySelector("img").alt = shown.description || shown.name;
    dialog.querySelector("p").replaceChildren(h("span", {}, `${place}${shown.description || shown.name}`), " · ",
      h("a", { href: shown.url, target: "_blank", rel: "noopener" }, "Open in a new tab"));
  };
  const turn = (step, name, label) => h("button", { type: "button", class: `turn ${name}`, "aria-label": label, onclick: () => show(step) }, icon(name));
  dialog.replaceChildren(
    h("button", { type: "button", class: "leave", "aria-label": "Close", onclick: () => dialog.close() }, icon("close")),
    ...(siblings.length > 1 ? [turn(-1, "left", "Previous picture"), turn(1, "right", "Next picture")] : []),
    h("img", { alt: "" }), h("p", { role: "status" }));
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  dialog.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) show(step);
  };
  show(0);
  dialog.showModal();
}
