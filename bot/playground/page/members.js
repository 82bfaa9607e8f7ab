// Who is in the open server, under their roles; a person's menu is a click away.

import { avatar, colourOf, find, h, swap } from "./dom.js";
import { menuPlace, userMenu } from "./menus.js";
import { nameColour, openGuild, present, store, users } from "./store.js";

/** `on`: {onFailed, onSwitch, onMention}, for the menus on people here and on the names in messages. */
export function startMembers(on) {
  const menu = (event, element, anchor) => {
    const user = users().find((other) => other.id === element.dataset.user);
    if (!user) return;
    event.preventDefault();
    userMenu(user, anchor, on);
  };
  for (const place of ["#members", "#messages"]) {
    find(place).addEventListener("contextmenu", (event) => {
      const element = named(event.target);
      if (element) menu(event, element, menuPlace(event, element));
    });
    find(place).addEventListener("click", (event) => {
      const element = named(event.target);
      if (element && !element.closest(".reply")) menu(event, element, element);
    });
  }
}

export function drawMembers() {
  const guild = openGuild();
  const group = (user) => (user.bot ? "Apps" : (guild?.members.find((member) => member.id === user.id)?.group ?? "") || "Members");
  const names = [...new Set(present().map(group))].sort((one, other) => rank(one) - rank(other));
  swap(find("#members-list"), names.map((name) => {
    const members = present().filter((user) => group(user) === name);
    return h("section", { "aria-label": name }, h("h2", {}, `${name} — ${members.length}`), ...members.map(row));
  }));
}

function row(user) {
  const colour = nameColour(user.id);
  return h("button", { type: "button", class: "member", "data-user": user.id, "data-key": user.id, "aria-haspopup": "menu" }, avatar(user, "small"),
    h("b", { style: colour ? { "--name": colourOf(colour) } : {}, class: "author" }, user.display), user.id === store.state.me ? h("small", {}, "you") : null, user.bot ? h("span", { class: "badge" }, "APP") : null);
}

/** The person whose name or picture was meant. */
function named(target) {
  const element = target.closest("[data-user]");
  if (element) return element;
  return target.closest(".message > .avatar")?.parentElement.querySelector(".body [data-user]");
}

const rank = (name) => ({ Owner: 0, Members: 2, Apps: 3 })[name] ?? 1;
