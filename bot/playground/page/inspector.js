// The side panel: what the bot asked, what Discord refused and why, and a clock that can be moved on.

import { act, read } from "./api.js";
import { find, h } from "./dom.js";
import { store } from "./store.js";

const EVERY_MS = 1000;
let timer = null;

export function startInspector() {
  find("#inspect").addEventListener("click", () => toggle(find("#inspector").hidden));
  find("#inspect-close").addEventListener("click", () => toggle(false));
  find("#only-refused").addEventListener("change", refresh);
  document.querySelectorAll("[data-advance]").forEach((button) => button.addEventListener("click", () => advance(Number(button.dataset.advance))));
}

function toggle(open) {
  find("#inspector").hidden = !open;
  find("#inspect").setAttribute("aria-expanded", String(open));
  clearInterval(timer);
  if (!open) return find("#inspect").focus();
  timer = setInterval(refresh, EVERY_MS);
  find("#inspect-close").focus();
  refresh();
}

async function advance(seconds) {
  await act("advance", { person: store.person, seconds });
  refresh();
}

async function refresh() {
  const traffic = await read("traffic", {}).catch(() => null);
  if (!traffic) return;
  const minutes = Math.round(traffic.ahead / 60);
  find("#ahead").textContent = minutes ? `${minutes} minute${minutes === 1 ? "" : "s"} ahead` : "on time";
  const shown = traffic.requests.filter((request) => request.code !== undefined || !find("#only-refused").checked);
  find("#traffic").replaceChildren(...shown.map(row));
}

function row(request) {
  const refused = request.code !== undefined;
  const files = request.files ? h("small", {}, ` ${request.files} file${request.files === 1 ? "" : "s"}`) : null;
  const why = refused ? h("p", { class: "failure" }, `${request.message}${request.code ? ` (${request.code})` : ""}`, ...places(request.errors).map((line) => h("span", {}, line))) : null;
  return h("li", { class: refused ? "refused" : "" }, h("b", {}, String(request.status ?? "…")), " ", h("span", {}, `${request.method} ${short(request.path)}`), files, why);
}

/** The mistakes of a form, one line each: where, and what. */
function places(errors, path = "") {
  return Object.entries(errors ?? {}).flatMap(([key, inside]) =>
    key === "_errors" ? inside.map((error) => `${path}: ${error.message}`) : places(inside, path ? `${path}.${key}` : key));
}

const short = (path) => path.replace(/[A-Za-z0-9_-]{40,}/g, "…").replace(/\d{17,20}/g, (id) => `…${id.slice(-4)}`);
