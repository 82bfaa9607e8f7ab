// Knobs for what can go wrong, at the simulated ComfyUI and at this Discord: drawn once, their values kept live.

import { act, read } from "./api.js";
import { find, h } from "./dom.js";
import { store } from "./store.js";

const opened = new Set(JSON.parse(localStorage.getItem("knobs") || "[]"));
let drawn = "";
let asked = 0;
let pending = 0;

export function startFaults() {
  return h("section", { id: "panel-faults", role: "tabpanel", "aria-labelledby": "tab-faults" },
    h("div", { class: "tools" }, h("p", { id: "comfyui" }),
      h("button", { id: "reset", type: "button", class: "button secondary", onclick: () => tell(act("reset", { person: store.person })) }, "Reset all")),
    h("p", { id: "knob-problem", role: "alert", hidden: true }),
    h("div", { id: "boards" }));
}

/** Fetch and show how everything stands, unless a knob is turned meanwhile: its own answer is newer. */
export async function refreshKnobs() {
  const before = asked;
  const view = await read("knobs", {});
  if (before === asked && !pending) take(view);
}

function take(view) {
  const layout = JSON.stringify(view.boards.map((board) => board.knobs.map((knob) => [knob.name, knob.label])));
  if (layout !== drawn) find("#boards").replaceChildren(...view.boards.map(boardView));
  drawn = layout;
  find("#comfyui").textContent = view.without || store.state.banner;
  let turned = 0;
  for (const board of view.boards) for (const knob of board.knobs) turned += update(board.name, knob);
  for (const group of document.querySelectorAll("#boards details")) {
    const count = group.querySelectorAll(".turned").length;
    badge(group.querySelector(".count"), count);
  }
  badge(find("#tab-faults .count"), turned);
  find("#reset").disabled = !turned;
}

function boardView(board) {
  const groups = [...new Set(board.knobs.map((knob) => knob.group))];
  return h("section", { class: "board", "aria-label": board.title }, h("h3", {}, board.title), groups.map((group) => {
    const key = `${board.name} ${group}`;
    const details = h("details", { open: opened.has(key) }, h("summary", {}, group, h("span", { class: "count", hidden: true })),
      board.knobs.filter((knob) => knob.group === group).map((knob) => knobView(board.name, knob)));
    details.addEventListener("toggle", () => {
      opened[details.open ? "add" : "delete"](key);
      localStorage.setItem("knobs", JSON.stringify([...opened]));
    });
    return details;
  }));
}

function knobView(board, knob) {
  const id = `knob-${board}-${knob.name}`;
  const help = h("small", { id: `${id}-help` }, knob.help);
  if (knob.kind === "action") return h("div", { class: "knob knob-action" }, h("button", { type: "button", id, class: "button secondary", "aria-describedby": `${id}-help`, onclick: () => turn(board, knob) }, knob.label), help);
  const input = control(knob, { id, "aria-describedby": `${id}-help` });
  input.addEventListener("change", () => turn(board, knob, valueOf(knob, input)));
  return h("div", { class: "knob" }, h("label", { for: id }, knob.label), input, help);
}

function control(knob, attributes) {
  if (knob.kind === "switch") return h("input", { type: "checkbox", role: "switch", ...attributes });
  if (knob.kind === "number") return h("input", { type: "number", min: knob.least, max: knob.most, step: knob.step, ...attributes });
  return h("select", attributes, knob.choices.map((choice) => h("option", { value: choice }, choice || "none")));
}

function valueOf(knob, input) {
  if (knob.kind === "switch") return input.checked;
  return knob.kind === "number" ? input.valueAsNumber : input.value;
}

/** Bring one control up to date, unless somebody is typing in it; whether it is turned. */
function update(board, knob) {
  if (knob.kind === "action") return false;
  const input = find(`#knob-${board}-${knob.name}`);
  input.closest(".knob").classList.toggle("turned", knob.turned);
  if (knob.kind === "switch") input.checked = knob.value;
  else if (document.activeElement !== input) input.value = knob.value;
  input.dataset.value = knob.value;
  return knob.turned;
}

async function turn(board, knob, value = null) {
  const turned = await tell(act("turn", { person: store.person, board, name: knob.name, value }));
  const input = find(`#knob-${board}-${knob.name}`);
  if (!turned && knob.kind !== "switch") input.value = input.dataset.value;
}

async function tell(answer) {
  const problem = find("#knob-problem");
  asked += 1;
  pending += 1;
  try {
    const view = await answer;
    if (pending === 1) take(view);
    problem.hidden = true;
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  } finally {
    pending -= 1;
  }
  return problem.hidden;
}

/** A count beside a title, where there is something to count. */
export function badge(element, count) {
  element.hidden = !count;
  element.textContent = count;
}
