// Moving the focus with arrow keys: one of a group can be reached with Tab, the arrows go on from there.

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** Arrows, Home and End move the focus among the elements of a group that match; the group keeps one Tab stop. */
export function rove(group, selector, { wraps = true, keys = Object.keys(STEPS), start = 0 } = {}) {
  const members = () => [...group.querySelectorAll(selector)].filter((element) => !element.disabled);
  const settle = (current) => members().forEach((member) => member.setAttribute("tabindex", member === current ? "0" : "-1"));
  group.addEventListener("keydown", (event) => {
    const next = target(event, members(), keys, wraps);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    next.focus();
  });
  group.addEventListener("focusin", (event) => {
    const member = event.target.closest(selector);
    if (member && group.contains(member)) settle(member);
  });
  settle(members().find((member) => member.matches("[aria-checked=true], [aria-selected=true]")) ?? members().at(start));
}

function target(event, members, keys, wraps) {
  const index = members.indexOf(document.activeElement);
  if (index < 0 || event.altKey || event.ctrlKey || event.metaKey) return null;
  if (event.key === "Home") return members[0];
  if (event.key === "End") return members.at(-1);
  if (!keys.includes(event.key)) return null;
  const next = index + STEPS[event.key];
  return wraps ? members.at(next % members.length) : members[next];
}
