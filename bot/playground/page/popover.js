// The list above the command box: what may be chosen next, with a hint over it.

import { find, h } from "./dom.js";

let items = [];
let active = -1;
let pick = () => {};

/** Show a hint and what may be picked: `[{label, detail, icon, key, pills}]`; `first` is marked at the start, `busy` says that more is coming. */
export function showList(hint, entries, onPick, { first = -1, busy = false } = {}) {
  items = entries;
  pick = onPick;
  find("#hint").replaceChildren(...[hint].flat());
  find("#hint").hidden = !hint;
  find("#list").replaceChildren(...entries.map(row));
  find("#list").setAttribute("aria-busy", String(busy));
  find("#popover").hidden = !hint && !entries.length;
  find("#popover").classList.toggle("busy", busy);
  find("#popover").classList.remove("wrong");
  mark(Math.min(first, entries.length - 1));
}

/** Only the hint, as a complaint. */
export function showProblem(hint) {
  showList(hint, [], () => {});
  find("#popover").classList.add("wrong");
}

export function hideList() {
  items = [];
  active = -1;
  find("#popover").hidden = true;
  owner()?.removeAttribute("aria-activedescendant");
}

export const isShown = () => !find("#popover").hidden;
export const isListOpen = () => isShown() && items.length > 0;
export const hasActive = () => active >= 0 && active < items.length;

/** Take the marked entry; whether there was one. */
export function pickActive() {
  if (!hasActive()) return false;
  pick(items[active]);
  return true;
}

/** Arrow keys move the mark; whether the key was used. */
export function listKey(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !items.length) return false;
  event.preventDefault();
  mark(active < 0 ? (step > 0 ? 0 : items.length - 1) : (active + step + items.length) % items.length);
  return true;
}

const owner = () => document.activeElement?.closest("#box input, #box textarea");

function row(item, index) {
  const choose = (event) => {
    event.preventDefault();
    pick(item);
  };
  return h("li", { role: "option", id: `entry-${index}`, "data-value": String(item.key ?? item.label), onmousedown: (event) => event.preventDefault(), onclick: choose, onmousemove: () => mark(index, false) },
    item.icon ?? null, h("span", { class: "entry" }, h("span", { class: "entry-line" }, h("b", {}, item.label), ...(item.pills ?? []).map((text) => h("span", { class: "option-pill" }, text))),
      item.detail ? h("small", {}, item.detail) : null), item.from ? h("small", { class: "from" }, item.from) : null);
}

function mark(index, scroll = true) {
  active = index;
  [...find("#list").children].forEach((entry, place) => entry.setAttribute("aria-selected", String(place === index)));
  if (index < 0) return owner()?.removeAttribute("aria-activedescendant");
  owner()?.setAttribute("aria-activedescendant", `entry-${index}`);
  if (scroll) find("#list").children[index]?.scrollIntoView({ block: "nearest" });
}
