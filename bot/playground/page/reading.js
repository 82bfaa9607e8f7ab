// Where one reads: whether the end is in sight, what came meanwhile, and what a screen reader is told.

import { count, find, h } from "./dom.js";
import { icon } from "./icons.js";

const NEAR_PX = 160;
const MOST_SPOKEN = 5;
let behind = 0;
let following = true;

/** Follow the scrolling: the button to the end shows while it is out of sight, and who reads there stays there as messages grow. */
export function startReading() {
  find("#scroll").addEventListener("scroll", scrolled, { passive: true });
  find("#jump").addEventListener("click", () => {
    toBottom();
    find("#box textarea, #box input")?.focus();
  });
  const grown = new ResizeObserver(() => (following ? toBottom() : drawJump()));
  grown.observe(find("#messages"));
  grown.observe(find("#scroll"));
}

export function isNearEnd() {
  const scroll = find("#scroll");
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;
}

export function toBottom() {
  const scroll = find("#scroll");
  scroll.scrollTop = scroll.scrollHeight;
  following = true;
  drawJump();
}

/** A message came that is out of sight. */
export function missed() {
  behind += 1;
  drawJump();
}

/** Tell those who cannot see it. */
export function announce(sentence) {
  const log = find("#announcer");
  log.append(h("p", {}, sentence));
  while (log.children.length > MOST_SPOKEN) log.firstChild.remove();
}

function scrolled() {
  following = isNearEnd();
  drawJump();
}

function drawJump() {
  const button = find("#jump");
  const near = isNearEnd();
  if (near) behind = 0;
  button.hidden = near;
  button.replaceChildren(behind ? `${count(behind, "new message")} · Jump to present` : "Jump to present", icon("down"));
}
