// Modals: the forms an app puts on top of the channel.

import { act } from "./api.js";
import { avatar, find, h } from "./dom.js";
import { field, isRequired } from "./fields.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { store } from "./store.js";

const ROW = 1, TEXT_DISPLAY = 10, FILES = 19;

/** Show the form of an interaction's answer; `{interaction, modal}`. */
export function openForm(answer) {
  const dialog = find("#modal");
  const fields = [];
  const problem = h("p", { class: "failure", role: "alert", hidden: true });
  const { bot } = store.state;
  const back = document.activeElement;
  const form = h("form", { method: "dialog", novalidate: true, onsubmit: (event) => submit(event, answer, fields, problem) },
    h("header", {}, avatar(bot, "small"), h("h2", { id: "modal-title" }, answer.modal.title), h("button", { type: "button", class: "round", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
    h("div", { class: "fields" }, h("p", { class: "caution" }, icon("warning"), h("span", {}, "This form will be submitted to ", h("b", {}, bot.display), ". Do not share passwords or other sensitive information.")),
      ...answer.modal.components.map((part) => shown(part, fields))),
    problem, h("footer", {}, h("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, "Cancel"), h("button", { type: "submit", class: "button primary" }, "Submit")));
  dialog.replaceChildren(form);
  dialog.setAttribute("aria-labelledby", "modal-title");
  dialog.onclose = () => {
    dialog.replaceChildren();
    if (!back?.isConnected || back === document.body) find("#box textarea, #box input")?.focus();
  };
  dialog.showModal();
  fields[0]?.target?.focus();
}

function shown(part, fields) {
  if (part.type === TEXT_DISPLAY) return markdown(part.content);
  if (part.type === ROW) return labelled(part.components[0].label, "", part.components[0], fields);
  return labelled(part.label, part.description, part.component, fields);
}

function labelled(label, description, part, fields) {
  const entry = { part, ...field(part, label) };
  entry.problem = h("p", { class: "failure", role: "alert", id: `wrong-${part.custom_id}`, hidden: true });
  fields.push(entry);
  const title = h("span", { class: "label", "aria-hidden": "true" }, label, isRequired(part) ? h("span", { class: "needed" }, " *") : null);
  const whole = h("div", { class: "field", "data-field": part.custom_id }, title, description ? h("small", {}, description) : null, entry.element, entry.problem);
  whole.addEventListener("input", () => !entry.problem.hidden && check(entry));
  return whole;
}

/** Whether the field is filled in rightly; if not, it says why. */
function check(entry) {
  const sentence = entry.wrong();
  tell(entry.problem, sentence);
  entry.target?.setAttribute("aria-invalid", String(Boolean(sentence)));
  if (sentence) entry.target?.setAttribute("aria-describedby", entry.problem.id);
  return !sentence;
}

async function submit(event, answer, fields, problem) {
  event.preventDefault();
  const bad = fields.filter((entry) => !check(entry));
  if (bad.length) return bad[0].target?.focus();
  const values = {};
  const files = {};
  for (const { part, read } of fields) {
    const value = read();
    if (part.type !== FILES) values[part.custom_id] = value;
    else if (value.length) values[part.custom_id] = value.map((file, index) => keep(files, `${part.custom_id}.${index}`, file));
  }
  await send(answer, values, files, problem, event.submitter);
}

async function send(answer, values, files, problem, button) {
  button?.setAttribute("disabled", "");
  try {
    const sent = await act("submit", { person: store.person, interaction: answer.interaction, values }, files);
    if (sent.failed) return tell(problem, "Something went wrong. Try again.");
    find("#modal").close();
    if (sent.modal) openForm(sent);
  } catch (error) {
    tell(problem, error.message);
  } finally {
    button?.removeAttribute("disabled");
  }
}

function keep(files, name, file) {
  files[name] = file;
  return { file: name };
}

function tell(problem, sentence) {
  problem.textContent = sentence;
  problem.hidden = !sentence;
}
