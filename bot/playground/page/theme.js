// Light, dark, or as the system says.

import { find } from "./dom.js";
import { icon } from "./icons.js";

const THEMES = { system: "as the system", light: "light", dark: "dark" };

export function startTheme() {
  wear(localStorage.getItem("theme") in THEMES ? localStorage.getItem("theme") : "system");
  find("#theme").addEventListener("click", () => {
    const names = Object.keys(THEMES);
    const next = names[(names.indexOf(localStorage.getItem("theme") ?? "system") + 1) % names.length];
    localStorage.setItem("theme", next);
    wear(next);
  });
}

function wear(name) {
  document.documentElement.dataset.theme = name;
  const label = `Theme: ${THEMES[name]}`;
  find("#theme").replaceChildren(icon(name));
  find("#theme").setAttribute("aria-label", label);
  find("#theme").title = label;
}
