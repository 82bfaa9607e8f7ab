// What lies beside the channel: on a phone it slides over it, one side at a time.

import { find } from "./dom.js";

const WIDE = matchMedia("(min-width: 1100px)");
const PHONE = matchMedia("(max-width: 760px)");

export function startDrawers() {
  find("#menu").addEventListener("click", () => toggleMenu(!find("#app").classList.contains("menu-open")));
  find("#people-button").addEventListener("click", () => toggleMembers(!areMembersOpen()));
  find("#veil").addEventListener("click", closeDrawers);
  WIDE.addEventListener("change", settle);
  PHONE.addEventListener("change", closeDrawers);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (find("#app").classList.contains("menu-open")) (toggleMenu(false), find("#menu").focus());
    else if (!WIDE.matches && areMembersOpen()) (toggleMembers(false), find("#people-button").focus());
  });
  settle();
}

/** After a choice in a drawer, back to the channel. */
export function closeDrawers() {
  toggleMenu(false);
  if (!WIDE.matches) toggleMembers(false);
}

function settle() {
  show(WIDE.matches && localStorage.getItem("members") !== "closed");
}

function toggleMenu(open) {
  find("#app").classList.toggle("menu-open", open);
  find("#menu").setAttribute("aria-expanded", String(open));
  if (open && !WIDE.matches) show(false);
  if (open) find("#persons [tabindex='0']")?.focus();
}

function toggleMembers(open) {
  if (WIDE.matches) localStorage.setItem("members", open ? "open" : "closed");
  show(open);
  if (open && !WIDE.matches) find("#members .member")?.focus();
}

const areMembersOpen = () => find("#app").classList.contains("members-open");

function show(open) {
  find("#app").classList.toggle("members-open", open);
  find("#people-button").setAttribute("aria-expanded", String(open));
}
