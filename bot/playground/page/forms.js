// Modals: the forms an app puts on top of the channel.

import { act } from "./api.js";
import { find, h } from "./dom.js";
import { markdown } from "./markdown.js";
import { selectOptions } from "./components.js";
import { store } from "./store.js";

/** Show the form of an interaction's answer; `{interaction, modal}`. */
export function openForm(answer) {
  const dialog = find("#modal");
  const fields = [];
  const problem = h("p", { class: "failure", role: "alert", hidden: true });
  const cancel = h("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, "Cancel");
  const send = h("button", { type: "submit", class: "button primary" }, "Submit");
  const form = h("form", { method: "dialog", novalidate: true, onsubmit: (event) => submit(event, answer, fields, problem) },
    h("h2", {}, answer.modal.title), ...answer.modal.components.map((part) => shown(part, fields)), problem, h("footer", {}, cancel, send));
  dialog.replaceChildren(form);
  dialog.setAttribute("aria-label", answer.modal.title);
  dialog.showModal();
}

function shown(part, fields) {
  if (part.type === 10) return markdown(part.content);
  if (part.type === 1) return labelled(part.components[0].label, "", part.components[0], fields);
  return labelled(part.label, part.description, part.component, fields);
}

function labelled(label, description, part, fields) {
  const needed = part.required ?? true;
  const { element, read } = input(part, label);
  fields.push({ part, label, needed, read });
  const title = h("span", { class: "label" }, label, needed && part.type !== 23 ? h("span", { class: "needed", title: "required" }, " *") : null);
  const wrap = part.type === 21 || part.type === 22 ? "div" : "label";
  return h(wrap, { class: "field", "data-field": part.custom_id }, title, description ? h("small", {}, description) : null, element);
}

function input(part, label) {
  if (part.type === 4) {
    const limits = { maxlength: part.max_length ?? 4000, placeholder: part.placeholder, name: part.custom_id };
    const element = part.style === 2 ? h("textarea", { rows: "4", ...limits }) : h("input", { type: "text", ...limits });
    element.value = part.value ?? "";
    return { element, read: () => element.value };
  }
  if (part.type === 19) {
    const element = h("input", { type: "file", multiple: (part.max_values ?? 1) > 1, name: part.custom_id });
    return { element, read: () => [...element.files] };
  }
  if (part.type === 23) {
    const element = h("input", { type: "checkbox", checked: part.default, name: part.custom_id });
    return { element, read: () => element.checked };
  }
  return part.type === 21 || part.type === 22 ? group(part, label) : picker(part);
}

function group(part, label) {
  const kind = part.type === 21 ? "radio" : "checkbox";
  const boxes = part.options.map((option) => h("input", { type: kind, name: part.custom_id, value: option.value, checked: option.default }));
  const rows = part.options.map((option, index) => h("label", { class: "choice" }, boxes[index], option.label));
  const read = () => boxes.filter((box) => box.checked).map((box) => box.value);
  return { element: h("div", { role: kind === "radio" ? "radiogroup" : "group", "aria-label": label }, ...rows), read };
}

function picker(part) {
  const options = selectOptions(part);
  const many = (part.max_values ?? 1) > 1;
  const entries = options.map((option, index) => h("option", { value: String(index), selected: option.default }, option.label));
  const none = h("option", { value: "" }, part.placeholder || "Make a selection");
  const element = h("select", { class: "select", multiple: many, name: part.custom_id }, ...(many ? [] : [none]), ...entries);
  return { element, read: () => [...element.selectedOptions].filter((option) => option.value).map((option) => options[Number(option.value)].value) };
}

async function submit(event, answer, fields, problem) {
  event.preventDefault();
  const values = {};
  const files = {};
  for (const { part, label, needed, read } of fields) {
    const value = read();
    if (needed && (value === "" || (Array.isArray(value) && !value.length))) return tell(problem, `${label} is required.`);
    values[part.custom_id] = part.type === 19 ? value.map((file, index) => keep(files, `${part.custom_id}.${index}`, file)) : value;
    if (part.type === 19 && !value.length) delete values[part.custom_id];
  }
  try {
    const sent = await act("submit", { person: store.person, interaction: answer.interaction, values }, files);
    if (sent.failed) return tell(problem, "Something went wrong. Try again.");
    find("#modal").close();
  } catch (error) {
    tell(problem, error.message);
  }
}

function keep(files, name, file) {
  files[name] = file;
  return { file: name };
}

function tell(problem, sentence) {
  problem.textContent = sentence;
  problem.hidden = false;
}
