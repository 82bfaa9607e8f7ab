// What the bot asked of Discord, newest first: each opens to its body and answer; the refused ones say why.

import { act, read } from "./api.js";
import { fileSize, find, h } from "./dom.js";
import { store } from "./store.js";

const rows = new Map();
let version = 0;

export function startRequests() {
  return h("section", { id: "panel-requests", role: "tabpanel", "aria-labelledby": "tab-requests" },
    h("div", { class: "tools" },
      h("input", { id: "find-request", type: "search", placeholder: "Filter: PATCH, 404, /messages", "aria-label": "Filter the requests", oninput: filter }),
      h("button", { type: "button", class: "button secondary", id: "clear-requests", onclick: clear }, "Clear")),
    h("label", { class: "choice" }, h("input", { id: "only-refused", type: "checkbox", onchange: filter }), " Only what Discord refused"),
    h("ol", { id: "traffic", "aria-label": "Requests, newest first" }),
    h("p", { id: "no-traffic", hidden: true }),
    h("p", { id: "invalid" }));
}

/** Fetch what changed; returns how far the clock is ahead and how many requests were refused. */
export async function refreshRequests() {
  const seen = await read("requests", { after: version });
  if (seen.version < version) for (const number of [...rows.keys()]) drop(number);
  version = seen.version;
  for (const number of [...rows.keys()]) if (number < seen.first) drop(number);
  seen.requests.forEach(show);
  find("#invalid").textContent = `${seen.invalid} of ${seen.invalid_limit.toLocaleString("en")} invalid requests (401, 403, 429) in ten minutes. At the limit Discord shuts the bot's address out for a while.`;
  filter();
  return seen;
}

function drop(number) {
  rows.get(number).element.remove();
  rows.delete(number);
}

function show(request) {
  const known = rows.get(request.number);
  const element = row(request);
  if (known) {
    element.open = known.element.firstChild.open;
    known.element.replaceWith(element);
  } else {
    find("#traffic").prepend(element);
  }
  rows.set(request.number, { request, element });
}

function row(request) {
  const { refused } = request;
  const files = request.files ? `${request.files} file${request.files === 1 ? "" : "s"}` : "";
  const details = h("details", {},
    h("summary", {}, h("b", {}, request.status ?? "…"), " ", h("span", { class: "what" }, `${request.method} ${short(request.path)}`), h("small", {}, files, request.ms === null ? null : h("span", { class: "ms" }, `${files ? " · " : ""}${Math.round(request.ms)} ms`))),
    h("div", { class: "body" }));
  details.addEventListener("toggle", () => details.open && fill(details.lastChild, request.number));
  return h("li", { class: refused ? "refused" : "", "data-number": request.number }, details, refused ? refusal(refused) : null);
}

function refusal(refused) {
  return h("div", { class: "failure" }, h("p", {}, `${refused.message}${refused.code ? ` (${refused.code})` : ""}`), refused.why ? h("p", { class: "why" }, refused.why) : null,
    refused.mistakes.map((mistake) => h("p", {}, h("code", {}, mistake.path), ` ${mistake.message}`)));
}

async function fill(body, number) {
  try {
    const seen = await read("request", { number });
    const files = seen.files.map((file) => h("li", {}, `${file.name}, ${fileSize(file.size)}`));
    body.replaceChildren(...[
      ...part("Query", Object.keys(seen.query).length ? seen.query : null), ...part("Body", seen.body),
      ...(files.length ? [h("h4", {}, "Files"), h("ul", {}, files)] : []), ...part("Answer", seen.answer)]);
    if (!body.firstChild) body.append(h("p", {}, "Neither a body nor an answer."));
  } catch (error) {
    body.textContent = error.message;
  }
}

const part = (title, json) => (json === null || json === undefined ? [] : [h("h4", {}, title), h("pre", { tabindex: 0 }, JSON.stringify(json, null, 2))]);

function filter() {
  const only = find("#only-refused").checked;
  const words = find("#find-request").value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { request, element } of rows.values()) {
    const text = `${request.status} ${request.method} ${request.path} ${request.refused?.code ?? ""}`.toLowerCase();
    element.hidden = (only && !request.refused) || !words.every((word) => text.includes(word));
    shown += !element.hidden;
  }
  find("#no-traffic").hidden = shown > 0;
  find("#no-traffic").textContent = !rows.size ? "Nothing yet." : only && !words.length ? "Discord refused nothing of these." : "None of the requests is like that.";
}

async function clear() {
  await act("clear", { person: store.person });
  await refreshRequests();
}

/** Without tokens; of an id the last digits tell enough. */
const short = (path) => path.replace(/^(\/webhooks|\/interactions)\/\d+\/[^/]+/, "$1/…").replace(/\d{17,20}/g, (id) => `…${id.slice(-4)}`);
