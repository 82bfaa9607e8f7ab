// The inputs of a form, each with what it says when it is filled in wrongly.

import { count, fileSize, h } from "./dom.js";
import { icon } from "./icons.js";
import { selectMenu } from "./select.js";
import { store } from "./store.js";

const TEXT = 4, FILES = 19, RADIO = 21, CHECKBOXES = 22, CHECKBOX = 23;
const PARAGRAPH = 2;
const REQUIRED = "This field is required.";

/** `{element, target, read(), wrong()}`: `target` takes the focus, `wrong` is a sentence or nothing. */
export function field(part, label) {
  const kinds = { [TEXT]: text, [FILES]: files, [RADIO]: group, [CHECKBOXES]: group, [CHECKBOX]: checkbox };
  return (kinds[part.type] ?? picker)(part, label);
}

export const isRequired = (part) => part.type !== CHECKBOX && (part.required ?? true);

function text(part, label) {
  const low = part.min_length ?? 0;
  const high = part.max_length ?? 4000;
  const attributes = { maxlength: high, placeholder: part.placeholder, name: part.custom_id, "aria-label": label, "aria-required": String(isRequired(part)) };
  const input = part.style === PARAGRAPH ? h("textarea", { rows: "4", ...attributes }) : h("input", { type: "text", ...attributes });
  const left = h("span", { class: "counter", "aria-hidden": "true" });
  const tell = () => { left.textContent = `${input.value.length}/${high}`; };
  input.value = part.value ?? "";
  input.addEventListener("input", tell);
  tell();
  const wrong = () => {
    if (!input.value) return isRequired(part) ? REQUIRED : "";
    return input.value.length < low ? `Write at least ${count(low, "character")}.` : "";
  };
  return { element: h("div", { class: "text-field" }, input, left), target: input, read: () => input.value, wrong };
}

function files(part) {
  const most = part.max_values ?? 1;
  const least = part.min_values ?? 1;
  let chosen = [];
  let problem = "";
  const input = h("input", { type: "file", hidden: true, tabindex: "-1", multiple: most > 1, name: part.custom_id, onchange: () => take([...input.files]) });
  const button = h("button", { type: "button", class: "upload", onclick: () => input.click() }, icon("plus"), h("span", {}, most > 1 ? `Drop up to ${count(most, "file")} here, or ` : "Drop a file here, or ", h("u", {}, "browse")));
  const list = h("ul", { class: "uploads" });
  const element = h("div", { class: "upload-field", ondragover: (event) => event.preventDefault(), ondrop: (event) => (event.preventDefault(), take([...event.dataTransfer.files])) }, input, button, list);

  function take(more) {
    const large = more.find((file) => file.size > store.state.upload_limit);
    problem = large ? `${large.name} is larger than this server's ${fileSize(store.state.upload_limit)}. Choose a smaller file.` : "";
    chosen = [...(most > 1 ? chosen : []), ...more.filter((file) => file !== large)].slice(0, most);
    input.value = "";
    draw();
  }

  function draw() {
    list.replaceChildren(...chosen.map((file) => h("li", {}, icon("file"), h("span", {}, file.name), h("small", {}, fileSize(file.size)),
      h("button", { type: "button", class: "round", "aria-label": `Remove ${file.name}`, onclick: () => { chosen = chosen.filter((other) => other !== file); draw(); button.focus(); } }, icon("close")))));
    button.hidden = chosen.length >= most;
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const wrong = () => problem || few(part, chosen.length, least, "file");
  return { element, target: button, read: () => chosen, wrong };
}

function checkbox(part, label) {
  const input = h("input", { type: "checkbox", checked: part.default, name: part.custom_id, "aria-label": label });
  return { element: input, target: input, read: () => input.checked, wrong: () => "" };
}

function group(part, label) {
  const single = part.type === RADIO;
  const most = part.max_values ?? part.options.length;
  const boxes = part.options.map((option) => h("input", { type: single ? "radio" : "checkbox", name: part.custom_id, value: option.value, checked: option.default }));
  const rows = part.options.map((option, index) => h("label", { class: "choice" }, boxes[index], h("span", {}, option.label, option.description ? h("small", {}, option.description) : null)));
  const read = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const wrong = () => {
    if (single) return isRequired(part) && !read().length ? REQUIRED : "";
    return read().length > most ? `Choose at most ${most}.` : few(part, read().length, part.min_values ?? 1, "choice");
  };
  return { element: h("div", { class: "choices", role: single ? "radiogroup" : "group", "aria-label": label }, ...rows), target: boxes[0], read, wrong };
}

function picker(part, label) {
  const { element, read, target } = selectMenu(part, { label, onDone: () => element.dispatchEvent(new Event("input", { bubbles: true })) });
  return { element, target, read, wrong: () => few(part, read().length, part.min_values ?? 1, "choice") };
}

/** Fewer than wanted: none at all is allowed where nothing is required. */
function few(part, given, least, thing) {
  if (!given) return isRequired(part) ? REQUIRED : "";
  return given < least ? `Give at least ${count(least, thing)}.` : "";
}
