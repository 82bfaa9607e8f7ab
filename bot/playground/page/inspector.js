// The side panel: the clock, what the bot asked and was refused, and knobs for what can go wrong.

import { act } from "./api.js";
import { find, h } from "./dom.js";
import { badge, refreshKnobs, startFaults } from "./faults.js";
import { refreshRequests, startRequests } from "./requests.js";
import { store } from "./store.js";

const OPEN_MS = 1000;
const CLOSED_MS = 4000;
const LEAPS = [
  [60, "1 minute on", "A minute has passed."],
  [960, "16 minutes on", "Sixteen minutes have passed: the tokens of all commands so far are dead. A job that runs on now is shown in the same message, by the bot's own token; a message for one person's eyes cannot be edited any more."],
  [86400, "1 day on", "A day has passed: the links to files that the bot was given have run out."],
];
let timer = null;

export function startInspector() {
  find("#inspector").replaceChildren(head(), clock(), tabs(), startRequests(), startFaults());
  find("#inspect").addEventListener("click", () => toggle(find("#inspector").hidden));
  find("#inspector").addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));
  choose("requests");
  watch(CLOSED_MS);
}

function head() {
  return h("header", {}, h("h2", {}, "Behind the scenes"),
    h("button", { id: "inspect-close", type: "button", class: "round", "aria-label": "Close", onclick: () => toggle(false) }, "✕"));
}

function clock() {
  const leaps = LEAPS.map(([seconds, label, told]) => h("button", { type: "button", class: "button secondary", "data-advance": seconds, onclick: () => advance(seconds, told) }, label));
  return h("section", { class: "clock", "aria-label": "Clock" },
    h("p", {}, "The clock is ", h("b", { id: "ahead" }, "on time"), ". A command's token dies after 15 minutes: see what the bot does then."),
    h("div", { class: "row" }, leaps), h("p", { id: "leapt", role: "status" }));
}

function tabs() {
  const tab = (name, label) => h("button", { type: "button", id: `tab-${name}`, role: "tab", "aria-controls": `panel-${name}`, onclick: () => choose(name), onkeydown: step }, label, h("span", { class: "count", hidden: true }));
  return h("div", { class: "tabs", role: "tablist", "aria-label": "What to look at" }, tab("requests", "Requests"), tab("faults", "Faults"));
}

function step(event) {
  if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const other = event.currentTarget.id === "tab-requests" ? "faults" : "requests";
  choose(other);
  find(`#tab-${other}`).focus();
}

function choose(name) {
  for (const other of ["requests", "faults"]) {
    find(`#tab-${other}`).setAttribute("aria-selected", String(other === name));
    find(`#tab-${other}`).tabIndex = other === name ? 0 : -1;
    find(`#panel-${other}`).hidden = other !== name;
  }
  refresh();
}

function toggle(open) {
  find("#inspector").hidden = !open;
  find("#inspect").setAttribute("aria-expanded", String(open));
  find(open ? "#inspect-close" : "#inspect").focus();
  watch(open ? OPEN_MS : CLOSED_MS);
  refresh();
}

function watch(every) {
  clearInterval(timer);
  timer = setInterval(() => document.hidden || !store.connected || refresh(), every);
}

async function advance(seconds, told) {
  await act("advance", { person: store.person, seconds });
  find("#leapt").textContent = told;
  refresh();
}

async function refresh() {
  try {
    const seen = await refreshRequests();
    find("#ahead").textContent = lead(seen.ahead);
    badge(find("#tab-requests .count"), seen.refused);
    if (!find("#inspector").hidden) await refreshKnobs();
    find("#inspect").dataset.refused = seen.refused || "";
  } catch {
    // the playground is closed, which the page says elsewhere
  }
}

function lead(seconds) {
  const minutes = Math.round(seconds / 60);
  if (!minutes) return "on time";
  const parts = [[Math.floor(minutes / 1440), "day"], [Math.floor((minutes % 1440) / 60), "hour"], [minutes % 60, "minute"]];
  return `${parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" ")} ahead`;
}
