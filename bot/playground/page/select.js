// A select menu as Discord draws it: a button with what is chosen, and a list with descriptions under it.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { rove } from "./keys.js";
import { selectOffers } from "./offers.js";

const SEARCH_FROM = 8;
const GAP = 4;
let numbers = 0;

/** `{element, read()}`; `onDone(values)` is called once the person has chosen. */
export function selectMenu(part, { label, onDone = () => {} }) {
  const most = part.max_values ?? 1;
  const least = part.min_values ?? 1;
  const offers = selectOffers(part);
  let chosen = offers.filter((offer) => offer.chosen);
  let changed = false;
  const read = () => chosen.map((offer) => offer.value);
  const id = `select-${(numbers += 1)}`;
  const button = h("button", {
    type: "button", class: "select", role: "combobox", id, "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-label": label,
    disabled: part.disabled, "data-custom-id": part.custom_id, "data-key": part.custom_id, onclick: () => open(), onkeydown: (event) => ["ArrowDown", "ArrowUp"].includes(event.key) && (event.preventDefault(), open()),
  });
  const list = h("ul", { id: `${id}-list`, role: "listbox", "aria-label": label, "aria-multiselectable": String(most > 1) }, ...offers.map(row));
  const search = part.options && offers.length < SEARCH_FROM ? null : h("input", { type: "text", class: "search", placeholder: "Search", "aria-label": "Search", "aria-controls": `${id}-list`, oninput: sift, onkeydown: searchKey });
  const drop = h("div", { class: "drop", popover: "auto" }, search, list);
  rove(list, "[role=option]:not([hidden])", { wraps: false });
  drop.addEventListener("toggle", (event) => event.newState === "closed" && closed());
  draw();

  function open() {
    changed = false;
    drop.showPopover();
    button.setAttribute("aria-expanded", "true");
    place(drop, button.getBoundingClientRect());
    (search ?? list.querySelector("[aria-selected=true]") ?? list.firstElementChild)?.focus();
  }

  function closed() {
    button.setAttribute("aria-expanded", "false");
    if (changed && chosen.length >= least) onDone(read(), button);
  }

  function row(offer) {
    const pick = () => toggle(offer);
    return h("li", { role: "option", tabindex: "-1", "data-value": String(offer.key), onclick: pick, onkeydown: (event) => optionKey(event, pick) },
      offer.icon, h("span", {}, h("b", {}, offer.label), offer.detail ? h("small", {}, offer.detail) : null), icon("check"));
  }

  function toggle(offer) {
    const had = chosen.includes(offer);
    if (most === 1) chosen = had && least === 0 ? [] : [offer];
    else if (had) chosen = chosen.filter((other) => other !== offer);
    else if (chosen.length < most) chosen = [...chosen, offer];
    else return;
    changed = true;
    draw();
    if (most > 1) return;
    drop.hidePopover();
    button.focus();
  }

  function optionKey(event, pick) {
    if (event.key === "Tab") return drop.hidePopover();
    if (["Enter", " "].includes(event.key)) {
      event.preventDefault();
      return pick();
    }
    if (event.key.length !== 1) return;
    const near = [...list.children].find((item) => item.textContent.toLowerCase().startsWith(event.key.toLowerCase()));
    near?.focus();
  }

  function searchKey(event) {
    const first = list.querySelector("[role=option]:not([hidden])");
    if (event.key === "ArrowDown") (event.preventDefault(), first?.focus());
    else if (event.key === "Enter") (event.preventDefault(), first?.click());
    else if (event.key === "Tab") drop.hidePopover();
  }

  function sift() {
    const typed = search.value.trim().toLowerCase();
    offers.forEach((offer, index) => { list.children[index].hidden = !offer.label.toLowerCase().includes(typed); });
  }

  function draw() {
    offers.forEach((offer, index) => {
      list.children[index].setAttribute("aria-selected", String(chosen.includes(offer)));
      list.children[index].setAttribute("aria-disabled", String(most > 1 && chosen.length >= most && !chosen.includes(offer)));
    });
    const shown = chosen.length ? chosen.map((offer) => h("span", { class: most > 1 ? "pill" : "" }, offer.label)) : [h("span", { class: "placeholder" }, part.placeholder || "Make a selection")];
    button.replaceChildren(h("span", { class: "chosen" }, ...shown), icon("down"));
  }

  return { element: h("div", { class: "select-box" }, button, drop), read, target: button };
}

function place(drop, anchor) {
  drop.style.width = `${anchor.width}px`;
  drop.style.left = `${anchor.left}px`;
  const below = innerHeight - anchor.bottom;
  const under = below > Math.min(drop.offsetHeight + GAP, anchor.top);
  drop.style.top = under ? `${anchor.bottom + GAP}px` : "auto";
  drop.style.bottom = under ? "auto" : `${innerHeight - anchor.top + GAP}px`;
  drop.style.maxHeight = `${(under ? below : anchor.top) - GAP * 3}px`;
}
