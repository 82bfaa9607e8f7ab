// Elements in one expression: h("a", {href, class: "x", onclick}, child, "text").

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.entries(value).forEach(([key, text]) => element.style.setProperty(key, text));
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const find = (selector) => document.querySelector(selector);

/** Put new children in, and leave the focus with the one that has the same `data-key` as the focused one had. */
export function swap(container, ...children) {
  const focused = container.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  container.replaceChildren(...children.flat().filter(Boolean));
  if (focused !== undefined) container.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

const HUES = { Easel: 275, Alice: 5, Bob: 160, Mona: 60, Olivia: 305 };

export function avatar(user, size = "") {
  const hue = HUES[user.display] ?? [...user.display].reduce((sum, letter) => sum + letter.charCodeAt(0) * 37, 0) % 360;
  return h("span", { class: `avatar ${size}`, style: { "--hue": String(hue) }, "aria-hidden": "true" }, user.display[0]);
}

export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(2)} MB`;
}

/** A number of things: `count(1, "file")` is "1 file". */
export const count = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;

export const colourOf = (number) => `#${number.toString(16).padStart(6, "0")}`;
